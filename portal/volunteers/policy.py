"""Who sees and changes volunteers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import within
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState

READERS = (Role.COORDINATOR, Role.SUPERVISOR, Role.SAFEGUARDING_LEAD)
"""Staff who see the register of their region: the coordinator keeps it, the others read."""
BY_ONESELF = frozenset(
    {
        (VolunteerState.READY, VolunteerState.ON_LEAVE),
        (VolunteerState.ON_LEAVE, VolunteerState.READY),
        (VolunteerState.APPLIED, VolunteerState.WITHDRAWN),
        (VolunteerState.VETTING, VolunteerState.WITHDRAWN),
        (VolunteerState.TRAINING, VolunteerState.WITHDRAWN),
    }
)
"""Moves that volunteers make themselves: a break and back, and withdrawing an application."""


def in_register(actor: Actor) -> ColumnElement[bool]:
    """Volunteers that the actor sees as staff, without those entered by mistake."""
    return and_(
        within(Volunteer.region_path, actor.paths(*READERS)), Volunteer.state != VolunteerState.ENTERED_IN_ERROR
    )


def visible_to(actor: Actor) -> Select[Volunteer]:
    """Volunteers the actor may know exist: those of the region for staff, and oneself. Every read starts here."""
    own = Volunteer.ref == actor.volunteer_ref if actor.volunteer_ref else false()
    kept = within(Volunteer.region_path, actor.paths(Role.COORDINATOR))
    return select(Volunteer).where(or_(in_register(actor), kept, own))


def is_own(actor: Actor, volunteer: Volunteer) -> bool:
    """Whether this is the actor's own record."""
    return bool(actor.volunteer_ref) and actor.volunteer_ref == volunteer.ref


def can_keep(actor: Actor, volunteer: Volunteer) -> bool:
    """The coordinator of the region keeps the record; nobody keeps one's own, nor that of the person stood in for."""
    own = is_own(actor, volunteer) or (volunteer.account_ref != "" and volunteer.account_ref in actor.persons())
    return actor.coordinates(volunteer.region_path) and not own


def can_edit_availability(actor: Actor, volunteer: Volunteer) -> bool:
    """The coordinator, and everybody their own hours."""
    return is_own(actor, volunteer) or can_keep(actor, volunteer)


def can_move(actor: Actor, volunteer: Volunteer, to: VolunteerState) -> bool:
    """Who may make a move: the coordinator any; a safeguarding lead a suspension; volunteers a few of their own."""
    if actor is SYSTEM or can_keep(actor, volunteer):
        return True
    if is_own(actor, volunteer):
        return (volunteer.state, to) in BY_ONESELF
    return to is VolunteerState.SUSPENDED and actor.covers(volunteer.region_path, Role.SAFEGUARDING_LEAD)
