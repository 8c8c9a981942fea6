"""The way of a referral: every operation in every state, and what each ending does to the need. domain.md, Referral."""

from __future__ import annotations

import pytest

from portal.audit.models import AuditEntry, StateMove
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import Need, NeedHold
from portal.needs.rules import ConfirmedBy, NeedKind, NeedOutcome, NeedState
from portal.referrals.models import ReferralMessage
from portal.referrals.rules import REFERRAL, DeclineReason, Outcome, ReferralState, Step
from tests.referrals.conftest import WAY

S = ReferralState
OPERATIONS = {
    "send_referral": ("town", S.SENT, (), {}),
    "ask_for_more": ("there", S.ASKED, (), {"question": "有检查单吗？"}),
    "answer_question": ("town", S.SENT, (), {"answer": "有"}),
    "accept": ("there", S.ACCEPTED, (), {}),
    "decline": ("there", S.DECLINED, (DeclineReason.WAITLIST,), {}),
    "begin": ("there", S.IN_PROGRESS, (), {}),
    "hold": ("there", S.ON_HOLD, (), {"reason": "等床位"}),
    "complete": ("there", S.COMPLETED, (Outcome.TREATED,), {}),
    "fail": ("there", S.FAILED, (), {"reason": "不适合"}),
    "confirm": ("village", S.CONFIRMED, (), {"by": ConfirmedBy.CASEWORKER, "met": NeedOutcome.MET}),
    "dispute": ("village", S.IN_PROGRESS, (), {"reason": "还没做"}),
    "cancel": ("town", S.CANCELLED, (), {"reason": "家长改主意了"}),
    "enter_in_error": ("district", S.ENTERED_IN_ERROR, (), {"reason": "选错了孩子"}),
}
RUN_FROM = {
    "answer_question": {S.ASKED}, "send_referral": {S.DRAFTED}, "dispute": {S.COMPLETED}, "begin": {S.ACCEPTED, S.ON_HOLD},
}  # fmt: skip


def who(programme, name):
    return programme.at("A") if name == "there" else programme.actor(getattr(programme, name))


@pytest.mark.parametrize("state", [S.DRAFTED, *WAY])
def test_in_every_state_exactly_the_declared_operations_are_open(app, programme, referred, act, seen, state):
    ref = referred(state)
    for name, (side, target, args, facts) in OPERATIONS.items():
        declared = REFERRAL.move(state, target) is not None and state in RUN_FROM.get(name, set(S))
        with app.app_context():
            db.session.rollback()
        if not declared:
            with pytest.raises((DomainError, NotAllowed)):
                act(name, ref, who(programme, side), *args, **facts)
            assert seen(ref).state is state, name


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (state, name)
        for state in (S.DRAFTED, *WAY)
        for name, (_side, target, _a, _f) in OPERATIONS.items()
        if REFERRAL.move(state, target) is not None and state in RUN_FROM.get(name, set(S))
    ],
)
def test_each_open_operation_leads_to_its_state_and_is_written_down(app, programme, referred, act, seen, state, name):
    ref = referred(state)
    side, target, args, facts = OPERATIONS[name]
    act(name, ref, who(programme, side), *args, **facts)
    assert seen(ref).state is target
    with app.app_context():
        last = db.session.query(StateMove).filter_by(subject_ref=ref).order_by(StateMove.id.desc()).first()
        assert (last.source, last.target, last.actor_ref) == (
            state.value,
            target.value,
            who(programme, side).account_ref,
        )
        assert db.session.query(AuditEntry).filter_by(subject_ref=ref, what="referral-moved").count() >= 1


