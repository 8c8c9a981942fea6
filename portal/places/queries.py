"""Reading places and settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.places.models import DayOff, Region, Setting
from portal.places.policy import visible_to
from portal.web.language import locale


def region_or_404(actor: Actor, ref: str) -> Region:
    """A region that the actor may know of, or NotFound."""
    found = session().scalar(visible_to(actor).where(Region.ref == ref))
    if found is None:
        raise NotFound
    return found


def tree_below(actor: Actor) -> list[Any]:
    """The visible regions from the top, each before those below it, as rows of plain columns."""
    statement = visible_to(actor).with_only_columns(
        Region.id, Region.ref, Region.code, Region.name, Region.name_en, Region.level, Region.path, Region.is_active,
        Region.parent_id,
    )  # fmt: skip
    return list(session().execute(statement.order_by(Region.path)))


def regions_below(path: str, level: str = "") -> list[Any]:
    """The active regions at or below a path (of one level): (id, ref, name, name_en, path, level)."""
    statement = (
        select(Region.id, Region.ref, Region.name, Region.name_en, Region.path, Region.level)
        .where(Region.path.startswith(path, autoescape=True), Region.is_active.is_(True))
        .order_by(Region.path)
    )
    return list(session().execute(statement.where(Region.level == level) if level else statement))


def choices_below(paths: tuple[str, ...], *, level: str = "") -> list[tuple[str, str]]:
    """(ref, name with its town's name) of active regions below several paths, for a list to pick from."""
    rows = {r.path: r for p in paths for r in regions_below(p)}
    names = {path: r.name for path, r in rows.items()}
    found = []
    for path, row in sorted(rows.items()):
        if level and row.level != level:
            continue
        parts = path.strip("/").split("/")
        above = ["/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)]
        town_and_below = [names[p] for p in above if p in names][-2:]
        found.append((row.ref, " ".join(town_and_below)))
    return found


def name_of_path(path: str) -> str:
    """The names of the last two regions of a path: town and village."""
    parts = path.strip("/").split("/")
    above = ["/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)][-2:]
    rows = dict(session().execute(select(Region.path, Region.name).where(Region.path.in_(above))).all())
    return " ".join(rows[p] for p in above if p in rows)


def town_name(path: str) -> str:
    """The name of the town or street in which a path lies, '' above one."""
    parts = path.strip("/").split("/")
    above = ["/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)]
    found = select(Region.name).where(Region.path.in_(above), Region.level.in_(("town", "street")))
    return session().scalar(found) or ""


def places_called(paths: Iterable[str]) -> dict[str, str]:
    """Region paths with the names from the top down, in the reader's language: 山东省 › 临沂市 › 兰山区. A region that
    is not known any more keeps its code."""
    above = {}
    for path in paths:
        parts = path.strip("/").split("/")
        above[path] = ["/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)]
    every = {one for line in above.values() for one in line}
    rows = session().execute(select(Region.path, Region.name, Region.name_en).where(Region.path.in_(every)))
    chinese = locale() == "zh_Hans"
    names = {row.path: row.name if chinese else row.name_en or row.name for row in rows}
    return {
        path: " › ".join(names.get(one, one.strip("/").rpartition("/")[2]) for one in line)
        for path, line in above.items()
    }


def history_of(name: str) -> list[Setting]:
    """All values that a setting has had or will have, newest first."""
    return list(session().scalars(select(Setting).where(Setting.name == name).order_by(Setting.from_on.desc())))


def corrections() -> dict[date, bool]:
    """Days whose kind the district has corrected: True works, False does not."""
    return dict(session().execute(select(DayOff.on_day, DayOff.is_workday)).all())


def days_off() -> list[DayOff]:
    """The corrected days, newest first."""
    return list(session().scalars(select(DayOff).order_by(DayOff.on_day.desc())))
