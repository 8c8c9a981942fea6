"""The demo's district: the real tree of towns and streets, with invented villages below them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files

from portal.demo.content.identity import TOWNS, TownShare, villages_of
from portal.demo.store import Row, Store
from portal.places.models import DayOff, Region, Setting

DISTRICT = "371302"
CODES_BEFORE_VILLAGES = 3


@dataclass
class Town:
    """A town or street with its villages."""

    share: TownShare
    row: Row
    villages: list[Row] = field(default_factory=list)


@dataclass
class Places:
    """Where everybody of the demo lives."""

    district: Row
    towns: list[Town]

    def town(self, code: str) -> Town:
        """A town by its code."""
        return next(t for t in self.towns if t.share.code == code)


def tree_text() -> str:
    """The shipped region tree, as CSV."""
    return (files("portal.places") / "data" / "lanshan.csv").read_text(encoding="utf-8")


def add_places(store: Store) -> Places:
    """The tree with invented villages (示例一村 …) in every town."""
    known: dict[str, Row] = {}
    for line in csv.DictReader(tree_text().splitlines()):
        known[line["code"]] = _region(
            store, known, line["code"], line["name"], line["name_en"], line["level"], line["parent"]
        )
    towns = []
    for share in TOWNS:
        town = Town(share, known[share.code])
        for number, name in enumerate(villages_of(share), 1):
            code = f"{share.code}{number:0{CODES_BEFORE_VILLAGES}d}"
            town.villages.append(_region(store, known, code, name, f"Example Village {number}", "village", share.code))
        towns.append(town)
    return Places(known[DISTRICT], towns)


def _region(store: Store, known: dict[str, Row], code: str, name: str, name_en: str, level: str, parent: str) -> Row:
    above = known.get(parent)
    return store.add(
        Region, code=code, name=name, name_en=name_en, level=level, parent_id=above["id"] if above else None,
        path=(above["path"] if above else "/") + code + "/",
    )  # fmt: skip


def add_settings(store: Store, *, by: Row) -> None:
    """What this district has set otherwise than the portal's defaults, and its corrections of the calendar."""
    began = store.day(430)
    year = store.as_of.year if store.as_of.month >= 8 else store.as_of.year - 1
    terms = [
        f"{year}-09-01 {year + 1}-01-19",
        f"{year + 1}-02-20 {year + 1}-07-03",
        f"{year + 1}-09-01 {year + 2}-01-19",
    ]
    for name, value, reason in (
        ("filing_number", "鲁ICP备00000000号（示例）", "演示环境。"),
        ("term_dates", terms, "按全区校历。"),
        ("visit_days_green", 150, "区里要求绿色档案半年内必访。"),
    ):
        row = store.add(
            Setting, name=name, from_on=began, value=value, set_by=by["ref"], set_at=store.moment(began), reason=reason
        )
        store.log("setting-changed", Setting, row, by=by, at=row["set_at"], reason=reason, name=name)
    for on, works, label in (
        (_weekday(store.as_of + timedelta(days=24), 5), True, "全区集中走访，周六上班"),
        (_weekday(store.as_of - timedelta(days=52), 4), False, "防汛停工"),
    ):
        store.add(DayOff, on_day=on, is_workday=works, label=label)


def _weekday(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
