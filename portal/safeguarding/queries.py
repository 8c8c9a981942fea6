"""Reading concerns, who is to be asked, and complaints."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import case, exists, func, literal, null, or_, select, union_all
from sqlalchemy.orm import joinedload

from portal.access.models import Account, Deputy, GrantState, RoleGrant
from portal.access.queries import names_of
from portal.audit.models import StateMove
from portal.children.models import Child, Sight
from portal.children.sight import visible_to as children_visible_to
from portal.kernel.actor import STAFF, Actor, Role
from portal.kernel.clock import today
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.safeguarding.models import Complaint, Concern, ConcernAsk, ConcernNamed, ConcernNote, DutyListEntry
from portal.safeguarding.policy import LINE, complaints_visible_to, visible_to
from portal.safeguarding.rules import ENDED, WAITING, ComplaintState, OnDuty


def concern_or_404(actor: Actor, ref: str) -> Concern:
    """A concern that the actor may know of, or NotFound."""
    found = session().scalar(visible_to(actor).where(Concern.ref == ref).options(joinedload(Concern.child)))
    if found is None:
        raise NotFound
    return found


def sent_before(raised_by: str, client_key: str) -> Concern | None:
    """What the same person has sent with the same key."""
    return session().scalar(select(Concern).where(Concern.raised_by == raised_by, Concern.client_key == client_key))


def holds_pairs_of(child_ref: str) -> bool:
    """Whether a concern has paused this child's pair and has not lifted it. Says nothing of the concern itself."""
    return bool(
        session().scalar(select(Concern.id).where(Concern.child_ref == child_ref, Concern.freezes.is_(True)).limit(1))
    )


def upwards(path: str) -> list[str]:
    """The paths of a region and of all regions above it, nearest first."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/" + "/".join(parts[:i]) + "/" for i in range(len(parts), 0, -1)]


def people_over(path: str, *roles: Role) -> dict[str, str]:
    """Active people who hold one of these roles themselves over a region path: account ref → name."""
    rows = session().execute(
        select(Account.ref, Account.name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role.in_(roles), RoleGrant.state == GrantState.GRANTED, RoleGrant.path.in_(upwards(path)),
            Account.is_active.is_(True),
        )
        .order_by(Account.name, Account.ref)
    )  # fmt: skip
    return {row.ref: row.name for row in rows}


def deputies_of(refs: Collection[str]) -> set[str]:
    """Who stands in today for any of these people."""
    day = today()
    return set(
        session().scalars(
            select(Deputy.deputy_ref).where(
                Deputy.account_ref.in_(refs), Deputy.from_on <= day, Deputy.until_on >= day, Deputy.ended_at.is_(None)
            )
        )
    )


def unfit_for(concern: Concern) -> set[str]:
    """Who must not be asked: the named, the line of those whose line is implicated, and everybody's deputies.

    The same rule as `policy.visible_clause`, the other way round: from a concern to people.
    """
    rows = session().execute(
        select(ConcernNamed.account_ref, ConcernNamed.with_line).where(ConcernNamed.concern_id == concern.id)
    )
    named = {row.account_ref: row.with_line for row in rows}
    unfit = set(named)
    implicated = [ref for ref, with_line in named.items() if with_line]
    if implicated:
        held = select(RoleGrant.path).where(
            RoleGrant.account_ref.in_(implicated), RoleGrant.state == GrantState.GRANTED, RoleGrant.path != ""
        )
        for path in {concern.region_path, *session().scalars(held)}:
            unfit |= set(people_over(path, *LINE))
    return unfit | deputies_of(unfit)


def duty_lists(path: str) -> list[list[OnDuty]]:
    """The duty lists that stand over a region, nearest first, each in its order, active people only."""
    paths = upwards(path)
    entries = (
        session()
        .execute(
            select(DutyListEntry, Account.name)
            .join(Account, Account.ref == DutyListEntry.account_ref)
            .where(DutyListEntry.region_path.in_(paths), Account.is_active.is_(True))
            .order_by(DutyListEntry.position, DutyListEntry.id)
        )
        .all()
    )
    found = []
    for one in paths:
        people = [OnDuty(e.account_ref, name, e.phone) for e, name in entries if e.region_path == one]
        if people:
            found.append(people)
    return found


def other_phones(path: str, refs: Collection[str]) -> list[tuple[Account, str]]:
    """The duty list's phones of these people, where they are not those of their accounts: (account, phone)."""
    rows = session().execute(
        select(Account, DutyListEntry)
        .join(DutyListEntry, DutyListEntry.account_ref == Account.ref)
        .where(DutyListEntry.region_path.in_(upwards(path)), Account.ref.in_(refs))
        .order_by(DutyListEntry.id)
    )
    found = {(account, entry.phone) for account, entry in rows if entry.phone and entry.phone != account.phone}
    return sorted(found, key=lambda pair: (pair[0].ref, pair[1]))


