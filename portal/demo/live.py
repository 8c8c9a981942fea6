"""What is going on in the demo today: needs at every level, referrals in every live state, wishes on the board.

These few come about by the rooms' own operations, so that every duty, clock and notice stands as it would in real life.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.access.current import actor_of
from portal.access.models import Account, GrantState, RoleGrant
from portal.board.looks import shown_as
from portal.board.models import Offer
from portal.board.operations.batch import publish
from portal.board.operations.claims import Claimant, approve_claim, begin_claim, make_claim, vet_claim
from portal.board.operations.offers import prepare_offer, put_on_board
from portal.board.rules import WISH, ClaimantKind
from portal.children.models import Child
from portal.children.queries import child_or_404, standing_consent
from portal.children.rules import FileState, Purpose
from portal.demo.content import needs as words
from portal.demo.people import AT, DEMO_TOWN
from portal.demo.store import Store
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.people import age_on
from portal.needs.models import Need
from portal.needs.operations import escalate_need, raise_need
from portal.needs.rules import NeedChannel, NeedKind
from portal.partners.models import Organisation, Service
from portal.referrals.models import Referral
from portal.referrals.operations import answering, drafting
from portal.referrals.rules import SUGGESTED, DeclineReason, Field, Outcome, ReferralState, Step

R = ReferralState
AT_HOSPITAL = (R.SENT, R.ASKED, R.ACCEPTED, R.IN_PROGRESS, R.ON_HOLD, R.COMPLETED)
WAITING = (
    (NeedKind.MATERIAL, 0),
    (NeedKind.SCHOOLING, 0),
    (NeedKind.MEDICAL, 1),
    (NeedKind.LEGAL, 1),
    (NeedKind.PSYCHOLOGICAL, 2),
)
"""Needs of the demo's own town that wait for somebody: kind, and how many levels they have gone up."""
ON_BOARD = 10


