"""Reading notices: always one's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from portal.access.current import told
from portal.access.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Channel, OutboxMessage
from portal.kernel.secrets import opened
from portal.notices.kinds import BY_NAME, KINDS, MEANT_FOR, Kind
from portal.notices.models import Choice, Notice

_NOTICE = Notice.__table__
# Asked on every page, so built once and on the table.
_UNREAD = (
    select(func.count())
    .select_from(_NOTICE)
    .where(_NOTICE.c.account_ref == bindparam("account_ref"), _NOTICE.c.read_at.is_(None))
)


def unread_of(account_ref: Any) -> Any:
    """The same count as a part of another statement, of the account with this ref (a column)."""
    waiting = select(func.count()).select_from(_NOTICE)
    return waiting.where(_NOTICE.c.account_ref == account_ref, _NOTICE.c.read_at.is_(None)).scalar_subquery()


def unread_count(actor: Actor) -> int:
    """How many notices wait, for the bell."""
    known: int | None = told("unread", actor)
    if known is not None:
        return known
    return session().scalar(_UNREAD, {"account_ref": actor.account_ref}) or 0


def reached(people: Iterable[str], kind: str, channel: Channel) -> list[Account]:
    """Which of these accounts (refs) a kind reaches by a channel: active, with an address, not turned down."""
    refs = list(dict.fromkeys(ref for ref in people if ref))
    if not refs:
        return []
    accounts = session().scalars(select(Account).where(Account.ref.in_(refs), Account.is_active.is_(True))).all()
    rows = session().execute(
        select(Choice.account_ref, Choice.wanted).where(
            Choice.account_ref.in_(refs), Choice.kind == kind, Choice.channel == channel
        )
    )
    chosen = {row.account_ref: row.wanted for row in rows}
    usual = channel in BY_NAME[kind].channels
    return [a for a in accounts if chosen.get(a.ref, usual) and (a.email if channel is Channel.MAIL else a.phone)]


def urgent_unread(actor: Actor, most: int = 3) -> Sequence[Any]:
    """The alerts that stand on every page until they are read, newest first: (ref, kind, url, facts_sealed)."""
    return (
        session()
        .execute(
            select(Notice.ref, Notice.kind, Notice.url, Notice.facts_sealed)
            .where(Notice.account_ref == actor.account_ref, Notice.read_at.is_(None), Notice.urgent.is_(True))
            .order_by(Notice.id.desc())
            .limit(most)
        )
        .all()
    )


def my_notices(actor: Actor, *, unread: bool = False, urgent: bool = False) -> Select[*tuple[Any, ...]]:
    """One's own notices as columns, for a list."""
    statement: Select[*tuple[Any, ...]] = select(
        Notice.id, Notice.ref, Notice.kind, Notice.url, Notice.urgent, Notice.made_at, Notice.read_at,
        Notice.facts_sealed,
    ).where(Notice.account_ref == actor.account_ref)  # fmt: skip
    if unread:
        statement = statement.where(Notice.read_at.is_(None))
    if urgent:
        statement = statement.where(Notice.urgent.is_(True))
    return statement


def facts_of(row: Any) -> dict[str, Any]:
    """The facts of a notice that a list selected by columns."""
    text = opened(Notice.facts_sealed, row.ref, row.facts_sealed)
    return dict(json.loads(text)) if text else {}


def notice_or_404(actor: Actor, ref: str) -> Notice:
    """One's own notice, or NotFound."""
    found = session().scalar(select(Notice).where(Notice.ref == ref, Notice.account_ref == actor.account_ref))
    if found is None:
        raise NotFound
    return found


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds of notices that somebody with these roles can receive."""
    return [k for k in KINDS if k.name not in MEANT_FOR or not MEANT_FOR[k.name].isdisjoint(actor.roles)]


def chosen_by(actor: Actor) -> set[tuple[str, Channel]]:
    """What the actor receives now, as (kind, channel): chosen, or the kind's usual way."""
    rows = session().execute(
        select(Choice.kind, Choice.channel, Choice.wanted).where(Choice.account_ref == actor.account_ref)
    )
    chosen = {(row.kind, row.channel): row.wanted for row in rows}
    return {
        (kind.name, channel)
        for kind in KINDS
        for channel in Channel
        if (channel in kind.channels if kind.urgent else chosen.get((kind.name, channel), channel in kind.channels))
    }


def addresses_of(actor: Actor) -> dict[Channel, bool]:
    """By which channels the actor can be reached at all."""
    row = session().execute(select(Account.email, Account.phone_index).where(Account.ref == actor.account_ref)).first()
    return {Channel.MAIL: bool(row and row.email), Channel.SMS: bool(row and row.phone_index)}


def outbox(channel: Channel | None) -> Select[*tuple[Any, ...]]:
    """What has left or waits to leave, for the demo's page of messages."""
    statement: Select[*tuple[Any, ...]] = select(
        OutboxMessage.id, OutboxMessage.ref, OutboxMessage.kind, OutboxMessage.channel, OutboxMessage.locale,
        OutboxMessage.state, OutboxMessage.created_at, OutboxMessage.address_sealed, OutboxMessage.facts_sealed,
    )  # fmt: skip
    return statement.where(OutboxMessage.channel == channel) if channel else statement
