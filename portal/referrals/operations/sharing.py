"""What a receiver is shown: looked up once, when it is prepared, and gone when the sharing ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.audit.operations import record
from portal.children.models import Child
from portal.children.queries import carers_of, standing_consent
from portal.children.rules import SCHOOLING_WORDS, Purpose
from portal.files.operations import forget_attachments
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.errors import DomainError
from portal.kernel.people import SEX_WORDS, age_on
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.places.queries import town_name
from portal.referrals.models import Referral
from portal.referrals.rules import Field


def facts_of(child: Child, need: Need, *, now: datetime) -> dict[Field, str]:
    """Every field that could be shared, as it stands now; those that are empty are left out.

    Sex and schooling are English message ids, translated when shown.
    """
    carers = [c for c in carers_of(child) if c.ended_on is None]
    carer = next((c for c in carers if c.is_guardian), carers[0] if carers else None)
    schooling = " ".join(t for t in (child.school, child.grade) if t)
    facts = {
        Field.NAME: child.name,
        Field.SEX: SEX_WORDS[child.sex],
        Field.AGE: str(age_on(child.born_on, local_day(now))),
        Field.BORN_ON: child.born_on.isoformat(),
        Field.ID_MASKED: child.id_masked,
        Field.TOWN: town_name(child.region_path),
        Field.ADDRESS: child.address,
        Field.CARER_NAME: carer.name if carer else "",
        Field.CARER_PHONE: carer.phone if carer else "",
        Field.SCHOOL: schooling or SCHOOLING_WORDS[child.schooling],
        Field.HEALTH: child.health,
        Field.NEED_TEXT: need.text,
    }
    return {field: text for field, text in facts.items() if text}


def prepared(child: Child, need: Need, fields: Iterable[Field], *, now: datetime) -> dict[str, str]:
    """The chosen fields with their texts. Raises DomainError when nothing is chosen."""
    facts = facts_of(child, need, now=now)
    shared = {field.value: facts[field] for field in Field if field in set(fields) and field in facts}
    if not shared:
        raise DomainError(N_("Choose at least one field to share."), field="fields_asked")
    return shared


def consent_for(child: Child, *, now: datetime) -> str:
    """The ref of the standing consent for referrals. Raises DomainError without one.

    Source: domain.md, Referral: consent is checked on sending.
    """
    consent = standing_consent(child.id, Purpose.REFERRAL, local_day(now))
    if consent is None:
        raise DomainError(N_("There is no standing consent for referrals. Ask the guardian first."))
    return consent.ref


def end_sharing(referral: Referral, *, actor: Actor, now: datetime, papers: bool = False) -> None:
    """Nothing of the child is kept for the receiver any more: the fields are emptied.

    `papers` deletes the papers too, where nothing was done with them; otherwise they stay with the need for its staff
    alone. The caller commits. Twice is harmless.
    """
    if referral.shared_sealed is None:
        return
    referral.shared = None
    if papers:
        forget_attachments("referral", referral.ref, actor=actor, now=now)
    record("referral-sharing-ended", referral, actor=actor, now=now, about_ref=referral.child_ref)
