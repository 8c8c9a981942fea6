"""The demo's pairs: who mentors whom, since when, and how each came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.access.models import GrantState, RoleGrant
from portal.children.models import Consent, Sight
from portal.children.rules import FieldSet, FileState, Purpose
from portal.demo.children import Kid
from portal.demo.content import staff_notes
from portal.demo.matching import Matcher, reasons
from portal.demo.people import DEMO_TOWN, ROLE_NAMES, SECOND_MENTOR, Staff, add_account, grant
from portal.demo.store import Row, Store
from portal.demo.volunteers import AWAY_FROM_A_PAIR, EXPIRED_WITH_A_PAIR, Helper, expire, take_leave
from portal.kernel.actor import Role
from portal.kernel.people import Sex
from portal.pairing.models import Pairing
from portal.pairing.rules import LIVE, ClosureReason, ContactAfter, ExitTalk, PairingState
from portal.places.pinyin import initials
from portal.volunteers.rules import VolunteerState

S = PairingState
LIVE_PAIRS = 430
AGREED, PAUSED, CLOSING = 9, 14, 11
SILENT, VERY_SILENT = 20, 8
"""Running pairs without contact for 14 days and for 30."""
PROPOSED, CONSULTED, DECLINED = 12, 8, 14
CLOSED = 52
CONSENT_TAKEN_BACK = 3
YEAR = 365
ENDED = (FileState.CLOSED, FileState.TRANSFERRED)
DECLINE_REASONS = (
    "孩子想先等一等。",
    "照料人暂时不同意，尊重家里的意思。",
    "时间对不上，另行物色。",
    "志愿者近期工作有变动。",
)


@dataclass
class Pair:
    """A pair of the demo, with what its logs need."""

    row: Row
    kid: Kid
    helper: Helper
    state: PairingState
    last_contact_on: date | None = None
    """The day of the newest log with contact that the pair is to have."""
    account: Row = field(default_factory=dict)
    active_from: datetime | None = None
    sight: Row = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        """Whether the mentor is one of the role accounts."""
        return bool(self.account and self.account["password_hash"])

    @property
    def is_logged(self) -> bool:
        """Whether there are sessions to tell of."""
        return self.row.get("started_on") is not None and self.state is not S.ENTERED_IN_ERROR


class Pairs:
    """Brings children and volunteers together; `made` has the pairs, the demo mentors' first."""

    def __init__(self, store: Store, staff: Staff, kids: list[Kid], helpers: list[Helper]) -> None:
        self.store, self.staff = store, staff
        self.matcher = Matcher(store, helpers)
        self.helpers = helpers
        self.made: list[Pair] = []
        fit = [k for k in kids if k.is_open and k.consent_on is not None and k.age(store.as_of) >= 4]
        store.rng.shuffle(fit)
        self.waiting = fit
        self.ended = [
            k for k in kids if k.row.get("closed_on") and k.row["state"] in ENDED and k.consent_on is not None
        ]

    def add_all(self) -> list[Pair]:
        """Every pair of the demo."""
        self._demo_mentor()
        self._demo_siblings()
        rng = self.store.rng
        states = [S.AGREED] * AGREED + [S.PAUSED] * PAUSED + [S.CLOSING] * CLOSING
        quiet = [rng.randint(15, 28) for _ in range(SILENT)] + [rng.randint(31, 45) for _ in range(VERY_SILENT)]
        passed_over: list[Kid] = []
        while sum(p.state in LIVE for p in self.made) < LIVE_PAIRS and self.waiting:
            kid = self.waiting.pop()
            state = states[-1] if states else S.ACTIVE
            silent = quiet[-1] if state is S.ACTIVE and quiet else 0
            pair = self._live(kid, state, silent=silent)
            if pair is None:
                passed_over.append(kid)
                continue
            if states:
                states.pop()
            elif quiet:
                quiet.pop()
        self.waiting += passed_over
        self._unfinished()
        self._closed()
        self._settle_volunteers()
        return self.made

    def _demo_mentor(self) -> None:
        store = self.store
        fit = [
            k for k in self.waiting
            if k.row["sex"] is Sex.FEMALE and 9 <= k.age(store.as_of) <= 12 and k.may_call
            and k.row["opened_on"] < store.day(460)
        ]  # fmt: skip
        kid = min(fit, key=lambda k: k.family.town.code != DEMO_TOWN)
        self._with_account(kid, "mentor", started_days_ago=392)

    def _demo_siblings(self) -> None:
        store = self.store
        for kid in self.waiting:
            both = [k for k in self.waiting if k.family is kid.family and k.row["mentor_sex"] is not Sex.MALE]
            if len(both) == 2 and all(k.row["opened_on"] < store.day(260) and k.age(store.as_of) >= 7 for k in both):
                helper = self._with_account(both[0], SECOND_MENTOR, started_days_ago=228, capacity=2)
                self._live(both[1], S.ACTIVE, helper=helper, started_days_ago=228)
                self.waiting.remove(both[1])
                return
        raise AssertionError("no two siblings who wait for a mentor")

    def _with_account(self, kid: Kid, key: str, *, started_days_ago: int, capacity: int = 1) -> Helper:
        """A pair of a mentor with a role account: a ready woman of the town gets its name."""
        self.waiting.remove(kid)
        since = self.store.day(started_days_ago + 60)
        helper = next(
            h for h in self.matcher.free
            if h.row["sex"] is Sex.FEMALE and h.taken == 0 and h.ready_on < since
            and h.row["occupation"].endswith("教师")
        )  # fmt: skip
        name = ROLE_NAMES[key]
        helper.row.update(name=name, initials=initials(name, 1), capacity=capacity)
        self._account_of(helper, key=key)
        self._live(kid, S.ACTIVE, helper=helper, started_days_ago=started_days_ago)
        return helper

    def _account_of(self, helper: Helper, *, key: str = "") -> Row:
        if helper.account is None:
            ready_days = (self.store.as_of - helper.ready_on).days
            helper.account = add_account(
                self.store, name=helper.row["name"], region_path=helper.row["region_path"], days_ago=ready_days,
                key=key, number=helper.phone, volunteer_ref=helper.row["ref"],
            )  # fmt: skip
            grant(self.store, helper.account, Role.MENTOR, "", by=(self.staff.admins[0], self.staff.admins[1]))
            helper.row["account_ref"] = helper.account["ref"]
        return helper.account

    def _live(
        self, kid: Kid, state: PairingState, *, silent: int = 0, helper: Helper | None = None, started_days_ago: int = 0
    ) -> Pair | None:
        store, rng = self.store, self.store.rng
        base = kid.consent_on or store.as_of
        latest = store.day(45 if state is S.AGREED else 115 if state is S.PAUSED else 62 + silent)
        if base > latest:
            return None
        helper = helper or self.matcher.best(kid, by=latest)
        if helper is None:
            return None
        base = max(base, helper.ready_on)
        if started_days_ago:
            proposed = store.day(started_days_ago + 30)
        elif state is S.AGREED:
            proposed = store.day(rng.randint(20, 34))
        else:
            proposed = base + (latest - base) * rng.betavariate(1.1, 1.7)
        pair = self._begin(kid, helper, proposed)
        row = pair.row
        helper.taken += 1
        row["slot"] = helper.taken
        kid.row["has_live_pairing"], helper.row["live_pairings"] = True, helper.taken
        self._agree(pair)
        if state is S.AGREED:
            self._set(pair, S.AGREED)
            return pair
        self._start(pair)
        pair.last_contact_on = store.day(
            silent or rng.choices(range(1, 14), (9, 9, 10, 10, 9, 9, 8, 7, 6, 5, 4, 3, 2))[0]
        )
        if pair.is_demo:
            pair.last_contact_on = store.day(3)
        if state is S.PAUSED:
            self._pause(pair)
        elif state is S.CLOSING:
            self._close_begins(pair, store.day(rng.randint(3, 12)))
        self._set(pair, state)
        return pair

    def _begin(self, kid: Kid, helper: Helper, proposed: date) -> Pair:
        """A proposal with its three talks."""
        store = self.store
        by = self.staff.coordinators[store.rng.random() < 0.35]
        row = store.add(
            Pairing, child_id=kid.row["id"], child_ref=kid.row["ref"], volunteer_id=helper.row["id"],
            volunteer_ref=helper.row["ref"], region_path=kid.row["region_path"], state=S.PROPOSED, proposed_on=proposed,
            proposed_by=by["ref"], why=reasons(kid, helper), created_at=store.moment(proposed),
        )  # fmt: skip
        pair = Pair(row, kid, helper, S.PROPOSED)
        store.note_move(Pairing, row["ref"], "", S.PROPOSED.value, by=by, at=row["created_at"])
        self.made.append(pair)
        return pair

    def _consult(self, pair: Pair) -> date:
        rng, row = self.store.rng, pair.row
        day = row["proposed_on"]
        for side in ("mentor", "carer", "child"):
            day = day + timedelta(days=rng.randint(1, 4))
            row[f"{side}_asked_on"], row[f"{side}_said"] = day, self._said(side, pair.kid)
        self._move(pair, S.CONSULTED, on=day)
        return date.fromordinal(day.toordinal())

    def _said(self, side: str, kid: Kid) -> str:
        fit = list(staff_notes.CONSULTATIONS[side])
        if kid.age(self.store.as_of) < 7:
            fit = [t for t in fit if "篮球" not in t and "数学" not in t]
        return kid.fill(self.store.rng.choice(fit))

    def _agree(self, pair: Pair) -> None:
        row = pair.row
        row["signed_on"] = self._consult(pair) + timedelta(days=self.store.rng.randint(1, 5))
        years = 1
        while row["signed_on"] + timedelta(days=years * YEAR + 1) < self.store.as_of:
            years += 1
        row["commitment_until_on"] = row["signed_on"] + timedelta(days=years * YEAR + 1)
        row["mentor_account"] = self._account_of(pair.helper)["ref"]
        pair.account = self._account_of(pair.helper)
        self._move(pair, S.AGREED, on=row["signed_on"])

    def _start(self, pair: Pair) -> None:
        row, store = pair.row, self.store
        day = row["signed_on"] + timedelta(days=store.rng.randint(2, 9))
        row["first_meeting_on"] = row["started_on"] = day
        row["first_meeting_staff"] = self.staff.near(pair.kid.family.village["path"])["name"]
        pair.active_from = self._move(pair, S.ACTIVE, on=day)
        self._open(pair, FieldSet.MENTOR, pair.active_from)

    def _open(self, pair: Pair, fields: FieldSet, at: datetime) -> None:
        row = pair.row
        pair.sight = self.store.add(
            Sight, child_id=pair.kid.row["id"], account_ref=row["mentor_account"], fields=fields,
            because_kind="pairing", because_ref=row["ref"], from_at=at, granted_by=self._by(pair)["ref"],
        )  # fmt: skip

    def _pause(self, pair: Pair) -> None:
        day = self.store.day(self.store.rng.randint(6, 40))
        pair.last_contact_on = day - timedelta(days=self.store.rng.randint(2, 9))
        at = self._move(pair, S.PAUSED, on=day, reason=self.store.rng.choice(staff_notes.LEAVE_REASONS[:4]))
        pair.sight["ended_at"] = at

    def _close_begins(self, pair: Pair, day: date, reason: ClosureReason | None = None) -> None:
        rng = self.store.rng
        fit = [ClosureReason.GOALS_REACHED, ClosureReason.MENTOR_LEFT, ClosureReason.MOVED, ClosureReason.CHILD_WISH]
        chosen = reason or rng.choice(fit)
        pair.row["closure_reason"] = chosen
        if pair.last_contact_on is None or pair.last_contact_on > day:
            pair.last_contact_on = day - timedelta(days=rng.randint(0, 3))
        texts = staff_notes.CLOSURE_REASONS[chosen.value]
        at = self._move(pair, S.CLOSING, on=day, reason=pair.kid.fill(rng.choice(texts)))
        pair.sight["ended_at"] = at
        self._open(pair, FieldSet.LEAVING, at)

    def _close(self, pair: Pair, day: date) -> None:
        rng, row = self.store.rng, pair.row
        row["ended_on"] = max(day - timedelta(days=rng.randint(0, 3)), row["started_on"])
        row["exit_child"] = ExitTalk.HELD if rng.random() < 0.85 else ExitTalk.REFUSED
        row["exit_mentor"] = ExitTalk.HELD
        row["contact_after"] = rng.choices(list(ContactAfter), (30, 50, 20))[0]
        row["slot"] = None
        at = self._move(pair, S.CLOSED, on=day)
        pair.sight["ended_at"] = at
        self._set(pair, S.CLOSED)

    def _unfinished(self) -> None:
        """Pairs that have not come about (yet)."""
        store, rng = self.store, self.store.rng
        for state, number in ((S.PROPOSED, PROPOSED), (S.CONSULTED, CONSULTED), (S.DECLINED, DECLINED)):
            done = 0
            while done < number and self.waiting:
                kid = self.waiting.pop(0)
                newest = store.day(26)
                helper = self.matcher.best(kid, by=newest) if (kid.consent_on or store.as_of) <= newest else None
                if helper is None:
                    continue
                long_ago = rng.randint(40, 200) if state is S.DECLINED else rng.randint(14, 24)
                proposed = max(store.day(long_ago), kid.consent_on or newest, helper.ready_on)
                pair = self._begin(kid, helper, proposed)
                if state is S.CONSULTED:
                    self._consult(pair)
                elif state is S.DECLINED:
                    self._move(
                        pair,
                        S.DECLINED,
                        on=proposed + timedelta(days=rng.randint(3, 14)),
                        reason=rng.choice(DECLINE_REASONS),
                    )
                self._set(pair, state)
                done += 1

    def _closed(self) -> None:
        """Pairs that have ended: of children whose files have, and of others who wait for somebody new."""
        rng, done = self.store.rng, 0
        kids = [*self.ended, *self.waiting]
        for kid in kids:
            if done == CLOSED:
                return
            done += self._closed_one(
                kid,
                ClosureReason.CONSENT_WITHDRAWN if done < CONSENT_TAKEN_BACK and kid.is_open else None,
                rng.randint(110, 420),
            )

    def _closed_one(self, kid: Kid, reason: ClosureReason | None, length: int) -> bool:
        store = self.store
        end = (kid.row.get("closed_on") or store.day(store.rng.randint(20, 150))) - timedelta(days=9)
        base = kid.consent_on or end
        if base > end - timedelta(days=120):
            return False
        helper = self.matcher.former(kid, by=max(base, end - timedelta(days=length + 40)), until=end)
        if helper is None:
            return False
        start = max(base, helper.ready_on, end - timedelta(days=length + 40))
        if start > end - timedelta(days=80):
            return False
        pair = self._begin(kid, helper, start)
        self._agree(pair)
        self._start(pair)
        pair.last_contact_on = end - timedelta(days=store.rng.randint(8, 25))
        chosen = ClosureReason.GOALS_REACHED if not kid.is_open else reason
        self._close_begins(pair, end - timedelta(days=store.rng.randint(3, 7)), chosen)
        self._close(pair, end)
        if chosen is ClosureReason.CONSENT_WITHDRAWN:
            self._take_consent_back(kid, end)
        return True

    def _take_consent_back(self, kid: Kid, on: date) -> None:
        by = self.staff.near(kid.family.village["path"])
        for consent in self.store.rows[Consent]:
            if consent["child_id"] == kid.row["id"] and consent["purpose"] in (Purpose.PAIRING, Purpose.CARER_PHONE):
                consent.update(
                    withdrawn_on=on,
                    withdrawn_at=self.store.moment(on),
                    withdrawn_reason="家里决定暂不参加结对。",
                    withdrawn_by=by["ref"],
                )
        kid.consent_on = None

    def _settle_volunteers(self) -> None:
        """Some are on leave while their pair rests, some checks have run out, and who has left signs in no more."""
        store = self.store
        resting = [p for p in self.made if p.state is S.PAUSED and p.helper.taken == 1][:AWAY_FROM_A_PAIR]
        for pair in resting:
            on = store.day(5) if pair.last_contact_on is None else pair.last_contact_on + timedelta(days=1)
            take_leave(
                store,
                pair.helper,
                on=on,
                reason=store.rng.choice(("本人申请，工作外派。", "家中有事，暂停两个月。")),
                by=self._by(pair),
            )
        running = [
            p
            for p in self.made[3:]
            if p.state is S.ACTIVE and p.helper.taken == 1 and p.helper.ready_on < store.day(380)
        ]
        for pair, days in zip(running[:EXPIRED_WITH_A_PAIR], (3, 6, 11), strict=True):
            expire(store, pair.helper, days_ago=days)
        for helper in self.helpers:
            if helper.account is not None and helper.state is VolunteerState.ARCHIVED and helper.left_on is not None:
                ended = store.moment(helper.left_on)
                helper.account.update(is_active=False, ended_at=ended, ended_reason="志愿者已退出项目。")
                for role in store.rows[RoleGrant]:
                    if role["account_ref"] == helper.account["ref"]:
                        role.update(state=GrantState.ENDED, ended_at=ended, ended_by=self.staff.admins[0]["ref"])

    def _by(self, pair: Pair) -> Row:
        return next(c for c in self.staff.coordinators if c["ref"] == pair.row["proposed_by"])

    def _set(self, pair: Pair, state: PairingState) -> None:
        pair.state = pair.row["state"] = state

    def _move(self, pair: Pair, state: PairingState, *, on: date, reason: str = "") -> datetime:
        at, by, row = self.store.moment(on), self._by(pair), pair.row
        before = pair.state
        self.store.note_move(Pairing, row["ref"], before.value, state.value, by=by, at=at, reason=reason)
        self.store.log(
            "pairing-moved",
            Pairing,
            row,
            by=by,
            at=at,
            about=row["child_ref"],
            reason=reason,
            source=before.value,
            target=state.value,
        )
        pair.state = state
        return at
