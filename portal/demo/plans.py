"""The demo's planned sessions, past and to come, with their bookings in the calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from portal.calendars.ical import event_texts
from portal.calendars.models import Booking, BookingAudience, BookingResource, BookingState
from portal.demo.content import staff_notes
from portal.demo.meetings import Meeting
from portal.demo.pairs import Pair
from portal.demo.store import Row, Store
from portal.kernel.clock import start_of
from portal.mentoring.models import PlannedSession
from portal.mentoring.rules import LOGGABLE, PLACE_WORDS, PlaceKind, PlanState, Way

P = PlanState
HELD_DAYS = 45
"""Sessions of so many days back still stand in the calendar."""
MISSED, MOVED, CANCELLED = 16, 12, 8
TO_COME = 0.6
"""Of the running pairs, how many have their next session planned."""
HOURS = {0: 18, 1: 18, 2: 18, 3: 18, 4: 18, 5: 9, 6: 14}
"""A usual hour by weekday: after work, and at weekends in daylight."""
SATURDAY = 5
FULL_HOUR = datetime(2020, 1, 1, tzinfo=UTC)
"""Any full hour: half hours are counted from it."""
CANCEL_REASONS = ("孩子要走亲戚，取消一次。", "单位值班，先取消，下周再约。", "天气预报有暴雨，取消。")


class Plans:
    """Writes planned sessions."""

    def __init__(self, store: Store, pairs: list[Pair], written: list[tuple[Meeting, Row]]) -> None:
        self.store, self.pairs = store, pairs
        self.running = [p for p in pairs if p.state in LOGGABLE and p.is_logged]
        self.last_log: dict[int, Row] = {}
        self.written = written

    def add_all(self) -> None:
        """Held ones in the order of the logs that fulfilled them, then those that came to nothing, then coming ones."""
        for meeting, log in self.written:
            self._held(meeting, log)
        rng = self.store.rng
        recent = [p for p in self.running[3:] if p.row["started_on"] < self.store.day(40)]
        chosen = rng.sample(recent, MISSED + MOVED + CANCELLED)
        for number, pair in enumerate(chosen):
            self._failed(pair, P.MISSED if number < MISSED else P.MOVED if number < MISSED + MOVED else P.CANCELLED)
        moved = {id(p) for p in chosen[MISSED : MISSED + MOVED]}
        for number, pair in enumerate(self.running):
            quiet = pair.row["last_contact_on"] is None or pair.row["last_contact_on"] < self.store.day(14)
            if id(pair) in moved or quiet:
                continue
            if number == 0:
                # The demo mentor meets the child today, and a week from now.
                self._coming(pair, 0)
                self._coming(pair, 7)
            elif pair.is_demo or rng.random() < TO_COME:
                self._coming(pair, 2 if pair.is_demo else rng.randint(0, 13))

    def _coming(self, pair: Pair, days: int) -> None:
        made = self.store.moment(pair.row["last_contact_on"], 20)
        planned = self._plan(pair, self.store.as_of + timedelta(days=days), state=P.PLANNED, made=made)
        self._book(pair, planned, planned)
        if pair.row["id"] in self.last_log:
            self.last_log[pair.row["id"]].setdefault("next_planned_ref", planned["ref"])

    def _held(self, meeting: Meeting, log: Row) -> None:
        store = self.store
        recent = meeting.on > store.day(HELD_DAYS) and meeting.way is Way.IN_PERSON and not meeting.attempt
        if recent and meeting.pairs[0].state in LOGGABLE and store.rng.random() < 0.55:
            for pair in meeting.pairs:
                before = self.last_log.get(pair.row["id"])
                made = before["submitted_at"] if before else store.moment(meeting.on - timedelta(days=6), 20)
                # A log may arrive after the next session: the plan is older than both.
                made = min(made, store.moment(meeting.on - timedelta(days=2), 20))
                planned = self._plan(
                    pair, meeting.on, state=P.HELD, made=made, place=meeting.place, minutes=log["minutes"] or 60
                )
                if planned["ends_at"] > log["submitted_at"]:
                    # It was earlier in the day than usual: the log came in before the evening.
                    half_hours = timedelta(minutes=30)
                    end = FULL_HOUR + (log["submitted_at"] - FULL_HOUR) // half_hours * half_hours
                    planned.update(starts_at=end - (planned["ends_at"] - planned["starts_at"]), ends_at=end)
                self._step(pair, planned, P.HELD, at=log["submitted_at"])
                self._book(pair, planned, planned)
                log.setdefault("planned_ref", planned["ref"])
                if before is not None:
                    before.setdefault("next_planned_ref", planned["ref"])
        if not meeting.attempt:
            for pair in meeting.pairs:
                self.last_log[pair.row["id"]] = log

    def _failed(self, pair: Pair, state: PlanState) -> None:
        store, rng = self.store, self.store.rng
        day = store.day(rng.randint(2, 25))
        made = store.moment(day - timedelta(days=5), 20)
        planned = self._plan(pair, day, state=state, made=made)
        at = store.moment(day, 20) if state is P.MISSED else store.moment(day - timedelta(days=1), 12)
        reason = (
            ""
            if state is P.MOVED
            else pair.kid.fill(rng.choice(staff_notes.MISSED_REASONS if state is P.MISSED else CANCEL_REASONS))
        )
        planned["reason"] = reason
        self._step(pair, planned, state, at=at, reason=reason)
        if state is P.MOVED:
            later = self._plan(pair, store.as_of + timedelta(days=rng.randint(1, 9)), state=P.PLANNED, made=at)
            later["first_ref"], planned["moved_to_ref"] = planned["ref"], later["ref"]
            self._book(pair, planned, later, changed=at, sequence=1)
        else:
            self._book(
                pair, planned, planned, changed=at, sequence=int(state is P.CANCELLED), cancelled=state is P.CANCELLED
            )

    def _plan(
        self,
        pair: Pair,
        day: date,
        *,
        state: PlanState,
        made: datetime,
        place: PlaceKind | None = None,
        minutes: int = 90,
    ) -> Row:
        store = self.store
        # A mentor's second child has another hour: earlier on a working day, later at the weekend.
        hour = HOURS[day.weekday()] + 2 * ((pair.row["slot"] or 1) - 1) * (-1 if day.weekday() < SATURDAY else 1)
        starts = start_of(day) + timedelta(hours=hour, minutes=30 * (pair.row["id"] % 2))
        row = store.add(
            PlannedSession, pairing_id=pair.row["id"], child_ref=pair.row["child_ref"],
            region_path=pair.row["region_path"], starts_at=starts,
            ends_at=starts + timedelta(minutes=min(minutes, 150)),
            place=place or store.rng.choice((PlaceKind.HOME, PlaceKind.HOME, PlaceKind.CENTRE)), state=state,
            made_at=made, made_by=pair.account["ref"],
        )  # fmt: skip
        store.note_move(PlannedSession, row["ref"], "", P.PLANNED.value, by=pair.account, at=made)
        return row

    def _step(self, pair: Pair, planned: Row, state: PlanState, *, at: datetime, reason: str = "") -> None:
        self.store.note_move(
            PlannedSession, planned["ref"], P.PLANNED.value, state.value, by=pair.account, at=at, reason=reason
        )
        self.store.log(
            "planned-session-moved", PlannedSession, planned, by=pair.account, at=at, about=pair.row["child_ref"],
            reason=reason, source=P.PLANNED.value, target=state.value,
        )  # fmt: skip

    def _book(
        self,
        pair: Pair,
        first: Row,
        standing: Row,
        *,
        changed: datetime | None = None,
        sequence: int = 0,
        cancelled: bool = False,
    ) -> None:
        """The booking of a planned session: initials and a kind of place, as in every calendar."""
        store = self.store
        ref = store.ref()
        at = changed or standing["made_at"]
        row = store.add(
            Booking, ref=ref, uid=f"{ref}@portal", sequence=sequence, kind="session",
            subject_kind=PlannedSession.__tablename__, subject_ref=first["ref"],
            url=f"/planned-sessions/{standing['ref']}", title=pair.kid.row["given_initials"].upper(),
            place=PLACE_WORDS[standing["place"]], region_path=pair.row["region_path"],
            starts_at=standing["starts_at"], ends_at=standing["ends_at"],
            state=BookingState.CANCELLED if cancelled else BookingState.STANDING, changed_at=at,
            cancelled_at=at if cancelled else None,
        )  # fmt: skip
        texts = event_texts(Booking(**row))
        row["ics"], row["ics_en"] = texts["zh_Hans"], texts["en"]
        store.add(BookingAudience, booking_id=row["id"], account_ref=pair.account["ref"])
        for key in (f"child:{pair.row['child_ref']}", f"volunteer:{pair.row['volunteer_ref']}"):
            store.add(BookingResource, booking_id=row["id"], key=key)


def add_plans(store: Store, pairs: list[Pair], written: list[tuple[Meeting, Row]]) -> None:
    """Planned sessions of the last weeks and of the next two."""
    Plans(store, pairs, written).add_all()
