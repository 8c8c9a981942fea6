"""The demo's volunteers: 926 ready or on leave, as in the article, and others in every other state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.demo.content import volunteers as words
from portal.demo.content.identity import id_number, town_of_volunteer
from portal.demo.content.names import full_name
from portal.demo.people import Staff, new_phone
from portal.demo.places import Places
from portal.demo.store import Row, Store
from portal.kernel.actor import SYSTEM
from portal.kernel.people import Sex, masked_id
from portal.kernel.secrets import vault
from portal.places.pinyin import initials
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.operations.status import EXPIRED
from portal.volunteers.rules import BEFORE_TRAINING, CredentialKind, Result, VolunteerState

S, K = VolunteerState, CredentialKind
READY_OR_ON_LEAVE = 926
"""现有孤困儿童心理辅导志愿者926人: source-article.txt."""
ON_LEAVE, AWAY_FROM_A_PAIR, EXPIRED_WITH_A_PAIR = 38, 8, 3
"""On leave without a pair; on leave while their pair rests; back in vetting while their pair goes on."""
NUMBERS: dict[VolunteerState, int] = {
    S.READY: READY_OR_ON_LEAVE - ON_LEAVE + EXPIRED_WITH_A_PAIR, S.ON_LEAVE: ON_LEAVE, S.APPLIED: 27, S.VETTING: 23,
    S.TRAINING: 18, S.SUSPENDED: 5, S.REJECTED: 11, S.WITHDRAWN: 10, S.DISMISSED: 2, S.ARCHIVED: 24,
    S.ENTERED_IN_ERROR: 2,
}  # fmt: skip
WAYS: dict[VolunteerState, tuple[VolunteerState, ...]] = {
    S.APPLIED: (S.APPLIED,), S.VETTING: (S.APPLIED, S.VETTING), S.TRAINING: (S.APPLIED, S.VETTING, S.TRAINING),
    S.READY: (S.APPLIED, S.VETTING, S.TRAINING, S.READY),
    S.REJECTED: (S.APPLIED, S.VETTING, S.REJECTED), S.WITHDRAWN: (S.APPLIED, S.WITHDRAWN),
    S.ENTERED_IN_ERROR: (S.APPLIED, S.ENTERED_IN_ERROR),
}  # fmt: skip
for _state in (S.ON_LEAVE, S.SUSPENDED, S.ARCHIVED):
    WAYS[_state] = (*WAYS[S.READY], _state)
WAYS[S.DISMISSED] = (*WAYS[S.SUSPENDED], S.DISMISSED)
WAS_READY = frozenset({S.READY, S.ON_LEAVE, S.SUSPENDED, S.ARCHIVED, S.DISMISSED})
CHECK_DAYS = 365
ENDING = ((7, 8), (30, 24), (60, 40))
"""Offence checks that end soon: (within days, how many)."""
WITHDRAWN_EXPIRED = 6
"""Of those being checked, so many are there again because a check has run out."""


@dataclass
class Helper:
    """A volunteer of the demo, with what pairing asks about."""

    row: Row
    town: str
    phone: str
    ready_on: date
    left_on: date | None = None
    taken: int = 0
    account: Row | None = None

    @property
    def state(self) -> VolunteerState:
        """The status now."""
        found: VolunteerState = self.row["state"]
        return found


def add_volunteers(store: Store, places: Places, staff: Staff) -> list[Helper]:
    """Every volunteer with credentials and the whole history of the status."""
    ending = [(low, high) for (high, number), low in zip(ENDING, (0, 8, 31), strict=True) for _ in range(number)]
    expired = WITHDRAWN_EXPIRED
    made = []
    for state, number in NUMBERS.items():
        for _ in range(number):
            again = state is S.VETTING and expired > 0
            expired -= again
            left = store.rng.randint(*ending.pop()) if state is S.READY and ending else 0
            made.append(_add_one(store, places, staff, state, left_days=left, expired=again))
    return made


def _add_one(
    store: Store, places: Places, staff: Staff, state: VolunteerState, *, left_days: int, expired: bool
) -> Helper:
    rng = store.rng
    town = places.town(town_of_volunteer(rng).code)
    sex = Sex.FEMALE if rng.random() < 0.66 else Sex.MALE
    work, skills = words.occupation(rng)
    low, high = (19, 23) if work == "大学生" else (56, 69) if work.startswith("退休") else (25, 57)
    settled = state in WAS_READY or expired
    # Whose check ends soon, or has run out, was checked a year ago at least.
    earliest = 480 if left_days or expired else 260
    joined = store.day(
        rng.randint(45, 200) if left_days == 0 and not settled else int(rng.triangular(earliest, 1300, 600))
    )
    if state in (S.APPLIED, S.TRAINING, S.VETTING) and not expired:
        joined = store.day(
            {S.APPLIED: rng.randint(1, 20), S.VETTING: rng.randint(12, 45)}.get(state, rng.randint(30, 80))
        )
    born = joined - timedelta(days=rng.randint(low * 366, high * 365))
    name = full_name(rng, sex.value, born.year)
    number = store.once("volunteer", lambda: id_number(rng, born, sex.value))
    phone = new_phone(store)
    row = store.add(
        Volunteer, name=name, initials=initials(name, 2 if name[:2] in ("诸葛", "上官", "欧阳") else 1), sex=sex,
        born_on=born, id_number=number, id_masked=masked_id(number), id_index=vault().blind(number, "id"),
        phone=phone, phone_index=vault().blind(phone, "phone"), region_id=town.row["id"],
        region_path=town.row["path"], occupation=work, profile=words.profile(rng), skills=list(skills),
        languages=list(words.languages(rng, skills)), availability=list(words.availability(rng)),
        capacity=rng.choices((1, 2, 3), (82, 14, 4))[0], state=state, was_ready=settled, joined_on=joined,
        created_at=store.moment(joined),
    )  # fmt: skip
    helper = Helper(row, town.share.code, phone, joined)
    _walk(store, staff, helper, expired=expired)
    _add_credentials(store, staff, helper, left_days=left_days, expired=expired)
    return helper


def _walk(store: Store, staff: Staff, helper: Helper, *, expired: bool) -> None:
    """The steps of the status, each on its own day."""
    rng, row = store.rng, helper.row
    steps = (*WAYS[S.READY], S.VETTING) if expired else WAYS[row["state"]]
    day, before = row["joined_on"], ""
    for place, state in enumerate(steps):
        if place:
            gap = {S.VETTING: (2, 9), S.TRAINING: (12, 24), S.READY: (5, 30)}.get(state, (3, 14))
            latest = store.as_of - timedelta(days=len(steps) - place)
            day = min(day + timedelta(days=rng.randint(*gap)), latest)
            if state in (S.ON_LEAVE, S.SUSPENDED, S.ARCHIVED, S.DISMISSED) or (expired and place == len(steps) - 1):
                day = max(day, store.day(rng.randint(4, 90)))
        by = staff.coordinators[rng.random() < 0.3]
        moment = store.moment(day)
        if expired and place == len(steps) - 1:
            note_status(store, row, before, state, reason=EXPIRED, by=None, at=moment)
        else:
            note_status(store, row, before, state, reason=_reason(store, state), by=by, at=moment)
        if state is S.READY:
            helper.ready_on = day
        if state is S.ARCHIVED:
            helper.left_on = day
        before, row["state_since_on"] = state.value, day


def _reason(store: Store, state: VolunteerState) -> str:
    return store.rng.choice(words.STATUS_REMARKS.get(state.value, ("重复登记。",)))


def note_status(
    store: Store, row: Row, before: str, state: VolunteerState, *, reason: str, by: Row | None, at: datetime
) -> None:
    """One step of a volunteer's status with its row of the log. The portal itself acts where nobody is given."""
    who = by or {"ref": SYSTEM.account_ref, "name": SYSTEM.name}
    store.note_move(Volunteer, row["ref"], before, state.value, by=who, at=at, reason=reason)
    if before:
        store.log(
            "volunteer-moved", Volunteer, row, by=who, at=at, about=row["ref"], reason=reason, source=before,
            target=state.value,
        )  # fmt: skip


