"""The list of children: whom the reader reaches, by which fields, and one page of plain columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from portal.children.models import Child
from portal.children.rules import OPEN_STATES, FieldSet, fields_of
from portal.children.sight import REGION_ROLES, all_sight_of
from portal.kernel.actor import Actor
from portal.kernel.db import Unindexed, session, within
from portal.kernel.secrets import vault
from portal.places.models import Region
from portal.web.forms import plain_digits
from portal.web.lists import Sort

DISTRICT_SLASHES = 4
"""Slashes in the path of a district, such as `/37/3713/371302/`; a town's path has more."""
CODE_MENDED = str.maketrans("OIL", "011", "- ")
CHILD, REGION = Child.__table__, Region.__table__
c = CHILD.c
"""Plain columns of the tables: a list makes no objects, and needs nothing of what makes them."""
COLUMNS = (
    c.id, c.ref, c.code, c.name, c.given_name, c.alias, c.initials, c.sex,
    c.born_on,
    c.region_path, c.category, c.risk, c.state, c.has_live_pairing, c.opened_on,
    REGION.c.name.label("village"),
)  # fmt: skip
ROWS = select(*COLUMNS).join_from(CHILD, REGION, REGION.c.id == c.region_id)
SORTS = (
    Sort("name", (c.initials, c.id)),
    Sort("age", (c.born_on, c.id), descending=True),
    Sort("village", (c.region_path, c.id)),
    Sort("opened", (c.opened_on, c.id), descending=True),
)


@dataclass(frozen=True)
class Reach:
    """Which children an actor knows of: whole regions by role, and single ones by rows of the ledger."""

    paths: tuple[str, ...]
    single: dict[int, frozenset[FieldSet]]

    @property
    def is_staff(self) -> bool:
        """Whether any whole file is seen, so that the list has all its columns."""
        return bool(self.paths) or bool(self.with_fields("category"))

    @property
    def is_door(self) -> bool:
        """Whether names and villages are seen, at the least."""
        return self.is_staff or bool(self.with_fields("name"))

    def with_fields(self, field: str) -> list[int]:
        """Single children of whom this field is seen."""
        return [child_id for child_id, sets in self.single.items() if field in fields_of(sets)]

    def fields(self, row: Any) -> frozenset[str]:
        """The fields of one row of the list that may be shown."""
        sets = self.single.get(row.id, frozenset())
        if any(row.region_path.startswith(p) for p in self.paths):
            sets = sets | {FieldSet.FULL}
        return fields_of(sets)

    def clause(self) -> ColumnElement[bool]:
        """Children within reach."""
        return _within_reach(self.paths, tuple(self.single))


def _within_reach(paths: tuple[str, ...], single: tuple[int, ...]) -> ColumnElement[bool]:
    """A whole district is most of the programme: there the index of the list's order is walked until the page is full,
    instead of sorting all of it. A town or village is found by its own index."""
    broad = any(p.count("/") <= DISTRICT_SLASHES for p in paths)
    by_region = within(Unindexed(c.region_path) if broad else c.region_path, paths)
    return or_(by_region, c.id.in_(single)) if single else by_region


@lru_cache(maxsize=64)
def _open_files(paths: tuple[str, ...], single: tuple[int, ...]) -> Any:
    """The list that nothing narrows. Built once for a scope, since it is what most people look at."""
    # Not IN, whose list would be written out anew at every call.
    return ROWS.where(_within_reach(paths, single), or_(*(Unindexed(c.state) == state for state in OPEN_STATES)))


def reach_of(actor: Actor) -> Reach:
    """Whom this actor reaches now."""
    return Reach(actor.paths(*REGION_ROLES), all_sight_of(actor))


def mended_code(words: str) -> str:
    """A typed code as it is kept: upper case, without hyphens, O as 0, I and L as 1 (Crockford base 32)."""
    return str(plain_digits(words)).upper().translate(CODE_MENDED)


def matching(words: str, reach: Reach) -> ColumnElement[bool]:
    """Children of whom a field that the reader may see matches: name, pinyin initials, code; a mentor's child only by
    the alias, or by the given name where there is none."""
    low = words.lower().replace(" ", "")
    whole = or_(c.name.contains(words, autoescape=True), c.alias == words)
    if low.isascii() and low.isalnum():
        whole = or_(whole, c.initials.startswith(low, autoescape=True))
    by_name = [within(c.region_path, reach.paths), c.id.in_(reach.with_fields("name"))]
    called = or_(
        c.alias.contains(words, autoescape=True),
        and_(c.alias == "", or_(c.given_name.contains(words, autoescape=True), c.given_initials == low)),
    )
    coded = [within(c.region_path, reach.paths), c.id.in_(reach.with_fields("code"))]
    return or_(
        and_(or_(*by_name), whole),
        and_(c.id.in_(reach.with_fields("alias")), called),
        and_(or_(*coded), c.code == mended_code(words)),
    )


def numbered(number: str, reach: Reach) -> ColumnElement[bool]:
    """The child with this whole identity number, for those who see the masked one."""
    whole = or_(within(c.region_path, reach.paths), c.id.in_(reach.with_fields("id_masked")))
    return and_(whole, c.id_index == vault().blind(number, "id-number"))


def children_list(reach: Reach, chosen: dict[str, Any], today: date) -> Any:
    """The list, narrowed by what was chosen: words, region_path, risk, category, state, mentor, ages."""
    if not chosen:
        return _open_files(reach.paths, tuple(reach.single))
    statement: Any = ROWS.where(reach.clause())
    state = chosen.get("state")
    statement = statement.where(c.state == state if state else Unindexed(c.state).in_(OPEN_STATES))
    if words := chosen.get("q"):
        statement = statement.where(matching(words, reach))
    if path := chosen.get("region"):
        seen = or_(within(c.region_path, reach.paths), c.id.in_(reach.with_fields("region")))
        statement = statement.where(within(c.region_path, (path,)), seen)
    if chosen.get("risk") or chosen.get("category") or chosen.get("mentor"):
        statement = statement.where(or_(within(c.region_path, reach.paths), c.id.in_(reach.with_fields("risk"))))
    if risk := chosen.get("risk"):
        statement = statement.where(c.risk == risk)
    if category := chosen.get("category"):
        statement = statement.where(c.category == category)
    if mentor := chosen.get("mentor"):
        statement = statement.where(c.has_live_pairing.is_(mentor == "with"))
    if band := chosen.get("ages"):
        low, _sep, high = band.partition("-")
        statement = statement.where(
            c.born_on <= years_before(today, int(low)), c.born_on > years_before(today, int(high) + 1)
        )
    return statement


def years_before(day: date, years: int) -> date:
    """The same day years ago; 29 February becomes 28 February, since who was born on the 29th completes on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def regions_below(paths: tuple[str, ...], chosen: str) -> list[tuple[str, str]]:
    """Places to narrow the list to, as (path, name): those next below the reader's scopes, and below the chosen one."""
    above = aliased(Region)
    within_scope = bool(chosen) and any(chosen.startswith(p) for p in paths)
    wanted = [*paths, *([chosen, chosen.rstrip("/").rpartition("/")[0] + "/"] if within_scope else [])]
    statement = (
        select(Region.path, Region.name, above.path.label("above_path"))
        .join(above, above.id == Region.parent_id)
        .where(above.path.in_(wanted), within(Region.path, paths), Region.is_active.is_(True))
        .order_by(Region.path)
    )
    return [(path, name if up in paths else "– " + name) for path, name, up in session().execute(statement)]