def fit_people(concern: Concern) -> dict[str, str]:
    """Who could handle a concern: people of its duty lists and its safeguarding leads, without the unfit."""
    found = {p.account_ref: p.name for people in duty_lists(concern.region_path) for p in people}
    found |= people_over(concern.region_path, Role.SAFEGUARDING_LEAD)
    unfit = unfit_for(concern)
    return {ref: name for ref, name in found.items() if ref not in unfit}


def children_to_choose(actor: Actor, most: int) -> list[Any]:
    """The children whom the actor may know, when they are few; none when there are more than `most`."""
    rows = list(session().scalars(children_visible_to(actor).order_by(Child.initials, Child.id).limit(most + 1)))
    return rows if len(rows) <= most else []


def child_to_choose(actor: Actor, ref: str) -> Child | None:
    """One child whom the actor may know."""
    return session().scalar(children_visible_to(actor).where(Child.ref == ref)) if ref else None


def people_around(actor: Actor, child: Child | None, path: str) -> dict[str, str]:
    """Whom a concern might be about: the child's mentor, and the staff responsible for the region; never oneself."""
    found: dict[str, str] = {}
    if child is not None:
        mentors = session().execute(
            select(Account.ref, Account.name)
            .join(Sight, Sight.account_ref == Account.ref)
            .where(Sight.child_id == child.id, Sight.because_kind == "pairing", Sight.ended_at.is_(None))
        )
        found = {row.ref: row.name for row in mentors}
    staff = people_over(child.region_path if child else path, Role.CASEWORKER, Role.SUPERVISOR, Role.COORDINATOR)
    return {ref: name for ref, name in (found | staff).items() if ref != actor.account_ref}


def complaint_or_404(actor: Actor, ref: str) -> Complaint:
    """A complaint that the actor may know of, or NotFound."""
    found = session().scalar(complaints_visible_to(actor).where(Complaint.ref == ref))
    if found is None:
        raise NotFound
    return found


def who_answers(path: str, role: Role) -> dict[str, str]:
    """Active people who hold a role over a region path, or anywhere when it is '', and their deputies of today:
    account ref → name."""
    if path:
        held = people_over(path, role)
    else:
        rows = session().execute(
            select(Account.ref, Account.name)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(RoleGrant.role == role, RoleGrant.state == GrantState.GRANTED, Account.is_active.is_(True))
        )
        held = {row.ref: row.name for row in rows}
    return held | names_of(deputies_of(held))


def answer_by_code(index: str) -> Complaint | None:
    """The complaint whose code has this fingerprint."""
    return session().scalar(select(Complaint).where(Complaint.code_index == index))


ANSWERED = case((Complaint.state == ComplaintState.OPEN, 0), else_=1).label("answered")
"""Waiting ones first."""


def complaints_of(actor: Actor) -> Any:
    """The list of complaints: a select of columns."""
    return complaints_visible_to(actor).with_only_columns(
        Complaint.id, Complaint.ref, Complaint.kind, Complaint.state, Complaint.made_at, Complaint.due_at,
        Complaint.region_path, ANSWERED,
    )  # fmt: skip


RANK = case((Concern.state.in_(WAITING), 0), (Concern.state.in_(ENDED), 2), else_=1).label("rank")
"""Waiting ones first, ended ones last."""


def concerns_of(actor: Actor) -> Any:
    """The list of concerns: a select of columns; of the child the code only."""
    return (
        visible_to(actor)
        .outerjoin(Child, Child.id == Concern.child_id)
        .with_only_columns(
            Concern.id, Concern.ref, Concern.urgency, Concern.state, Concern.raised_at, Concern.due_at,
            Concern.asked_ref, Concern.handler_ref, Concern.region_path, Concern.freezes,
            Child.code.label("child_code"), RANK,
        )
    )  # fmt: skip


def waiting_for(actor: Actor, most: int = 10) -> list[Any]:
    """What the actor is asked to take or is handling, the most pressing first; columns as in `concerns_of`."""
    mine = or_(
        Concern.handler_ref.in_(actor.persons()),
        Concern.asked_ref.in_(actor.persons()),
        exists().where(ConcernAsk.concern_id == Concern.id, ConcernAsk.account_ref.in_(actor.persons())),
    )
    statement = concerns_of(actor).where(mine, Concern.state.not_in(ENDED)).order_by(RANK, Concern.due_at, Concern.id)
    return list(session().execute(statement.limit(most)))


