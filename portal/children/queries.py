"""Reads of one child's file. Every one starts at `visible_to`, or is called with a child that did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.models import AuditEntry
from portal.children.models import Carer, Child, ChildSupport, Consent, ParentFact, PlanGoal, Sight
from portal.children.rules import FieldSet, FileState, GoalState, Purpose, fields_of
from portal.children.sight import live_sight, visible_to
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.people import comes_of_age_on
from portal.kernel.secrets import vault
from portal.places.models import Region

READS = (
    "child-read", "parents-read", "id-number-revealed", "carer-phone-shown", "card-read", "need-read", "visit-read",
    "referral-read", "referral-document-read", "referral-fields-read", "offer-read",
)  # fmt: skip
"""Rows of the log that say that somebody looked."""

WITH_CONSENTS = joinedload(Child.consents)
WITH_CODE = joinedload(Child.live_code)


def child_or_404(actor: Actor, ref: str, *loaded: ORMOption) -> Child:
    """The child with this ref, its villages loaded, and what else is named. Raises NotFound for one that the actor
    may not know of.

    The view logs the read with `audit.record_read`.
    """
    child = session().scalars(_file(visible_to(actor), loaded), {"ref": ref}).unique().one_or_none()
    if child is None:
        raise NotFound
    return child


@lru_cache(maxsize=256)
def _file(visible: Select[Child], loaded: tuple[ORMOption, ...]) -> Select[Child]:
    """Built once for a reader (`visible_to` gives each the same object) and for what is loaded (see WITH_CONSENTS)."""
    regions = joinedload(Child.region), joinedload(Child.registered_region)
    return visible.where(Child.ref == bindparam("ref")).options(*regions, *loaded)


def stands(consent: Any, born_on: date, on: date) -> bool:
    """Whether a consent holds on a day: given, not withdrawn, not run out, and from 18 on the young person's own.

    Source: domain.md, Lifecycles, Child file (at 18 the guardian's consents lapse).
    """
    return bool(
        consent.given_on <= on
        and (consent.withdrawn_on is None or consent.withdrawn_on > on)
        and (consent.until_on is None or consent.until_on >= on)
        and (consent.own or on < comes_of_age_on(born_on))
    )


def standing_consent(child_id: int, purpose: Purpose, on: date) -> Consent | None:
    """The consent of a child for one purpose that holds on a day, or None."""
    found = session().execute(
        select(Consent, Child.born_on)
        .join(Child, Child.id == Consent.child_id)
        .where(Consent.child_id == child_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
    )
    return next((consent for consent, born_on in found if stands(consent, born_on, on)), None)


def consented(child: Child, *purposes: Purpose, on: date) -> bool:
    """Whether a consent for each of these purposes holds on a day. `child.consents` are loaded."""
    standing = {c.purpose for c in child.consents if stands(c, child.born_on, on)}
    return standing.issuperset(purposes)


def consents_of(child: Child) -> list[Consent]:
    """All consents of a child, the newest first."""
    return list(session().scalars(select(Consent).where(Consent.child_id == child.id).order_by(Consent.id.desc())))


def carers_of(child: Child) -> list[Carer]:
    """All carers, the present ones first, the guardian on top."""
    found = session().scalars(select(Carer).where(Carer.child_id == child.id)).all()
    return sorted(found, key=lambda c: (c.ended_on is not None, not c.is_guardian, not c.lives_with, c.id))


def part_or_404(model: Any, child: Child, ref: str) -> Any:
    """A row of this child's file (a carer, a consent, a goal …) by its ref. Raises NotFound."""
    row = session().scalar(select(model).where(model.ref == ref, model.child_id == child.id))
    if row is None:
        raise NotFound
    return row


def support_of(child: Child) -> list[str]:
    """Codes of the dimensions in which the child is supported now."""
    now_only = select(ChildSupport.dimension).where(ChildSupport.child_id == child.id, ChildSupport.ended_on.is_(None))
    return list(session().scalars(now_only.order_by(ChildSupport.id)))


def goals_of(child: Child) -> list[PlanGoal]:
    """Goals of the plan: open ones by their review day, then the others, newest first."""
    found = session().scalars(select(PlanGoal).where(PlanGoal.child_id == child.id)).all()
    ended = sorted((g for g in found if g.state is not GoalState.OPEN), key=lambda g: g.id, reverse=True)
    return sorted((g for g in found if g.state is GoalState.OPEN), key=lambda g: (g.review_on, g.id)) + ended


def parent_facts_of(child: Child) -> list[ParentFact]:
    """Parents' facts, standing ones first."""
    found = session().scalars(select(ParentFact).where(ParentFact.child_id == child.id)).all()
    return sorted(found, key=lambda f: (f.ended_on is not None, f.parent, f.id))


def grants_of(child: Child, fields: FieldSet, now: datetime) -> list[Row[Any]]:
    """Who sees one field set of a child by a grant of staff: ref, name, reason, from_at, until_at."""
    statement = (
        select(Sight.ref, Account.name, Sight.reason, Sight.from_at, Sight.until_at)
        .join(Account, Account.ref == Sight.account_ref)
        .where(
            Sight.child_id == child.id, Sight.fields == fields, Sight.because_kind == "child", Sight.ended_at.is_(None),
            or_(Sight.until_at.is_(None), Sight.until_at > now),
        )
        .order_by(Sight.id)
    )  # fmt: skip
    return list(session().execute(statement))


def people_over(path: str, *roles: Role) -> list[tuple[str, str, Role]]:
    """Active people who hold one of these roles over a region path: (ref, name, role)."""
    return [(row.ref, row.name, role) for role in roles for row in holders(role, path)]


def sees_by_own_pair(actor: Actor, child: Child) -> bool:
    """Whether the actor mentors this child now, also while the pair comes to its end: a live row of the ledger,
    because of a pairing, their own."""
    return bool(_sets_by_own_pair(actor, child))


def may_call_carer(actor: Actor, child: Child) -> bool:
    """Whether the actor's own pair with this child is active; from the beginning of its end on the carer is called by
    staff. Source: domain.md, People, mentor."""
    return "carer_on_tap" in fields_of(_sets_by_own_pair(actor, child))


def _sets_by_own_pair(actor: Actor, child: Child) -> frozenset[FieldSet]:
    mine = select(Sight.fields).where(
        live_sight(actor), Sight.child_id == child.id, Sight.account_ref == actor.account_ref,
        Sight.because_kind == "pairing",
    )  # fmt: skip
    return frozenset(session().scalars(mine))


def carer_to_call(child: Child) -> Carer | None:
    """The carer whom a mentor calls: the guardian with a phone, else another carer who lives with the child."""
    return next((c for c in carers_of(child) if c.ended_on is None and c.phone), None)


def looks_at(child: Child) -> Select[Any]:
    """Who looked at this child's file. What is hidden (about a concern) is not in it."""
    stood_in = aliased(Account)
    statement: Any = (
        select(
            AuditEntry.id, AuditEntry.at, AuditEntry.what, AuditEntry.why, AuditEntry.reason, AuditEntry.origin,
            AuditEntry.actor_ref, Account.name, stood_in.name.label("deputy_name"),
        )
        .outerjoin(Account, Account.ref == AuditEntry.actor_ref)
        .outerjoin(stood_in, stood_in.ref == AuditEntry.deputy_for)
        .where(AuditEntry.about_ref == child.ref, AuditEntry.what.in_(READS), AuditEntry.hidden.is_(False))
    )  # fmt: skip
    return statement  # type: ignore[no-any-return]


def same_number(number: str, besides_id: int = 0) -> Child | None:
    """The living file with this identity number, whoever may see it."""
    statement = select(Child).where(
        Child.id_index == vault().blind(number, "id-number"), Child.id != besides_id,
        Child.state.not_in((FileState.ENTERED_IN_ERROR, FileState.TRANSFERRED)),
    )  # fmt: skip
    return session().scalar(statement.limit(1))


def similar_files(*, name: str, initials: str, born_on: date, carer_name: str) -> list[Row[Any]]:
    """Files that may be of the same child: born on the same day, and of the same name, or of the same initials with a
    carer of the same name. Whoever may see them: ref, id, name, region_path, state."""
    same_carer = exists().where(Carer.child_id == Child.id, Carer.name == carer_name)
    alike = or_(Child.name == name, and_(Child.initials == initials, same_carer)) if carer_name else Child.name == name
    statement = (
        select(Child.ref, Child.id, Child.name, Child.region_path, Child.state, Region.name.label("village"))
        .join(Region, Region.id == Child.region_id)
        .where(Child.born_on == born_on, alike, Child.state != FileState.ENTERED_IN_ERROR)
        .limit(5)
    )
    return list(session().execute(statement))


def seen_among(actor: Actor, refs: Iterable[str]) -> set[str]:
    """Those of these children whom the actor may know of."""
    return set(session().scalars(visible_to(actor).with_only_columns(Child.ref).where(Child.ref.in_(list(refs)))))


def villages_of(paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """Places in these scopes in which a child can live (those with none below), as (ref, "town · village")."""
    below, above = aliased(Region), aliased(Region)
    statement = (
        select(Region.ref, above.name, Region.name)
        .outerjoin(above, above.id == Region.parent_id)
        .where(within(Region.path, paths), Region.is_active.is_(True), ~exists().where(below.parent_id == Region.id))
        .order_by(Region.path)
    )
    return [(ref, f"{town} · {name}" if town else name) for ref, town, name in session().execute(statement)]


def region_by_ref(ref: str) -> Region | None:
    """An active region."""
    return session().scalar(select(Region).where(Region.ref == ref, Region.is_active.is_(True)))