@pytest.mark.parametrize("name", ["ask_for_more", "answer_question", "hold", "fail", "dispute", "cancel"])
def test_a_step_that_asks_for_a_reason_changes_nothing_without_one(programme, referred, act, seen, name):
    state = {"answer_question": S.ASKED, "hold": S.IN_PROGRESS, "fail": S.ACCEPTED, "dispute": S.COMPLETED}.get(
        name, S.SENT
    )
    ref = referred(state)
    side, _target, _args, facts = OPERATIONS[name]
    with pytest.raises(DomainError, match="Give a reason"):
        act(name, ref, who(programme, side), **dict.fromkeys(facts, "  "))
    assert seen(ref).state is state


def test_what_people_write_is_kept_encrypted_and_never_in_the_log(app, programme, referred):
    ref = referred(S.ON_HOLD)
    with app.app_context():
        assert [m.text for m in db.session.query(ReferralMessage)] == ["等床位"]
        for move in db.session.query(StateMove).filter_by(subject_ref=ref):
            assert "等床位" not in move.reason
        for entry in db.session.query(AuditEntry):
            assert "等床位" not in entry.reason


def test_the_needs_clock_stands_while_it_is_live_and_runs_on_after_it(app, programme, referred, act):
    def held():
        with app.app_context():
            need = db.session.query(Need).one()
            live = db.session.query(NeedHold).filter(NeedHold.until_at.is_(None)).count()
            return need.held_since is not None, live

    ref = referred(S.SENT)
    assert held() == (True, 1)
    act("decline", ref, programme.at("A"), DeclineReason.NO_CAPACITY)
    assert held() == (False, 0)


def test_completed_is_not_the_end_the_need_is_resolved_and_the_family_confirms_both(
    programme, referred, act, seen, need_state
):
    ref = referred(S.COMPLETED)
    assert need_state(ref) is NeedState.RESOLVED
    act("confirm", ref, programme.actor(programme.village), by=ConfirmedBy.CASEWORKER, met=NeedOutcome.MET)
    assert (seen(ref).state, need_state(ref)) == (S.CONFIRMED, NeedState.MET)


def test_a_family_that_does_not_confirm_sets_the_receiver_to_work_again(
    app, programme, referred, act, seen, need_state
):
    ref = referred(S.COMPLETED)
    act("dispute", ref, programme.actor(programme.village), reason="只做了检查")
    assert (seen(ref).state, seen(ref).outcome, need_state(ref)) == (S.IN_PROGRESS, None, NeedState.AT_TOWN)
    with app.app_context():
        assert db.session.query(Need).one().held_since is not None
    act("complete", ref, programme.at("A"), Outcome.SURGERY_DONE)
    assert need_state(ref) is NeedState.RESOLVED


def test_the_receiver_never_confirms_for_the_family(programme, referred, act):
    ref = referred(S.COMPLETED)
    with pytest.raises(NotAllowed):
        act("confirm", ref, programme.at("A"), by=ConfirmedBy.CARER, met=NeedOutcome.MET)


def test_in_person_is_the_caseworker_alone(programme, referred, act, seen):
    ref = referred(S.COMPLETED)
    with pytest.raises(NotAllowed):
        act("confirm", ref, programme.actor(programme.town), by=ConfirmedBy.CASEWORKER, met=NeedOutcome.MET)
    assert seen(ref).state is S.COMPLETED


@pytest.mark.parametrize(
    ("outcome", "note", "after"),
    [
        (NeedOutcome.MET, "", S.CONFIRMED),
        (NeedOutcome.PARTLY_MET, "还要复查", S.CONFIRMED),
        (NeedOutcome.UNMET, "没做成", S.CANCELLED),
    ],
)
def test_what_the_family_says_on_the_needs_own_page_holds_for_the_referral(
    app, programme, referred, seen, outcome, note, after
):
    from portal.needs.operations import close_need

    ref = referred(S.COMPLETED)
    actor = programme.actor(programme.village)
    with app.app_context():
        need = db.session.query(Need).one()
        close_need(need, outcome, note=note, confirmed_by=ConfirmedBy.CARER, actor=actor, now=now())
        db.session.commit()
    assert seen(ref).state is after
    assert seen(ref).shared_sealed is None


