"""The codes on children's cards: issued, replaced, ended, and looked up at the door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.access import throttles
from portal.audit.operations import record
from portal.children import policy
from portal.children.models import Child, ChildCode
from portal.children.rules import OPEN_STATES, CodeEnd
from portal.children.short_codes import new_short_code, typed_short_code
from portal.children.sight import visible_to
from portal.kernel.actor import Actor
from portal.kernel.clock import now as this_moment
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, TooMany, require
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.web.flow import network_address

TOKEN_PLACES = 32
"""Places of the token in a card's address: 24 random bytes."""


def token_index(token: str) -> str:
    """By what a token is found."""
    return vault().blind(token, "card-token")


def short_index(code: str) -> str:
    """By what a short code is found."""
    return vault().blind(code, "card-short-code")


def code_of(child: Child) -> ChildCode | None:
    """The live code of a child: as it was loaded with it, else looked up."""
    if "live_code" in child.__dict__:
        return child.live_code
    return session().scalar(select(ChildCode).where(ChildCode.child_id == child.id, ChildCode.ended_at.is_(None)))


def issue_code(child: Child, *, actor: Actor, now: datetime) -> ChildCode:
    """Give the child a code; one that is live stays as it is. The caller commits.

    Raises NotAllowed unless the actor works on the open file.
    """
    require(policy.can_edit(actor, child))
    return code_of(child) or _new_code(child, actor=actor, now=now)


def issue_codes(children: Iterable[Child], *, actor: Actor, now: datetime) -> int:
    """Give each of these children who has none a code; gives how many were made. The caller commits."""
    found = list(children)
    require(all(policy.can_edit(actor, child) for child in found))
    live = select(ChildCode.child_id).where(
        ChildCode.child_id.in_([child.id for child in found]), ChildCode.ended_at.is_(None)
    )
    have = set(session().scalars(live))
    without = [child for child in found if child.id not in have]
    for child in without:
        _new_code(child, actor=actor, now=now)
    return len(without)


def new_code_row(child_id: int, *, actor: Actor, now: datetime) -> ChildCode:
    """A code with fresh secrets, not yet in the session."""
    token, short = token_urlsafe(TOKEN_PLACES * 3 // 4), new_short_code()
    return ChildCode(
        child_id=child_id, token=token, token_index=token_index(token), short=short, short_index=short_index(short),
        issued_at=now, issued_by=actor.account_ref,
    )  # fmt: skip


def _new_code(child: Child, *, actor: Actor, now: datetime) -> ChildCode:
    code = new_code_row(child.id, actor=actor, now=now)
    session().add(code)
    record("code-issued", child, actor=actor, now=now)
    return code


def replace_code(child: Child, *, reason: CodeEnd, actor: Actor, now: datetime) -> ChildCode:
    """End the code of a lost card and give a new one; the old card leads nowhere from now on. The caller commits.

    Raises NotAllowed unless the actor works on the open file, DomainError when there is no code to replace.
    """
    require(policy.can_edit(actor, child))
    if reason is CodeEnd.CHILD_LEFT:
        raise DomainError(N_("Choose one of the list."), field="reason")
    if code_of(child) is None:
        raise DomainError(N_("This child has no card yet."))
    end_code(child, because=reason, actor=actor, now=now)
    return _new_code(child, actor=actor, now=now)


def end_code(child: Child, *, because: CodeEnd, actor: Actor, now: datetime) -> None:
    """The card leads nowhere any more, and its secrets are gone. Ending twice is harmless. The caller commits."""
    code = code_of(child)
    if code is None:
        return
    code.ended_at, code.ended_because = now, because
    code.token_sealed = code.short_sealed = None
    session().flush()  # before a new one comes: one code of a child is live
    record("code-ended", child, actor=actor, now=now, because=because.value)


def on_child_left(child: Child, *, actor: Actor, now: datetime, **_kw: Any) -> None:
    """A file was closed or transferred: its card ends."""
    end_code(child, because=CodeEnd.CHILD_LEFT, actor=actor, now=now)


def child_by_code(actor: Actor, typed_or_token: str, *, now: datetime | None = None) -> Child:
    """The child of a scanned token or a typed short code, its village loaded.

    Unknown, dead, mistyped, or of a child whom the actor may not know: NotFound alike, and counted alike. Too many of
    those by one person or from one network address: TooMany. Source: domain.md, Privacy 4.
    """
    moment = now or this_moment()
    limits = throttles.card_limits(actor.account_ref, network_address())
    if wait := throttles.seconds_to_wait(limits, moment):
        raise TooMany(wait)
    by = [ChildCode.token_index == token_index(typed_or_token.strip())]
    if short := typed_short_code(typed_or_token):
        by.append(ChildCode.short_index == short_index(short))
    statement = (
        visible_to(actor).join(ChildCode, ChildCode.child_id == Child.id)
        .where(or_(*by), ChildCode.ended_at.is_(None), Child.state.in_(OPEN_STATES))
        .options(joinedload(Child.region))
    )  # fmt: skip
    child = session().scalar(statement)
    if child is None:
        throttles.count(limits, moment)
        raise NotFound
    return child


__all__ = [
    "child_by_code", "code_of", "end_code", "issue_code", "issue_codes", "new_code_row", "on_child_left",
    "replace_code",
]  # fmt: skip