def _add_credentials(store: Store, staff: Staff, helper: Helper, *, left_days: int, expired: bool) -> None:
    rng, row = store.rng, helper.row
    state = row["state"]
    if row["was_ready"]:
        kinds: tuple[CredentialKind, ...] = tuple(K)
    elif state is S.TRAINING:
        kinds = BEFORE_TRAINING
    elif state in (S.VETTING, S.REJECTED):
        kinds = (K.IDENTITY, K.REFERENCE_1, K.OFFENCE_CHECK)[: rng.randint(1, 3)]
    else:
        return
    first = row["joined_on"] + timedelta(days=rng.randint(3, 10))
    for kind in kinds:
        done = min(first + timedelta(days=rng.randint(0, 4)), store.day(1))
        if kind in (K.TRAINING, K.CODE_OF_CONDUCT):
            done = helper.ready_on
        if kind is not K.OFFENCE_CHECK:
            _credential(store, staff, row, kind, done)
            continue
        if state is S.REJECTED:
            _credential(store, staff, row, kind, done, result=Result.FAILED)
        elif expired:
            _credential(store, staff, row, kind, row["state_since_on"] - timedelta(days=CHECK_DAYS + 1))
        elif left_days or done < store.day(CHECK_DAYS - 70):
            renewed = store.day(CHECK_DAYS - left_days if left_days else rng.randint(8, CHECK_DAYS - 70))
            if renewed > done:
                _credential(store, staff, row, kind, done, ended=renewed)
            _credential(store, staff, row, kind, renewed)
        else:
            _credential(store, staff, row, kind, done)


