"""Resolved is not met: an outcome, and a confirmation by the carer or by the caseworker in person."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import Need
from portal.needs.rules import ConfirmedBy, Level, NeedOutcome, NeedState
from tests.needs.conftest import MONDAY


@pytest.fixture
def resolved(levels, raised, run):
    """A need that the town has resolved."""
    ref = raised(now=MONDAY)
    run("escalate_need", ref, levels.actor(levels.village), note="做不了")
    run("resolve_need", ref, levels.actor(levels.town), note="镇里配了眼镜")
    return ref


def test_met_needs_a_confirmation(levels, resolved, run, seen):
    with pytest.raises(DomainError, match="Say who confirms it"):
        run("close_need", resolved, levels.actor(levels.village), NeedOutcome.MET, confirmed_by=None)
    assert seen(resolved).state is NeedState.RESOLVED


def test_nobody_closes_what_nobody_has_resolved(levels, raised, run, seen):
    ref = raised()
    with pytest.raises(NotAllowed):
        run("close_need", ref, levels.actor(levels.village), NeedOutcome.MET, confirmed_by=ConfirmedBy.CARER)
    assert seen(ref).state is NeedState.AT_VILLAGE


def test_in_person_is_the_caseworker_of_the_village_alone(levels, resolved, run, seen):
    for account in (levels.town, levels.district):
        with pytest.raises(NotAllowed):
            run("close_need", resolved, levels.actor(account), NeedOutcome.MET, confirmed_by=ConfirmedBy.CASEWORKER)
    run("close_need", resolved, levels.actor(levels.village), NeedOutcome.MET, confirmed_by=ConfirmedBy.CASEWORKER)
    assert (seen(resolved).state, seen(resolved).confirmed_by) == (NeedState.MET, ConfirmedBy.CASEWORKER)


@pytest.mark.parametrize("outcome", [NeedOutcome.PARTLY_MET, NeedOutcome.UNMET])
def test_what_is_not_met_needs_its_reason(levels, resolved, run, seen, outcome):
    with pytest.raises(DomainError):
        run("close_need", resolved, levels.actor(levels.town), outcome, confirmed_by=ConfirmedBy.CARER)
    run("close_need", resolved, levels.actor(levels.town), outcome, note="只配了一副", confirmed_by=ConfirmedBy.CARER)
    assert seen(resolved).state.value == outcome.value


def test_the_database_itself_takes_nothing_as_met_that_nobody_confirmed(app, resolved):
    for values in ({"outcome": NeedOutcome.MET}, {"confirmed_by": ConfirmedBy.CARER},
                   {"outcome": NeedOutcome.UNMET, "confirmed_by": ConfirmedBy.CARER}):  # fmt: skip
        with app.app_context():
            with pytest.raises(IntegrityError):
                db.session.execute(update(Need).where(Need.ref == resolved).values(state=NeedState.MET, **values))
            db.session.rollback()


def test_the_family_says_no_and_it_is_back_at_the_level_that_resolved_it(levels, resolved, run, seen):
    run("reopen_need", resolved, levels.actor(levels.village), note="眼镜度数不对")
    need = seen(resolved)
    assert (need.state, need.level, need.resolved_at) == (NeedState.AT_TOWN, Level.TOWN, None)


@pytest.mark.parametrize("wrong", [NeedState.AT_VILLAGE, NeedState.AT_DISTRICT])
def test_it_goes_back_to_no_other_level(app, resolved, wrong):
    with app.app_context():
        need = db.session.query(Need).filter_by(ref=resolved).one()
        with pytest.raises(DomainError, match="the level that resolved it"):
            Need.LIFECYCLE.check(need, NeedState.RESOLVED, wrong, "a reason")


def test_every_level_can_resolve_it(levels, raised, run, seen):
    for level, account in (
        (Level.VILLAGE, levels.village),
        (Level.TOWN, levels.town),
        (Level.DISTRICT, levels.district),
    ):
        ref = raised()
        for below in (levels.village, levels.town)[: list(Level).index(level)]:
            run("escalate_need", ref, levels.actor(below), note="做不了")
        run("resolve_need", ref, levels.actor(account), note="办好了")
        assert (seen(ref).state, seen(ref).level) == (NeedState.RESOLVED, level)


def test_a_level_gives_it_back_one_level_and_the_village_nowhere(levels, raised, run, seen):
    ref = raised()
    with pytest.raises(NotAllowed):
        run("return_need", ref, levels.actor(levels.district), note="不是我们的")
    run("escalate_need", ref, levels.actor(levels.village), note="做不了")
    run("escalate_need", ref, levels.actor(levels.town), note="做不了")
    with pytest.raises(NotAllowed):
        run("escalate_need", ref, levels.actor(levels.district), note="再往上")
    run("return_need", ref, levels.actor(levels.district), note="镇里可以办")
    assert seen(ref).level is Level.TOWN
    run("return_need", ref, levels.actor(levels.town), note="村里可以办")
    assert (seen(ref).state, seen(ref).level) == (NeedState.AT_VILLAGE, Level.VILLAGE)


def test_a_completed_referral_resolves_it_wherever_it_is_and_twice_is_harmless(levels, raised, run, seen):
    ref, actor = raised(), levels.actor(levels.district)
    run("resolve_through", ref, actor, note="医院做完了手术")
    run("resolve_through", ref, actor, note="医院做完了手术")
    assert seen(ref).state is NeedState.RESOLVED


def test_a_fulfilled_claim_resolves_what_was_offered(levels, raised, run, seen):
    ref, actor = raised(), levels.actor(levels.district)
    for _level in range(2):
        run("escalate_need", ref, actor, note="做不了")
    run("mark_offered", ref, actor)
    run("resolve_through", ref, actor, note="爱心人士送来了书桌")
    assert (seen(ref).state, seen(ref).level) == (NeedState.RESOLVED, Level.DISTRICT)


def test_only_what_is_at_the_district_is_offered(levels, raised, run):
    with pytest.raises(DomainError):
        run("mark_offered", raised(), levels.actor(levels.district))


def test_a_withdrawn_one_and_a_mistake_need_a_reason_and_end_what_is_owed(app, levels, raised, run, seen):
    from portal.duties.models import Duty, DutyState

    one, two = raised(), raised()
    for name, ref, account in (("withdraw_need", one, levels.village), ("enter_need_in_error", two, levels.district)):
        with pytest.raises(DomainError):
            run(name, ref, levels.actor(account), reason=" ")
        run(name, ref, levels.actor(account), reason="家里已经买了")
    assert [seen(one).state, seen(two).state] == [NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR]
    with app.app_context():
        assert db.session.query(Duty).filter_by(state=DutyState.OWED).count() == 0


def test_only_the_coordinator_says_that_it_was_a_mistake(levels, raised, run):
    for account in (levels.village, levels.town):
        with pytest.raises(NotAllowed):
            run("enter_need_in_error", raised(), levels.actor(account), reason="录错了")
