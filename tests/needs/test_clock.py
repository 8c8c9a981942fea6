"""The clock of a need: Chinese working days, what makes it stand, going up by itself, the named person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.access.models import Account, Deputy
from portal.audit.models import StateMove
from portal.duties.models import Duty, DutyState
from portal.duties.sweep import sweep as tell_overdue
from portal.kernel.actor import Role
from portal.kernel.clock import now, start_of, today
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.kernel.events import account_ended
from portal.needs import operations
from portal.needs.models import Need, NeedStep
from portal.needs.rules import Level, NeedState, NeedUrgency, StepKind, days_left
from portal.notices.models import Notice
from portal.places.models import DayOff, Setting
from tests.factories import DISTRICT
from tests.needs.conftest import MONDAY


def after(moment):
    """The operations see this moment."""
    from portal.kernel.clock import standing_at

    return standing_at(moment)


def climb(app, at):
    with after(at), app.app_context():
        gone = operations.climb_overdue(at)
        db.session.commit()
        return gone


def due_day(need):
    """The last day of its clock."""
    from portal.needs.views.shown import last_day

    return last_day(need.due_at)


def notices(app, account):
    with app.app_context():
        return [n.kind for n in db.session.query(Notice).filter_by(account_ref=account.ref).order_by(Notice.id)]


def test_three_working_days_reach_over_a_holiday_and_count_adjusted_workdays(raised, seen):
    # 2025: National Day and Mid-Autumn from 1 to 8 October; Saturday the 11th is worked.
    with after(datetime(2025, 9, 29, 2, 0, tzinfo=UTC)):
        ref = raised()
    assert due_day(seen(ref)) == date(2025, 10, 10)
    with after(datetime(2025, 9, 30, 2, 0, tzinfo=UTC)):
        ref = raised()
    assert due_day(seen(ref)) == date(2025, 10, 11)


def test_the_districts_own_corrections_of_the_calendar_count(made, raised, seen):
    made.save(DayOff(on_day=date(2026, 3, 3), is_workday=False))
    with after(MONDAY):
        ref = raised()
    assert due_day(seen(ref)) == date(2026, 3, 6)


def test_the_days_of_each_level_are_settings(made, raised, seen):
    made.save(Setting(name="need_days_village", from_on=date(2026, 1, 1), value=1, set_by="x", set_at=MONDAY))
    with after(MONDAY):
        ref = raised()
    assert due_day(seen(ref)) == date(2026, 3, 3)


def test_overdue_at_the_village_and_the_town_goes_up_by_itself_and_says_so(app, levels, raised, seen):
    with after(MONDAY):
        ref = raised()
    assert climb(app, MONDAY + timedelta(days=2)) == 0
    late = start_of(date(2026, 3, 6))
    assert climb(app, late - timedelta(seconds=1)) == 0
    assert climb(app, late) == 1
    need = seen(ref)
    assert (need.state, need.level, due_day(need)) == (NeedState.AT_TOWN, Level.TOWN, date(2026, 3, 17))
    assert climb(app, late) == 0, "twice is harmless"
    assert notices(app, levels.village)[-1] == "need-went-up"
    assert notices(app, levels.town) == ["need-climbed"]
    assert climb(app, start_of(date(2026, 3, 18))) == 1
    assert seen(ref).state is NeedState.AT_DISTRICT
    assert notices(app, levels.district) == ["need-climbed"]
    with app.app_context():
        kinds = [s.kind for s in db.session.query(NeedStep).order_by(NeedStep.id)]
        assert kinds == [StepKind.RAISED, StepKind.CLIMBED, StepKind.CLIMBED]
        who = [m.actor_ref for m in db.session.query(StateMove).filter_by(subject_kind="need").order_by(StateMove.id)]
        assert who[-2:] == ["system", "system"]


def at_district_overdue(app, levels, raised, run):
    """A need whose clock at the district has run out; gives its ref and the moment."""
    with after(MONDAY):
        ref = raised()
        run("escalate_need", ref, levels.actor(levels.village), note="做不了")
        run("escalate_need", ref, levels.actor(levels.town), note="做不了")
    return ref, start_of(date(2026, 3, 24))


def test_overdue_at_the_district_goes_to_a_named_person_and_never_to_the_board(app, levels, raised, run, seen):
    ref, late = at_district_overdue(app, levels, raised, run)
    assert climb(app, late) == 1
    need = seen(ref)
    assert (need.state, need.answerable_ref) == (NeedState.AT_DISTRICT, levels.district.ref)
    assert notices(app, levels.district)[-1] == "need-overdue"
    with app.app_context():
        owed = db.session.query(Duty).filter_by(subject_ref=ref, state=DutyState.OWED).all()
        assert [(d.kind, d.owner_ref) for d in owed] == [("need-overdue", levels.district.ref)]
    for days in (1, 30, 400):
        climb(app, late + timedelta(days=days))
    need = seen(ref)
    assert (need.state, need.answerable_ref) == (NeedState.AT_DISTRICT, levels.district.ref)
    assert notices(app, levels.district).count("need-overdue") == 1


def test_the_setting_names_the_person_by_mail_phone_or_name(app, levels, raised, run, seen, made):
    other = made.account(Role.COORDINATOR, at=DISTRICT, name="一一副主任")
    second = made.account(Role.COORDINATOR, at=DISTRICT, name="督办人")
    made.account(Role.SUPERVISOR, at=DISTRICT, name="同名不同岗")
    for told, wanted in ((second.email, second), ("督办人", second), ("同名不同岗", other), ("", other)):
        with app.app_context():
            db.session.query(Setting).delete()
            db.session.commit()
        made.save(Setting(name="need_overdue_person", from_on=date(2026, 1, 1), value=told, set_by="x", set_at=MONDAY))
        with app.app_context():
            assert operations.named_person(levels.child.region_path) == wanted.ref, told


def test_who_answers_by_name_and_leaves_is_followed_by_somebody_else(app, levels, raised, run, seen, made):
    ref, late = at_district_overdue(app, levels, raised, run)
    climb(app, late)
    heir = made.account(Role.COORDINATOR, at=DISTRICT, name="接任者")
    with app.app_context():
        leaving = db.session.get(Account, levels.district.id)
        leaving.is_active = False
        account_ended.send(leaving, actor=levels.actor(heir), now=late)
        db.session.commit()
    assert climb(app, late + timedelta(minutes=1)) == 1
    assert seen(ref).answerable_ref == heir.ref


def test_the_deputy_of_the_named_person_finds_it_in_the_queue(app, levels, raised, run, made, sign_in):
    ref, late = at_district_overdue(app, levels, raised, run)
    climb(app, late)
    deputy = made.account(Role.COORDINATOR, at=DISTRICT, name="代理人")
    made.save(
        Deputy(
            account_ref=levels.district.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now()
        )
    )
    assert f"/needs/{ref}" in sign_in(deputy).get("/needs").get_data(as_text=True)


def test_a_deputy_of_the_caseworker_handles_by_the_role_that_is_stood_in_for(levels, raised, run, seen, made):
    ref = raised()
    deputy = made.account(Role.CASEWORKER, at="371302109001", name="邻村")
    with pytest.raises(NotAllowed):
        run("resolve_need", ref, made.actor(deputy), note="办了")
    made.save(
        Deputy(account_ref=levels.village.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now())
    )
    run("resolve_need", ref, made.actor(deputy), note="办了")
    assert seen(ref).state is NeedState.RESOLVED


def test_the_clock_stands_while_anything_holds_it_and_goes_on_with_the_days_it_had_left(app, levels, raised, run, seen):
    with after(MONDAY):
        ref = raised()  # three working days: to the end of Thursday the 5th
        run("escalate_need", ref, levels.actor(levels.village), note="做不了")  # seven: to the end of the 11th
        assert due_day(seen(ref)) == date(2026, 3, 11)
    actor = levels.actor(levels.district)
    wednesday = MONDAY + timedelta(days=2)
    run("hold_clock", ref, actor, because_ref="referral-a", now=wednesday)  # five working days are left
    run("hold_clock", ref, actor, because_ref="referral-a", now=wednesday)  # twice is harmless
    run("hold_clock", ref, actor, because_ref="claim-b", now=wednesday)
    assert climb(app, MONDAY + timedelta(days=60)) == 0
    with app.app_context():
        assert db.session.query(Duty).filter_by(subject_ref=ref, state=DutyState.OWED).count() == 0
    run("release_clock", ref, actor, because_ref="referral-a", now=MONDAY + timedelta(days=20))
    assert seen(ref).held_since is not None, "the claim still holds it"
    monday = datetime(2026, 3, 30, 2, 0, tzinfo=UTC)
    run("release_clock", ref, actor, because_ref="claim-b", now=monday)
    run("release_clock", ref, actor, because_ref="claim-b", now=monday)
    need = seen(ref)
    # Five working days after Monday the 30th; Monday 6 April is off for Qingming.
    assert (need.held_since, due_day(need)) == (None, date(2026, 4, 7))
    with app.app_context():
        owed = db.session.query(Duty).filter_by(subject_ref=ref, state=DutyState.OWED).one()
        assert (owed.kind, owed.due_at) == ("need-handle", need.due_at)


def test_what_was_overdue_when_its_clock_was_stopped_is_overdue_when_it_runs_again(app, levels, raised, run, seen):
    ref, late = at_district_overdue(app, levels, raised, run)
    actor = levels.actor(levels.district)
    run("hold_clock", ref, actor, because_ref="r", now=late + timedelta(hours=1))
    run("release_clock", ref, actor, because_ref="r", now=late + timedelta(days=9))
    assert seen(ref).due_at == late
    assert climb(app, late + timedelta(days=9)) == 1


def test_days_left_counts_the_working_days_after_the_day_of_the_stop():
    assert days_left(date(2026, 3, 2), date(2026, 3, 5), lambda d: d.weekday() < 5) == 3
    assert days_left(date(2026, 3, 5), date(2026, 3, 5), lambda d: True) == 0
    assert days_left(date(2026, 3, 6), date(2026, 3, 9), lambda d: d.weekday() < 5) == 1


def test_while_it_is_offered_no_clock_runs_and_taken_back_it_has_a_new_one(app, levels, raised, run, seen):
    ref, late = at_district_overdue(app, levels, raised, run)
    actor = levels.actor(levels.district)
    run("mark_offered", ref, actor, now=MONDAY)
    assert climb(app, late + timedelta(days=90)) == 0
    assert seen(ref).state is NeedState.OFFERED
    with after(late):
        run("take_back", ref, actor, reason="三十天无人认领")
    need = seen(ref)
    assert (need.state, due_day(need)) == (NeedState.AT_DISTRICT, date(2026, 4, 15))


def test_an_urgent_need_is_told_by_mail_an_ordinary_one_only_on_the_page(app, levels, raised):
    from portal.kernel.outbox import OutboxMessage

    with app.app_context():
        before = db.session.query(OutboxMessage).count()
    raised(by=levels.district)
    with app.app_context():
        assert db.session.query(OutboxMessage).count() == before
    raised(by=levels.district, urgency=NeedUrgency.URGENT)
    with app.app_context():
        assert db.session.query(OutboxMessage).count() == before + 1
    assert notices(app, levels.village) == ["need-arrived", "need-urgent"]


def test_a_need_on_its_way_up_is_not_told_again_by_the_list_of_duties(app, levels, raised):
    with after(MONDAY):
        raised()
    with after(start_of(date(2026, 3, 9))), app.app_context():
        tell_overdue(now())
        db.session.commit()
    assert "duty-overdue" not in notices(app, levels.village)


def test_one_need_that_cannot_be_read_keeps_no_other_from_going_up(app, levels, raised, seen, monkeypatch):
    from portal.kernel.secrets import CannotOpen
    from portal.needs.operations import clock

    with after(MONDAY):
        broken, sound = raised(), raised()
    sent = clock.arrive

    def arrive(need, **facts):
        if need.ref == broken:
            raise CannotOpen("need")
        sent(need, **facts)

    monkeypatch.setattr(clock, "arrive", arrive)
    assert climb(app, MONDAY + timedelta(days=9)) == 1
    assert (seen(broken).state, seen(sound).state) == (NeedState.AT_VILLAGE, NeedState.AT_TOWN)


def test_no_need_is_lost_where_the_village_has_nobody(app, made, raised, seen):
    child = made.child(at="371302105002")
    supervisor = made.account(Role.SUPERVISOR, at="371302105", name="只有督导")
    raised(child=child, by=supervisor)
    assert notices(app, supervisor) == ["need-arrived"], "the level above is told at once"
    with app.app_context():
        assert db.session.query(Need).count() == 1


def test_needs_that_nobody_can_be_named_for_keep_no_other_from_going_up(
    app, made, levels, raised, run, seen, monkeypatch
):
    """A district without a coordinator has its own overdue needs first in the queue, for ever."""
    from portal.needs.operations import clock

    monkeypatch.setattr(clock, "MOST_AT_ONCE", 2)
    with after(MONDAY):
        stuck = [raised() for _ in range(3)]
        for ref in stuck:
            for _ in range(2):
                run("escalate_need", ref, levels.actor(levels.district), note="本级解决不了")
    with after(MONDAY + timedelta(days=25)):
        other = raised()
    monkeypatch.setattr(clock, "named_person", lambda _path: "")
    late = MONDAY + timedelta(days=40)
    climb(app, late)
    assert seen(other).state is NeedState.AT_TOWN
