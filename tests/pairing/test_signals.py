"""What other rooms' signals do to pairs: freeze, consent, suspension, moves, accounts."""

from __future__ import annotations

from typing import Any

import pytest

from portal.access.models import Account
from portal.audit.models import AuditEntry, StateMove
from portal.children.models import Child, Consent, Sight
from portal.children.rules import Purpose
from portal.kernel import events
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.pairing.queries import pairs_of_mentor
from portal.pairing.rules import ClosureReason, PairingState
from portal.volunteers.models import Volunteer
from portal.volunteers.operations import link_account, move_volunteer
from portal.volunteers.rules import VolunteerState
from tests.factories import VILLAGE_B

S = PairingState


@pytest.fixture
def world(made: Any) -> Any:
    class World:
        coordinator = made.account(Role.COORDINATOR)
        lead = made.account(Role.SAFEGUARDING_LEAD, name="周负责人")
        actor = made.actor(coordinator)
        handler = made.actor(lead)
        mentor, volunteer = made.mentor()
        child = made.child()

    return World


def load(pairing: Pairing) -> Pairing:
    return db.session.get(Pairing, pairing.id)


def open_sights(account_ref: str) -> int:
    return db.session.query(Sight).where(Sight.account_ref == account_ref, Sight.ended_at.is_(None)).count()


def freeze(world: Any) -> None:
    events.freeze_wanted.send(None, child_ref=world.child.ref, reason="canary-reason", actor=world.handler, now=now())


@pytest.mark.parametrize("state", [S.ACTIVE, S.PAUSED, S.CLOSING])
def test_a_freeze_closes_the_mentors_eyes_and_tells_nobody_why(state: S, world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer, state)
    with fresh():
        freeze(world)
        freeze(world)
        db.session.commit()
        assert (load(kept).state, load(kept).frozen_from) == (S.FROZEN, state)
        assert open_sights(world.mentor.ref) == 0
        assert [p.state for p in pairs_of_mentor(made.actor(world.mentor))] == [S.PAUSED]
        assert "canary-reason" not in str([(m.reason, m.actor_name) for m in db.session.query(StateMove)])
        moved = db.session.query(AuditEntry).where(AuditEntry.what == "pairing-moved").one()
        assert moved.hidden
        told = [n.facts["state"] for n in db.session.query(Notice).where(Notice.account_ref == world.mentor.ref)]
        assert told == ([] if state is S.PAUSED else ["paused by the programme"])
        assert db.session.query(Notice).where(Notice.account_ref == world.coordinator.ref).count() == 0


@pytest.mark.parametrize(("to", "sights"), [("active", 1), ("paused", 0), ("closing", 0)])
def test_a_freeze_is_lifted_to_where_the_handler_says(to: str, sights: int, world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        freeze(world)
        for _ in range(2):
            events.unfreeze_wanted.send(
                None, child_ref=world.child.ref, to=to, reason="x", actor=world.handler, now=now()
            )
        assert load(kept).state == to
        assert open_sights(world.mentor.ref) == sights


def test_a_coordinator_cannot_lift_or_move_a_frozen_pair(world: Any, made: Any, sign_in: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        freeze(world)
        db.session.commit()
    browser = sign_in(world.coordinator)
    page = browser.get(f"/pairings/{kept.ref}").text
    assert "周负责人" not in page
    for path in ("resumption", "mistake", "reopening", "refusal", "pauses"):
        browser.post(f"/pairings/{kept.ref}/{path}", data={"reason": "x"})
    browser.post(f"/pairings/{kept.ref}/ending", data={"reason": "x", "because": "moved"})
    with fresh():
        assert load(kept).state is S.FROZEN


@pytest.mark.parametrize("purpose", [Purpose.FILE, Purpose.PAIRING])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.PROPOSED, S.DECLINED),
        (S.CONSULTED, S.DECLINED),
        (S.AGREED, S.DECLINED),
        (S.ACTIVE, S.CLOSING),
        (S.PAUSED, S.CLOSING),
        (S.CLOSING, S.CLOSING),
        (S.FROZEN, S.FROZEN),
    ],
)
def test_without_consent_a_pair_ends_and_the_sight_at_once(
    purpose: Purpose, before: S, after: S, world: Any, made: Any, fresh: Any
) -> None:
    kept = made.pairing(world.child, world.volunteer, before)
    with fresh():
        consent = db.session.query(Consent).where(Consent.purpose == purpose).one()
        consent.withdrawn_on = today()
        for _ in range(2):
            events.consent_withdrawn.send(
                consent, child_ref=world.child.ref, purpose=purpose, actor=world.actor, now=now()
            )
        assert load(kept).state is after
        assert open_sights(world.mentor.ref) == 0
        if after is not S.DECLINED:
            assert load(kept).closure_reason is ClosureReason.CONSENT_WITHDRAWN
        if before is S.FROZEN:
            events.unfreeze_wanted.send(
                None, child_ref=world.child.ref, to="active", reason="x", actor=world.handler, now=now()
            )
            assert load(kept).state is S.CLOSING
            assert open_sights(world.mentor.ref) == 0


