"""Signing in, the idle lock, signing out, the language."""

from __future__ import annotations

from typing import Any

import flask
from flask import current_app, g, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from portal.access.current import load_visitor, note_locked
from portal.access.forms import PinForm, SignInForm, UnlockForm
from portal.access.models import Account
from portal.access.operations import devices, sign_ins
from portal.access.queries import device_with
from portal.access.views.blueprint import bp
from portal.kernel.actor import Actor
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import DomainError, TooMany
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.forms import Form
from portal.web.language import LOCALES, _, ngettext, sentence
from portal.web.pages import local_next, page, tell

YEAR_SECONDS = 365 * 24 * 3600


def network() -> str:
    """The part of the visitor's address that tells a house from another, not a person."""
    address = request.remote_addr or ""
    return address.rpartition(".")[0] + ".*" if "." in address else ":".join(address.split(":")[:4]) + ":*"


def device() -> str:
    """What the visitor's browser says it is, in a word or two."""
    agent = request.headers.get("User-Agent", "")
    system = next(
        (
            w
            for s, w in (
                ("iPhone", "iPhone"),
                ("iPad", "iPad"),
                ("HarmonyOS", "HarmonyOS"),
                ("Android", "Android"),
                ("Windows", "Windows"),
                ("Mac OS", "Mac"),
                ("Linux", "Linux"),
            )
            if s in agent
        ),
        "",
    )
    browser = next(
        (
            w
            for s, w in (
                ("MicroMessenger", "WeChat"),
                ("Edg", "Edge"),
                ("Firefox", "Firefox"),
                ("Chrome", "Chrome"),
                ("Safari", "Safari"),
            )
            if s in agent
        ),
        "",
    )
    return " · ".join(w for w in (system, browser) if w)


def enter(account: Account, *, how: str = "password", password: str = "") -> None:
    """Sign this browser in with a new token; whatever it was signed in as before is ended. Guards against fixation."""
    moment = now()
    if before := flask.session.get("_user_id"):
        sign_ins.end_session_of(before, now=moment)
    token = sign_ins.begin_session(
        account,
        actor=Actor(account.ref, account.name),
        device=device(),
        network=network(),
        now=moment,
        how=how,
        password=password,
    )
    session().flush()
    flask.session.clear()
    visitor = load_visitor(token)
    if visitor is None:
        raise RuntimeError("a session that was just made cannot be loaded")
    login_user(visitor)
    g.actor, g.theme, g.locked = visitor.actor, account.theme, False


def too_many(template: str, form: Form, error: TooMany, **facts: Any) -> BaseResponse:
    """The page as typed, with a sentence that says when to come back; the same for everybody."""
    minutes = -(-error.retry_after_seconds // 60)
    form.blame(
        None,
        ngettext(
            "Too many tries. Come back in %(num)d minute. If you are in a hurry, ask for a link by message or for a "
            "printed one.",
            "Too many tries. Come back in %(num)d minutes. If you are in a hurry, ask for a link by message or for a "
            "printed one.",
            minutes,
        ),
    )
    answer = page(template, form=form, **facts)
    answer.status_code = 429
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


@bp.route("/sign-in", methods=["GET", "POST"])
@allow(anybody=True)
def sign_in() -> ResponseReturnValue:
    """Sign in by mail address or phone number."""
    form = SignInForm()
    target = local_next(url_for("home.today"))
    if request.method == "GET" and g.actor is not None and not g.locked:
        return redirect(target, 303)
    if form.validate_on_submit():
        try:
            account = sign_ins.check_sign_in(
                form.typed.data or "", form.password.data or "", address=request.remote_addr or "", now=now()
            )
        except TooMany as error:
            return too_many("access/sign_in.html", form, error, next=target)
        except DomainError as error:
            form.blame(None, sentence(error))
        else:
            enter(account, password=form.password.data or "")
            answer = redirect(target, 303)
            # From now on the language is the account's.
            answer.delete_cookie("locale", samesite="Lax")
            return answer
    return page("access/sign_in.html", form=form, next=target)


@bp.post("/sign-out")
@allow(anybody=True, while_locked=True)
def sign_out() -> ResponseReturnValue:
    """End this session; twice is harmless."""
    if token := flask.session.get("_user_id"):
        sign_ins.end_session_of(token, now=now())
    flask.session.clear()
    return redirect(url_for("home.front"), 303)


@bp.post("/language")
@allow(anybody=True, while_locked=True)
def language() -> ResponseReturnValue:
    """Choose the language, for this browser and for one's account."""
    answer = redirect(local_next(url_for("home.front")), 303)
    code = request.form.get("locale", "")
    if code in LOCALES:
        if g.actor is not None and not g.actor.view_as:
            sign_ins.choose_language(g.actor, code)
        app: Portal = current_app  # type: ignore[assignment]
        answer.set_cookie(
            "locale",
            code,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=app.config["SESSION_COOKIE_SECURE"],
        )
    return answer


@bp.route("/locked", methods=["GET", "POST"])
@allow(signed_in=True, while_locked=True)
def locked() -> ResponseReturnValue:
    """The idle lock: what was typed waits, the page behind comes back after the password or the PIN."""
    form = UnlockForm()
    target = local_next(url_for("home.today"))
    pin = _pin_form()
    facts: dict[str, Any] = {"next": target, "pin": pin}
    if request.method == "GET":
        if not g.locked:
            note_locked(current_user.row.session_id, now())
    elif "pin" in request.form and pin is not None:
        return _unlock_by_pin(pin, target)
    elif form.validate_on_submit():
        try:
            sign_ins.check_own_password(
                form.password.data or "", actor=_sitting(), address=request.remote_addr or "", now=now()
            )
        except TooMany as error:
            return too_many("access/locked.html", form, error, **facts)
        except DomainError as error:
            form.blame(error.field, sentence(error))
        else:
            sign_ins.unlock(g.actor.session_ref, now=now())
            return redirect(target, 303)
    g.locked = True
    return page("access/locked.html", form=form, **facts)


def _pin_form() -> PinForm | None:
    """The form for the PIN, when this is a phone that its owner chose to remember."""
    token = request.cookies.get("device", "")
    known = token and device_with(token, current_user.row.ref, now())
    return PinForm() if known else None


def _unlock_by_pin(form: PinForm, target: str) -> BaseResponse:
    """Unlock, or come back to the lock: a wrong try is a redirect, so that it is counted in the same transaction."""
    left: int | None = None
    if form.validate_on_submit():
        left = devices.try_pin(request.cookies.get("device", ""), form.pin.data or "", actor=_sitting(), now=now())
        if left is None:
            sign_ins.unlock(g.actor.session_ref, now=now())
            return redirect(target, 303)
    if left:
        tell(
            ngettext("This PIN is wrong. %(num)d try is left.", "This PIN is wrong. %(num)d tries are left.", left),
            "error",
        )
    elif left == 0:
        tell(_("This PIN was wrong too often, so this phone is forgotten. Use your password."), "error")
    else:
        tell(_("Type the six digits."), "error")
    return redirect(url_for(".locked", next=target), 303)


def _sitting() -> Actor:
    """The person who sits there, also when looking through another's eyes in the demo."""
    return Actor(current_user.row.ref, current_user.row.name, session_ref=g.actor.session_ref)


@bp.get("/session/token")
@allow(signed_in=True, while_locked=True)
def session_token() -> ResponseReturnValue:
    """For the page's script: a fresh form token, whose sign-in this is, and whether it is locked."""
    return make_response(jsonify(csrf=generate_csrf(), account=g.actor.account_ref, locked=bool(g.locked)))
