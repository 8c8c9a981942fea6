"""Tables of volunteers."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.clock import today
from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.people import Sex
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.places.models import Region
from portal.volunteers.rules import (
    BEFORE_TRAINING,
    VOLUNTEER,
    CredentialKind,
    Result,
    VolunteerState,
    missing_credentials,
)

NOT_BY_MISTAKE = text("state <> 'entered_in_error'")


class Volunteer(Model):
    """Somebody who gives time. `capacity` is how many children at once (1 to 3).

    `skills`, `languages` and `availability` (`sat-am`) are lists of codes of `rules`. `live_pairings` is kept by
    `pairing` through `note_live_pairings`, for guards.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        Index(
            "uq_volunteer_id_index",
            "id_index",
            unique=True,
            sqlite_where=NOT_BY_MISTAKE,
            postgresql_where=NOT_BY_MISTAKE,
        ),
        Index("ix_volunteer_list", "region_path", "initials", "id"),
        CheckConstraint("capacity BETWEEN 1 AND 3", name="capacity_1_to_3"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = VOLUNTEER
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    initials: Mapped[str] = mapped_column(String(20), index=True)
    sex: Mapped[Sex] = words_column(Sex)
    born_on: Mapped[date] = mapped_column(Date)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_masked: Mapped[str] = mapped_column(String(18), default="")
    id_index: Mapped[str | None] = mapped_column(String(40))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), index=True)
    email: Mapped[str] = mapped_column(String(200), default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    region_path: Mapped[Path]
    occupation: Mapped[str] = mapped_column(String(60), default="")
    profile: Mapped[str] = mapped_column(Text, default="")
    skills: Mapped[Json] = mapped_column(default=list)
    languages: Mapped[Json] = mapped_column(default=list)
    availability: Mapped[Json] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=1)
    state: Mapped[VolunteerState] = state_column(VolunteerState, VolunteerState.APPLIED)
    state_since_on: Mapped[date] = mapped_column(Date)
    was_ready: Mapped[bool] = mapped_column(default=False)
    live_pairings: Mapped[int] = mapped_column(default=0)
    joined_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    id_number = Sealed("id_number_sealed")
    phone = Sealed("phone_sealed")
    region: Mapped[Region] = relationship(lazy="raise_on_sql")
    credentials: Mapped[list["Credential"]] = relationship(lazy="raise_on_sql", back_populates="volunteer")
    __mapper_args__ = {"version_id_col": version}

    def held(self) -> dict[CredentialKind, date | None]:
        """Passed credentials with their last valid day. `credentials` must be loaded."""
        return {c.kind: c.until_on for c in self.credentials if c.result is Result.PASSED and c.ended_at is None}

    def missing(self) -> list[CredentialKind]:
        """What is missing today for being ready."""
        return missing_credentials(self.held(), today())

    def missing_before_training(self) -> list[CredentialKind]:
        """What is missing today for going on to training."""
        return missing_credentials(self.held(), today(), kinds=BEFORE_TRAINING)


class Credential(Model):
    """One check with its result, its day and its last valid day; the newest of a kind counts, older ones are ended.

    The record behind an offence check is never stored (domain.md, Privacy 7).
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(
            "uq_credential_now",
            "volunteer_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_credential_until",
            "until_on",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("until_on IS NULL OR until_on >= done_on", name="until_after_done"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    kind: Mapped[CredentialKind] = words_column(CredentialKind)
    result: Mapped[Result] = words_column(Result)
    done_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    hours: Mapped[int | None]
    """Of training."""
    noted_by: Mapped[str] = mapped_column(String(24))
    noted_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    told_days: Mapped[int | None]
    """How many days before its end somebody was told last (60, 30 or 7)."""
    volunteer: Mapped[Volunteer] = relationship(lazy="raise_on_sql", back_populates="credentials")
