"""Who knows of a referral and who may act on it. A receiver sees one only while it is live."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.partners.policy import org_refs
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
    """Referrals to the actor's organisation, while they are live. T2 of safety.md."""
    refs = org_refs(actor, Role.PARTNER, Role.PARTNER_MANAGER)
    return and_(Referral.org_ref.in_(refs), Referral.org_ref != "", Referral.state.in_(LIVE))


def visible_to(actor: Actor) -> Select[Referral]:
    """Referrals the actor may know of. Every read starts here."""
    return select(Referral).where(or_(by_region(actor), received(actor)))


def is_staff_of(actor: Actor, referral: Any) -> bool:
    """Whether the actor reads it as staff of the child's region."""
    return actor.covers(referral.region_path, *REGION_ROLES)


def is_receiver(actor: Actor, referral: Any) -> bool:
    """Whether the actor answers for the organisation, while it is live."""
    return referral.state in LIVE and referral.org_ref in org_refs(actor, Role.PARTNER, Role.PARTNER_MANAGER)


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
    return referral.state is S.COMPLETED and is_staff_of(actor, referral)


def can_enter_in_error(actor: Actor, referral: Any) -> bool:
    """The coordinator of the region."""
    return referral.state is not S.ENTERED_IN_ERROR and actor.coordinates(referral.region_path)
