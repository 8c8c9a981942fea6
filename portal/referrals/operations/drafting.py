"""Preparing a referral and sending it: what would be shared is looked at field by field before it leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.audit.operations import note_move, record
from portal.children.models import Child
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import hold_clock
from portal.needs.policy import can_refer
from portal.partners.models import Service
from portal.partners.rules import OrgState, ServiceState
from portal.referrals import policy
from portal.referrals.models import Referral
from portal.referrals.operations.going import go, start_clock, still_in, tell_receiver
from portal.referrals.operations.sharing import consent_for, prepared
from portal.referrals.rules import Field, ReferralState, shareable

S = ReferralState


def draft_referral(
    need: Need, child: Child, service: Service, *, fields: Collection[Field], covering: str = "", before_ref: str = "",
    actor: Actor, now: datetime,
) -> Referral:  # fmt: skip
    """Prepare a referral to a service: what would be shared can be looked at field by field before it is sent.

    `service` has its organisation loaded. The caller commits. Raises NotAllowed, and DomainError when the need has a
    try that is still running, the service does not help with this kind of need or takes nobody now, or nothing is
    chosen to be shared.
    """
    require(can_refer(actor, need))
    if need.kind.value not in (service.help_kinds or []):
        raise DomainError(N_("This service does not help with this kind of need."))
    if service.state is not ServiceState.ACTIVE or service.organisation.state is not OrgState.ACTIVE:
        raise DomainError(N_("This organisation takes no referrals now."))
    referral = Referral(
        need_id=need.id, need_ref=need.ref, child_id=child.id, child_ref=child.ref, region_path=need.region_path,
        kind=need.kind.value, org_ref=service.organisation.ref, org_name=service.organisation.name,
        service_ref=service.ref, service_name=service.name, before_ref=before_ref,
        fields=[f.value for f in Field if f in fields], shared=prepared(child, need, fields, now=now),
        covering=covering.strip(), drafted_by=actor.account_ref, drafted_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(referral)
            session().flush()
    except IntegrityError:
        raise DomainError(
            N_("This need is with an organisation already. Wait for its answer, or call it back.")
        ) from None
    note_move(referral, "", S.DRAFTED, actor=actor, now=now)
    record("referral-drafted", referral, actor=actor, now=now, about_ref=child.ref, to=service.organisation.ref)
    return referral


def prepare_again(
    referral: Referral, need: Need, child: Child, *, fields: Collection[Field], covering: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Choose anew what a draft would share, with the texts as the file has them now. The caller commits.

    Raises NotAllowed, and DomainError when it has been sent meanwhile or nothing is chosen.
    """
    require(can_refer(actor, need) and policy.can_send(actor, referral))
    still_in(referral, S.DRAFTED)
    referral.shared = prepared(child, need, fields, now=now)
    referral.fields = [f.value for f in Field if f in fields]
    referral.covering = covering.strip()
    record("referral-drafted", referral, actor=actor, now=now, about_ref=child.ref, to=referral.org_ref)


def try_next(
    before: Referral, need: Need, child: Child, service: Service, *, actor: Actor, now: datetime
) -> Referral:  # fmt: skip
    """Prepare the same for the next organisation, after one that declined, failed or did not answer.

    The fields and the letter are those of the try before; the texts are the file's of now. Errors as for
    `draft_referral`. The caller commits.
    """
    return draft_referral(
        need, child, service, fields=shareable(before.fields), covering=before.covering, before_ref=before.ref,
        actor=actor, now=now,
    )  # fmt: skip


def send_referral(referral: Referral, need: Need, child: Child, *, actor: Actor, now: datetime) -> None:
    """Send it: from now on the receiver sees what was prepared, the need's clock stands, and the receiver's runs.

    The caller commits. Raises NotAllowed, and DomainError without a standing consent.
    """
    require(can_refer(actor, need) and policy.can_send(actor, referral))
    still_in(referral, S.DRAFTED)
    referral.consent_ref = consent_for(child, now=now)
    go(referral, S.SENT, actor=actor, now=now)
    referral.sent_by, referral.sent_at = actor.account_ref, now
    start_clock(referral, now=now)
    hold_clock(need, because_ref=referral.ref, actor=actor, now=now)
    record(
        "referral-shared", referral, actor=actor, now=now, about_ref=child.ref, fields=" ".join(referral.fields),
        to=referral.org_ref,
    )  # fmt: skip
    tell_receiver("referral-sent", referral, now=now)
