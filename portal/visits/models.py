"""Table of visits. What was seen and said is encrypted at rest; there is no place, no track and no score."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.models import Child
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed, SealedJson
from portal.kernel.states import Lifecycle
from portal.visits.rules import VISIT, VisitKind, VisitState


class Visit(Model):
    """One visit at a child's door, or an attempt at which nobody was at home.

    `client_key` is made by the phone: the same visit sent fifty times is one row. `at` is the server's best knowledge
    of when it was; the phone's own times stand beside it. `text_print` is a keyed fingerprint of the text, for the
    quiet review alone. `household_print` is one of the address, so that siblings behind one door count as one door.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("author_ref", "client_key"),
        Index("ix_visit_list", "region_path", "on_day", "id"),
        Index("ix_visit_day", "on_day", "id"),
        Index("ix_visit_child", "child_id", "on_day"),
        Index("ix_visit_author", "author_ref", "at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = VISIT
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    client_key: Mapped[str] = mapped_column(String(40))
    author_ref: Mapped[str] = mapped_column(String(24))
    author_name: Mapped[str] = mapped_column(String(60), default="")
    joint_with: Mapped[str] = mapped_column(String(60), default="")
    """Who came along on a joint visit, by name as typed."""
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path]
    """The child's village: it goes with the child, and so does who reads the visit."""
    kind: Mapped[VisitKind] = words_column(VisitKind, VisitKind.CARE)
    attempt: Mapped[bool] = mapped_column(default=False)
    worrying: Mapped[bool] = mapped_column(default=False)
    on_day: Mapped[date] = mapped_column(Date)
    at: Mapped[Moment]
    device_at: Mapped[datetime | None]
    device_sent_at: Mapped[datetime | None]
    clock_off: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[Moment]
    offline: Mapped[bool] = mapped_column(default=False)
    """It waited on the phone before it was sent."""
    seen_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_print: Mapped[str] = mapped_column(String(40), default="", index=True)
    household_print: Mapped[str] = mapped_column(String(40), default="")
    sent_digest: Mapped[str] = mapped_column(String(40), default="")
    need_refs: Mapped[str] = mapped_column(String(300), default="")
    """Refs of the needs that were raised at the door, with a blank between."""
    state: Mapped[VisitState] = state_column(VisitState, VisitState.KEPT)
    looked_at: Mapped[datetime | None]
    """When a supervisor looked at it in the quiet review."""
    looked_by: Mapped[str] = mapped_column(String(24), default="")
    look_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    seen = SealedJson("seen_sealed")
    """`{"met": [codes], <area>: <code>}`, see `rules.SEEN`."""
    text = Sealed("text_sealed")
    look_note = Sealed("look_note_sealed")
    """What came of the call-back or the look."""
    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
