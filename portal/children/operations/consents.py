"""Consents: recorded per purpose, withdrawn one by one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.audit.operations import record
from portal.children import policy
from portal.children.models import Child, Consent
from portal.children.queries import stands
from portal.children.rules import ASSENT_FROM, Purpose
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import consent_withdrawn
from portal.kernel.people import age_on, comes_of_age_on
from portal.kernel.words import N_

LAPSED = "lapsed"
"""The reason kept with a consent that ended by itself: it ran out, or the young person came of age."""


def record_consent(
    child: Child,
    *,
    purpose: Purpose,
    given_by: str,
    given_on: date,
    until_on: date | None,
    assent: bool | None,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Record a consent that was given on paper. The caller commits.

    From 8 years on the child's own assent is asked, and a no is respected; from 18 on only the young person's own
    consent counts. Raises NotAllowed, and DomainError for a second standing consent for one purpose.
    """
    require(policy.can_keep_consents(actor, child))
    if age_on(child.born_on, given_on) >= ASSENT_FROM and given_on < comes_of_age_on(child.born_on):
        if assent is None:
            raise DomainError(
                N_("From 8 years on the child is asked, too: record what the child said."), field="assent"
            )
        if assent is False:
            raise DomainError(
                N_("The child says no. Without the child's own yes this is no consent; write a note instead."),
                field="assent",
            )
    return write_consent(
        child, purpose, given_by=given_by, given_on=given_on, until_on=until_on, assent=assent, actor=actor, now=now
    )


def write_consent(
    child: Child,
    purpose: Purpose,
    *,
    given_by: str,
    given_on: date,
    until_on: date | None,
    assent: bool | None,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Write the row after ending one that has lapsed. Raises DomainError when one stands."""
    today = local_day(now)
    if given_on > today:
        raise DomainError(N_("This day is in the future."), field="given_on")
    if given_on < child.born_on:
        raise DomainError(N_("This is before the child was born."), field="given_on")
    if until_on is not None and until_on < today:
        raise DomainError(N_("The last day must not be past."), field="until_on")
    open_ones = select(Consent).where(
        Consent.child_id == child.id, Consent.purpose == purpose, Consent.withdrawn_on.is_(None)
    )
    for earlier in session().scalars(open_ones):
        if stands(earlier, child.born_on, today):
            raise DomainError(
                N_("There is a consent for this already, given by %(who)s."), field="purpose", who=earlier.given_by
            )
        earlier.withdrawn_on, earlier.withdrawn_reason = today, LAPSED
    session().flush()
    consent = Consent(
        child_id=child.id, purpose=purpose, given_by=given_by, given_on=given_on, until_on=until_on, assent=assent,
        own=given_on >= comes_of_age_on(child.born_on), recorded_by=actor.account_ref, recorded_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(consent)
            session().flush()
    except IntegrityError as error:
        raise DomainError(N_("Somebody has just recorded a consent for this."), field="purpose") from error
    record("consent-recorded", consent, actor=actor, now=now, about=child, purpose=purpose.value,
           own=consent.own,
           values={"given_by": ["", given_by], "given_on": ["", given_on.isoformat()]})  # fmt: skip
    return consent


def withdraw_consent(child: Child, consent: Consent, *, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw one consent from today on; the others and the allowance stay untouched. The caller commits.

    What runs on it ends by `consent_withdrawn`; for the programme's own purpose that is pairing, camps, board and
    referrals, while the statutory record stays. Raises NotAllowed, and DomainError for one that ended already.
    """
    require(policy.can_keep_consents(actor, child))
    if consent.withdrawn_on is not None:
        raise DomainError(N_("This consent has ended already."))
    consent.withdrawn_on, consent.withdrawn_at = local_day(now), now
    consent.withdrawn_reason, consent.withdrawn_by = reason, actor.account_ref
    record(
        "consent-withdrawn",
        consent,
        actor=actor,
        now=now,
        about=child,
        reason=reason,
        purpose=consent.purpose.value,
    )
    session().flush()
    consent_withdrawn.send(consent, child_ref=child.ref, purpose=consent.purpose, actor=actor, now=now)