def test_a_need_opened_again_on_its_own_page_opens_the_completed_referral(app, programme, referred, seen, need_state):
    from portal.needs.operations import reopen_need

    ref = referred(S.COMPLETED)
    with app.app_context():
        need = db.session.query(Need).one()
        reopen_need(need, note="没做", actor=programme_actor(programme), now=now())
        db.session.commit()
        assert db.session.query(Need).one().held_since is not None
    assert (seen(ref).state, need_state(ref)) == (S.IN_PROGRESS, NeedState.AT_TOWN)


def programme_actor(programme):
    return programme.made.actor(programme.village)


@pytest.mark.parametrize("state", [S.DRAFTED, S.SENT, S.ACCEPTED, S.IN_PROGRESS])
def test_a_need_that_ends_otherwise_calls_its_referral_off(app, programme, referred, seen, state):
    from portal.needs.operations import withdraw_need

    ref = referred(state)
    actor = programme.actor(programme.town)
    with app.app_context():
        withdraw_need(db.session.query(Need).one(), reason="家里自己解决了", actor=actor, now=now())
        db.session.commit()
    assert seen(ref).state is S.CANCELLED
    assert (seen(ref).delete_by is not None) == (state is not S.DRAFTED)


def test_goods_are_delivered_against_a_signature(programme, a_need, referred, act, seen):
    programme.organisation("C", kinds=("material",))
    ref = referred(S.ACCEPTED, to="C", need_ref=a_need(NeedKind.MATERIAL))
    there = programme.at("C")
    act("begin", ref, there)
    with pytest.raises(DomainError, match="Note the delivery first"):
        act("complete", ref, there, Outcome.DELIVERED)
    with pytest.raises(DomainError, match="Who signed"):
        act("note_step", ref, there, Step.DELIVERED, on_day=today())
    act("note_step", ref, there, Step.DELIVERED, on_day=today(), signed="李桂英", note="床2张")
    act("complete", ref, there, Outcome.DELIVERED)
    assert seen(ref).state is S.COMPLETED


def test_each_kind_has_its_own_steps_and_outcomes(programme, referred, act, seen):
    ref = referred(S.ACCEPTED)
    there = programme.at("A")
    with pytest.raises(DomainError, match="one of the steps"):
        act("note_step", ref, there, Step.DELIVERED, on_day=today(), signed="x")
    with pytest.raises(DomainError, match="still to come"):
        act("note_step", ref, there, Step.DIAGNOSIS, on_day=today().replace(year=today().year + 1))
    act("note_step", ref, there, Step.SURGERY_DATE, on_day=today().replace(year=today().year + 1))
    assert seen(ref).state is S.IN_PROGRESS
    with pytest.raises(DomainError, match="how it ended"):
        act("complete", ref, there, Outcome.ENROLLED)
    assert seen(ref).state is S.IN_PROGRESS


def test_another_reason_needs_words(programme, referred, act, seen):
    ref = referred(S.SENT)
    with pytest.raises(DomainError, match="Say in a few words why"):
        act("decline", ref, programme.at("A"), DeclineReason.OTHER)
    assert seen(ref).state is S.SENT


@pytest.mark.parametrize("state", [S.DRAFTED, S.SENT, S.IN_PROGRESS, S.COMPLETED])
def test_a_file_that_is_closed_is_not_shared_on(app, programme, referred, seen, sign_in, state):
    from portal.children.models import Child
    from portal.kernel.events import child_left

    ref = referred(state)
    actor = programme.actor(programme.district)
    with app.app_context():
        child_left.send(db.session.get(Child, programme.child.id), actor=actor, now=now())
        db.session.commit()
    assert seen(ref).shared_sealed is None
    assert seen(ref).state is (S.COMPLETED if state is S.COMPLETED else S.CANCELLED)
    assert sign_in(programme.people["A"]).get(f"/referrals/{ref}").status_code == 404
