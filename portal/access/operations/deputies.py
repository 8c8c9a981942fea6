"""Deputies: who stands in for whom, from one day to another."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from portal.access.models import Account, Deputy
from portal.access.operations.sign_ins import own_account
from portal.access.queries import possible_deputies
from portal.audit.operations import record
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.events import notice_wanted
from portal.kernel.words import N_

LONGEST_DAYS = 92
"""A deputy for longer than a quarter is a hand-over and needs a role of their own."""


def name_deputy(*, deputy: str, from_on: date, until_on: date, actor: Actor, now: datetime) -> Deputy:
    """Name somebody who stands in for the actor, both days included. The caller commits.

    Only colleagues who already hold a staff role in the same district: a deputy inherits queues, it lets nobody new in.
    Raises DomainError for anybody else, days that are past or turned round, too long a time, or two at once.
    """
    if deputy not in {ref for ref, _name in possible_deputies(actor)}:
        raise DomainError(N_("Choose a colleague of the list."), field="deputy")
    if until_on < from_on:
        raise DomainError(N_("The last day is before the first."), field="until_on")
    if until_on < local_day(now):
        raise DomainError(N_("This period is over already."), field="until_on")
    if until_on - from_on > timedelta(days=LONGEST_DAYS):
        raise DomainError(
            N_("At most %(days)d days. For longer, a role of their own is needed."), field="until_on", days=LONGEST_DAYS
        )
    account = own_account(actor)
    overlap = session().scalar(
        select(Deputy.id).where(
            Deputy.account_ref == account.ref,
            Deputy.deputy_ref == deputy,
            Deputy.ended_at.is_(None),
            Deputy.from_on <= until_on,
            Deputy.until_on >= from_on,
        )
    )
    if overlap is not None:
        raise DomainError(N_("This person stands in for you in these days already."), field="deputy")
    row = Deputy(account_ref=account.ref, deputy_ref=deputy, from_on=from_on, until_on=until_on, named_at=now)
    session().add(row)
    record(
        "deputy-named",
        account,
        actor=actor,
        now=now,
        about_ref=account.ref,
        deputy=deputy,
        from_on=from_on.isoformat(),
        until_on=until_on.isoformat(),
    )
    notice_wanted.send(
        row,
        kind="deputy-named",
        to=[deputy],
        url="/my/deputies",
        now=now,
        facts={"name": account.name, "from_on": from_on.isoformat(), "until_on": until_on.isoformat()},
    )
    return row


def end_deputy(ref: str, *, actor: Actor, now: datetime) -> None:
    """End a deputy's time at once, as the one stood in for or as the deputy. Twice is harmless. The caller commits.

    Raises NotFound for other people's.
    """
    row = session().scalar(
        select(Deputy).where(
            Deputy.ref == ref, or_(Deputy.account_ref == actor.account_ref, Deputy.deputy_ref == actor.account_ref)
        )
    )
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now
        account = session().scalar(select(Account).where(Account.ref == row.account_ref))
        record("deputy-ended", account, actor=actor, now=now, about_ref=row.account_ref, deputy=row.deputy_ref)
