"""The steps of a need, each a small form of its own, so that no typed word is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, seen_fields
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.kernel.words import N_
from portal.needs import operations, policy, queries
from portal.needs.forms import ConfirmationForm, StepForm
from portal.needs.models import Need
from portal.needs.rules import CONFIRMED_WORDS, KIND_WORDS, STANDING, ConfirmedBy, Level
from portal.needs.views.blueprint import bp
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page, submitted, tell

Run = Callable[[Need, Any, Actor, datetime], None]


@dataclass(frozen=True)
class Step:
    """One step in the words of its page: English message ids."""

    title: str
    hint: str
    button: str
    allowed: Callable[[Actor, Need], bool]
    run: Run
    form: type[Form] = StepForm
    tone: str = "outline"


def _seen(form: Any) -> Level | None:
    return Level(form.seen.data) if form.seen.data in set(Level) else None


STEPS = {
    "resolution": Step(
        N_("Say what was done"), N_("The family is asked next whether it has what it needed. The caseworker is told."),
        N_("It is resolved"), policy.can_handle,
        lambda n, f, a, t: operations.resolve_need(n, note=f.note.data, actor=a, now=t), tone="primary",
    ),
    "confirmation": Step(
        N_("Ask the family"), N_("Resolved is not met: only the family, or who has been there, can say so."),
        N_("Close the need"), policy.can_confirm,
        lambda n, f, a, t: operations.close_need(
            n, f.outcome.data, note=f.note.data or "", confirmed_by=f.confirmed_by.data, actor=a, now=t
        ),
        ConfirmationForm, "primary",
    ),
    "escalation": Step(
        N_("Pass it up"), N_("What was tried, and what is missing here? The next level reads exactly this."),
        N_("Pass it up one level"), policy.can_escalate,
        lambda n, f, a, t: operations.escalate_need(n, note=f.note.data, seen=_seen(f), actor=a, now=t),
    ),
    "return": Step(
        N_("Give it back"), N_("Why can the level below solve it? A new clock runs there."),
        N_("Give it back one level"), policy.can_return,
        lambda n, f, a, t: operations.return_need(n, note=f.note.data, seen=_seen(f), actor=a, now=t),
    ),
    "reopening": Step(
        N_("Open again"), N_("The family does not have what it needed: it goes back to the level that resolved it."),
        N_("Open it again"), policy.can_confirm,
        lambda n, f, a, t: operations.reopen_need(n, note=f.note.data, actor=a, now=t),
    ),
    "note": Step(
        N_("Write a note"), N_("All levels read it. Nothing else changes."), N_("Save the note"), policy.can_remark,
        lambda n, f, a, t: operations.remark_on_need(n, note=f.note.data, actor=a, now=t),
    ),
    "withdrawal": Step(
        N_("Withdraw"), N_("It is not needed any more. Why?"), N_("Withdraw the need"), policy.can_withdraw,
        lambda n, f, a, t: operations.withdraw_need(n, reason=f.note.data, actor=a, now=t), tone="quiet",
    ),
    "mistake": Step(
        N_("Entered by mistake"), N_("It stays in the record and in the log, but nobody works on it any more."),
        N_("Mark as a mistake"), policy.can_enter_in_error,
        lambda n, f, a, t: operations.enter_need_in_error(n, reason=f.note.data, actor=a, now=t), tone="quiet",
    ),
}  # fmt: skip


def steps_open_to(actor: Actor, need: Need) -> dict[str, Step]:
    """What this person may do with it now, by the step's name."""
    return {name: step for name, step in STEPS.items() if step.allowed(actor, need)}


@bp.route("/needs/<ref>/steps/<name>", methods=["GET", "POST"])
@allow(*REGION_ROLES, Role.GRID_WORKER)
def step(ref: str, name: str) -> ResponseReturnValue:
    """Take one step."""
    need = queries.need_or_404(g.actor, ref)
    if name not in STEPS:
        raise NotFound
    declared = STEPS[name]
    may = declared.allowed(g.actor, need)
    # Who was slower than somebody else keeps the words, with a sentence; who never may is refused.
    too_late = not may and request.method == "POST" and g.actor.covers(need.region_path, *REGION_ROLES)
    require(may or too_late)
    form: Any = declared.form()
    if isinstance(form, StepForm) and request.method == "GET":
        form.seen.data = need.level.value
    if isinstance(form, ConfirmationForm) and not policy.can_confirm_in_person(g.actor, need):
        form.confirmed_by.choices = [(ConfirmedBy.CARER.value, _(CONFIRMED_WORDS[ConfirmedBy.CARER]))]
        if request.method == "GET":
            form.confirmed_by.data = ConfirmedBy.CARER
    if too_late:
        form.blame(None, _("Somebody else was faster: this step is not open any more. Your words are still here."))
    elif submitted(form, lambda: declared.run(need, form, g.actor, now())):
        tell(_("Saved. %(standing)s", standing=_(STANDING[need.state])), "success")
        return redirect(url_for(".show", ref=ref) if _still_seen(need) else url_for(".index"), 303)
    return page(
        "needs/step.html", form=form, need=need, step=declared, kind=_(KIND_WORDS[need.kind]),
        label=label_of(need.child, seen_fields(g.actor, need.child)),
        words=need.text if policy.reads_whole(g.actor, need) or need.raised_by == g.actor.account_ref else "",
    )  # fmt: skip


def _still_seen(need: Need) -> bool:
    session().flush()
    return session().scalar(policy.visible_to(g.actor).with_only_columns(Need.id).where(Need.id == need.id)) is not None
