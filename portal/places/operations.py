"""Changing places and settings."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.audit.operations import record
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.places.models import DayOff, Region, Setting
from portal.places.policy import can_keep, can_set
from portal.places.settings import BY_NAME, forget

MOST_ROWS = 20_000


def import_regions(text: str, *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Read a region tree from CSV (code, name, name_en, level, parent); gives how many are new and how many changed.

    Parents may stand after their children. Nothing is taken away: a region that is missing stays. The caller commits.
    Raises DomainError naming the line for a missing column, an unknown parent, a circle, or a code outside the scope.
    """
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    if len(rows) > MOST_ROWS:
        raise DomainError(N_("At most %(most)d lines at once."), most=MOST_ROWS)
    wanted: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 2):
        code, name, level = ((row.get(k) or "").strip() for k in ("code", "name", "level"))
        if not code or not name or not level:
            raise DomainError(N_("Line %(number)d: code, name and level are needed."), number=number)
        if not code.isalnum() or len(code) > 20:
            raise DomainError(
                N_("Line %(number)d: “%(code)s” is no code of letters and digits."), number=number, code=code[:20]
            )
        wanted[code] = {k: (v or "").strip() for k, v in row.items() if isinstance(v, str) or v is None}
    known = {r.code: r for r in session().scalars(select(Region))}
    added = changed = 0

    def place(code: str, above: frozenset[str]) -> Region:
        nonlocal added, changed
        if code in above:
            raise DomainError(N_("The regions run in a circle at “%(code)s”."), code=code)
        row = wanted.get(code)
        region = known.get(code)
        if row is None:
            if region is None:
                raise DomainError(N_("The region “%(code)s” is named as a parent, but nowhere described."), code=code)
            return region
        parent = place(row["parent"], above | {code}) if row.get("parent") else None
        path = (parent.path if parent else "/") + code + "/"
        if region is None:
            region = Region(code=code, name=row["name"], name_en=row.get("name_en", ""), level=row["level"],
                            parent_id=parent.id if parent else None, path=path)  # fmt: skip
            require(actor is SYSTEM or can_keep(actor, region))
            session().add(region)
            session().flush()
            known[code] = region
            added += 1
        elif (region.name, region.name_en, region.level) != (row["name"], row.get("name_en", ""), row["level"]):
            require(actor is SYSTEM or can_keep(actor, region))
            region.name, region.name_en, region.level = row["name"], row.get("name_en", ""), row["level"]
            changed += 1
        return region

    for code in wanted:
        place(code, frozenset())
    top = known[next(iter(wanted))] if wanted else None
    if top is not None:
        record("regions-imported", top, actor=actor, now=now, added=added, changed=changed)
    return added, changed


def add_region(
    parent: Region, *, code: str, name: str, name_en: str, level: str, actor: Actor, now: datetime
) -> Region:
    """Add a region below another. The caller commits."""
    require(can_keep(actor, parent))
    if session().scalar(select(Region.id).where(Region.code == code)) is not None:
        raise DomainError(N_("This code is in use already."), field="code")
    if not code.isalnum():
        raise DomainError(N_("A code has letters and digits only."), field="code")
    region = Region(
        code=code, name=name, name_en=name_en, level=level, parent_id=parent.id, path=f"{parent.path}{code}/"
    )
    session().add(region)
    session().flush()
    record("region-added", region, actor=actor, now=now, code=code)
    return region


def edit_region(region: Region, *, name: str, name_en: str, is_active: bool, actor: Actor, now: datetime) -> None:
    """Change a region's names, or take it out of use (what lies in it stays). The caller commits."""
    require(can_keep(actor, region))
    region.name, region.name_en, region.is_active = name, name_en, is_active
    record("region-edited", region, actor=actor, now=now, active=is_active)


def change_setting(name: str, value: Any, *, from_on: date, reason: str, actor: Actor, now: datetime) -> Setting:
    """Set a value from a day on; earlier values stay, so that the past can be computed again. The caller commits.

    Raises DomainError when the value is out of bounds or of another kind.
    """
    require(can_set(actor))
    declared = BY_NAME[name]
    if declared.kind == "int" and not (isinstance(value, int) and declared.low <= value <= declared.high):
        raise DomainError(
            N_("Give a whole number from %(low)d to %(high)d."), field="value", low=declared.low, high=declared.high
        )
    row = session().scalar(select(Setting).where(Setting.name == name, Setting.from_on == from_on))
    if row is None:
        row = Setting(name=name, from_on=from_on, value=value, set_by=actor.account_ref, set_at=now, reason=reason)
        session().add(row)
    row.value, row.set_by, row.set_at, row.reason = value, actor.account_ref, now, reason
    session().flush()
    record(
        "setting-changed",
        row,
        actor=actor,
        now=now,
        reason=reason,
        name=name,
        value=str(value)[:200],
        from_on=from_on.isoformat(),
    )
    forget()
    return row


def correct_day(on: date, *, is_workday: bool, label: str, actor: Actor, now: datetime) -> None:
    """Say that a day is a workday or is not, whatever the official calendar says. The caller commits."""
    require(can_set(actor))
    row = session().scalar(select(DayOff).where(DayOff.on_day == on))
    if row is None:
        row = DayOff(on_day=on, is_workday=is_workday, label=label)
        session().add(row)
    row.is_workday, row.label = is_workday, label
    session().flush()
    record("day-corrected", row, actor=actor, now=now, on=on.isoformat(), works=is_workday)


def forget_correction(day: DayOff, *, actor: Actor, now: datetime) -> None:
    """Take a correction back. The caller commits."""
    require(can_set(actor))
    record("day-correction-removed", day, actor=actor, now=now, on=day.on_day.isoformat())
    session().delete(day)
