"""The way of a pair through its operations: what each step asks for, keeps and tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.children.models import Child, Consent, Sight
from portal.children.rules import Purpose
from portal.duties.models import Duty, DutyState
from portal.duties.operations import open_duty
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.notices.models import Notice
from portal.pairing import operations as ops
from portal.pairing.models import Pairing
from portal.pairing.operations.beginning import Side
from portal.pairing.queries import pairs_of_mentor
from portal.pairing.rules import ClosureReason, ContactAfter, ExitTalk, PairingState
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState

YEAR = timedelta(days=366)


@pytest.fixture
def world(made: Any) -> Any:
    """A coordinator, a mentor with an account, a child."""

    class World:
        coordinator = made.account(Role.COORDINATOR)
        actor = made.actor(coordinator)
        mentor, volunteer = made.mentor()
        child = made.child()

    return World


def consult(pairing: Pairing, actor: Any) -> None:
    for side in Side:
        ops.record_talk(pairing, side, on=today(), said="愿意", agrees=True, actor=actor, now=now())


def propose(world: Any) -> Pairing:
    child, volunteer = db.session.get(Child, world.child.id), db.session.get(Volunteer, world.volunteer.id)
    assert child is not None
    assert volunteer is not None
    return ops.propose(child, volunteer, why="同镇", actor=world.actor, now=now())


def sights(account_ref: str) -> int:
    return db.session.query(Sight).where(Sight.account_ref == account_ref, Sight.ended_at.is_(None)).count()


def test_from_a_proposal_to_a_good_end_and_back(world: Any, made: Any, fresh: Any) -> None:
    with fresh():
        pairing = propose(world)
        assert propose(world) is pairing
        consult(pairing, world.actor)
        assert pairing.state is PairingState.CONSULTED
        ops.agree(pairing, on=today(), until=today() + YEAR, actor=world.actor, now=now())
        assert (pairing.state, pairing.slot) == (PairingState.AGREED, 1)
        assert sights(world.mentor.ref) == 0
        ops.record_first_meeting(pairing, on=today(), staff="陈主任", actor=world.actor, now=now())
        ops.start(pairing, actor=world.actor, now=now())
        assert (pairing.state, pairing.started_on) == (PairingState.ACTIVE, today())
        assert sights(world.mentor.ref) == 1
        assert db.session.get(Child, world.child.id).has_live_pairing
        assert db.session.get(Volunteer, world.volunteer.id).live_pairings == 1
        assert [p.child_label for p in pairs_of_mentor(made.actor(world.mentor))] == ["晓雨"]
        ops.pause(pairing, reason="期末", actor=world.actor, now=now())
        assert sights(world.mentor.ref) == 0
        ops.resume(pairing, actor=world.actor, now=now())
        ops.begin_closing(pairing, reason="搬家", because=ClosureReason.MOVED, actor=world.actor, now=now())
        assert sights(world.mentor.ref) == 1
        ops.record_exit(
            pairing,
            child=ExitTalk.HELD,
            mentor=ExitTalk.HELD,
            contact_after=ContactAfter.NONE,
            actor=world.actor,
            now=now(),
        )
        ops.close_pairing(pairing, on=today(), reason=ClosureReason.MOVED, actor=world.actor, now=now())
        assert (pairing.state, pairing.slot, sights(world.mentor.ref)) == (PairingState.CLOSED, None, 0)
        assert not db.session.get(Child, world.child.id).has_live_pairing
        assert db.session.get(Volunteer, world.volunteer.id).live_pairings == 0
        ops.reopen(pairing, reason="又搬回来", actor=world.actor, now=now())
        assert (pairing.state, pairing.ended_on, sights(world.mentor.ref)) == (PairingState.ACTIVE, None, 1)
        told = [n.facts["state"] for n in db.session.query(Notice).where(Notice.account_ref == world.mentor.ref)]
        assert told == ["agreed", "active", "paused by the programme", "active", "ending", "ended", "active"]
        db.session.commit()


@pytest.mark.parametrize("side", list(Side))
def test_one_who_does_not_want_to_ends_it(side: Side, world: Any, fresh: Any) -> None:
    with fresh():
        pairing = propose(world)
        ops.record_talk(pairing, side, on=today(), said="不想", agrees=False, actor=world.actor, now=now())
        assert pairing.state is PairingState.DECLINED


def test_the_consent_must_stand(world: Any, fresh: Any) -> None:
    with fresh():
        pairing = propose(world)
        consult(pairing, world.actor)
        consent = db.session.query(Consent).where(Consent.purpose == Purpose.PAIRING).one()
        consent.assent = False
        with pytest.raises(DomainError, match="has not agreed"):
            ops.agree(pairing, on=today(), until=today() + YEAR, actor=world.actor, now=now())
        consent.withdrawn_on = today()
        with pytest.raises(DomainError, match="consent to pairing"):
            ops.agree(pairing, on=today(), until=today() + YEAR, actor=world.actor, now=now())


def test_a_promise_of_less_than_a_year_is_refused(world: Any, fresh: Any) -> None:
    with fresh():
        pairing = propose(world)
        consult(pairing, world.actor)
        with pytest.raises(DomainError, match="12 months"):
            ops.agree(pairing, on=today(), until=today() + timedelta(days=300), actor=world.actor, now=now())
        assert pairing.state is PairingState.CONSULTED


def test_a_child_has_one_live_mentor(world: Any, made: Any, fresh: Any) -> None:
    _other, other_volunteer = made.mentor()
    waiting = made.pairing(world.child, other_volunteer, PairingState.CONSULTED)
    made.pairing(world.child, world.volunteer)
    with fresh():
        with pytest.raises(DomainError, match="already has a mentor"):
            propose(world)
        second = db.session.get(Pairing, waiting.id)
        with pytest.raises(DomainError, match="already has a mentor"):
            ops.agree(second, on=today(), until=today() + YEAR, actor=world.actor, now=now())


def test_a_mentor_has_no_more_pairs_than_places(world: Any, made: Any, fresh: Any) -> None:
    made.pairing(world.child, world.volunteer)
    waiting = made.pairing(made.child(given_name="小雪"), world.volunteer, PairingState.CONSULTED, slot=None)
    with fresh():
        pairing = db.session.get(Pairing, waiting.id)
        with pytest.raises(DomainError, match="no free place"):
            ops.agree(pairing, on=today(), until=today() + YEAR, actor=world.actor, now=now())
        db.session.rollback()
        db.session.get(Volunteer, world.volunteer.id).capacity = 2
        ops.agree(db.session.get(Pairing, waiting.id), on=today(), until=today() + YEAR, actor=world.actor, now=now())
        assert db.session.get(Pairing, waiting.id).slot == 2
        assert db.session.get(Volunteer, world.volunteer.id).live_pairings == 2


@pytest.mark.parametrize("state", [s for s in VolunteerState if s is not VolunteerState.READY])
def test_a_volunteer_who_is_not_ready_takes_no_new_pair(
    state: VolunteerState, world: Any, made: Any, fresh: Any
) -> None:
    waiting = made.pairing(world.child, world.volunteer, PairingState.CONSULTED)
    with fresh():
        db.session.get(Volunteer, world.volunteer.id).state = state
        db.session.flush()
        with pytest.raises(DomainError, match="not ready"):
            ops.agree(
                db.session.get(Pairing, waiting.id), on=today(), until=today() + YEAR, actor=world.actor, now=now()
            )


def test_a_supervisor_and_another_districts_coordinator_move_nothing(world: Any, made: Any, fresh: Any) -> None:
    supervisor = made.actor(made.account(Role.SUPERVISOR))
    elsewhere = made.actor(made.account(Role.COORDINATOR, at="371302109"))
    kept = made.pairing(world.child, world.volunteer)
    with fresh():
        pairing = db.session.get(Pairing, kept.id)
        for actor in (supervisor, elsewhere, made.actor(world.mentor)):
            with pytest.raises(NotAllowed):
                ops.pause(pairing, reason="x", actor=actor, now=now())


def test_contact_ends_what_was_owed_for_silence(world: Any, made: Any, fresh: Any) -> None:
    kept = made.pairing(world.child, world.volunteer, last_contact_on=today() - timedelta(days=20))
    with fresh():
        pairing = db.session.get(Pairing, kept.id)
        open_duty(
            "silent-pair:" + pairing.ref, kind="silent-pair", subject_kind="pairing", subject_ref=pairing.ref,
            due_at=now(), now=now(), owner_role=Role.COORDINATOR, path=pairing.region_path,
        )  # fmt: skip
        ops.note_contact([pairing], today() - timedelta(days=30), actor=SYSTEM, now=now())
        assert pairing.last_contact_on == today() - timedelta(days=20)
        ops.note_contact([pairing], today(), actor=SYSTEM, now=now())
        assert pairing.last_contact_on == today()
        db.session.commit()
        assert db.session.query(Duty).where(Duty.state == DutyState.OWED).count() == 0
