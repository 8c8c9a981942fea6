"""Who sees and moves pairs."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.pairing.models import Pairing
from portal.pairing.rules import SHOWN_TO_MENTOR, PairingState

STAFF_READERS = (Role.COORDINATOR, Role.SUPERVISOR, Role.CASEWORKER)
"""Staff who see the whole file of the region's children see its pairs too."""


def as_staff(actor: Actor) -> ColumnElement[bool]:
    """Pairs of the actor's region, without those entered by mistake (which only the coordinator still meets)."""
    return or_(
        and_(
            within(Pairing.region_path, actor.paths(*STAFF_READERS)), Pairing.state != PairingState.ENTERED_IN_ERROR
        ),
        within(Pairing.region_path, actor.paths(Role.COORDINATOR)),
    )  # fmt: skip


def as_mentor(actor: Actor) -> ColumnElement[bool]:
    """The actor's own pairs. A mentor's pair is not handed on to a deputy."""
    return and_(
        Pairing.mentor_account == actor.account_ref,
        Pairing.mentor_account != "",
        Pairing.state.in_(SHOWN_TO_MENTOR),
    )


def visible_to(actor: Actor) -> Select[Pairing]:
    """Pairs the actor may know exist. Every read starts here."""
    mine = as_mentor(actor) if actor.has(Role.MENTOR) else None
    ours = as_staff(actor)
    return select(Pairing).where(ours if mine is None else or_(mine, ours))


def is_mentor_of(actor: Actor, pairing: Pairing) -> bool:
    """Whether the actor is the mentor of this pair."""
    return bool(pairing.mentor_account) and pairing.mentor_account == actor.account_ref


def reads_as_staff(actor: Actor, pairing: Pairing) -> bool:
    """Whether the actor sees the pair as staff do; the own pair is always seen as its mentor."""
    return actor.covers(pairing.region_path, *STAFF_READERS) and not is_mentor_of(actor, pairing)


def can_keep(actor: Actor, pairing: Pairing) -> bool:
    """The coordinator of the child's region keeps a pair, and nobody the pair of their own (as mentor or deputy)."""
    return actor.coordinates(pairing.region_path) and pairing.mentor_account not in actor.persons()


def can_move(actor: Actor, pairing: Pairing) -> bool:
    """Whoever keeps a pair moves it, but not a frozen one: that is safeguarding's alone."""
    return can_keep(actor, pairing) and pairing.state is not PairingState.FROZEN


def can_ask(actor: Actor, pairing: Pairing) -> bool:
    """The mentor of a running pair asks the coordinator."""
    return is_mentor_of(actor, pairing) and pairing.state in SHOWN_TO_MENTOR
