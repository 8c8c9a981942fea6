"""The demo's concerns, one in each state, and the district's duty list. Invented, like everything here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.children.models import Sight
from portal.children.rules import FieldSet
from portal.demo.content import staff_notes
from portal.demo.pairs import Pair
from portal.demo.people import DEMO_TOWN, Staff, new_phone
from portal.demo.places import Places
from portal.demo.store import Row, Store
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import SYSTEM
from portal.pairing.models import Pairing
from portal.pairing.operations.running import BY_THE_PROGRAMME
from portal.pairing.rules import PairingState
from portal.places.settings import BY_NAME
from portal.safeguarding.models import Concern, ConcernAsk, ConcernNamed, ConcernNote, DutyListEntry
from portal.safeguarding.operations.concerns import IN_THE_CONCERN
from portal.safeguarding.rules import ConcernOutcome, ConcernState, NoteKind, Urgency

S = ConcernState
THE_PORTAL: Row = {"ref": SYSTEM.account_ref, "name": SYSTEM.name}
WAY = (S.RAISED, S.ACKNOWLEDGED, S.ASSESSED, S.ACTED, S.CLOSED, S.REOPENED)
WORDS: dict[ConcernState, tuple[NoteKind, str]] = {
    S.ASSESSED: (
        NoteKind.ASSESSMENT,
        "已和孩子、照料人分别谈过，并请村儿童主任入户看了居住情况。孩子目前安全，需要持续有人看着。",
    ),
    S.ACTED: (NoteKind.ACTION, "与照料人商定了放学后的接送安排，镇里心理辅导团每周见一次，儿童主任两周内入户两次。"),
    S.CLOSED: (NoteKind.OUTCOME, "连续四周情况稳定，孩子自己也说好多了。按“已安排帮助”结案，仍由儿童主任按期走访。"),
    S.REOPENED: (NoteKind.REOPENED, "同样的情况又出现了一次，重新处理。"),
}


@dataclass(frozen=True)
class Told:
    """One concern to be told of: how far it is, and since when."""

    state: ConcernState
    urgency: Urgency
    text: int
    days_ago: int
    by_staff: bool = False
    freezes: bool = False


CONCERNS = (
    Told(S.RAISED, Urgency.DAYS, 5, 1),
    Told(S.ACKNOWLEDGED, Urgency.DAY, 6, 3, by_staff=True, freezes=True),
    Told(S.ASSESSED, Urgency.NOW, 1, 7),
    Told(S.ACTED, Urgency.DAY, 2, 16),
    Told(S.CLOSED, Urgency.DAYS, 1, 74),
    Told(S.REOPENED, Urgency.DAYS, 3, 52),
)


def add_duty_list(store: Store, places: Places, staff: Staff) -> None:
    """Who takes concerns of the district, in order."""
    people = [(p, "全天") for p in staff.leads]
    people += [
        (staff.coordinators[0], "工作日 8:30–17:30"),
        (staff.supervisors[places.town(DEMO_TOWN).row["path"]], "夜间和节假日"),
    ]
    for position, (person, hours) in enumerate(people, 1):
        store.add(
            DutyListEntry,
            region_path=places.district["path"],
            position=position,
            account_ref=person["ref"],
            hours=hours,
            phone=new_phone(store),
        )


def add_concerns(store: Store, staff: Staff, pairs: list[Pair]) -> None:
    """One concern in each state; one of them has frozen a pair, whose mentor it names."""
    fit = [
        p for p in pairs[3:]
        if p.state is PairingState.ACTIVE and p.last_contact_on and 5 <= (store.as_of - p.last_contact_on).days <= 13
        and p.helper.taken == 1 and "later_state" not in p.helper.row and p.row["started_on"] < store.day(120)
        and p.kid.age(store.as_of) >= 9
    ]  # fmt: skip
    for told, pair in zip(CONCERNS, store.rng.sample(fit, len(CONCERNS)), strict=True):
        _Way(store, staff, told, pair).walk()


class _Way:
    """One concern on its way."""

    def __init__(self, store: Store, staff: Staff, told: Told, pair: Pair) -> None:
        self.store, self.staff, self.told, self.pair = store, staff, told, pair
        self.handler = staff.leads[told.state in (S.ASSESSED, S.CLOSED)]
        self.clock = timedelta(minutes=BY_NAME[f"concern_minutes_{told.urgency.value}"].default)

    def walk(self) -> None:
        """Raise it and take it as far as it has come."""
        store, told, pair, kid = self.store, self.told, self.pair, self.pair.kid
        raised_at = store.moment(store.day(told.days_ago), 19)
        by = self.staff.near(kid.family.village["path"]) if told.by_staff else pair.account
        text = kid.fill(staff_notes.CONCERNS[told.urgency.value][told.text])
        self.row = store.add(
            Concern, client_key=store.rng.randbytes(16).hex(), raised_by=by["ref"], raised_at=raised_at,
            child_ref=kid.row["ref"], child_id=kid.row["id"], region_path=kid.row["region_path"],
            urgency=told.urgency, text=text, state=told.state, due_at=raised_at + self.clock, freezes=told.freezes,
        )  # fmt: skip
        store.note_move(Concern, self.row["ref"], "", S.RAISED.value, by=THE_PORTAL, at=raised_at)
        store.log(
            "concern-raised",
            Concern,
            self.row,
            by=by,
            at=raised_at,
            about=kid.row["ref"],
            hidden=True,
            urgency=told.urgency.value,
        )
        self._ask(raised_at, step=0, waiting=told.state is S.RAISED)
        at, before = raised_at, S.RAISED
        for state in WAY[1 : WAY.index(told.state) + 1]:
            at = self._step(before, state, at)
            before = state
        if told.freezes:
            self._freeze(raised_at + timedelta(minutes=40))

    def _ask(self, at: datetime, *, step: int, waiting: bool) -> None:
        """Somebody owes the answer; who took it has given it."""
        asked = self.staff.leads[0] if waiting else self.handler
        due = at + self.clock
        self.row.update(asked_ref=asked["ref"] if waiting else "", due_at=due, step=step)
        self.store.add(
            ConcernAsk, concern_id=self.row["id"], account_ref=asked["ref"], step=step, asked_at=at, due_at=due
        )
        self.store.add(
            Duty, key=f"concern-acknowledge:{self.row['ref']}", kind="concern-acknowledge",
            subject_kind=Concern.__tablename__, subject_ref=self.row["ref"], child_ref=self.row["child_ref"],
            url=f"/concerns/{self.row['ref']}", owner_ref=asked["ref"], path=self.row["region_path"], due_at=due,
            opened_at=at, hidden=True, state=DutyState.OWED if waiting else DutyState.DONE,
            ended_at=None if waiting else at + timedelta(minutes=25), ended_by="" if waiting else asked["ref"],
        )  # fmt: skip

    def _step(self, before: ConcernState, state: ConcernState, at: datetime) -> datetime:
        store, rng = self.store, self.store.rng
        if state is S.ACKNOWLEDGED:
            at = at + timedelta(minutes=25)
            self.row.update(handler_ref=self.handler["ref"], acknowledged_at=at, asked_ref="")
            sight = store.add(
                Sight, child_id=self.row["child_id"], account_ref=self.handler["ref"], fields=FieldSet.CONCERN,
                because_kind="concern", because_ref=self.row["ref"], from_at=at, granted_by=self.handler["ref"],
            )  # fmt: skip
            self.sight = sight
        else:
            days = {S.ASSESSED: 1, S.ACTED: 2, S.CLOSED: 28, S.REOPENED: 0}[state]
            at = store.moment((at + timedelta(days=days, hours=8)).date()) if days else store.moment(store.day(1), 17)
        if state is S.CLOSED:
            self.row.update(outcome=ConcernOutcome.SUPPORTED, closed_at=at)
            self.sight["ended_at"] = at
        reason = "" if state is S.ACKNOWLEDGED else IN_THE_CONCERN
        store.note_move(Concern, self.row["ref"], before.value, state.value, by=self.handler, at=at, reason=reason)
        store.log(
            "concern-moved", Concern, self.row, by=self.handler, at=at, about=self.row["child_ref"], reason=reason,
            hidden=True, source=before.value, target=state.value,
        )  # fmt: skip
        if state in WORDS:
            self._note(*WORDS[state], at=at)
        if state is S.REOPENED:
            self.row.update(handler_ref="", outcome=None, closed_at=None, acknowledged_at=None)
            self._ask(at, step=1, waiting=True)
        return at + timedelta(minutes=rng.randint(5, 30)) if state is S.ACKNOWLEDGED else at

    def _note(self, kind: NoteKind, text: str, *, at: datetime) -> None:
        self.store.add(
            ConcernNote, concern_id=self.row["id"], kind=kind, text=text, written_by=self.handler["ref"],
            writer_name=self.handler["name"], written_at=at,
        )  # fmt: skip

    def _freeze(self, at: datetime) -> None:
        """The pair rests at once; its own history says only that the programme paused it."""
        store, pair = self.store, self.pair
        store.add(ConcernNamed, concern_id=self.row["id"], account_ref=pair.account["ref"])
        store.note_move(
            Pairing,
            pair.row["ref"],
            pair.state.value,
            PairingState.FROZEN.value,
            by=THE_PORTAL,
            at=at,
            reason=BY_THE_PROGRAMME,
        )
        store.log(
            "pairing-moved", Pairing, pair.row, by=THE_PORTAL, at=at, about=pair.row["child_ref"], hidden=True,
            reason=BY_THE_PROGRAMME, source=pair.state.value, target=PairingState.FROZEN.value,
        )  # fmt: skip
        pair.row["frozen_from"] = pair.state
        pair.state = pair.row["state"] = PairingState.FROZEN
        pair.sight["ended_at"] = at
        self._note(NoteKind.PAUSED, "核实清楚之前先暂停见面。", at=at)
