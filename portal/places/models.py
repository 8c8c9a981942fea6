"""Tables of places and settings."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref


class Region(Model):
    """A place in the tree: province › city › district › town or street › village. `path` lists the codes from the top.

    `level` is a free word (province, city, district, town, village), so that a tree of any depth fits.
    """

    __tablename__ = "region"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    level: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    path: Mapped[Path] = mapped_column(unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Setting(Model):
    """One value of a setting from a day on. The newest one that has begun is in force; earlier ones are kept."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("name", "from_on"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    name: Mapped[str] = mapped_column(String(60), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    value: Mapped[Json]
    set_by: Mapped[str] = mapped_column(String(24))
    set_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(String(300), default="")


class DayOff(Model):
    """A correction of the holiday calendar: a day off or an adjusted workday, whatever the library says."""

    __tablename__ = "day_off"
    __table_args__ = (Index("uq_day_off_on", "on_day", unique=True),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    on_day: Mapped[date] = mapped_column(Date)
    is_workday: Mapped[bool]
    label: Mapped[str] = mapped_column(String(60), default="")
