"""Carers: who looks after the child, who is the guardian, and a mentor's call."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from portal.audit.operations import record
from portal.children import policy, queries
from portal.children.models import Carer, Child
from portal.children.rules import CarerCapacity, Purpose, Relation
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, Stale, require
from portal.kernel.secrets import vault
from portal.kernel.words import N_


def add_carer(
    child: Child, *, name: str, relation: Relation, phone: str, is_guardian: bool, lives_with: bool,
    capacity: CarerCapacity,
    actor: Actor, now: datetime,
) -> Carer:  # fmt: skip
    """Add somebody who looks after the child. The caller commits. Raises DomainError for a second guardian, and for
    somebody who is in the file already."""
    require(policy.can_edit(actor, child))
    if any(c.ended_on is None and (c.name, c.relation) == (name, relation) for c in queries.carers_of(child)):
        raise DomainError(N_("This person is in the file as a carer already."), field="name")
    carer = Carer(
        child_id=child.id, name=name, relation=relation, is_guardian=is_guardian, lives_with=lives_with,
        capacity=capacity,
        from_on=local_day(now), phone=phone, phone_index=vault().blind(phone, "phone") if phone else None,
    )  # fmt: skip
    session().add(carer)
    if is_guardian:
        child.no_guardian = False
    _flush()
    record("carer-added", carer, actor=actor, now=now, about=child, guardian=is_guardian,
           values={"name": ["", name], "relation": ["", relation.value], "phone": ["", phone]})  # fmt: skip
    return carer


def fingerprint(carer: Carer) -> str:
    """What is known of a carer now, so that a form can tell whether somebody changed it meanwhile."""
    known = [carer.ref, carer.name, carer.relation, carer.phone, carer.is_guardian, carer.lives_with, carer.capacity]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:20]


def edit_carer(
    child: Child, carer: Carer, *, name: str, relation: Relation, phone: str, is_guardian: bool, lives_with: bool,
    capacity: CarerCapacity, seen: str, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Correct what is known of a carer. `seen` is the fingerprint of what the editor had before the eyes.

    The caller commits. Raises Stale when somebody else changed it meanwhile, and DomainError for a second guardian.
    """
    require(policy.can_edit(actor, child))
    if seen != fingerprint(carer):
        raise Stale
    if carer.ended_on is not None:
        raise DomainError(N_("This person does not look after the child any more."))
    after = {
        "name": name,
        "relation": relation,
        "phone": phone,
        "is_guardian": is_guardian,
        "lives_with": lives_with,
        "capacity": capacity,
    }
    values = {}
    for field, value in after.items():
        before = getattr(carer, field)
        if before != value:
            values[field] = [str(before), str(value)]
            setattr(carer, field, value)
    carer.phone_index = vault().blind(phone, "phone") if phone else None
    if is_guardian:
        child.no_guardian = False
    _flush()
    if values:
        record("carer-edited", carer, actor=actor, now=now, about=child, values=values)


def end_carer(child: Child, carer: Carer, *, on: date, actor: Actor, now: datetime) -> None:
    """Somebody does not look after the child any more, from a day on. Ending twice is harmless. The caller commits."""
    require(policy.can_edit(actor, child))
    if carer.ended_on is not None:
        return
    if not carer.from_on <= on <= local_day(now):
        raise DomainError(N_("Choose a day between the beginning and today."), field="on")
    carer.ended_on = on
    record("carer-ended", carer, actor=actor, now=now, about=child, on=on.isoformat())


def show_carer_phone(child: Child, *, actor: Actor, now: datetime) -> Carer:
    """The carer whom the mentor may call now, with the look kept in the log. The caller commits.

    Raises NotAllowed unless the actor's own pair with the child is active, and DomainError without the carer's consent
    or a phone.
    Source: domain.md, People, mentor.
    """
    require(queries.may_call_carer(actor, child))
    today = local_day(now)
    consents = [queries.standing_consent(child.id, purpose, today) for purpose in (Purpose.FILE, Purpose.CARER_PHONE)]
    if not all(consents):
        raise DomainError(
            N_("The carer has not agreed to be called by the mentor. Ask your coordinator to talk with the family.")
        )
    carer = queries.carer_to_call(child)
    if carer is None:
        raise DomainError(N_("No phone number of a carer is known. Ask your coordinator."))
    record("carer-phone-shown", carer, actor=actor, now=now, about=child, why="pairing")
    return carer


def _flush() -> None:
    try:
        with session().begin_nested():
            session().flush()
    except IntegrityError as error:
        if "guardian" in str(error.orig) or "child_id" in str(error.orig):
            raise DomainError(
                N_("The child has a guardian already. End the other guardianship first."), field="is_guardian"
            ) from error
        raise
