"""Reading pairs. Lists select columns; every read starts at `visible_to`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import joinedload

from portal.audit.models import StateMove
from portal.children.models import Child, Consent
from portal.children.queries import support_of
from portal.children.rules import OPEN_STATES, Purpose, RiskLevel, Schooling
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import today
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.people import age_on
from portal.pairing.fit import Candidate, Wish
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.policy import as_mentor, as_staff, visible_to
from portal.pairing.rules import LIVE, PairingState
from portal.places.models import Region
from portal.places.settings import coded
from portal.volunteers.models import Volunteer
from portal.volunteers.policy import in_register
from portal.volunteers.queries import named
from portal.volunteers.rules import VolunteerState

LAST = func.coalesce(Pairing.last_contact_on, Pairing.started_on, Pairing.proposed_on).label("since_on")
"""The day since which nothing was heard: the last contact, else the first day, else the proposal."""
LIST_COLUMNS = (
    Pairing.id,
    Pairing.ref,
    Pairing.state,
    Pairing.region_path,
    Pairing.proposed_on,
    Pairing.started_on,
    Pairing.last_contact_on,
    LAST,
    Child.ref.label("child_ref"),
    Child.name.label("child_name"),
    Child.initials.label("child_initials"),
    Child.born_on,
    Volunteer.ref.label("volunteer_ref"),
    Volunteer.name.label("volunteer_name"),
    Volunteer.initials.label("volunteer_initials"),
    Volunteer.state.label("volunteer_state"),
    Region.name.label("village"),
)


@dataclass(frozen=True)
class MentorPair:
    """One pair as its mentor sees it: no surname, no place; frozen and paused alike are `paused`."""

    ref: str
    id: int
    child_ref: str
    child_label: str
    age: int
    state: PairingState
    region_path: str
    last_contact_on: date | None
    started_on: date | None


def pairing_or_404(actor: Actor, ref: str) -> Pairing:
    """A pair that the actor may know of, with child and volunteer loaded; else NotFound."""
    found = session().scalar(
        visible_to(actor)
        .where(Pairing.ref == ref)
        .options(
            joinedload(Pairing.child).joinedload(Child.region),
            joinedload(Pairing.volunteer).joinedload(Volunteer.region),
        )
    )
    if found is None:
        raise NotFound
    return found


def pairs_of_mentor(actor: Actor) -> list[MentorPair]:
    """The actor's own pairs from agreed to ending, by the child's name.

    Frozen pairs are given as paused, so that no page above can tell them apart (domain.md, Lifecycles, Pairing).
    """
    rows = session().execute(
        select(
            Pairing.ref,
            Pairing.id,
            Pairing.child_ref,
            Pairing.state,
            Pairing.region_path,
            Pairing.last_contact_on,
            Pairing.started_on,
            Child.alias,
            Child.given_name,
            Child.born_on,
        )
        .join(Pairing.child)
        .where(as_mentor(actor))
        .order_by(Child.given_initials, Pairing.id)
    )
    day = today()
    return [
        MentorPair(
            ref=r.ref,
            id=r.id,
            child_ref=r.child_ref,
            child_label=r.alias or r.given_name,
            age=age_on(r.born_on, day),
            state=PairingState.PAUSED if r.state is PairingState.FROZEN else r.state,
            region_path=r.region_path,
            last_contact_on=r.last_contact_on,
            started_on=r.started_on,
        )
        for r in rows
    ]


def list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The list of pairs for staff, as columns."""
    return (
        select(*LIST_COLUMNS)
        .join(Pairing.child)
        .join(Pairing.volunteer)
        .join(Region, Region.id == Child.region_id)
        .where(as_staff(actor), Pairing.state != PairingState.ENTERED_IN_ERROR)
    )


def live_of_child(child_id: int) -> Pairing | None:
    """The child's live pair, if there is one."""
    return session().scalar(select(Pairing).where(Pairing.child_id == child_id, Pairing.state.in_(LIVE)))


def of_child(child_id: int) -> list[Any]:
    """All pairs of a child, newest first: (ref, state, volunteer_id, volunteer_name, started_on, ended_on)."""
    return list(
        session().execute(
            select(
                Pairing.ref,
                Pairing.state,
                Pairing.volunteer_id,
                Volunteer.name.label("volunteer_name"),
                Volunteer.ref.label("volunteer_ref"),
                Pairing.started_on,
                Pairing.ended_on,
                Pairing.last_contact_on,
                Pairing.mentor_account,
            )
            .join(Pairing.volunteer)
            .where(Pairing.child_id == child_id, Pairing.state != PairingState.ENTERED_IN_ERROR)
            .order_by(Pairing.id.desc())
        )
    )


def of_volunteer(volunteer_id: int) -> list[Pairing]:
    """The live pairs of a volunteer."""
    return list(
        session().scalars(
            select(Pairing).where(Pairing.volunteer_id == volunteer_id, Pairing.state.in_(LIVE)).order_by(Pairing.id)
        )
    )


def steps_of(ref: str) -> list[Any]:
    """Every step of a pair, newest first."""
    return list(
        session().execute(
            select(StateMove.source, StateMove.target, StateMove.reason, StateMove.actor_name, StateMove.at)
            .where(StateMove.subject_kind == "pairing", StateMove.subject_ref == ref)
            .order_by(StateMove.id.desc())
        )
    )


def asks_of(pairing: Pairing) -> list[MentorAsk]:
    """What the mentor has asked, newest first."""
    return list(
        session().scalars(
            select(MentorAsk).where(MentorAsk.pairing_id == pairing.id).order_by(MentorAsk.id.desc()).limit(20)
        )
    )


