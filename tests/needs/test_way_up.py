"""A need goes from the village to the town and the district, each with a clock, and back."""

from __future__ import annotations

import pytest

from portal.duties.models import Duty, DutyState
from portal.kernel.clock import local_day, standing_at, start_of
from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import NeedStep
from portal.needs.rules import ConfirmedBy, Level, NeedOutcome, NeedState, StepKind
from tests.needs.conftest import MONDAY

pytestmark = pytest.mark.usefixtures("app")


def owed(app, ref):
    with app.app_context():
        rows = db.session.query(Duty).filter(Duty.subject_ref == ref, Duty.state == DutyState.OWED).all()
        return [(d.kind, d.owner_role and d.owner_role.value, d.owner_ref) for d in rows]


def test_a_need_is_with_the_village_at_once_and_goes_up_with_notes_until_the_family_has_it(
    app, levels, raised, run, seen
):
    ref = raised()
    assert (seen(ref).state, seen(ref).level) == (NeedState.AT_VILLAGE, Level.VILLAGE)
    assert owed(app, ref) == [("need-handle", "caseworker", "")]
    run("escalate_need", ref, levels.actor(levels.village), note="村里没有眼科")
    assert owed(app, ref) == [("need-handle", "supervisor", "")]
    run("escalate_need", ref, levels.actor(levels.town), note="镇卫生院做不了手术")
    assert (seen(ref).state, seen(ref).level) == (NeedState.AT_DISTRICT, Level.DISTRICT)
    run("resolve_need", ref, levels.actor(levels.district), note="区医院免费做了手术")
    assert seen(ref).state is NeedState.RESOLVED
    assert owed(app, ref) == [("need-confirm", "caseworker", "")]
    run("close_need", ref, levels.actor(levels.village), NeedOutcome.MET, confirmed_by=ConfirmedBy.CARER)
    assert (seen(ref).state, seen(ref).outcome) == (NeedState.MET, NeedOutcome.MET)
    assert owed(app, ref) == []
    with app.app_context():
        steps = db.session.query(NeedStep).order_by(NeedStep.id).all()
        assert [s.kind for s in steps] == [
            StepKind.RAISED, StepKind.ESCALATED, StepKind.ESCALATED, StepKind.RESOLVED, StepKind.CLOSED
        ]  # fmt: skip
        assert steps[1].text == "村里没有眼科"
        assert "村里没有眼科".encode() not in steps[1].text_sealed


def test_each_level_has_its_own_clock_in_working_days(app, levels, raised, run, seen):
    with standing_at(MONDAY):
        ref = raised()
        assert local_day(seen(ref).due_at) == local_day(start_of(local_day(MONDAY))).replace(
            day=6
        )  # the end of Thursday
        run("escalate_need", ref, levels.actor(levels.village), note="做不了")
        assert seen(ref).due_at == start_of(
            local_day(MONDAY).replace(day=12)
        )  # seven working days: the end of the 11th
        run("escalate_need", ref, levels.actor(levels.town), note="做不了")
        assert seen(ref).due_at == start_of(local_day(MONDAY).replace(day=24))  # fifteen: the end of Monday the 23rd


def test_a_note_is_needed_and_an_empty_one_changes_nothing(levels, raised, run, seen):
    ref = raised()
    with pytest.raises(DomainError):
        run("escalate_need", ref, levels.actor(levels.village), note=" ")
    assert seen(ref).state is NeedState.AT_VILLAGE


def test_who_is_below_cannot_move_what_has_gone_up(levels, raised, run, seen):
    ref = raised()
    run("escalate_need", ref, levels.actor(levels.village), note="做不了")
    for name in ("escalate_need", "return_need", "resolve_need"):
        with pytest.raises(NotAllowed):
            run(name, ref, levels.actor(levels.village), note="再来一次")
    assert seen(ref).state is NeedState.AT_TOWN
