"""Who is on the other side of this request: the session's token, its account, the roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import and_, bindparam, exists, select, union_all, update
from sqlalchemy.orm import Session

from portal.access.models import Account, AccountSession, Deputy, GrantState, RoleGrant
from portal.kernel.actor import Actor, Grant
from portal.kernel.clock import local_day, now
from portal.kernel.db import session
from portal.kernel.secrets import token_hash
from portal.places import settings
from portal.web.flow import SAFE, afterwards

SEEN_EVERY = timedelta(minutes=1)
FOR_NOBODY = frozenset({"static", "calendars.feed"})
"""What answers the same whoever asks: a file, and the feed behind a secret address."""


class Visitor(UserMixin):  # type: ignore[misc]
    """What flask-login holds. Its id is the session's token, so that revoking the row ends the sign-in at once."""

    def __init__(self, token: str, row: Any, actor: Actor) -> None:
        self.token = token
        self.row = row
        self.actor = actor

    def get_id(self) -> str:
        return self.token


ACCOUNT, SESSION = Account.__table__, AccountSession.__table__
GRANT, DEPUTY = RoleGrant.__table__, Deputy.__table__
# Run on every request, so built once and on tables: through mapped classes each costs five times as much.
# Two parts, so that each is found by an index: an OR over the outer join would read every grant of the programme.
_GRANT_COLUMNS = (GRANT.c.role, GRANT.c.path, GRANT.c.org_ref, GRANT.c.account_ref, GRANT.c.account_id)
GRANTS = union_all(
    select(*_GRANT_COLUMNS).where(GRANT.c.account_id == bindparam("account_id"), GRANT.c.state == GrantState.GRANTED),
    select(*_GRANT_COLUMNS)
    .join_from(DEPUTY, ACCOUNT, ACCOUNT.c.ref == DEPUTY.c.account_ref)
    .join(GRANT, GRANT.c.account_id == ACCOUNT.c.id)
    .where(
        DEPUTY.c.deputy_ref == bindparam("account_ref"), DEPUTY.c.from_on <= bindparam("day"),
        DEPUTY.c.until_on >= bindparam("day"), DEPUTY.c.ended_at.is_(None), ACCOUNT.c.is_active.is_(True),
        GRANT.c.state == GrantState.GRANTED,
    ),
)  # fmt: skip
_STANDS_IN = (
    exists().where(
        DEPUTY.c.deputy_ref == ACCOUNT.c.ref, DEPUTY.c.from_on <= bindparam("day"),
        DEPUTY.c.until_on >= bindparam("day"), DEPUTY.c.ended_at.is_(None),
    )
    .correlate(ACCOUNT)
)  # fmt: skip
# One row for each own role, so that nearly everybody is known by one statement.
VISITOR = (
    select(
        SESSION.c.id.label("session_id"), SESSION.c.ref.label("session_ref"), SESSION.c.created_at, SESSION.c.seen_at,
        SESSION.c.locked_at, SESSION.c.view_as, ACCOUNT.c.id, ACCOUNT.c.ref, ACCOUNT.c.name, ACCOUNT.c.locale,
        ACCOUNT.c.theme, ACCOUNT.c.volunteer_ref, ACCOUNT.c.is_active,
        GRANT.c.role, GRANT.c.path, GRANT.c.org_ref, _STANDS_IN.label("stands_in"), settings.AS_TEXT.label("settings"),
    )
    .join_from(SESSION, ACCOUNT, ACCOUNT.c.id == SESSION.c.account_id)
    .outerjoin(GRANT, and_(GRANT.c.account_id == ACCOUNT.c.id, GRANT.c.state == GrantState.GRANTED))
    .where(SESSION.c.token_hash == bindparam("token_hash"), SESSION.c.ended_at.is_(None))
    .order_by(GRANT.c.id)
)  # fmt: skip


_told: dict[str, Any] = {}


def ask_with_visitor(name: str, about: Callable[[Any], Any]) -> None:
    """Have something small read of each visitor together with the session, for `told`.

    `about` makes a scalar subselect from the column with the account's ref. Called once, when the process begins.
    """
    _told[name] = about(ACCOUNT.c.ref).label(f"told_{name}")