def test_other_consents_change_no_pair(world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        events.consent_withdrawn.send(
            None, child_ref=world.child.ref, purpose=Purpose.CARER_PHONE, actor=world.actor, now=now()
        )
        assert load(kept).state is S.ACTIVE


def test_a_suspension_pauses_every_pair_and_a_dismissal_ends_it(world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        volunteer = db.session.get(Volunteer, world.volunteer.id)
        move_volunteer(volunteer, VolunteerState.SUSPENDED, actor=world.actor, now=now(), reason="核实情况")
        assert load(kept).state is S.PAUSED
        assert open_sights(world.mentor.ref) == 0
        assert db.session.query(Notice).where(Notice.kind == "pairing-needs-you").count() == 1
        move_volunteer(volunteer, VolunteerState.DISMISSED, actor=world.actor, now=now(), reason="违反守则")
        assert (load(kept).state, load(kept).closure_reason) == (S.CLOSING, ClosureReason.MENTOR_LEFT)


def test_an_expired_volunteer_keeps_the_pair_under_a_warning(world: Any, made: Any, sign_in: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        volunteer = db.session.get(Volunteer, world.volunteer.id)
        move_volunteer(volunteer, VolunteerState.VETTING, actor=world.actor, now=now(), reason="到期")
        db.session.commit()
        assert load(kept).state is S.ACTIVE
        assert open_sights(world.mentor.ref) == 1
    assert "not ready now" in sign_in(world.coordinator).get(f"/pairings/{kept.ref}").text


def test_a_pair_goes_with_its_child_to_another_region(world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        child = db.session.get(Child, world.child.id)
        before, child.region_path = child.region_path, made.path(VILLAGE_B)
        db.session.flush()
        events.child_moved.send(child, before=before, actor=world.actor, now=now())
        db.session.commit()
        assert load(kept).region_path == made.path(VILLAGE_B)


def test_a_file_that_is_closed_ends_its_proposals(world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer, S.PROPOSED)
    with fresh():
        events.child_left.send(db.session.get(Child, world.child.id), actor=world.actor, now=now())
        assert load(kept).state is S.DECLINED


def test_the_coordinator_is_told_when_a_mentors_account_ends(world: Any, made: Any, fresh: Any) -> None:
    made.pairing(world.child, world.volunteer)
    with fresh():
        account = db.session.get(Account, world.mentor.id)
        account.is_active = False
        db.session.flush()
        events.account_ended.send(account, actor=world.actor, now=now())
        notice = db.session.query(Notice).where(Notice.account_ref == world.coordinator.ref).one()
        assert notice.facts["what"] == "the mentor's account has ended"
        assert open_sights(world.mentor.ref) == 0


def test_a_mentor_who_gets_an_account_later_sees_the_running_pair(made: Any, world: Any, fresh: Any) -> None:
    volunteer = made.volunteer()
    child = made.child()
    kept = made.pairing(child, volunteer)
    account = made.account(Role.MENTOR)
    with fresh():
        row = db.session.get(Volunteer, volunteer.id)
        link_account(row, who=account.email, actor=world.actor, now=now())
        assert load(kept).mentor_account == account.ref
        assert open_sights(account.ref) == 1
