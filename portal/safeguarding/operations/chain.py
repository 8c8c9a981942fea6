"""The chain: who is asked to take a concern, and who next when nobody does."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.audit.operations import record
from portal.duties.models import DutyState
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.db import session
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import CannotOpen
from portal.notices.operations import tell
from portal.places.settings import setting
from portal.safeguarding import queries
from portal.safeguarding.models import Concern, ConcernAsk
from portal.safeguarding.rules import WAITING, Urgency, next_on_duty

log = logging.getLogger("portal")


def clock_of(urgency: Urgency) -> timedelta:
    """How long one person has to take a concern. Source: settings; domain.md, Concern: 1 h, 24 h, 3 days."""
    return timedelta(minutes=setting(f"concern_minutes_{urgency.value}"))


def duty_key(concern: Concern) -> str:
    """The key of the duty to take a concern."""
    return f"concern-acknowledge:{concern.ref}"


def people_to_ask(concern: Concern) -> list[str]:
    """Whom to ask at the concern's step, the first one being the one who owes the answer; empty when nobody is left.

    The nearest duty list upwards that has somebody fit gives one person; who raised it is asked only when there is
    nobody else. When a list is exhausted or has nobody fit, all fit safeguarding leads over the region are asked.
    """
    unfit = queries.unfit_for(concern)
    for skipped in (unfit | {concern.raised_by}, unfit):
        leads = [ref for ref in queries.people_over(concern.region_path, Role.SAFEGUARDING_LEAD) if ref not in skipped]
        for people in queries.duty_lists(concern.region_path):
            person = next_on_duty(people, skipped, concern.step)
            if person is not None:
                exhausted = concern.step >= sum(p.account_ref not in skipped for p in people)
                return list(dict.fromkeys([person.account_ref, *(leads if exhausted else [])]))
        if leads:
            return leads
    return []


def ask_next(concern: Concern, *, now: datetime) -> None:
    """Ask whoever is next, with a clock of their own: a hidden duty, an alert on the page, a mail and an SMS.

    Deputies of today are told too, when they are fit themselves. The caller commits.
    """
    asked = people_to_ask(concern)
    concern.asked_ref = asked[0] if asked else ""
    concern.due_at = now + clock_of(concern.urgency)
    key = duty_key(concern)
    end_duty(key, now=now, state=DutyState.WAIVED, reason="next-in-line")
    open_duty(
        key, kind="concern-acknowledge", subject_kind="concern", subject_ref=concern.ref, child_ref=concern.child_ref,
        url=f"/concerns/{concern.ref}", owner_ref=concern.asked_ref, path=concern.region_path, hidden=True,
        owner_role=None if asked else Role.SAFEGUARDING_LEAD, due_at=concern.due_at, now=now,
    )  # fmt: skip
    for ref in asked:
        session().add(
            ConcernAsk(concern_id=concern.id, account_ref=ref, step=concern.step, asked_at=now, due_at=concern.due_at)
        )
    told = list(dict.fromkeys([*asked, *sorted(queries.deputies_of(asked) - queries.unfit_for(concern))]))
    url = f"/concerns/{concern.ref}"
    tell("concern", to=told, now=now, url=url)
    for person, phone in queries.other_phones(concern.region_path, asked):
        # The phone that is answered on duty may be another one than the account's.
        queue(
            "concern", channel=Channel.SMS, address=phone, facts={"url": url}, now=now, account_ref=person.ref,
            locale=person.locale, urgent=True,
        )  # fmt: skip


def escalate(now: datetime) -> int:
    """Ask the next person for every concern that nobody took in time; gives how many. The caller commits.

    Running it twice is harmless: each gets a new clock. Two workers never take the same concern (rows are locked on
    PostgreSQL; SQLite has one writer).
    """
    overdue = (
        select(Concern)
        .where(Concern.state.in_(WAITING), Concern.due_at <= now)
        .order_by(Concern.due_at)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    asked = 0
    for concern in list(session().scalars(overdue)):
        ref = concern.ref
        try:
            with session().begin_nested():
                concern.step += 1
                ask_next(concern, now=now)
                record("concern-escalated", concern, actor=SYSTEM, now=now, hidden=True, step=concern.step)
        except (SQLAlchemyError, CannotOpen):
            # One row that cannot be read must not keep all others from their next person.
            log.exception("concern %s could not be escalated", ref)
        else:
            asked += 1
    return asked
