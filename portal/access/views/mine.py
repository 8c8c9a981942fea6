"""What everybody keeps about themselves: account, password, sessions, phones, deputies."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import queries
from portal.access.addresses import phone_words
from portal.access.forms import ChangePasswordForm, DeputyForm, OwnForm, RememberForm
from portal.access.operations import accounts, deputies, devices, links, sign_ins
from portal.access.passwords import SHORTEST
from portal.access.policy import STANDS_IN
from portal.access.views.blueprint import bp
from portal.access.views.sign_ins import device, too_many
from portal.kernel.actor import STAFF
from portal.kernel.clock import now
from portal.kernel.errors import TooMany
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _, role_words
from portal.web.pages import page, submitted, tell


@bp.route("/my/account", methods=["GET", "POST"])
@allow(signed_in=True)
def account() -> ResponseReturnValue:
    """Name, language and look; addresses, roles and phones to see."""
    own = sign_ins.own_account(g.actor)
    form = OwnForm(obj=own)
    if submitted(form, lambda: accounts.choose_own(**form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        answer = redirect(url_for(".account"), 303)
        # From now on the language is the account's.
        answer.delete_cookie("locale", samesite="Lax")
        return answer
    paths = queries.region_names(grant.path for grant in g.actor.grants)
    names = queries.names_of(grant.deputy_for for grant in g.actor.grants)
    roles = [
        (role_words(grant.role), paths.get(grant.path, ""), names.get(grant.deputy_for, "")) for grant in g.actor.grants
    ]
    return page(
        "access/account.html", form=form, own=own, phone=phone_words(own.phone), roles=roles,
        phones=queries.live_devices(own.id, now()),
    )  # fmt: skip


@bp.route("/my/password", methods=["GET", "POST"])
@allow(signed_in=True)
def password() -> ResponseReturnValue:
    """Change one's password; other devices are signed out."""
    form = ChangePasswordForm()

    def change() -> None:
        own = sign_ins.check_own_password(
            form.old.data or "", actor=g.actor, address=request.remote_addr or "", now=now(), field="old"
        )
        links.change_password(own, form.password.data or "", actor=g.actor, now=now())

    try:
        if submitted(form, change):
            tell(_("Your password is changed. Other devices were signed out."), "success")
            return redirect(url_for(".account"), 303)
    except TooMany as error:
        return too_many("access/password.html", form, error, least=SHORTEST)
    return page("access/password.html", form=form, least=SHORTEST)


@bp.route("/my/devices/new", methods=["GET", "POST"])
@allow(signed_in=True)
def new_device() -> ResponseReturnValue:
    """Remember this phone: a PIN unlocks it for 30 days."""
    form = RememberForm()
    tokens: list[str] = []

    def remember() -> None:
        sign_ins.check_own_password(
            form.password.data or "", actor=g.actor, address=request.remote_addr or "", now=now()
        )
        tokens.append(devices.remember_device(form.pin.data or "", device=device(), actor=g.actor, now=now()))

    try:
        if submitted(form, remember):
            tell(_("This phone is remembered for 30 days. After a pause, the PIN unlocks it."), "success")
            answer = redirect(url_for(".account"), 303)
            app: Portal = current_app  # type: ignore[assignment]
            answer.set_cookie(
                "device", tokens[0], max_age=int(devices.LASTS.total_seconds()), path="/locked", httponly=True,
                samesite="Lax", secure=app.config["SESSION_COOKIE_SECURE"],
            )  # fmt: skip
            return answer
    except TooMany as error:
        return too_many("access/device.html", form, error)
    return page("access/device.html", form=form)


@bp.post("/my/devices/<ref>/end")
@allow(signed_in=True)
def end_device(ref: str) -> ResponseReturnValue:
    """Forget a phone."""
    devices.forget_device(ref, actor=g.actor, now=now())
    tell(_("This phone is forgotten."), "success")
    return redirect(url_for(".account"), 303)


@bp.get("/my/sessions")
@allow(signed_in=True)
def sessions() -> ResponseReturnValue:
    """Where one is signed in."""
    own = sign_ins.own_account(g.actor)
    since = now() - timedelta(hours=setting("session_hours"))
    rows = [row for row in queries.live_sessions(own.id) if row.created_at > since]
    return page("access/sessions.html", rows=rows, here=g.actor.session_ref, hours=setting("session_hours"))


@bp.post("/my/sessions/<ref>/end")
@allow(signed_in=True)
def end_session(ref: str) -> ResponseReturnValue:
    """Sign one device out."""
    sign_ins.end_session(ref, actor=g.actor, now=now())
    tell(_("This device is signed out."), "success")
    return redirect(url_for(".sessions"), 303)


@bp.post("/my/sessions/end")
@allow(signed_in=True)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere else."""
    own = sign_ins.own_account(g.actor)
    sign_ins.end_other_sessions(own, actor=g.actor, now=now(), keep=g.actor.session_ref)
    tell(_("All other devices are signed out, and remembered phones are forgotten."), "success")
    return redirect(url_for(".sessions"), 303)


@bp.route("/my/deputies", methods=["GET", "POST"])
@allow(*STAFF)
def deputies_of_mine() -> ResponseReturnValue:
    """Who stands in for me, and for whom I do."""
    form = DeputyForm()
    form.deputy.offer(queries.possible_deputies(g.actor))
    if submitted(form, lambda: deputies.name_deputy(**form.answers(), actor=g.actor, now=now())):
        tell(_("Named. Your colleague has been told, and has your queues in this period."), "success")
        return redirect(url_for(".deputies_of_mine"), 303)
    rows = queries.my_deputies(g.actor, now())
    return page(
        "access/deputies.html", form=form, mine=[r for r in rows if r.account_ref == g.actor.account_ref],
        others=[r for r in rows if r.deputy_ref == g.actor.account_ref],
        own_role=any(grant.role in STANDS_IN and not grant.deputy_for for grant in g.actor.grants),
    )  # fmt: skip


@bp.post("/my/deputies/<ref>/end")
@allow(*STAFF)
def end_deputy(ref: str) -> ResponseReturnValue:
    """End a deputy's time at once."""
    deputies.end_deputy(ref, actor=g.actor, now=now())
    tell(_("Ended. From now on nobody stands in."), "success")
    return redirect(url_for(".deputies_of_mine"), 303)
