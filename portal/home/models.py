"""What a person keeps for their own convenience."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import IntPk, Model, Moment, Ref


class SavedView(Model):
    """The filters and the sorting of one list under a name of one's own. Seen and used by its owner only.

    `path` is the list's address, `query` what follows the question mark, encoded. Words typed into a search are left
    out: they are names of people, and would outlive the file that they were looked for in.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_ref", "path", "name"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_ref: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    made_at: Mapped[Moment]
