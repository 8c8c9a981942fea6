"""Two people at once (T16): one wins, and a need goes up one level and not two."""

from __future__ import annotations

import threading

from sqlalchemy.orm.exc import StaleDataError

from portal.children.models import Child
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs import operations
from portal.needs.models import Need, NeedHold, NeedStep
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState, StepKind
from tests.needs.conftest import MONDAY

ROUNDS = 3


def all_at_once(app, number, act):
    """Run `act(n)` in threads begun together, each in a transaction of its own; gives each one's answer ('' for done)."""
    gate, answers = threading.Barrier(number), ["?"] * number

    def one(n):
        with app.app_context():
            gate.wait()
            try:
                begin_writing()
                act(n)
                db.session.commit()
                answers[n] = ""
            except (DomainError, NotAllowed, StaleDataError) as error:
                db.session.rollback()
                answers[n] = type(error).__name__
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                db.session.rollback()
                answers[n] = repr(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_need_escalated_twice_at_once_goes_up_one_level(app, levels, raised, seen):
    # The coordinator may pass on at every level: only what each page showed tells the second press from a next step.
    actors = [levels.actor(levels.village), levels.actor(levels.district), levels.actor(levels.district)]
    for _round in range(ROUNDS):
        ref = raised()

        def escalate(n, ref=ref):
            need = db.session.query(Need).filter_by(ref=ref).one()
            operations.escalate_need(need, note=f"第{n}个人", actor=actors[n], now=now(), seen=Level.VILLAGE)

        answers = all_at_once(app, 3, escalate)
        assert answers.count("") == 1, answers
        assert set(answers) <= {"", "DomainError", "NotAllowed", "StaleDataError"}, answers
        assert (seen(ref).state, seen(ref).level) == (NeedState.AT_TOWN, Level.TOWN)
        with app.app_context():
            steps = db.session.query(NeedStep).join(Need, Need.id == NeedStep.need_id).filter(Need.ref == ref)
            assert steps.filter(NeedStep.kind == StepKind.ESCALATED).count() == 1


def test_escalated_and_resolved_at_once_only_one_of_both_happens(app, levels, raised, seen):
    actor = levels.actor(levels.district)
    for _round in range(ROUNDS):
        ref = raised()

        def act(n, ref=ref):
            need = db.session.query(Need).filter_by(ref=ref).one()
            if n:
                operations.resolve_need(need, note="办好了", actor=actor, now=now())
            else:
                operations.escalate_need(need, note="做不了", actor=actor, now=now(), seen=Level.VILLAGE)

        answers = all_at_once(app, 2, act)
        # Resolved after it went up is a next step and no race; escalated after it was resolved is refused.
        assert answers in (["", ""], ["", "StaleDataError"], ["StaleDataError", ""], ["DomainError", ""]), answers
        want = NeedState.AT_TOWN if answers == ["", "StaleDataError"] else NeedState.RESOLVED
        assert seen(ref).state is want


def test_the_clock_and_a_person_at_once_move_it_up_once(app, levels, raised, seen):
    for _round in range(ROUNDS):
        ref = raised(now=MONDAY)
        actor = levels.actor(levels.village)

        def act(n, ref=ref, actor=actor):
            if n:
                operations.climb_overdue(now())
            else:
                need = db.session.query(Need).filter_by(ref=ref).one()
                operations.escalate_need(need, note="做不了", actor=actor, now=now(), seen=Level.VILLAGE)

        answers = all_at_once(app, 2, act)
        assert answers[1] == "", answers
        assert answers[0] in ("", "DomainError", "StaleDataError"), answers
        assert seen(ref).level is Level.TOWN


def test_the_same_need_sent_fifty_times_at_once_is_one(app, levels):
    actor = levels.actor(levels.village)
    refs = []

    def raise_it(_n):
        need = operations.raise_need(
            db.session.get(Child, levels.child.id), kind=NeedKind.MATERIAL, text="缺一张床", channel=NeedChannel.VISIT,
            source_ref="visit", client_key="phone-1-need", actor=actor, now=now(),
        )  # fmt: skip
        refs.append(need.ref)

    assert set(all_at_once(app, 50, raise_it)) == {""}
    assert len(set(refs)) == 1
    with app.app_context():
        assert db.session.query(Need).count() == 1
        assert db.session.query(NeedStep).count() == 1


def test_two_things_that_hold_the_clock_at_once_both_hold_it(app, levels, raised, seen):
    ref, actor = raised(), levels.actor(levels.district)

    def hold(n):
        need = db.session.query(Need).filter_by(ref=ref).one()
        operations.hold_clock(need, because_ref=f"referral-{n}", actor=actor, now=now())

    answers = all_at_once(app, 2, hold)
    with app.app_context():
        held = db.session.query(NeedHold).filter(NeedHold.until_at.is_(None)).count()
    assert held == answers.count("") >= 1
    assert seen(ref).held_since is not None