def waiting_in_scope(actor: Actor, most: int = 5) -> list[Any]:
    """Every concern that nobody has taken yet and that the actor may know of."""
    statement = concerns_of(actor).where(Concern.state.in_(WAITING)).order_by(Concern.due_at, Concern.id)
    return list(session().execute(statement.limit(most)))


def named_in(concern: Concern) -> list[Any]:
    """Who is named in it: rows (account_ref, with_line, name)."""
    return list(
        session().execute(
            select(ConcernNamed.account_ref, ConcernNamed.with_line, Account.name)
            .outerjoin(Account, Account.ref == ConcernNamed.account_ref)
            .where(ConcernNamed.concern_id == concern.id)
            .order_by(ConcernNamed.id)
        )
    )


ASKED, WRITTEN, MOVED = "1 asked", "2 written", "0 moved"
"""What a line of a concern's way is; at the same moment they stand in this order."""


def way_of(concern: Concern) -> list[Any]:
    """Its way, newest first, in one statement: rows (at, what, word, name, due_at, ref, sealed).

    `word` is the state or the kind of text, `sealed` the encrypted text of the note with this `ref`.
    """
    asks = (
        select(
            ConcernAsk.asked_at.label("at"), literal(ASKED).label("what"), literal("").label("word"),
            func.coalesce(Account.name, "").label("name"), ConcernAsk.due_at.label("due_at"), literal("").label("ref"),
            null().label("sealed"),
        )
        .outerjoin(Account, Account.ref == ConcernAsk.account_ref)
        .where(ConcernAsk.concern_id == concern.id)
    )  # fmt: skip
    notes = select(
        ConcernNote.written_at, literal(WRITTEN), ConcernNote.kind, ConcernNote.writer_name, null(), ConcernNote.ref,
        ConcernNote.text_sealed,
    ).where(ConcernNote.concern_id == concern.id)  # fmt: skip
    moves = select(
        StateMove.at, literal(MOVED), StateMove.target, StateMove.actor_name, null(), literal(""), null()
    ).where(StateMove.subject_kind == "concern", StateMove.subject_ref == concern.ref)
    rows: Any = session().execute(union_all(asks, notes, moves))
    return sorted(rows, key=lambda row: (row.at, row.what), reverse=True)


def about_child(actor: Actor, child_ref: str, most: int) -> list[Any]:
    """Concerns about one child that the actor may know of: rows (ref, state, urgency, raised_at)."""
    return list(
        session().execute(
            visible_to(actor)
            .with_only_columns(Concern.ref, Concern.state, Concern.urgency, Concern.raised_at)
            .where(Concern.child_ref == child_ref)
            .order_by(Concern.raised_at.desc())
            .limit(most)
        )
    )


def raised_by_me(actor: Actor, ref: str) -> Concern:
    """What the actor has raised, for its receipt only; NotFound for everything else."""
    found = session().scalar(select(Concern).where(Concern.ref == ref, Concern.raised_by == actor.account_ref))
    if found is None:
        raise NotFound
    return found


def people_for_duty(path: str) -> dict[str, str]:
    """Who can stand on a region's duty list: its staff."""
    return people_over(path, *STAFF)


def lists_seen(actor: Actor) -> list[Any]:
    """The entries of all duty lists that the actor may read: those in the own scope, and those that stand over it."""
    paths = actor.paths(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
    above = {p for path in paths for p in upwards(path)}
    return list(
        session().execute(
            select(DutyListEntry, Account.name, Account.is_active)
            .outerjoin(Account, Account.ref == DutyListEntry.account_ref)
            .where(or_(within(DutyListEntry.region_path, paths), DutyListEntry.region_path.in_(above)))
            .order_by(DutyListEntry.region_path, DutyListEntry.position, DutyListEntry.id)
        )
    )


def entry_or_404(actor: Actor, ref: str) -> DutyListEntry:
    """An entry of a duty list that the actor may read, or NotFound."""
    found: DutyListEntry | None = next((e for e, _name, _active in lists_seen(actor) if e.ref == ref), None)
    if found is None:
        raise NotFound
    return found


def home_path(actor: Actor) -> str:
    """The region where the actor belongs."""
    return session().scalar(select(Account.region_path).where(Account.ref == actor.account_ref)) or ""