@cache
def _visitor() -> Any:
    return VISITOR.add_columns(*_told.values())


def told(name: str, actor: Actor) -> Any:
    """What `ask_with_visitor` read of the actor; None where it must be asked for: of anybody but this request's own
    visitor, and in a request that writes, since it may have changed since."""
    row = g.get("told")
    if row is None or row.ref != actor.account_ref or request.method not in SAFE:
        return None
    return getattr(row, f"told_{name}")


def grants_of(account_ref: str, account_id: int, at: datetime) -> tuple[Grant, ...]:
    """The roles of an account now: its own and those of the people it stands in for today (not their admin role)."""
    known = {"account_ref": account_ref, "account_id": account_id, "day": local_day(at)}
    found = []
    for row in session().execute(GRANTS, known):
        own = row.account_id == account_id
        if own or row.role.value not in ("admin", "auditor", "mentor", "guardian"):
            found.append(Grant(row.role, row.path, row.org_ref, "" if own else row.account_ref))
    return tuple(found)


def actor_of(
    account: Any, *, session_ref: str = "", at: datetime | None = None, view_as: str = "",
    grants: tuple[Grant, ...] | None = None,
) -> Actor:  # fmt: skip
    """The actor behind an account row (or a row of its columns); `grants` when they have been read already."""
    return Actor(
        account_ref=account.ref, name=account.name,
        grants=grants_of(account.ref, account.id, at or now()) if grants is None else grants,
        volunteer_ref=account.volunteer_ref, session_ref=session_ref, locale=account.locale, view_as=view_as,
    )  # fmt: skip


def load_visitor(token: str) -> Visitor | None:
    """The visitor with this token; None when the session has ended, has run out or its account is not active."""
    moment = now()
    rows = session().execute(_visitor(), {"token_hash": token_hash(token), "day": local_day(moment)}).all()
    row = rows[0] if rows else None
    if row is None or not row.is_active:
        return None
    settings.take(row.settings)
    if moment - row.created_at > timedelta(hours=settings.setting("session_hours")):
        return None
    if row.view_as and current_app.portal_config.demo:  # type: ignore[attr-defined]
        other = (
            session()
            .execute(
                select(Account.id, Account.ref, Account.name, Account.locale, Account.volunteer_ref).where(
                    Account.ref == row.view_as, Account.is_active.is_(True)
                )
            )
            .first()
        )
        if other is not None:
            return Visitor(token, row, actor_of(other, session_ref=row.session_ref, at=moment, view_as=row.name))
    own = None if row.stands_in else tuple(Grant(r.role, r.path, r.org_ref) for r in rows if r.role is not None)
    return Visitor(token, row, actor_of(row, session_ref=row.session_ref, at=moment, grants=own))


def _note_seen(session_id: int, moment: datetime) -> None:
    def write(separate: Session) -> None:
        separate.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=moment))

    afterwards(write)


def note_locked(session_id: int, moment: datetime) -> None:
    """Lock a session, after this request; locking twice is harmless."""

    def write(separate: Session) -> None:
        separate.execute(
            update(AccountSession)
            .where(AccountSession.id == session_id, AccountSession.locked_at.is_(None))
            .values(locked_at=moment)
        )

    afterwards(write)


def find_actor() -> None:
    """Before every request: set `g.actor` (None for a stranger) and `g.locked` (idle too long).

    A page's own polling (`X-Poll: 1`) never extends the idle time.
    """
    g.actor, g.locked, g.theme = None, False, "auto"
    if request.endpoint in FOR_NOBODY:
        return
    visitor = current_user
    if not visitor.is_authenticated:
        return
    row: Any = visitor.row
    g.actor, g.theme, g.told = visitor.actor, row.theme, row
    moment = now()
    idle = moment - row.seen_at
    if row.locked_at is not None or idle > timedelta(minutes=settings.setting("idle_minutes")):
        g.locked = True
        if row.locked_at is None:
            note_locked(row.session_id, moment)
    elif idle > SEEN_EVERY and not request.headers.get("X-Poll"):
        _note_seen(row.session_id, moment)


def init_login(app: Flask) -> None:
    """Connect flask-login with the session table."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(load_visitor)
    app.before_request(find_actor)
