"""The steps of a pair, each a small form or a button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.errors import NotFound, require
from portal.pairing import operations, queries
from portal.pairing.forms import AgreementForm, ClosureForm, EndingForm, FirstMeetingForm, ReasonForm, TalkForm
from portal.pairing.models import Pairing
from portal.pairing.operations.beginning import SIDE_WORDS, Side
from portal.pairing.policy import can_move
from portal.pairing.rules import PAIRING, PairingState
from portal.pairing.views.blueprint import bp
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def movable(ref: str) -> Pairing:
    """A pair that the actor may move. Raises NotFound, or NotAllowed where it may only be seen."""
    pairing = queries.pairing_or_404(g.actor, ref)
    require(can_move(g.actor, pairing))
    return pairing


def stepped(pairing: Pairing) -> ResponseReturnValue:
    """Back to the pair, saying where it stands now."""
    state = _(PAIRING.words[pairing.state])
    tell(
        _("%(child)s and %(mentor)s: %(state)s.", child=pairing.child.name, mentor=pairing.volunteer.name, state=state),
        "success",
    )
    return redirect(url_for(".show", ref=pairing.ref), 303)


def step_page(pairing: Pairing, form: Form, template: str, **facts: Any) -> ResponseReturnValue:
    """The form of one step."""
    return page(
        f"pairing/{template}.html",
        form=form,
        pairing=pairing,
        child=pairing.child,
        volunteer=pairing.volunteer,
        **facts,
    )


@bp.route("/pairings/<ref>/talks/<side>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def talk(ref: str, side: str) -> ResponseReturnValue:
    """Record what the child, the carer or the volunteer said."""
    pairing = movable(ref)
    if side not in set(Side):
        raise NotFound
    who = Side(side)
    asked_on = getattr(pairing, f"{side}_asked_on")
    form = TalkForm(data={"on": asked_on or today(), "said": getattr(pairing, f"{side}_said")})

    def keep() -> None:
        a = form.answers()
        yes = a["agrees"] == "yes"
        operations.record_talk(pairing, who, on=a["on"], said=a["said"] or "", agrees=yes, actor=g.actor, now=now())

    if submitted(form, keep):
        return stepped(pairing)
    return step_page(pairing, form, "talk", who=SIDE_WORDS[who])


@bp.route("/pairings/<ref>/agreement", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def agreement(ref: str) -> ResponseReturnValue:
    """Record the signed agreement."""
    pairing = movable(ref)
    form = AgreementForm()

    def keep() -> None:
        operations.agree(pairing, **form.answers(), actor=g.actor, now=now())

    if submitted(form, keep):
        return stepped(pairing)
    return step_page(pairing, form, "agreement", months=setting("commitment_months"))


@bp.route("/pairings/<ref>/first-meeting", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def first_meeting(ref: str) -> ResponseReturnValue:
    """Record the first meeting with staff present, and begin."""
    pairing = movable(ref)
    form = FirstMeetingForm(data={"on": today(), "staff": g.actor.name})

    def keep() -> None:
        operations.record_first_meeting(pairing, **form.answers(), actor=g.actor, now=now())
        operations.start(pairing, actor=g.actor, now=now())

    if submitted(form, keep):
        return stepped(pairing)
    return step_page(pairing, form, "first_meeting")


@bp.route("/pairings/<ref>/ending", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def ending(ref: str) -> ResponseReturnValue:
    """Say that the pair is coming to its end."""
    pairing = movable(ref)
    form = EndingForm()

    def keep() -> None:
        operations.begin_closing(pairing, reason=form.reason.data, because=form.because.data, actor=g.actor, now=now())

    if submitted(form, keep):
        return stepped(pairing)
    return step_page(pairing, form, "ending")


@bp.route("/pairings/<ref>/closure", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def closure(ref: str) -> ResponseReturnValue:
    """Record the talks at the end, and end it when all is there."""
    pairing = movable(ref)
    form = ClosureForm(
        data={
            "exit_child": pairing.exit_child,
            "exit_mentor": pairing.exit_mentor,
            "contact_after": pairing.contact_after,
            "reason": pairing.closure_reason,
            "on": pairing.last_contact_on or today(),
        }
    )
    only_save = bool(request.form.get("draft"))
    if form.is_submitted() and not only_save:
        for field in (form.exit_child, form.exit_mentor, form.contact_after, form.on, form.reason):
            if not field.data and not field.errors:
                field.validators = [_needed_now]

    def keep() -> None:
        operations.record_exit(
            pairing,
            child=form.exit_child.data,
            mentor=form.exit_mentor.data,
            contact_after=form.contact_after.data,
            actor=g.actor,
            now=now(),
        )
        if not only_save:
            a = form.answers()
            operations.close_pairing(pairing, on=a["on"], reason=a["reason"], actor=g.actor, now=now())

    if submitted(form, keep):
        return stepped(pairing)
    return step_page(pairing, form, "closure")


def _needed_now(_form: Any, _field: Any) -> None:
    raise StopValidation(_("Fill this in before the pair ends, or save what you have."))


Step = Callable[..., None]


def _reasoned(ref: str, operation: Step) -> ResponseReturnValue:
    """A step that needs only a reason, from a dialog on the pair's page."""
    pairing, form = movable(ref), ReasonForm()
    moment: datetime = now()
    actor: Actor = g.actor
    if submitted(form, lambda: operation(pairing, reason=form.reason.data, actor=actor, now=moment)):
        return stepped(pairing)
    for messages in form.errors.values():
        for message in messages:
            tell(str(message), "error")
    return redirect(url_for(".show", ref=ref), 303)


@bp.post("/pairings/<ref>/pauses")
@allow(Role.COORDINATOR)
def pauses(ref: str) -> ResponseReturnValue:
    """Let the pair rest."""
    return _reasoned(ref, operations.pause)


@bp.post("/pairings/<ref>/resumption")
@allow(Role.COORDINATOR)
def resumption(ref: str) -> ResponseReturnValue:
    """Go on after a pause; a pair that was about to end needs a reason."""
    pairing = movable(ref)
    if pairing.state is not PairingState.PAUSED:
        return _reasoned(ref, operations.resume)
    form = Form()
    if submitted(form, lambda: operations.resume(pairing, actor=g.actor, now=now())):
        return stepped(pairing)
    for message in form.form_errors:
        tell(str(message), "error")
    return redirect(url_for(".show", ref=ref), 303)


@bp.post("/pairings/<ref>/reopening")
@allow(Role.COORDINATOR)
def reopening(ref: str) -> ResponseReturnValue:
    """Begin an ended pair again."""
    return _reasoned(ref, operations.reopen)


@bp.post("/pairings/<ref>/refusal")
@allow(Role.COORDINATOR)
def refusal(ref: str) -> ResponseReturnValue:
    """End a pair that has not begun."""
    return _reasoned(ref, operations.decline)


@bp.post("/pairings/<ref>/mistake")
@allow(Role.COORDINATOR)
def mistake(ref: str) -> ResponseReturnValue:
    """The pair was entered by mistake."""
    return _reasoned(ref, operations.mark_entered_in_error)
