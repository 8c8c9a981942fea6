"""Reading referrals. Lists select columns; every read starts in `policy`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from portal.access.models import Account, GrantState, RoleGrant
from portal.audit.models import StateMove
from portal.children.models import Child
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.people import age_on
from portal.needs.models import Need
from portal.partners.policy import OF_PARTNERS
from portal.partners.queries import Fit, fitting_services
from portal.places.models import Region
from portal.referrals.models import Referral, ReferralMessage, ReferralStep
from portal.referrals.policy import SENDERS, by_region, deletions_for, received, visible_to
from portal.referrals.rules import LIVE, TRY_NEXT, ReferralState

NEVER = datetime(2999, 1, 1, tzinfo=UTC)
ANSWER_BY = func.coalesce(Referral.expires_at, NEVER).label("answer_by")
"""When an answer is due; those that are answered come last."""
LIST_COLUMNS = (
    Referral.id,
    Referral.ref,
    Referral.kind,
    Referral.org_name,
    Referral.service_name,
    Referral.state,
    Referral.drafted_at,
    Referral.sent_at,
    Referral.expires_at,
    ANSWER_BY,
    Referral.decline_reason,
    Referral.outcome,
    Referral.completed_at,
    Referral.confirmed_at,
    Referral.region_path,
    Child.name.label("child_name"),
    Child.initials.label("child_initials"),
    Region.name.label("village"),
)
INBOX_COLUMNS = (
    Referral.id,
    Referral.ref,
    Referral.kind,
    Referral.org_name,
    Referral.service_name,
    Referral.state,
    Referral.drafted_at,
    Referral.sent_at,
    Referral.expires_at,
    ANSWER_BY,
    Referral.outcome,
    Referral.completed_at,
)
"""Nothing of the child: what is shared is read on the referral's own page, and each look is logged."""


@dataclass(frozen=True)
class Suggestion:
    """A service that fits a need. `tried` is how the last try there ended, None for none."""

    fit: Fit
    tried: ReferralState | None
    answers: bool
    """Whether anybody of the organisation can sign in."""


def referral_or_404(actor: Actor, ref: str) -> Referral:
    """A referral that the actor may know of, with its need and child loaded; else NotFound."""
    found = session().scalar(
        visible_to(actor)
        .where(Referral.ref == ref)
        .options(joinedload(Referral.need), joinedload(Referral.child).joinedload(Child.region))
    )
    if found is None:
        raise NotFound
    return found


def deletion_or_404(actor: Actor, ref: str) -> Referral:
    """A referral of which the actor's organisation was asked to delete what it keeps; else NotFound."""
    found = session().scalar(deletions_for(actor).where(Referral.ref == ref))
    if found is None:
        raise NotFound
    return found


def list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The region's referrals for its staff, as columns."""
    return (
        select(*LIST_COLUMNS)
        .join(Child, Child.id == Referral.child_id)
        .join(Region, Region.id == Child.region_id)
        .where(by_region(actor))
    )


def inbox_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """What was sent to the actor's organisations and is live, as columns without any fact of a child."""
    return select(*INBOX_COLUMNS).where(received(actor))


def deletions_open(actor: Actor) -> list[Any]:
    """What the actor's organisations were asked to delete and have not said to be deleted, the most pressing first."""
    columns = (Referral.ref, Referral.service_name, Referral.delete_by)
    open_ones = deletions_for(actor).with_only_columns(*columns).where(Referral.deleted_at.is_(None))
    return list(session().execute(open_ones.order_by(Referral.delete_by, Referral.id)))


def thread_of(referral: Referral) -> list[ReferralMessage]:
    """What both sides wrote, in order."""
    of_it = select(ReferralMessage).where(ReferralMessage.referral_id == referral.id)
    return list(session().scalars(of_it.order_by(ReferralMessage.id)))


def steps_of(referral: Referral) -> list[ReferralStep]:
    """What was reached, in order."""
    of_it = select(ReferralStep).where(ReferralStep.referral_id == referral.id)
    return list(session().scalars(of_it.order_by(ReferralStep.on_day, ReferralStep.id)))


def tries_of(actor: Actor, need: Need) -> list[Referral]:
    """Every try of a need that the actor may know of as staff, in order."""
    return list(
        session().scalars(select(Referral).where(by_region(actor), Referral.need_id == need.id).order_by(Referral.id))
    )


