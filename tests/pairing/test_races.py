"""Two people at once (T16): the database decides, and who loses gets a sentence."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError
from portal.pairing import operations as ops
from portal.pairing.models import Pairing
from portal.pairing.operations.steps import ALREADY_PAIRED, NO_PLACE, NOT_READY, race_lost
from portal.pairing.rules import LIVE, PairingState
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState

MANY = 50


def agree_all_at_once(app: Any, ids: list[int], actor: Any) -> list[str]:
    """Every pair is agreed in a thread of its own, all begun together. Gives each one's answer ('' for done)."""
    gate, answers = threading.Barrier(len(ids)), [""] * len(ids)

    def one(n: int, pairing_id: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                begin_writing()
                pairing = db.session.get(Pairing, pairing_id)
                ops.agree(pairing, on=today(), until=today() + timedelta(days=366), actor=actor, now=now())
                db.session.commit()
            except DomainError as error:
                db.session.rollback()
                answers[n] = error.message
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                db.session.rollback()
                answers[n] = repr(error)

    threads = [threading.Thread(target=one, args=(n, i)) for n, i in enumerate(ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def live(fresh: Any) -> list[Pairing]:
    with fresh():
        found = db.session.query(Pairing).where(Pairing.state.in_(LIVE)).all()
        db.session.expunge_all()
        return found


def test_fifty_agree_on_one_child_and_one_wins(app: Any, made: Any, fresh: Any) -> None:
    child, actor = made.child(), made.actor(made.account(Role.COORDINATOR))
    ids = [made.pairing(child, made.volunteer(), PairingState.CONSULTED).id for _ in range(MANY)]
    answers = agree_all_at_once(app, ids, actor)
    assert sorted(answers) == [""] + [ALREADY_PAIRED] * (MANY - 1)
    assert len(live(fresh)) == 1


def test_a_mentor_with_two_places_gets_two_of_ten(app: Any, made: Any, fresh: Any) -> None:
    volunteer, actor = made.volunteer(capacity=2), made.actor(made.account(Role.COORDINATOR))
    ids = [made.pairing(made.child(), volunteer, PairingState.CONSULTED).id for _ in range(10)]
    answers = agree_all_at_once(app, ids, actor)
    assert sorted(answers) == ["", ""] + [NO_PLACE] * 8
    assert sorted(p.slot for p in live(fresh)) == [1, 2]
    with fresh():
        assert db.session.get(Volunteer, volunteer.id).live_pairings == 2


def bypass(fresh: Any, *rows: Pairing) -> DomainError | None:
    """Write past every operation, and read the sentence that the database's refusal becomes."""
    with fresh():
        db.session.add_all(rows)
        with pytest.raises(IntegrityError) as refusal:
            db.session.flush()
        db.session.rollback()
        return race_lost(refusal.value)


def straight(child: Any, volunteer: Any, slot: int = 1) -> Pairing:
    return Pairing(
        child_id=child.id, child_ref=child.ref, volunteer_id=volunteer.id, volunteer_ref=volunteer.ref, slot=slot,
        region_path=child.region_path, state=PairingState.AGREED, proposed_on=today(), proposed_by="system",
        created_at=now(),
    )  # fmt: skip


def test_the_database_refuses_a_second_live_pair_of_a_child(made: Any, fresh: Any) -> None:
    child = made.child()
    made.pairing(child, made.volunteer())
    assert bypass(fresh, straight(child, made.volunteer())).message == ALREADY_PAIRED


def test_the_database_refuses_a_taken_slot_and_one_beyond_the_capacity(made: Any, fresh: Any) -> None:
    volunteer = made.volunteer()
    made.pairing(made.child(), volunteer)
    assert bypass(fresh, straight(made.child(), volunteer)).message == NO_PLACE
    assert bypass(fresh, straight(made.child(), volunteer, slot=2)).message == NO_PLACE


@pytest.mark.parametrize("state", [s for s in VolunteerState if s is not VolunteerState.READY])
def test_the_database_refuses_a_volunteer_who_is_not_ready(state: VolunteerState, made: Any, fresh: Any) -> None:
    volunteer = made.volunteer(state=state)
    assert bypass(fresh, straight(made.child(), volunteer)).message == NOT_READY
    waiting = made.pairing(made.child(), volunteer, PairingState.CONSULTED)
    with fresh():
        row = db.session.get(Pairing, waiting.id)
        row.slot, row.state = 1, PairingState.AGREED
        with pytest.raises(IntegrityError, match="volunteer-not-ready"):
            db.session.flush()
        db.session.rollback()


def test_a_suspension_and_an_agreement_at_once_leave_no_live_pair_with_a_suspended_mentor(
    app: Any, made: Any, fresh: Any
) -> None:
    from portal.volunteers.operations import move_volunteer

    volunteer, actor = made.volunteer(), made.actor(made.account(Role.COORDINATOR))
    pairing = made.pairing(made.child(), volunteer, PairingState.CONSULTED)
    gate = threading.Barrier(2)

    def run(work: Any) -> None:
        with app.app_context():
            gate.wait()
            try:
                begin_writing()
                work()
                db.session.commit()
            except DomainError:
                db.session.rollback()

    def suspend() -> None:
        move_volunteer(
            db.session.get(Volunteer, volunteer.id), VolunteerState.SUSPENDED, actor=actor, now=now(), reason="x"
        )

    def agree() -> None:
        ops.agree(
            db.session.get(Pairing, pairing.id), on=today(), until=today() + timedelta(days=366), actor=actor, now=now()
        )

    threads = [threading.Thread(target=run, args=(w,)) for w in (suspend, agree)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh():
        assert db.session.get(Volunteer, volunteer.id).state is VolunteerState.SUSPENDED