def candidates_of(actor: Actor, words: str = "") -> list[Candidate]:
    """Volunteers of the coordinator's region: the ready ones with a free place, or whoever a name finds."""
    free = (Volunteer.state == VolunteerState.READY) & (Volunteer.live_pairings < Volunteer.capacity)
    statement = (
        select(
            Volunteer.ref,
            Volunteer.name,
            Volunteer.region_path,
            Region.name.label("town"),
            Volunteer.sex,
            Volunteer.born_on,
            Volunteer.occupation,
            Volunteer.skills,
            Volunteer.languages,
            Volunteer.availability,
            Volunteer.capacity,
            Volunteer.live_pairings,
            Volunteer.state,
        )
        .join(Volunteer.region)
        .where(in_register(actor), within(Volunteer.region_path, actor.paths(Role.COORDINATOR)))
        .where(named(words) if words else free)
        .order_by(Volunteer.initials, Volunteer.id)
    )
    if words:
        statement = statement.limit(8)
    return [Candidate(*row) for row in session().execute(statement)]


def wish_of(child: Child) -> Wish:
    """What a child's file asks of a mentor."""
    names = dict(coded("support_dimensions"))
    out_of_school = (Schooling.NONE, Schooling.DROPPED_OUT)
    return Wish(
        region_path=child.region_path,
        mentor_sex=child.mentor_sex,
        dimensions={code: names.get(code, code) for code in support_of(child)},
        at_school=child.schooling not in out_of_school,
    )


def waiting_children(actor: Actor, most: int = 50) -> list[Any]:
    """Children with consent to pairing and without a live pair, the higher risk and the longer wait first."""
    consented = exists().where(
        Consent.child_id == Child.id, Consent.purpose == Purpose.PAIRING, Consent.withdrawn_on.is_(None)
    )
    proposed = exists().where(
        Pairing.child_id == Child.id, Pairing.state.in_((PairingState.PROPOSED, PairingState.CONSULTED))
    )
    risk = case({level: n for n, level in enumerate(RiskLevel)}, value=Child.risk, else_=9)
    return list(
        session().execute(
            select(
                Child.ref, Child.name, Child.born_on, Child.sex, Child.risk, Child.opened_on, Child.mentor_sex,
                Region.name.label("village"), proposed.label("proposed"),
            )
            .join(Region, Region.id == Child.region_id)
            .where(
                within(Child.region_path, actor.paths(Role.COORDINATOR)), Child.state.in_(OPEN_STATES),
                Child.wants_mentor.is_(True), Child.has_live_pairing.is_(False), consented,
            )
            .order_by(risk, Child.opened_on, Child.id)
            .limit(most)
        )
    )  # fmt: skip


def waiting_asks(actor: Actor, most: int = 20) -> list[Any]:
    """Mentors' requests that wait in the coordinator's region, the oldest first."""
    return list(
        session().execute(
            select(
                MentorAsk.ref, MentorAsk.kind, MentorAsk.asked_at, Pairing.ref.label("pairing_ref"),
                Volunteer.name.label("volunteer_name"), Child.name.label("child_name"),
            )
            .join(Pairing, Pairing.id == MentorAsk.pairing_id)
            .join(Pairing.volunteer)
            .join(Pairing.child)
            .where(
                within(MentorAsk.region_path, actor.paths(Role.COORDINATOR)), MentorAsk.answered_at.is_(None),
                Pairing.state.in_(LIVE),
            )
            .order_by(MentorAsk.asked_at, MentorAsk.id)
            .limit(most)
        )
    )  # fmt: skip


def to_take_further(actor: Actor, most: int = 20) -> list[Any]:
    """Pairs that wait for the coordinator's next step, the oldest first."""
    waiting = (PairingState.PROPOSED, PairingState.CONSULTED, PairingState.AGREED, PairingState.CLOSING)
    return list(
        session().execute(
            select(*LIST_COLUMNS)
            .join(Pairing.child)
            .join(Pairing.volunteer)
            .join(Region, Region.id == Child.region_id)
            .where(within(Pairing.region_path, actor.paths(Role.COORDINATOR)), Pairing.state.in_(waiting))
            .order_by(Pairing.proposed_on, Pairing.id)
            .limit(most)
        )
    )


def ways_of_child(child_ref: str) -> list[Any]:
    """All pairs of a child, newest first, each with its steps, newest first: one row a step, one with `at` None for a
    pair without any. The file's timeline and its panel are both made of this."""
    return list(
        session().execute(
            select(
                Pairing.ref,
                Pairing.state,
                Pairing.region_path,
                Pairing.volunteer_id,
                Volunteer.name.label("volunteer_name"),
                Volunteer.ref.label("volunteer_ref"),
                Pairing.started_on,
                Pairing.ended_on,
                Pairing.last_contact_on,
                Pairing.mentor_account,
                StateMove.at,
                StateMove.source,
                StateMove.target,
                StateMove.reason,
                StateMove.actor_name,
            )
            .join(Pairing.volunteer)
            .outerjoin(StateMove, and_(StateMove.subject_kind == "pairing", StateMove.subject_ref == Pairing.ref))
            .where(Pairing.child_ref == child_ref, Pairing.state != PairingState.ENTERED_IN_ERROR)
            .order_by(Pairing.id.desc(), StateMove.id.desc())
        )
    )


def ask_or_404(pairing: Pairing, ref: str) -> MentorAsk:
    """A request of this pair's mentor; else NotFound."""
    found = session().scalar(select(MentorAsk).where(MentorAsk.ref == ref, MentorAsk.pairing_id == pairing.id))
    if found is None:
        raise NotFound
    return found
