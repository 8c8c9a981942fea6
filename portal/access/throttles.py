"""Slowing down guesses, by account, by network address and in all. The counters live in a table,
so every worker sees them.

Failures are counted after the request's own transaction, whatever became of it. A link from a message or a printed slip
works all the same, so nobody can lock somebody else out for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import case, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.models import Throttle
from portal.kernel.db import session
from portal.kernel.secrets import vault
from portal.web.flow import afterwards

WINDOW = timedelta(minutes=15)
"""Failures are counted from the first one on for this long; then the count begins anew."""
MOST_PER_ACCOUNT = 10
"""Wrong passwords for one address or phone number in a window: more than a forgetful person needs."""
MOST_PER_ADDRESS = 18
"""From one network address in a window: one password tried on many accounts ends here."""
MOST_IN_ALL = 300
"""In the whole portal in a window: guessing from many networks at once ends here."""
MOST_RESETS_PER_ACCOUNT = 3
"""Reset messages to one person in a window; further ones are quietly not sent, so that nobody's phone is flooded."""
MOST_RESETS_PER_ADDRESS = 18
"""Reset messages asked for from one network address in a window."""

MOST_CODES_PER_ADDRESS = 18
"""Phone codes asked for, or typed wrongly, from one network address in a window."""

MOST_CARDS_PER_ACCOUNT = 20
"""Unknown, dead or mistyped codes of children's cards by one person in a window."""
MOST_CARDS_PER_ADDRESS = 60
"""The same from one network address, which a whole office may share."""

Limits = dict[str, int]


def _key(kind: str, value: str) -> str:
    return f"{kind}:{vault().blind(value, 'throttle')}"


def sign_in_limits(typed: str, address: str) -> Limits:
    """The counters that a try to sign in touches, each with its limit. `typed` is in one form already."""
    return {
        _key("account", typed): MOST_PER_ACCOUNT,
        _key("address", address): MOST_PER_ADDRESS,
        _key("all", ""): MOST_IN_ALL,
    }


def reset_limits(typed: str, address: str) -> tuple[Limits, Limits]:
    """The counters of asking for a reset: by the person meant, and by the network address."""
    return {_key("reset", typed): MOST_RESETS_PER_ACCOUNT}, {_key("resets", address): MOST_RESETS_PER_ADDRESS}


def code_limits(address: str) -> tuple[Limits, Limits]:
    """The counters of proving a phone on the public pages: of codes sent, and of wrong ones typed."""
    return {_key("codes", address): MOST_CODES_PER_ADDRESS}, {_key("wrong-codes", address): MOST_CODES_PER_ADDRESS}


def card_limits(account_ref: str, address: str) -> Limits:
    """The counters of trying codes of children's cards."""
    limits = {_key("card", account_ref): MOST_CARDS_PER_ACCOUNT}
    return limits | ({_key("cards", address): MOST_CARDS_PER_ADDRESS} if address else {})


def seconds_to_wait(limits: Limits, now: datetime) -> int:
    """How long until all of these counters allow another try; 0 when they do."""
    rows = session().execute(
        select(Throttle.key, Throttle.failures, Throttle.window_began_at).where(
            Throttle.key.in_(list(limits)), Throttle.window_began_at > now - WINDOW
        )
    )
    waits = [(row.window_began_at + WINDOW - now).total_seconds() for row in rows if row.failures >= limits[row.key]]
    return int(max(waits, default=0)) + 1 if waits else 0


def count(limits: Limits, now: datetime) -> None:
    """Count one failure on each of these counters, after the request."""
    for key in sorted(limits):
        afterwards(partial(_raise_counter, key=key, now=now))


def _raise_counter(separate: Session, *, key: str, now: datetime) -> None:
    """Count in one statement, so that of many tries at once none is lost, also when the row is being made or forgiven.

    A window that is over begins anew.
    """
    over = Throttle.window_began_at <= now - WINDOW
    insert = postgresql.insert if separate.get_bind().dialect.name == "postgresql" else sqlite.insert
    separate.execute(
        insert(Throttle)
        .values(key=key, failures=1, window_began_at=now)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "failures": case((over, 1), else_=Throttle.failures + 1),
                "window_began_at": case(
                    (over, literal(now, Throttle.window_began_at.type)), else_=Throttle.window_began_at
                ),
            },
        )
    )


def forgive(typed: str) -> None:
    """Forget the failures of one account: its owner got in. The caller commits."""
    session().execute(delete(Throttle).where(Throttle.key == _key("account", typed)))


def sweep(now: datetime) -> None:
    """Throw away counters whose window is long over. The caller commits."""
    session().execute(delete(Throttle).where(Throttle.window_began_at < now - timedelta(days=1)))
