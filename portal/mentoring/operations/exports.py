"""Taking sessions out of the portal: with a reason, up to a limit, noted in the log and told to the auditors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_
from portal.mentoring.models import SessionLog, SessionPart
from portal.notices.operations import tell


def rows_to_export(statement: Select[Any], reason: str, *, most: int, actor: Actor, now: datetime) -> Sequence[Any]:
    """The rows of a list for a file, newest first. The caller commits. Raises DomainError for more than `most`."""
    rows = (
        session()
        .execute(statement.order_by(SessionLog.on_day.desc(), SessionLog.id.desc(), SessionPart.id).limit(most + 1))
        .all()
    )
    if len(rows) > most:
        raise DomainError(
            N_("These are more than %(most)d rows. Narrow the list first, for example by its days."), most=most
        )
    account = session().scalars(select(Account).where(Account.ref == actor.account_ref)).one()
    record("sessions-exported", account, actor=actor, now=now, reason=reason, rows=len(rows))
    paths = {g.path for g in actor.grants if g.path}
    auditors = {h.ref for path in paths for h in holders(Role.AUDITOR, path)}
    tell("export-made", to=sorted(auditors), now=now, name=actor.name, rows=str(len(rows)), reason=reason)
    return rows
