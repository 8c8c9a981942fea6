"""Who knows of a referral and who may act on it. A receiver sees one only while it is live."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.partners.policy import OF_PARTNERS, org_refs, works_for
from portal.referrals.models import Referral
from portal.referrals.rules import BEFORE_COMPLETED, LIVE, ReferralState

SENDERS = (Role.SUPERVISOR, Role.COORDINATOR)
S = ReferralState


def by_region(actor: Actor) -> ColumnElement[bool]:
    """Referrals of the region's children; those entered by mistake only for the coordinator."""
    return or_(
        and_(within(Referral.region_path, actor.paths(*REGION_ROLES)), Referral.state != S.ENTERED_IN_ERROR),
        within(Referral.region_path, actor.paths(Role.COORDINATOR)),
    )


def received(actor: Actor) -> ColumnElement[bool]:
    """Referrals to the actor's organisation, while they are live and shared. Source: safety.md, T2."""
    refs = org_refs(actor)
    return and_(
        Referral.org_ref.in_(refs), Referral.org_ref != "", Referral.state.in_(LIVE),
        Referral.shared_sealed.is_not(None),
    )  # fmt: skip


def visible_to(actor: Actor) -> Select[Referral]:
    """Referrals the actor may know of. Every read starts here."""
    return select(Referral).where(or_(by_region(actor), received(actor)))


def is_staff_of(actor: Actor, referral: Any) -> bool:
    """Whether the actor reads it as staff of the child's region."""
    return actor.covers(referral.region_path, *REGION_ROLES)


def is_receiver(actor: Actor, referral: Any) -> bool:
    """Whether the actor answers for the organisation, while it is live and shared."""
    return referral.state in LIVE and referral.shared_sealed is not None and works_for(actor, referral.org_ref)


def in_place_of(actor: Actor, referral: Any) -> str:
    """On whose behalf a receiver acts: whom they stand in for, '' when they work there themselves."""
    there = [g for g in actor.grants if g.org_ref == referral.org_ref and g.role in OF_PARTNERS]
    return "" if any(not g.deputy_for for g in there) else next((g.deputy_for for g in there), "")


def deletions_for(actor: Actor) -> Select[Referral]:
    """Referrals of which the actor's organisation was asked to delete what it keeps."""
    return select(Referral).where(Referral.org_ref.in_(org_refs(actor)), Referral.delete_by.is_not(None))


def can_note_deletion(actor: Actor, referral: Any) -> bool:
    """The organisation's own people, once they were asked."""
    return referral.delete_by is not None and works_for(actor, referral.org_ref)


def can_send(actor: Actor, referral: Any) -> bool:
    """Supervisor of the town or coordinator of the district: sends, answers questions, calls it back."""
    return actor.covers(referral.region_path, *SENDERS)


def can_cancel(actor: Actor, referral: Any) -> bool:
    """Either side, before it is completed."""
    if referral.state not in BEFORE_COMPLETED:
        return False
    return can_send(actor, referral) or is_receiver(actor, referral)


def can_confirm(actor: Actor, referral: Any) -> bool:
    """Staff of the child's region, for the family; never the receiver."""
    return (
        referral.state is S.COMPLETED and is_staff_of(actor, referral) and not works_for(actor, referral.org_ref)
    )  # fmt: skip


def can_confirm_in_person(actor: Actor, referral: Any) -> bool:
    """The caseworker of the village, who was there."""
    return can_confirm(actor, referral) and actor.covers(referral.region_path, Role.CASEWORKER)


def can_enter_in_error(actor: Actor, referral: Any) -> bool:
    """The coordinator of the region."""
    return referral.state is not S.ENTERED_IN_ERROR and actor.coordinates(referral.region_path)
