"""Who may know of a concern and act on it; who keeps the duty list; who answers complaints.

A concern is silent: only those who are asked, its handler and the safeguarding leads of its region may know of it, each
with the deputies of today, and never anybody who is named in it, stands in for somebody named, or belongs to the line
of somebody named whose line is implicated.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.access.models import Deputy, GrantState, RoleGrant
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import today
from portal.kernel.db import session, within
from portal.safeguarding.models import Complaint, ComplaintNamed, Concern, ConcernAsk, ConcernNamed
from portal.safeguarding.rules import WAITING, ComplaintState, ConcernState

LINE = (Role.SUPERVISOR, Role.COORDINATOR)
"""The line of a named person: everybody who supervises or coordinates the concern's region, or a region in which the
named person holds a role. Safeguarding leads stand outside the line, unless they hold one of these roles too."""


def _stands_in_for(actor: Actor, account_ref: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The actor is today's deputy of this person, whatever roles that hands on."""
    day = today()
    return exists().where(
        Deputy.account_ref == account_ref, Deputy.deputy_ref == actor.account_ref, Deputy.from_on <= day,
        Deputy.until_on >= day, Deputy.ended_at.is_(None),
    )  # fmt: skip


def _named(actor: Actor) -> ColumnElement[bool]:
    """The actor is named in it, stands in for somebody named, or belongs to an implicated line."""
    line = actor.paths(*LINE)
    stands_in = _stands_in_for(actor, ConcernNamed.account_ref)
    over_the_named = exists().where(
        RoleGrant.account_ref == ConcernNamed.account_ref,
        RoleGrant.state == GrantState.GRANTED,
        within(RoleGrant.path, line),
    )
    in_line = and_(ConcernNamed.with_line.is_(True), or_(within(Concern.region_path, line), over_the_named))
    return exists().where(
        ConcernNamed.concern_id == Concern.id,
        or_(ConcernNamed.account_ref.in_(actor.persons()), stands_in, in_line),
    )


def visible_clause(actor: Actor) -> ColumnElement[bool]:
    """Concerns the actor may know exist."""
    persons = actor.persons()
    asked_once = exists().where(ConcernAsk.concern_id == Concern.id, ConcernAsk.account_ref.in_(persons))
    asked = and_(Concern.state.in_(WAITING), or_(Concern.asked_ref.in_(persons), asked_once))
    leads = within(Concern.region_path, actor.paths(Role.SAFEGUARDING_LEAD))
    return and_(or_(asked, Concern.handler_ref.in_(persons), leads), ~_named(actor))


def visible_to(actor: Actor) -> Select[Concern]:
    """Concerns the actor may know exist. Every read starts here."""
    return select(Concern).where(visible_clause(actor))


def in_place_of(actor: Actor, concern: Concern) -> str:
    """On whose behalf the actor meets a concern: the person asked, or its handler, whose deputy the actor is today;
    else the lead stood in for. '' for nobody."""
    waits_for = concern.handler_ref or concern.asked_ref
    if waits_for == actor.account_ref:
        return ""
    if waits_for in actor.persons():
        return waits_for
    return actor.in_place_of(concern.region_path, (Role.SAFEGUARDING_LEAD,))


def is_lead(actor: Actor, path: str) -> bool:
    """Whether the actor is safeguarding lead of the region with this path."""
    return actor.covers(path, Role.SAFEGUARDING_LEAD)


def can_take(concern: Concern) -> bool:
    """Everybody who may see a waiting concern may take it: the more hands, the sooner somebody is there."""
    return concern.state in WAITING


def can_handle(actor: Actor, concern: Concern) -> bool:
    """Only the handler works on it and learns who raised it."""
    return concern.handler_ref == actor.account_ref and concern.state not in (*WAITING, ConcernState.ENTERED_IN_ERROR)


def can_hand_over(actor: Actor, concern: Concern) -> bool:
    """The handler, who stands in for the handler, or a safeguarding lead, while it is being worked on."""
    working = concern.state in (ConcernState.ACKNOWLEDGED, ConcernState.ASSESSED, ConcernState.ACTED)
    return working and (concern.handler_ref in actor.persons() or is_lead(actor, concern.region_path))


def can_judge(actor: Actor, concern: Concern) -> bool:
    """A safeguarding lead opens it again, or says that it was entered by mistake."""
    return is_lead(actor, concern.region_path)


def can_pause_at_once(actor: Actor, path: str) -> bool:
    """Staff of the child's region may ask for the pause while raising; for others the handler decides."""
    staff = (Role.CASEWORKER, Role.SUPERVISOR, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
    return bool(path) and actor.covers(path, *staff)


def can_keep_list(actor: Actor, path: str) -> bool:
    """The safeguarding lead keeps the duty list of the region."""
    return is_lead(actor, path)


def _answers(actor: Actor, role: Role) -> ColumnElement[bool]:
    """Complaints of the regions in which the actor holds this role; one from nowhere belongs to everybody with it."""
    inside = within(Complaint.region_path, actor.paths(role))
    return or_(inside, Complaint.region_path == "") if actor.has(role) else inside


def _complained_of(actor: Actor) -> ColumnElement[bool]:
    """A complaint names the actor, or somebody whom the actor stands in for."""
    return exists().where(
        ComplaintNamed.complaint_id == Complaint.id,
        or_(ComplaintNamed.account_ref.in_(actor.persons()), _stands_in_for(actor, ComplaintNamed.account_ref)),
    )


def _to_answer(actor: Actor) -> ColumnElement[bool]:
    """Complaints that the actor is to answer or could have answered: a coordinator of the region, or where it is about
    one of them a safeguarding lead, but none who coordinates the region too, also as a deputy."""
    coordinates = _answers(actor, Role.COORDINATOR)
    leads = and_(Complaint.for_lead.is_(True), _answers(actor, Role.SAFEGUARDING_LEAD), ~coordinates)
    return and_(or_(and_(Complaint.for_lead.is_(False), coordinates), leads), ~_complained_of(actor))


def complaints_visible_to(actor: Actor) -> Select[Complaint]:
    """One's own complaints, and those that one is to answer."""
    return select(Complaint).where(or_(_to_answer(actor), Complaint.account_ref == actor.account_ref))


def handles_complaint(actor: Actor, complaint: Complaint) -> bool:
    """Whether the actor is one of those who answer it. Nobody answers their own complaint."""
    if complaint.account_ref in actor.persons():
        return False
    return bool(session().scalar(select(Complaint.id).where(Complaint.id == complaint.id, _to_answer(actor))))


def can_answer(actor: Actor, complaint: Complaint) -> bool:
    """Who handles a complaint answers it, once."""
    return complaint.state is ComplaintState.OPEN and handles_complaint(actor, complaint)
