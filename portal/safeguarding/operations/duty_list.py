"""The duty list of a region: who is asked first, second, third, with the phone that is answered and the hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.audit.operations import record
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.safeguarding import policy, queries
from portal.safeguarding.models import DutyListEntry


def _entries(path: str) -> list[DutyListEntry]:
    ordered = select(DutyListEntry).where(DutyListEntry.region_path == path)
    return list(session().scalars(ordered.order_by(DutyListEntry.position, DutyListEntry.id)))


def add_to_duty_list(
    *, path: str, account_ref: str, phone: str, hours: str, actor: Actor, now: datetime
) -> DutyListEntry:
    """Put somebody at the end of a region's list. The caller commits.

    Raises NotAllowed unless the actor leads safeguarding there, DomainError for somebody who is on it already or who
    holds no staff role over the region.
    """
    require(policy.can_keep_list(actor, path))
    if account_ref not in queries.people_for_duty(path):
        raise DomainError(N_("Choose one of the list."), field="person")
    standing = _entries(path)
    if any(e.account_ref == account_ref for e in standing):
        raise DomainError(N_("This person is on the list already."), field="person")
    last = standing[-1].position if standing else 0
    entry = DutyListEntry(region_path=path, account_ref=account_ref, phone=phone, hours=hours, position=last + 1)
    session().add(entry)
    record("duty-list-added", entry, actor=actor, now=now, account=account_ref, position=last + 1)
    return entry


def remove_from_duty_list(entry: DutyListEntry, *, actor: Actor, now: datetime) -> None:
    """Take somebody off the list; who is being asked already stays asked. The caller commits."""
    require(policy.can_keep_list(actor, entry.region_path))
    record("duty-list-removed", entry, actor=actor, now=now, account=entry.account_ref)
    session().delete(entry)


def move_on_duty_list(entry: DutyListEntry, *, up: bool, actor: Actor, now: datetime) -> None:
    """Let somebody be asked one place earlier or later; at the end of the list nothing happens. The caller commits."""
    require(policy.can_keep_list(actor, entry.region_path))
    entries = _entries(entry.region_path)
    place = entries.index(entry)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(entries):
        return
    entries[place], entries[other] = entries[other], entries[place]
    for position, one in enumerate(entries, 1):
        one.position = position
    record("duty-list-moved", entry, actor=actor, now=now, account=entry.account_ref, position=other + 1)
