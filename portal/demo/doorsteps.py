"""The demo's visits: 1 029 of them, as the article counts, the next ones that are owed, and a card for each child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.children.models import Child, ChildCode
from portal.children.operations.codes import short_index, token_index
from portal.children.short_codes import ALPHABET, RANDOM_PLACES, check_character
from portal.demo.children import Kid
from portal.demo.content.needs import VISITED
from portal.demo.people import Staff
from portal.demo.store import Row, Store
from portal.duties.models import Duty
from portal.kernel.people import age_on
from portal.kernel.secrets import vault
from portal.places.models import DayOff, Setting
from portal.places.settings import DEFAULTS
from portal.places.working_days import add_working_days
from portal.visits.models import Visit
from portal.visits.operations.plan import due_moment, key_of
from portal.visits.rules import (
    ALL_WELL,
    CARE,
    INTERVALS,
    SHORTEST_COMPARED,
    TOWN,
    Interval,
    VisitKind,
    VisitState,
    is_worrying,
    next_due,
    plain,
)

VISITS = 1029
"""Source: the article, 已走访孤困儿童1029人次."""
ATTEMPTS, WITH_TEXT, UNWELL = 0.03, 0.4, 0.05
TOGETHER, CHECKED = 0.4, 0.88
"""Of the last visits, how many the supervisor came along to; of the other children, how many the town checked."""


@dataclass
class Door:
    """A visit to a kid; `row` once it is written."""

    kid: Kid
    on: date
    kind: VisitKind
    attempt: bool = False
    row: Row | None = None


class Doorsteps:
    """Writes codes, visits and what is owed next."""

    def __init__(self, store: Store, staff: Staff, kids: list[Kid]) -> None:
        self.store, self.staff = store, staff
        self.settings = DEFAULTS | {row["name"]: row["value"] for row in store.rows[Setting]}
        self.corrections = {row["on_day"]: row["is_workday"] for row in store.rows[DayOff]}
        self.open = [kid for kid in kids if kid.is_open]
        self.doors: list[Door] = []

    def add_all(self) -> list[Door]:
        """Everything; gives the visits, oldest first."""
        for kid in self.open:
            self._card(kid)
        self._plan()
        self.doors.sort(key=lambda door: (door.on, door.kid.row["id"]))
        for number, door in enumerate(self.doors):
            self._write(number, door)
        made: dict[int, list[Door]] = {}
        for door in self.doors:
            made.setdefault(door.kid.row["id"], []).append(door)
        for kid in self.open:
            for interval in INTERVALS:
                self._owe(kid, interval, made.get(kid.row["id"], []))
        return self.doors

    def _card(self, kid: Kid) -> None:
        rng, store = self.store.rng, self.store
        body = "".join(rng.choice(ALPHABET) for _ in range(RANDOM_PLACES))
        token, short = rng.randbytes(24).hex(), body + check_character(body)
        caseworker = self.staff.near(kid.row["region_path"])
        at = store.moment(min(max(kid.row["opened_on"] + timedelta(days=3), store.day(420)), store.day(1)), 10)
        store.add(
            ChildCode, child_id=kid.row["id"], token=token, token_index=token_index(token), short=short,
            short_index=short_index(short), issued_at=at, issued_by=caseworker["ref"],
        )  # fmt: skip
        store.log("code-issued", Child, kid.row, by=caseworker, at=at, about=kid.row["ref"])

    def _plan(self) -> None:
        """First the last visit of each child, within its interval but for a few; then earlier ones up to the number."""
        rng, store = self.store.rng, self.store
        last: dict[int, date] = {}
        for kid in self.open:
            every = self.settings[CARE.setting + kid.row["risk"].value]
            age = (store.as_of - kid.row["opened_on"]).days
            ago = rng.randint(1, max(2, int(every * 1.06)))
            if age > ago and age > 6:
                last[kid.row["id"]] = store.day(ago)
                together = rng.random() < TOGETHER
                self.doors.append(Door(kid, store.day(ago), VisitKind.JOINT if together else VisitKind.CARE))
        checked = [kid for kid in self.open if kid.row["id"] in last]
        alone = [door.kid for door in self.doors if door.kind is VisitKind.CARE]
        for kid in rng.sample(alone, int(len(alone) * CHECKED)):
            every = self.settings[TOWN.setting + kid.row["risk"].value]
            on = store.day(rng.randint(2, max(3, every - 2)))
            if on > kid.row["opened_on"]:
                self.doors.append(Door(kid, on, VisitKind.TOWN))
        while len(self.doors) < VISITS:
            kid = rng.choice(checked)
            every = self.settings[CARE.setting + kid.row["risk"].value]
            on = last[kid.row["id"]] - timedelta(days=rng.randint(int(every * 0.7), every))
            if on > max(kid.row["opened_on"], store.day(1000)):
                last[kid.row["id"]] = on
                self.doors.append(Door(kid, on, VisitKind.CARE, attempt=rng.random() < ATTEMPTS))
        del self.doors[VISITS:]

    def _supervisor(self, door: Door) -> Row:
        path = door.kid.row["region_path"]
        return next(row for town, row in self.staff.supervisors.items() if path.startswith(town))

    def _author(self, door: Door) -> Row:
        return self._supervisor(door) if door.kind is VisitKind.TOWN else self.staff.near(door.kid.row["region_path"])

    def _write(self, number: int, door: Door) -> None:
        store, rng, child = self.store, self.store.rng, door.kid.row
        author = self._author(door)
        at = store.moment(door.on)
        seen, text = self._seen(door), ""
        if not door.attempt and rng.random() < WITH_TEXT:
            text = store.once(f"visit:{author['ref']}", lambda: "".join(rng.sample(VISITED, 2)))
        print_ = vault().blind(plain(text), "visit-text") if len(plain(text)) >= SHORTEST_COMPARED else ""
        door.row = store.add(
            Visit, client_key=f"demo-visit-{number:05d}", author_ref=author["ref"], author_name=author["name"],
            child_id=child["id"], child_ref=child["ref"], region_path=child["region_path"], kind=door.kind,
            attempt=door.attempt, worrying=is_worrying(seen), on_day=door.on, at=at, received_at=at,
            seen={"met": ["nobody"] if door.attempt else ["child", "carer"], **seen}, text=text, text_print=print_,
            joint_with=self._supervisor(door)["name"] if door.kind is VisitKind.JOINT else "",
            household_print=vault().blind(plain(door.kid.family.address), "visit-door"), state=VisitState.KEPT,
        )  # fmt: skip
        store.note_move(Visit, door.row["ref"], "", VisitState.KEPT, by=author, at=at)
        store.log(
            "visit-kept", Visit, door.row, by=author, at=at, about=child["ref"], kind=door.kind.value,
            attempt=door.attempt, offline=False, clock_off=False, needs=0,
        )  # fmt: skip

    def _seen(self, door: Door) -> dict[str, str]:
        if door.attempt:
            return {}
        rng = self.store.rng
        seen = dict(ALL_WELL)
        if age_on(door.kid.row["born_on"], door.on) < 6:
            seen["schooling"] = "not_yet"
        if rng.random() < UNWELL:
            area, what = rng.choice(
                (("health", "unwell"), ("housing", "poor"), ("mood", "quiet"), ("guardianship", "weak"))
            )
            seen[area] = what
        return seen

    def _owe(self, kid: Kid, interval: Interval, doors: list[Door]) -> None:
        store, child = self.store, kid.row
        fulfilled = [d.on for d in doors if d.kind in interval.fulfilled_by and not d.attempt]
        every = self.settings[interval.setting + child["risk"].value]
        first = (
            add_working_days(child["opened_on"], self.settings["first_visit_working_days"], self.corrections)
            if interval is CARE
            else child["opened_on"] + timedelta(days=every)
        )
        due = next_due(
            last_on=max(fulfilled, default=None), first_due_on=first, risk_since_on=child["risk_since_on"],
            every_days=every,
        )  # fmt: skip
        opened = store.moment(max(fulfilled, default=child["opened_on"]), 18)
        store.add(
            Duty, key=key_of(interval, child["ref"]), kind=interval.kind, subject_kind="child",
            subject_ref=child["ref"], owner_role=interval.owner, path=child["region_path"], child_ref=child["ref"],
            url=f"/visits/new?child={child['ref']}", due_at=due_moment(due), opened_at=opened,
        )  # fmt: skip
