"""What a mentor asks for, and the coordinator's answer."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.errors import require
from portal.pairing import operations, queries
from portal.pairing.forms import AnswerForm, AskForm
from portal.pairing.policy import can_ask, can_keep
from portal.pairing.rules import ASK_WORDS, AskKind
from portal.pairing.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


@bp.route("/pairings/<ref>/asks/new", methods=["GET", "POST"])
@allow(Role.MENTOR)
def ask(ref: str) -> ResponseReturnValue:
    """Ask the coordinator for help, a break or an end."""
    pairing = queries.pairing_or_404(g.actor, ref)
    require(can_ask(g.actor, pairing))
    wanted = request.args.get("kind", "")
    form = AskForm(data={"kind": AskKind(wanted) if wanted in set(AskKind) else None})

    def send() -> None:
        operations.ask(pairing, kind=form.kind.data, text=form.text.data, actor=g.actor, now=now())

    if submitted(form, send):
        tell(_("Your coordinator is told and will answer here."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("pairing/ask.html", form=form, ref=ref, label=pairing.child.alias or pairing.child.given_name)


@bp.route("/pairings/<ref>/asks/<ask_ref>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def answer(ref: str, ask_ref: str) -> ResponseReturnValue:
    """Answer a mentor."""
    pairing = queries.pairing_or_404(g.actor, ref)
    require(can_keep(g.actor, pairing))
    request_ = queries.ask_or_404(pairing, ask_ref)
    form = AnswerForm()

    def send() -> None:
        operations.answer_ask(request_, pairing, answer=form.answer.data, actor=g.actor, now=now())

    if submitted(form, send):
        tell(_("Answered. %(name)s is told.", name=pairing.volunteer.name), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("pairing/answer.html", form=form, pairing=pairing, ask=request_, ask_words=ASK_WORDS)