class Live:
    """Works as the demo's people on its last days."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.coordinator = self._signed_in("coordinator")
        self.hospital = self._signed_in("partner")
        self.used: set[int] = set()

    def add_all(self) -> None:
        """Everything; the caller commits."""
        for kind, up in WAITING:
            self._waits(kind, up)
        for state in AT_HOSPITAL:
            self._at_hospital(state)
        self._declined_once()
        self._drafted()
        self._board()

    def _signed_in(self, key: str) -> Actor:
        account = session().scalars(select(Account).where(Account.email == key + AT)).one()
        return actor_of(account, at=self.store.now)

    def _person(self, role: Role, path: str = "", org_ref: str = "") -> Actor:
        held = select(RoleGrant.account_ref).where(
            RoleGrant.role == role, RoleGrant.state == GrantState.GRANTED, RoleGrant.path == path,
            RoleGrant.org_ref == org_ref,
        )  # fmt: skip
        account = session().scalars(select(Account).where(Account.ref.in_(held)).order_by(Account.id).limit(1)).one()
        return actor_of(account, at=self.store.now)

    def _child(self, purpose: Purpose, *, in_town: bool = False) -> Child:
        """A child under age, not met here before, whose guardian has consented."""
        statement = select(Child).where(Child.state == FileState.OPEN).order_by(Child.id)
        day = self.store.as_of
        for child in session().scalars(statement):
            fits = not in_town or DEMO_TOWN in child.region_path.split("/")
            if (
                child.id not in self.used and fits and 6 <= age_on(child.born_on, day) < 15
                and child.opened_on < self.store.day(60)
                and standing_consent(child.id, purpose, self.store.day(40)) is not None
            ):  # fmt: skip
                self.used.add(child.id)
                return child_or_404(self.coordinator, child.ref)
        raise LookupError(purpose)

    def _raised(self, child: Child, kind: NeedKind, days_ago: int, up: int) -> tuple[Need, datetime]:
        store = self.store
        at = store.moment(store.day(days_ago), 9)
        caseworker = self._person(Role.CASEWORKER, child.region_path)
        need = raise_need(
            child, kind=kind, text=store.rng.choice(words.RAISED[kind]), household=kind is NeedKind.MATERIAL,
            channel=NeedChannel.CARER, actor=caseworker, now=at,
        )  # fmt: skip
        town = child.region_path.rstrip("/").rpartition("/")[0] + "/"
        for actor in (caseworker, self._person(Role.SUPERVISOR, town))[:up]:
            at += timedelta(hours=4)
            escalate_need(need, note=store.rng.choice(words.PASSED_UP), actor=actor, now=at)
        return need, at

    def _waits(self, kind: NeedKind, up: int) -> None:
        self._raised(self._child(Purpose.FILE, in_town=True), kind, 1 + up, up)

    def _sent(self, child: Child, kind: NeedKind, org: str, days_ago: int) -> tuple[Need, Referral, datetime]:
        need, at = self._raised(child, kind, days_ago, 2)
        service = self._service(org)
        at += timedelta(hours=3)
        referral = drafting.draft_referral(
            need, child, service, fields=[Field(f) for f in SUGGESTED[kind.value]],
            covering="请协助评估，联系照料人前先与我们沟通。", actor=self.coordinator, now=at,
        )  # fmt: skip
        drafting.send_referral(referral, need, child, actor=self.coordinator, now=at)
        return need, referral, at

    def _service(self, org: str) -> Service:
        return session().scalars(
            select(Service).join(Service.organisation).where(Organisation.name == org)
            .options(joinedload(Service.organisation)).limit(1)
        ).one()  # fmt: skip

    def _at_hospital(self, state: ReferralState) -> None:
        """One at the hospital in each live state, each as old as it needs to be."""
        days = {R.SENT: 1, R.ASKED: 2, R.ACCEPTED: 4, R.IN_PROGRESS: 9, R.ON_HOLD: 12, R.COMPLETED: 21}[state]
        child = self._child(Purpose.REFERRAL)
        need, referral, at = self._sent(child, NeedKind.MEDICAL, "临沂示例医院眼科中心", days)
        who = self.hospital
        if state is R.ASKED:
            answering.ask_for_more(
                referral, question="请补充最近一次检查的日期。", actor=who, now=at + timedelta(hours=2)
            )
        if state in (R.SENT, R.ASKED):
            return
        answering.accept(referral, actor=who, now=at + timedelta(hours=5))
        if state is R.ACCEPTED:
            return
        at += timedelta(days=2)
        answering.begin(referral, actor=who, now=at)
        answering.note_step(
            referral, Step.DIAGNOSIS, on_day=local_day(at), note="已检查，可以手术。", actor=who, now=at
        )
        at += timedelta(days=2)
        if state is R.ON_HOLD:
            answering.hold(referral, reason="孩子感冒，等痊愈后再安排。", actor=who, now=at)
        if state is R.COMPLETED:
            at += timedelta(days=4)
            answering.note_step(referral, Step.SURGERY, on_day=local_day(at), note="手术顺利。", actor=who, now=at)
            answering.complete(
                referral, need, Outcome.SURGERY_DONE, note="术后按时复查。", actor=who, now=at + timedelta(days=3)
            )

    def _declined_once(self) -> None:
        """One that the first organisation had no room for, and the next one has been asked."""
        child = self._child(Purpose.REFERRAL)
        need, first, at = self._sent(child, NeedKind.MATERIAL, "示例家居有限公司", 5)
        company = self._person(Role.PARTNER_MANAGER, org_ref=first.org_ref)
        at += timedelta(days=1)
        answering.decline(first, DeclineReason.NO_CAPACITY, note="这一批已经捐完。", actor=company, now=at)
        at += timedelta(hours=6)
        second = drafting.try_next(
            first, need, child, self._service("兰山区慈善总会（演示）"), actor=self.coordinator, now=at
        )
        drafting.send_referral(second, need, child, actor=self.coordinator, now=at)

    def _drafted(self) -> None:
        child = self._child(Purpose.REFERRAL)
        need, at = self._raised(child, NeedKind.LEGAL, 2, 2)
        drafting.draft_referral(
            need, child, self._service("兰山区法律援助中心（演示）"), fields=[Field(f) for f in SUGGESTED["legal"]],
            covering="", actor=self.coordinator, now=at + timedelta(hours=2),
        )  # fmt: skip

    def _board(self) -> None:
        """Wishes on the board, one that waits for a decision, one that somebody is fulfilling."""
        store, coordinator = self.store, self.coordinator
        at = store.moment(store.day(6), 9)
        offers: list[Offer] = []
        for number in range(ON_BOARD):
            child = self._child(Purpose.BOARD)
            if shown_as(child, WISH, now=at) is None:
                continue
            title, body = words.WISHES[number % len(words.WISHES)]
            offer = prepare_offer(child, None, title=title, body=body, actor=coordinator, now=at)
            put_on_board(offer, child, None, actor=coordinator, now=at + timedelta(minutes=10))
            offers.append(offer)
        session().flush()
        publish(store.moment(store.day(5), 7))
        at = store.moment(store.day(2), 10)
        for number, offer in enumerate(offers[:2]):
            claim, _token = make_claim(
                f"demo-claim-{number}", offer.ref,
                Claimant(ClaimantKind.PERSON, words.HELPERS[number], f"+861700001000{number}", "我可以准备，周末送。"),
                actor=None, now=at,
            )  # fmt: skip
            vet_claim(claim, note="已电话核实，情况属实。", actor=coordinator, now=at + timedelta(hours=2))
            if number:
                approve_claim(claim, actor=self._signed_in("confirmer"), now=at + timedelta(hours=5))
                begin_claim(claim, actor=coordinator, now=at + timedelta(hours=6))
        session().flush()
        publish(store.now)
