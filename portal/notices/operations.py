"""Telling people: on the page at once, and by the channels that they chose, from the one outbox."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update

from portal.access.models import Account
from portal.access.queries import Holders
from portal.kernel.actor import Actor, Role
from portal.kernel.db import new_ref, session
from portal.kernel.outbox import Channel, Letter, queue_all
from portal.kernel.secrets import opened, sealed_for
from portal.notices.kinds import BY_NAME, Kind
from portal.notices.models import Choice, Notice

_ACCOUNT, _CHOICE = Account.__table__, Choice.__table__
# Whoever is to be told, one row for each choice that they made about the kind. Built once: nearly every form tells.
_PEOPLE = (
    select(
        _ACCOUNT.c.ref, _ACCOUNT.c.email, _ACCOUNT.c.phone_sealed, _ACCOUNT.c.locale,
        _CHOICE.c.channel, _CHOICE.c.wanted,
    )
    .join_from(
        _ACCOUNT, _CHOICE, isouter=True,
        onclause=and_(_CHOICE.c.account_ref == _ACCOUNT.c.ref, _CHOICE.c.kind == bindparam("kind")),
    )
    .where(_ACCOUNT.c.is_active.is_(True))
    .order_by(_ACCOUNT.c.id)
)  # fmt: skip
_HOLDERS = Holders(_PEOPLE)
_NAMED = _PEOPLE.where(_ACCOUNT.c.ref.in_(bindparam("people", expanding=True)))
_NOTICE: Any = Notice.__table__
_INSERT = insert(_NOTICE).inline()


def tell(kind: str, *, to: Iterable[str], now: datetime, url: str = "", key: str = "", **facts: str) -> None:
    """Tell people (account refs) something, in the caller's transaction.

    `url` is a path of the portal; `facts` fill the kind's sentence (days in ISO form and message ids are put into the
    reader's language) and must hold no child's name or address: a mail and a lock screen show them. `key` makes telling
    twice harmless per person. The caller commits.
    """
    people = list(dict.fromkeys(ref for ref in to if ref))
    if people:
        current = session()
        current.flush()
        _tell(kind, current.execute(_NAMED, {"kind": kind, "people": people}).all(), now, url, key, facts)


def tell_holders(
    kind: str, role: Role, path: str, *, but: Collection[str] = (), now: datetime, url: str = "", **facts: str
) -> None:
    """Tell whoever holds a role over the region with this path, except some accounts. Otherwise like `tell`."""
    session().flush()
    rows = _HOLDERS.rows(role, path, kind=kind)
    _tell(kind, [row for row in rows if row.ref not in but], now, url, "", facts)


def _tell(kind: str, rows: Sequence[Any], now: datetime, url: str, key: str, facts: dict[str, str]) -> None:
    """Write the notices and what leaves the house. `rows` are those of `_PEOPLE`."""
    declared = BY_NAME[kind]
    chosen = {(row.ref, row.channel): row.wanted for row in rows if row.channel is not None}
    people = {row.ref: row for row in rows}
    if key and people:
        already = select(Notice.account_ref).where(Notice.key == key, Notice.account_ref.in_(people))
        for ref in session().scalars(already).all():
            del people[ref]
    lines, letters = [], []
    text_of_facts = json.dumps(facts, ensure_ascii=False)
    for person in people.values():
        ref = new_ref()
        lines.append(
            {
                "ref": ref, "account_ref": person.ref, "kind": kind, "url": url, "urgent": declared.urgent,
                "made_at": now, "key": key or None,
                "facts_sealed": sealed_for(Notice.facts_sealed, ref, text_of_facts),
            }
        )  # fmt: skip
        for channel in Channel:
            usual = channel in declared.channels
            wanted = usual if declared.urgent else chosen.get((person.ref, channel), usual)
            address = _address(person, channel) if wanted else ""
            if address:
                named = f"{key}:{channel}:{person.ref}" if key else ""
                letters.append(Letter(channel, address, person.ref, person.locale, named))
    if lines:
        session().execute(_INSERT, lines)
    queue_all(kind, letters, facts={**facts, "url": url}, now=now, urgent=declared.urgent)


def _address(person: Any, channel: Channel) -> str:
    if channel is Channel.MAIL:
        return person.email or ""
    return opened(Account.phone_sealed, person.ref, person.phone_sealed)


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
