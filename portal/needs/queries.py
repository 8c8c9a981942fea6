"""Reading needs. Lists select columns; every read starts at `visible_to`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import joinedload

from portal.access.addresses import email_of, phone_of
from portal.access.models import Account, GrantState, RoleGrant
from portal.access.queries import holders, named
from portal.children.models import Child, Sight
from portal.children.sight import REGION_ROLES, live_sight
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.kernel.secrets import vault
from portal.needs.models import Need, NeedHold, NeedStep
from portal.needs.policy import RAISERS, by_region, raised_by, visible_to, waits_for
from portal.needs.rules import AT_LEVELS, OPEN_STATES, NeedState, NeedUrgency
from portal.places.models import Region

LIST_COLUMNS = (
    Need.id,
    Need.ref,
    Need.kind,
    Need.dimension,
    Need.urgency,
    Need.household,
    Need.channel,
    Need.state,
    Need.level,
    Need.due_at,
    Need.held_since,
    Need.answerable_ref,
    Need.raised_at,
    Need.outcome,
    Need.closed_at,
    Need.region_path,
    Need.child_ref,
    Child.name.label("child_name"),
    Child.initials.label("child_initials"),
    Region.name.label("village"),
)


def need_or_404(actor: Actor, ref: str) -> Need:
    """A need that the actor may know of, with its child and village loaded; else NotFound."""
    found = session().scalar(
        visible_to(actor).where(Need.ref == ref).options(joinedload(Need.child).joinedload(Child.region))
    )
    if found is None:
        raise NotFound
    return found


def needs_of(actor: Actor, child_ref: str) -> list[Need]:
    """The needs of one child that the actor may know of, open ones first, the newest on top."""
    found = session().scalars(visible_to(actor).where(Need.child_ref == child_ref).order_by(Need.id.desc())).all()
    return sorted(found, key=lambda need: need.state not in OPEN_STATES)


def sent_before(raised_by: str, client_key: str) -> Need | None:
    """What the same person has raised with the same key."""
    return session().scalar(select(Need).where(Need.raised_by == raised_by, Need.client_key == client_key))


def list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The list of the region's needs for staff, as columns."""
    return (
        select(*LIST_COLUMNS)
        .join(Child, Child.id == Need.child_id)
        .join(Region, Region.id == Child.region_id)
        .where(by_region(actor))
    )


def raised_list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """What the actor raised, or a grid worker whom the actor stands in for, as columns: of the child the ref only.

    Staff of the region find their own here too, wherever they stand now.
    """
    mine = and_(by_region(actor), Need.raised_by == actor.account_ref, Need.state != NeedState.ENTERED_IN_ERROR)
    return select(
        Need.id, Need.ref, Need.kind, Need.urgency, Need.household, Need.state, Need.level, Need.raised_at,
        Need.child_ref, Need.due_at, Need.held_since,
    ).where(or_(raised_by(actor), mine))  # fmt: skip


def home_of(actor: Actor, *, until: datetime, most: int, now: datetime) -> tuple[list[Any], dict[str, int]]:
    """For somebody's first page, in one statement: what waits for this person and is due by a moment, is urgent, or is
    only to be asked about (columns as in `list_of`, due first), and how many open needs of the region stand in each
    state, with how many of all are `overdue`."""
    soon = or_(Need.due_at <= until, Need.urgency == NeedUrgency.URGENT, Need.state == NeedState.RESOLVED)
    waiting = (
        list_of(actor)
        .where(waits_for(actor), soon, Need.held_since.is_(None))
        .order_by(Need.due_at, Need.id)
        .limit(most)
        .subquery()
    )
    late = and_(Need.held_since.is_(None), Need.due_at <= now, Need.state != NeedState.OFFERED)
    sums = {state.value: Need.state == state for state in OPEN_STATES} | {"overdue": late}
    numbers = (
        select(*(func.sum(case((one, 1), else_=0)).label(f"in_{name}") for name, one in sums.items()))
        .where(by_region(actor), Need.state.in_(OPEN_STATES))
        .subquery()
    )
    found = session().execute(
        select(numbers, waiting)
        .select_from(numbers.outerjoin(waiting, true()))
        .order_by(waiting.c.due_at, waiting.c.id)
    )
    rows = list(found)
    return [r for r in rows if r.ref is not None], {name: int(getattr(rows[0], f"in_{name}") or 0) for name in sums}


def open_named(actor: Actor, words: str, most: int) -> list[Any]:
    """Open needs of the region's children with this name or these initials."""
    alike = or_(Child.name.contains(words, autoescape=True), Child.initials.startswith(words.lower(), autoescape=True))
    statement = list_of(actor).where(alike, Need.state.in_(OPEN_STATES))
    return list(session().execute(statement.order_by(Need.due_at, Need.id).limit(most)))


def steps_of(need: Need) -> list[NeedStep]:
    """A need's way, newest first."""
    return list(session().scalars(select(NeedStep).where(NeedStep.need_id == need.id).order_by(NeedStep.id.desc())))


def holds_of(need: Need) -> list[NeedHold]:
    """What makes its clock stand now."""
    live = select(NeedHold).where(NeedHold.need_id == need.id, NeedHold.until_at.is_(None))
    return list(session().scalars(live.order_by(NeedHold.id)))


def of_child(child_ref: str, states: Sequence[NeedState] = OPEN_STATES) -> Sequence[Need]:
    """A child's needs in these states, whoever may know of them: for what happens to the whole file."""
    found = select(Need).where(Need.child_ref == child_ref, Need.state.in_(states)).order_by(Need.id)
    return session().scalars(found).all()


def raiser_knows(need: Need) -> bool:
    """Whether who raised it still knows the child: through the ledger, or as staff of the child's region."""
    raiser = Actor(need.raised_by, "")
    sees = select(Sight.id).where(Sight.child_id == need.child_id, Sight.fields.in_(RAISERS), live_sight(raiser))
    staff = (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.ref == need.raised_by, RoleGrant.role.in_(REGION_ROLES), RoleGrant.state == GrantState.GRANTED,
            RoleGrant.path != "", literal(need.region_path).startswith(RoleGrant.path),
        )
    )  # fmt: skip
    return bool(session().scalar(select(or_(sees.exists(), staff.exists()))))


def refs_called(text: str) -> set[str]:
    """Account refs of active people with this mail address, phone number or exact name."""
    rows = session().execute(select(Account.ref, Account.name, Account.email, Account.phone_index).where(named(text)))
    phone, mail = phone_of(text), email_of(text)
    index = vault().blind(phone, "phone") if phone else None
    return {
        row.ref for row in rows
        if row.name == text or (mail and row.email == mail) or (index and row.phone_index == index)
    }  # fmt: skip


def people_at(role: Role, path: str) -> list[str]:
    """Account refs of those who hold a role over a village, by name."""
    return [row.ref for row in holders(role, path)]


def overdue(now: datetime, most: int, after_id: int = 0) -> Sequence[Need]:
    """Needs whose clock has run out at their level and that nobody answers for by name yet, in the order of their
    ids, from after one on; locked on PostgreSQL."""
    late = (
        select(Need)
        .where(
            Need.state.in_(AT_LEVELS), Need.due_at <= now, Need.held_since.is_(None), Need.answerable_ref == "",
            Need.id > after_id,
        )
        .order_by(Need.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    return session().scalars(late).all()
