"""The doctor: is this installation fit to hold real data? Each answer is a sentence and whether it is fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.access.models import Account, GrantState, RoleGrant
from portal.audit.chain import verify
from portal.config import Config
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage, OutboxState
from portal.migrate import is_current
from portal.places.working_days import known_years
from portal.safeguarding.models import DutyListEntry

LATE = timedelta(minutes=15)


def examine(config: Config) -> list[tuple[str, bool]]:
    """Look at everything that a district must not start without. Reads only."""
    found: list[tuple[str, bool]] = []

    def say(fit: bool, yes: str, no: str) -> bool:
        found.append((yes if fit else no, fit))
        return fit

    say(
        not config.demo,
        "Demo mode is off.",
        "Demo mode is on: everybody could sign in with one click. Unset PORTAL_DEMO.",
    )
    say(
        config.production,
        "Production checks are on.",
        "PORTAL_PRODUCTION is not set: settings are not checked on every start.",
    )
    say(config.public_url.startswith("https://"), "The address is https.", "PORTAL_PUBLIC_URL is no https address.")
    say(
        bool(config.trusted_hosts),
        "Host names are checked.",
        "PORTAL_TRUSTED_HOSTS is empty: any Host header is taken.",
    )
    say(
        bool(config.mail_server),
        "A mail server is set.",
        "PORTAL_MAIL_SERVER is not set: nobody could be invited by mail.",
    )
    try:
        current = is_current(config.database_url)
    except SQLAlchemyError as error:
        say(False, "", f"The database cannot be reached: {type(error).__name__}.")
        return found
    if not say(current, "The tables are of this version.", "The tables are not of this version: run `portal migrate`."):
        return found
    from portal.app import create_app

    app = create_app(Config(**{**config.__dict__, "worker_inside": False}))
    with app.app_context():
        _look_inside(say)
    return found


def _look_inside(tell: Callable[[bool, str, str], bool]) -> None:
    moment = now()
    if db.engine.dialect.name == "sqlite":
        mode = db.session.scalar(text("PRAGMA journal_mode"))
        tell(mode == "wal", "SQLite writes ahead and syncs fully.", "SQLite is not in WAL mode.")
    admins = db.session.scalars(
        select(RoleGrant.account_ref)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == Role.ADMIN, RoleGrant.state == GrantState.GRANTED, Account.is_active.is_(True))
    ).all()
    tell(
        len(set(admins)) >= 2,
        "There are two administrators.",
        "Fewer than two administrators: roles that see cases need two.",
    )
    on_duty = db.session.scalar(select(DutyListEntry.id).limit(1)) is not None
    tell(on_duty, "Somebody is on the duty list.", "The duty list is empty: a concern would reach nobody by name.")
    demo = db.session.scalar(
        select(Account.id).where(Account.email.like("%@demo.example"), Account.password_hash != "").limit(1)
    )
    tell(demo is None, "No demo account is here.", "Demo accounts with known passwords are in this database.")
    verdict = verify(now=moment)
    tell(
        not verdict.broken_ref,
        f"The log's chain holds over {verdict.rows} rows.",
        f"The log is broken at {verdict.broken_ref}.",
    )
    tell(not verdict.unsealed_late, "The sealer is at work.", "Rows of the log wait unsealed: is the worker running?")
    waiting = db.session.scalar(
        select(OutboxMessage.id)
        .where(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.created_at < moment - LATE)
        .limit(1)
    )
    tell(
        waiting is None,
        "No message waits long.",
        "Messages wait for more than 15 minutes: is the worker running, the mail server up?",
    )
    tell(
        moment.year <= known_years()[1],
        f"The holiday calendar is known to {known_years()[1]}.",
        f"The holiday calendar ends with {known_years()[1]}: update the portal or enter the days under Settings.",
    )
