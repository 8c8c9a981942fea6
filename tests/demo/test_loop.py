"""The loop of issue 3 in the demo: the article's numbers, and records as the rooms' own operations would leave them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.demo import DEMO_ACCOUNTS
from portal.access.models import Account, RoleGrant
from portal.board.models import BoardBatch, Claim, Offer
from portal.board.rules import ClaimState, OfferState
from portal.children.models import Child, ChildCode, Consent
from portal.children.queries import stands
from portal.children.rules import OPEN_STATES, Purpose
from portal.children.short_codes import typed_short_code
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import local_day
from portal.kernel.people import age_on
from portal.needs.models import Need, NeedHold, NeedStep
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState, StepKind
from portal.partners.models import Organisation, Programme, Project, Service
from portal.partners.rules import ProjectKind
from portal.referrals.models import Referral, ReferralStep
from portal.referrals.rules import LIVE, ReferralState, Step, outcome_problem
from portal.visits.models import Visit
from portal.visits.operations.plan import due_day, due_moment, key_of, last_visits
from portal.visits.rules import INTERVALS, VisitKind, seen_problem
from tests.demo.conftest import AS_OF


def all_of(db: Session, model: Any, *where: Any) -> list[Any]:
    return list(db.scalars(select(model).where(*where).order_by(model.id)))


def test_the_numbers_of_the_article(lanshan: Session) -> None:
    assert len(all_of(lanshan, Visit)) == 1029
    heard = all_of(lanshan, Need, Need.channel == NeedChannel.VISIT)
    assert len(heard) == 32
    assert {n.state for n in heard} == {NeedState.MET}
    levels = Counter(n.level for n in heard)
    assert levels[Level.VILLAGE] > levels[Level.TOWN] > levels[Level.DISTRICT] > 0
    confirmed = {}
    for referral in all_of(lanshan, Referral, Referral.state == ReferralState.CONFIRMED):
        confirmed.setdefault(referral.kind, set()).add(referral.child_id)
    assert len(confirmed[NeedKind.HOUSEHOLD_REGISTRATION]) == 30
    assert len(confirmed[NeedKind.MEDICAL]) >= 50
    assert len(confirmed[NeedKind.MATERIAL]) >= 300
    assert len(all_of(lanshan, Claim, Claim.state == ClaimState.CONFIRMED)) >= 100


def test_partners_have_the_programmes_of_the_article(lanshan: Session) -> None:
    assert len(all_of(lanshan, Organisation)) >= 12
    programmes = {p.name: p for p in all_of(lanshan, Programme)}
    assert {"青柠计划", "青芷计划", "青橙计划"} <= set(programmes)
    assert programmes["青橙计划"].sealed
    assert not programmes["青橙计划"].public
    assert {p.kind for p in all_of(lanshan, Project)} >= {ProjectKind.VENTURE, ProjectKind.YOUTH, ProjectKind.CLASSES}
    kinds = {kind for service in all_of(lanshan, Service) for kind in service.help_kinds}
    assert kinds >= {k.value for k in NeedKind}


def test_every_open_file_has_a_card_that_can_be_read(lanshan: Session) -> None:
    files = {c.id for c in all_of(lanshan, Child, Child.state.in_(OPEN_STATES))}
    codes = all_of(lanshan, ChildCode, ChildCode.ended_at.is_(None))
    assert {c.child_id for c in codes} == files
    assert len({c.token for c in codes}) == len(codes)
    assert all(typed_short_code(c.short) == c.short for c in codes)


def test_visits_could_have_been_sent_like_this(lanshan: Session) -> None:
    files = {c.id: c for c in all_of(lanshan, Child)}
    roles: dict[str, set[tuple[Role, str]]] = {}
    for grant in all_of(lanshan, RoleGrant):
        roles.setdefault(grant.account_ref, set()).add((grant.role, grant.path))
    texts = Counter((v.author_ref, v.text_print) for v in all_of(lanshan, Visit) if v.text_print)
    assert max(texts.values()) == 1, "nobody writes the same words at two doors"
    for visit in all_of(lanshan, Visit):
        child = files[visit.child_id]
        seen = dict(visit.seen)
        assert seen_problem(seen.pop("met"), seen) is None
        assert visit.on_day == local_day(visit.at) >= child.opened_on
        assert visit.region_path == child.region_path
        wanted = Role.SUPERVISOR if visit.kind is VisitKind.TOWN else Role.CASEWORKER
        assert any(role is wanted and visit.region_path.startswith(path) for role, path in roles[visit.author_ref])
        assert bool(visit.joint_with) == (visit.kind is VisitKind.JOINT)


def test_the_next_visits_are_owed_on_the_day_that_the_plan_says(lanshan: Session) -> None:
    files = all_of(lanshan, Child, Child.state.in_(OPEN_STATES))
    owed = {d.key: d for d in all_of(lanshan, Duty, Duty.state == DutyState.OWED)}
    for interval in INTERVALS:
        last = last_visits(interval, [c.id for c in files])
        overdue = 0
        for child in files:
            duty = owed[key_of(interval, child.ref)]
            day = due_day(interval, child, last.get(child.id))
            assert (duty.due_at, duty.path, duty.owner_role) == (due_moment(day), child.region_path, interval.owner)
            overdue += day < AS_OF
        assert 0 < overdue < len(files) * 0.25, "some are overdue, most are not"


def test_needs_that_are_met_went_their_way_and_were_confirmed(lanshan: Session) -> None:
    steps: dict[int, list[NeedStep]] = {}
    for step in all_of(lanshan, NeedStep):
        steps.setdefault(step.need_id, []).append(step)
    for need in all_of(lanshan, Need):
        kinds = [s.kind for s in steps[need.id]]
        assert kinds[0] is StepKind.RAISED
        assert [s.at for s in steps[need.id]] == sorted(s.at for s in steps[need.id])
        assert steps[need.id][-1].level is need.level
        assert all(s.text for s in steps[need.id] if s.kind in (StepKind.ESCALATED, StepKind.RESOLVED, StepKind.CLOSED))
        ups = kinds.count(StepKind.ESCALATED)
        assert ups == list(Level).index(need.level)
        if need.state is NeedState.MET:
            assert need.outcome
            assert need.confirmed_by
            assert need.raised_at <= need.resolved_at <= need.closed_at
    assert not all_of(lanshan, NeedHold, NeedHold.until_at.is_(None), NeedHold.need_id.in_(
        select(Need.id).where(Need.state == NeedState.MET)))  # fmt: skip


def test_what_is_going_on_is_owed_by_somebody(lanshan: Session) -> None:
    owed = {d.key for d in all_of(lanshan, Duty, Duty.state == DutyState.OWED)}
    at_levels = (NeedState.AT_VILLAGE, NeedState.AT_TOWN, NeedState.AT_DISTRICT)
    held = {h.need_id for h in all_of(lanshan, NeedHold, NeedHold.until_at.is_(None))}
    for need in all_of(lanshan, Need, Need.state.in_(at_levels)):
        assert (f"need:{need.ref}" in owed) != (need.id in held), need.kind
    running = {r.need_id for r in all_of(lanshan, Referral, Referral.state.in_(LIVE))}
    assert held == running - {n.id for n in all_of(lanshan, Need, Need.state == NeedState.RESOLVED)} or held == running


def test_needs_of_visits_belong_to_their_visits(lanshan: Session) -> None:
    by_ref = {v.ref: v for v in all_of(lanshan, Visit)}
    for need in all_of(lanshan, Need, Need.channel == NeedChannel.VISIT):
        visit = by_ref[need.source_ref]
        assert need.ref in visit.need_refs.split()
        assert (need.child_id, need.raised_by, need.raised_at) == (visit.child_id, visit.author_ref, visit.at)


def test_referrals_were_allowed_to_be_sent_and_shared_nothing_afterwards(lanshan: Session) -> None:
    files = {c.id: c for c in all_of(lanshan, Child)}
    consents = {c.ref: c for c in all_of(lanshan, Consent)}
    services = {s.ref: s for s in all_of(lanshan, Service)}
    steps: dict[int, list[ReferralStep]] = {}
    for step in all_of(lanshan, ReferralStep):
        steps.setdefault(step.referral_id, []).append(step)
    for referral in all_of(lanshan, Referral):
        child, service = files[referral.child_id], services[referral.service_ref]
        assert referral.kind in service.help_kinds
        if referral.sent_at:
            consent = consents[referral.consent_ref]
            assert (consent.child_id, consent.purpose) == (child.id, Purpose.REFERRAL)
            assert stands(consent, child.born_on, local_day(referral.sent_at))
        if referral.state is ReferralState.CONFIRMED:
            assert referral.shared is None
            mine = steps.get(referral.id, [])
            signed = any(s.step is Step.DELIVERED and s.signed for s in mine)
            assert outcome_problem(referral.kind, referral.outcome, [s.step for s in mine], signed=signed) is None
            age = age_on(child.born_on, AS_OF)
            assert (service.min_age or 0) <= age <= (service.max_age or 99)
        elif referral.state in LIVE:
            assert referral.shared
    assert {r.state for r in all_of(lanshan, Referral)} >= set(LIVE) | {ReferralState.DRAFTED, ReferralState.DECLINED}


def test_claims_were_vetted_by_one_and_approved_by_another(lanshan: Session) -> None:
    offers = {o.id: o for o in all_of(lanshan, Offer)}
    consents = {c.ref: c for c in all_of(lanshan, Consent)}
    files = {c.id: c for c in all_of(lanshan, Child)}
    for offer in offers.values():
        consent = consents[offer.consent_ref]
        assert consent.purpose is Purpose.BOARD
        assert stands(consent, files[offer.child_id].born_on, local_day(offer.offered_at))
        assert not [
            w for w in (files[offer.child_id].name, files[offer.child_id].given_name) if w in offer.title + offer.body
        ]
    for claim in all_of(lanshan, Claim):
        offer = offers[claim.offer_id]
        assert claim.made_at > offer.offered_at
        if claim.approved_by:
            assert claim.approved_by not in (claim.vetted_by, offer.prepared_by)
            assert claim.made_at < claim.vetted_at < claim.approved_at
        if claim.state is ClaimState.CONFIRMED:
            assert offer.state is OfferState.FULFILLED
            assert claim.fulfilled_at - offer.offered_at < timedelta(days=60)


def test_the_board_shows_something_today(lanshan: Session) -> None:
    (today,) = all_of(lanshan, BoardBatch, BoardBatch.on_day == AS_OF)
    assert len(today.entries) >= 5
    assert today.numbers["fulfilled"] >= 100


def test_the_partners_of_the_front_page_have_something_to_answer(lanshan: Session) -> None:
    for key in ("partner", "partner_manager"):
        account = lanshan.scalars(select(Account).where(Account.email == DEMO_ACCOUNTS[key].email)).one()
        (grant,) = all_of(lanshan, RoleGrant, RoleGrant.account_ref == account.ref)
        assert grant.role.value == key
        mine = all_of(lanshan, Referral, Referral.org_ref == grant.org_ref, Referral.state.in_(LIVE))
        assert {r.state for r in mine} == set(LIVE)