def _credential(
    store: Store,
    staff: Staff,
    row: Row,
    kind: CredentialKind,
    done: date,
    *,
    result: Result = Result.PASSED,
    ended: date | None = None,
) -> None:
    until = done + timedelta(days=CHECK_DAYS) if kind is K.OFFENCE_CHECK and result is Result.PASSED else None
    days = (until - store.as_of).days if until else CHECK_DAYS
    store.add(
        Credential, volunteer_id=row["id"], kind=kind, result=result, done_on=done, until_on=until,
        hours=store.rng.choice((2, 2, 3, 4, 6)) if kind is K.TRAINING else None, noted_by=staff.coordinators[0]["ref"],
        noted_at=store.moment(done), ended_at=store.moment(ended) if ended else None,
        told_days=next((most for most in (7, 30, 60) if 0 <= days <= most), None) if ended is None else None,
    )  # fmt: skip


def expire(store: Store, helper: Helper, *, days_ago: int) -> None:
    """Let the offence check of a volunteer with a running pair run out: back to being checked, the pair goes on."""
    for row in store.rows[Credential]:
        if row["volunteer_id"] == helper.row["id"] and row["kind"] is K.OFFENCE_CHECK and row["ended_at"] is None:
            row["until_on"] = store.day(days_ago)
            row["done_on"] = row["until_on"] - timedelta(days=CHECK_DAYS)
            row["told_days"] = 7
    _move_on(store, helper, S.VETTING, reason=EXPIRED, by=None, on=store.day(days_ago - 1))


def take_leave(store: Store, helper: Helper, *, on: date, reason: str, by: Row) -> None:
    """A volunteer goes on leave while the pair rests."""
    _move_on(store, helper, S.ON_LEAVE, reason=reason, by=by, on=on)


def _move_on(store: Store, helper: Helper, state: VolunteerState, *, reason: str, by: Row | None, on: date) -> None:
    # The row goes in as ready, because a live pair asks for that; the status follows after the pairs.
    store.later.append((Volunteer, helper.row["id"], {"state": state, "state_since_on": on}))
    helper.row["later_state"] = state
    note_status(store, helper.row, S.READY.value, state, reason=reason, by=by, at=store.moment(on))