def moves_of(referral: Referral) -> list[StateMove]:
    """Its way, in order."""
    of_it = select(StateMove).where(StateMove.subject_kind == "referral", StateMove.subject_ref == referral.ref)
    return list(session().scalars(of_it.order_by(StateMove.id)))


def suggestions_for(need: Need, child: Child, tries: Collection[Referral], *, now: datetime) -> list[Suggestion]:
    """The services that fit a need by kind, age, area and capacity: untried organisations first, the best on top."""
    age = age_on(child.born_on, local_day(now))
    fits = fitting_services(kind=need.kind.value, age=age, region_path=need.region_path, now=now)
    tried = {t.org_ref: t.state for t in tries if t.state in TRY_NEXT}
    able = _with_people({fit.organisation.ref for fit in fits})
    found = [Suggestion(fit, tried.get(fit.organisation.ref), fit.organisation.ref in able) for fit in fits]
    return sorted(found, key=lambda s: (s.tried is not None, not s.answers))


def next_after(suggestions: Collection[Suggestion]) -> Suggestion | None:
    """The best that has not been tried and whose people can answer."""
    return next((s for s in suggestions if s.tried is None and s.answers), None)


def _with_people(org_refs: Collection[str]) -> set[str]:
    """Those of these organisations with somebody who can sign in."""
    if not org_refs:
        return set()
    return set(
        session().scalars(
            select(RoleGrant.org_ref)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(
                RoleGrant.org_ref.in_(org_refs), RoleGrant.role.in_(OF_PARTNERS),
                RoleGrant.state == GrantState.GRANTED, Account.is_active.is_(True),
            )
            .distinct()
        )
    )  # fmt: skip


def asked_us(actor: Actor, most: int) -> list[Any]:
    """Questions of receivers that the actor may answer, the oldest first; columns as in `list_of`."""
    mine = within(Referral.region_path, actor.paths(*SENDERS))
    asked = list_of(actor).where(mine, Referral.state == ReferralState.ASKED)
    return list(session().execute(asked.order_by(Referral.expires_at, Referral.id).limit(most)))


def to_answer(actor: Actor, most: int) -> list[Any]:
    """What waits for the actor's organisation to say yes or no, by its clock; columns as in `inbox_of`."""
    waiting = inbox_of(actor).where(Referral.state == ReferralState.SENT)
    return list(session().execute(waiting.order_by(Referral.expires_at, Referral.id).limit(most)))


def numbers_of(actor: Actor) -> dict[ReferralState, int]:
    """How many live referrals of the region stand in each state."""
    return _numbers(by_region(actor))


def inbox_numbers(actor: Actor) -> dict[ReferralState, int]:
    """How many referrals to the actor's organisations stand in each state."""
    return _numbers(received(actor))


def _numbers(clause: Any) -> dict[ReferralState, int]:
    rows = session().execute(
        select(Referral.state, func.count()).where(clause, Referral.state.in_(LIVE)).group_by(Referral.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {state: found[state] for state in LIVE if state in found}


def ways_of_child(actor: Actor, child_ref: str) -> list[Any]:
    """The referrals of a child that the actor may know of as staff, newest first, each with its steps, newest first:
    one row a step. The file's timeline and its panel are both made of this."""
    return list(
        session().execute(
            select(
                Referral.ref, Referral.kind, Referral.org_name, Referral.state, Referral.expires_at, StateMove.at,
                StateMove.target, StateMove.actor_name,
            )
            .outerjoin(StateMove, and_(StateMove.subject_kind == "referral", Referral.ref == StateMove.subject_ref))
            .where(by_region(actor), Referral.child_ref == child_ref)
            .order_by(Referral.id.desc(), StateMove.id.desc())
        )
    )  # fmt: skip


def live_named(actor: Actor, words: str, most: int) -> list[Any]:
    """Live referrals of the region's children with this name or these initials; columns as in `list_of`."""
    alike = or_(Child.name.contains(words, autoescape=True), Child.initials.startswith(words.lower(), autoescape=True))
    found = list_of(actor).where(alike, Referral.state.in_((ReferralState.DRAFTED, *LIVE)))
    return list(session().execute(found.order_by(Referral.id.desc()).limit(most)))
