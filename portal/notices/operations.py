"""Telling people: on the page at once, and by the channels that they chose, from the one outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select, update

from portal.access.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.outbox import Channel, queue
from portal.notices.kinds import BY_NAME, Kind
from portal.notices.models import Choice, Notice


def tell(kind: str, *, to: Iterable[str], now: datetime, url: str = "", key: str = "", **facts: str) -> None:
    """Tell people (account refs) something, in the caller's transaction.

    `url` is a path of the portal; `facts` fill the kind's sentence (days in ISO form and message ids are put into the
    reader's language) and must hold no child's name or address: a mail and a lock screen show them. `key` makes telling
    twice harmless per person. The caller commits.
    """
    declared = BY_NAME[kind]
    people = list(dict.fromkeys(ref for ref in to if ref))
    if not people:
        return
    accounts = session().scalars(select(Account).where(Account.ref.in_(people), Account.is_active.is_(True))).all()
    chosen = {
        (c.account_ref, c.channel): c.wanted
        for c in session().scalars(select(Choice).where(Choice.account_ref.in_(people), Choice.kind == kind))
    }
    told: set[str] = set()
    if key:
        already = select(Notice.account_ref).where(Notice.key == key, Notice.account_ref.in_(people))
        told.update(session().scalars(already))
    for account in accounts:
        if account.ref in told:
            continue
        session().add(
            Notice(
                account_ref=account.ref, kind=kind, url=url, urgent=declared.urgent, made_at=now, key=key or None,
                facts=facts,
            )
        )  # fmt: skip
        for channel in Channel:
            usual = channel in declared.channels
            wanted = usual if declared.urgent else chosen.get((account.ref, channel), usual)
            address = account.email if channel is Channel.MAIL else account.phone
            if wanted and address:
                queue(
                    kind, channel=channel, address=address, facts={**facts, "url": url}, now=now,
                    account_ref=account.ref, locale=account.locale, urgent=declared.urgent,
                    key=f"{key}:{channel}:{account.ref}" if key else "",
                )  # fmt: skip


def read_notice(notice: Notice, *, actor: Actor, now: datetime) -> None:
    """Mark one notice as read. The caller commits."""
    if notice.account_ref == actor.account_ref and notice.read_at is None:
        notice.read_at = now


def read_all(*, actor: Actor, now: datetime) -> None:
    """Mark all but alerts as read. The caller commits."""
    session().execute(
        update(Notice)
        .where(Notice.account_ref == actor.account_ref, Notice.read_at.is_(None), Notice.urgent.is_(False))
        .values(read_at=now)
    )


def read_at(url: str, *, to: Iterable[str] | None = None, now: datetime) -> None:
    """What the notices that lead to `url` say is settled (for these account refs, or for all): they count as read.

    The caller commits.
    """
    statement = update(Notice).where(Notice.url == url, Notice.read_at.is_(None)).values(read_at=now)
    session().execute(statement if to is None else statement.where(Notice.account_ref.in_(list(to))))


def choose_all(kinds: Iterable[Kind], wanted: Collection[str], *, actor: Actor) -> None:
    """Keep what the actor wants of these kinds by mail and SMS: `wanted` holds `kind:channel`, the others are not.

    Alerts about concerns cannot be turned down: they are left unchanged. The caller commits.
    """
    mine = session().scalars(select(Choice).where(Choice.account_ref == actor.account_ref))
    held = {(c.kind, c.channel): c for c in mine}
    for kind in kinds:
        if kind.urgent:
            continue
        for channel in Channel:
            row = held.get((kind.name, channel))
            if row is None:
                row = Choice(account_ref=actor.account_ref, kind=kind.name, channel=channel)
                session().add(row)
            row.wanted = f"{kind.name}:{channel.value}" in wanted
