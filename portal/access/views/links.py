"""Invitations and resets: pages for people who are not signed in. A link is looked at by GET and used up by POST."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from portal.access.forms import CodeForm, NewPasswordForm, ResetForm
from portal.access.models import LinkKind
from portal.access.operations import links
from portal.access.passwords import SHORTEST
from portal.access.queries import live_link
from portal.access.views.blueprint import bp
from portal.access.views.sign_ins import enter, too_many
from portal.kernel.clock import now
from portal.kernel.errors import NotFound, TooMany
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def _ended() -> BaseResponse:
    """One page for a link that is used, ended, expired or was never there."""
    return page("access/link_ended.html", status=404)


def _choose_password(token: str) -> ResponseReturnValue:
    token = links.slip_form(token)
    found = live_link(token, now())
    if found is None:
        return _ended()
    link, account = found
    form = NewPasswordForm()
    try:
        if submitted(form, lambda: links.take_link(token, form.password.data or "", now=now())):
            enter(account, how=link.kind.value)
            tell(_("Your password is set, and you are signed in. Welcome."), "success")
            answer = redirect(url_for("home.today"), 303)
            answer.delete_cookie("locale", samesite="Lax")
            return answer
    except NotFound:
        return _ended()
    g.locale = g.get("locale") or account.locale
    answer = page(
        "access/choose_password.html", form=form, person=account.name, welcome=link.kind is LinkKind.INVITATION,
        ends_at=link.ends_at, least=SHORTEST,
    )  # fmt: skip
    # The address holds the secret: no other address may learn it.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@allow(anybody=True)
def invitation(token: str) -> ResponseReturnValue:
    """Take an invitation by choosing a password."""
    return _choose_password(token)


@bp.route("/resets/<token>", methods=["GET", "POST"])
@allow(anybody=True)
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password."""
    return _choose_password(token)


@bp.route("/resets", methods=["GET", "POST"])
@allow(anybody=True)
def resets() -> ResponseReturnValue:
    """Ask for a link by message. The answer is the same for everybody."""
    form = ResetForm()
    if form.validate_on_submit():
        try:
            links.ask_reset(form.typed.data or "", address=request.remote_addr or "", now=now())
        except TooMany as error:
            return too_many("access/reset.html", form, error)
        return redirect(url_for(".reset_sent"), 303)
    return page("access/reset.html", form=form)


@bp.get("/resets/sent")
@allow(anybody=True)
def reset_sent() -> ResponseReturnValue:
    """What happens next."""
    return page("access/reset_sent.html", minutes=int(links.RESET_LASTS.total_seconds() // 60))


@bp.route("/invitations", methods=["GET", "POST"])
@allow(anybody=True)
def invitations() -> ResponseReturnValue:
    """Type the code of a printed slip."""
    form = CodeForm()
    if form.validate_on_submit():
        return redirect(url_for(".invitation", token=links.slip_form(form.code.data or "")), 303)
    return page("access/code.html", form=form)
