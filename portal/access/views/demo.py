"""The demo's page: enter as any role with one click, look through anybody's eyes. Not there outside demo mode."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select, update

from portal.access.demo import DEMO_ACCOUNTS, PASSWORD
from portal.access.models import Account, AccountSession, GrantState, RoleGrant
from portal.access.queries import named, roles_of
from portal.access.views.blueprint import bp
from portal.access.views.sign_ins import enter
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.forms import clean_text
from portal.web.language import _, role_words
from portal.web.pages import page, tell

MOST_FOUND = 20


def _only_in_demo() -> None:
    app: Portal = current_app  # type: ignore[assignment]
    if not app.portal_config.demo:
        raise NotFound


@bp.get("/demo")
@allow(anybody=True)
def demo() -> ResponseReturnValue:
    """Every role with one click; for the signed-in, anybody's eyes."""
    _only_in_demo()
    rows = session().execute(
        select(Account.email, Account.ref).where(Account.email.in_([a.email for a in DEMO_ACCOUNTS.values()]))
    )
    refs = {row.email: row.ref for row in rows}
    words = clean_text(request.args.get("q", ""))[:40]
    return page(
        "access/demo.html", accounts=DEMO_ACCOUNTS, refs=refs, password=PASSWORD, q=words,
        found=_found(words) if words and g.actor is not None else [],
    )  # fmt: skip


def _found(words: str) -> list[tuple[str, str, str]]:
    rows = (
        session()
        .execute(
            select(Account.id, Account.ref, Account.name)
            .where(named(words), Account.is_active.is_(True))
            .where(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.state == GrantState.GRANTED)))
            .order_by(Account.name, Account.id)
            .limit(MOST_FOUND)
        )
        .all()
    )
    held: dict[int, list[Any]] = roles_of(row.id for row in rows)
    return [(row.ref, row.name, "、".join(role_words(r.role) for r in held.get(row.id, ()))) for row in rows]


@bp.post("/demo/sign-in/<role>")
@allow(anybody=True)
def demo_sign_in(role: str) -> ResponseReturnValue:
    """Enter as a role."""
    _only_in_demo()
    if role not in DEMO_ACCOUNTS:
        raise NotFound
    account = session().scalar(
        select(Account).where(Account.email == DEMO_ACCOUNTS[role].email, Account.is_active.is_(True))
    )
    if account is None:
        tell(_("The demo has no such account. Load the demo first: portal demo"), "error")
        return redirect(url_for(".demo"), 303)
    enter(account, how="demo")
    return redirect(url_for("home.today"), 303)


@bp.post("/demo/view-as/<ref>")
@allow(signed_in=True)
def view_as(ref: str) -> ResponseReturnValue:
    """Look through somebody's eyes until it is stopped."""
    _only_in_demo()
    known = session().scalar(select(Account.id).where(Account.ref == ref, Account.is_active.is_(True)))
    if known is None:
        raise NotFound
    _look_as("" if ref == current_user.row.ref else ref)
    return redirect(url_for("home.today"), 303)


@bp.post("/demo/view-as/stop")
@allow(signed_in=True)
def stop_view_as() -> ResponseReturnValue:
    """Look through one's own eyes again."""
    _only_in_demo()
    _look_as("")
    return redirect(url_for("home.today"), 303)


def _look_as(ref: str) -> None:
    session().execute(
        update(AccountSession).where(AccountSession.id == current_user.row.session_id).values(view_as=ref)
    )
