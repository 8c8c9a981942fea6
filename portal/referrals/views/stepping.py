"""The steps of a referral, each a small form of its own, so that no typed word is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from portal.children.shown import label_of
from portal.children.sight import seen_fields
from portal.kernel.actor import Actor
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.kernel.words import N_
from portal.needs.policy import can_refer
from portal.needs.rules import CONFIRMED_WORDS, ConfirmedBy
from portal.referrals import operations, policy, queries
from portal.referrals.forms import DeclineForm, FamilyForm, OnlyPress, OutcomeForm, ProgressForm, WordsForm
from portal.referrals.models import Referral
from portal.referrals.rules import UNANSWERED, WORKED_ON, ReferralState
from portal.referrals.views import shown
from portal.referrals.views.blueprint import bp
from portal.referrals.views.listing import READERS
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page, submitted, tell

S = ReferralState
Run = Callable[[Referral, Any, Actor, datetime], Any]
Allowed = Callable[[Actor, Referral], bool]


@dataclass(frozen=True)
class Step:
    """One step in the words of its page: English message ids. A `press` needs no form."""

    title: str
    hint: str
    button: str
    allowed: Allowed
    run: Run
    form: type[Form] = WordsForm
    tone: str = "outline"
    press: bool = False


def _receiver(*states: ReferralState) -> Allowed:
    return lambda actor, referral: referral.state in states and policy.is_receiver(actor, referral)


def _sender(*states: ReferralState) -> Allowed:
    return lambda actor, referral: referral.state in states and policy.can_send(actor, referral)


def _note_step(referral: Referral, form: Any, actor: Actor, at: datetime) -> None:
    signed = form.signed.data or "" if "signed" in form else ""
    operations.note_step(
        referral, form.step.data, on_day=form.on_day.data, note=form.note.data or "", signed=signed, actor=actor, now=at
    )


STEPS = {
    "sending": Step(
        N_("Send it"), N_("The organisation sees exactly what is shown here, while it works on it."), N_("Send it now"),
        lambda a, r: r.state is S.DRAFTED and can_refer(a, r.need),
        lambda r, _f, a, t: operations.send_referral(r, r.need, r.child, actor=a, now=t), OnlyPress, "primary", True,
    ),
    "acceptance": Step(
        N_("Accept"), N_("The programme is told. You see what is shared until it is finished."), N_("Accept"),
        _receiver(*UNANSWERED), lambda r, _f, a, t: operations.accept(r, actor=a, now=t), OnlyPress, "primary", True,
    ),
    "refusal": Step(
        N_("Say no"), N_("The programme tries the next organisation. You do not see it any more."), N_("Say no"),
        _receiver(*UNANSWERED),
        lambda r, f, a, t: operations.decline(r, f.reason.data, note=f.note.data or "", actor=a, now=t), DeclineForm,
    ),
    "question": Step(
        N_("Ask something first"), N_("What do you need to know before you can say yes or no?"),
        N_("Ask the programme"),
        _receiver(S.SENT), lambda r, f, a, t: operations.ask_for_more(r, question=f.reason.data, actor=a, now=t),
    ),
    "answer": Step(
        N_("Answer the question"), N_("Write no more about the child than is needed. Their clock begins anew."),
        N_("Answer"), _sender(S.ASKED),
        lambda r, f, a, t: operations.answer_question(r, answer=f.reason.data, actor=a, now=t), tone="primary",
    ),
    "progress": Step(
        N_("Note what was reached"), N_("The programme sees it at once."), N_("Save"), _receiver(*WORKED_ON),
        _note_step,
        ProgressForm, "primary",
    ),
    "beginning": Step(
        N_("Begin the work"), "", N_("Begin the work"), _receiver(S.ACCEPTED),
        lambda r, _f, a, t: operations.begin(r, actor=a, now=t), OnlyPress, "outline", True,
    ),
    "continuation": Step(
        N_("Go on with it"), "", N_("Go on with it"), _receiver(S.ON_HOLD),
        lambda r, _f, a, t: operations.begin(r, actor=a, now=t), OnlyPress, "outline", True,
    ),
    "outcome": Step(
        N_("It is finished"), N_("The family is asked next whether it has what it needed."), N_("It is finished"),
        _receiver(S.IN_PROGRESS),
        lambda r, f, a, t: operations.complete(r, r.need, f.outcome.data, note=f.note.data or "", actor=a, now=t),
        OutcomeForm,
    ),
    "hold": Step(
        N_("Put it on hold"), N_("What does it wait for?"), N_("Put it on hold"), _receiver(S.IN_PROGRESS),
        lambda r, f, a, t: operations.hold(r, reason=f.reason.data, actor=a, now=t), tone="quiet",
    ),
    "failure": Step(
        N_("We cannot do it after all"), N_("Why? The programme tries another organisation."), N_("We cannot do it"),
        _receiver(*WORKED_ON), lambda r, f, a, t: operations.fail(r, reason=f.reason.data, actor=a, now=t),
        tone="quiet",
    ),
    "confirmation": Step(
        N_("Ask the family"), N_("Done is not met: only the family, or who has been there, can say so."),
        N_("The family confirms"), policy.can_confirm,
        lambda r, f, a, t: operations.confirm(
            r, r.need, by=f.confirmed_by.data, met=f.met.data, note=f.note.data or "", actor=a, now=t
        ),
        FamilyForm, "primary",
    ),
    "dispute": Step(
        N_("The family does not have it"), N_("What is missing? The organisation goes on, and the need is open again."),
        N_("Open it again"), policy.can_confirm,
        lambda r, f, a, t: operations.dispute(r, r.need, reason=f.reason.data, actor=a, now=t),
    ),
    "cancellation": Step(
        N_("Call it off"), N_("Nothing is shared any more, and the organisation is asked to delete what it keeps."),
        N_("Call it off"), policy.can_cancel,
        lambda r, f, a, t: operations.cancel(r, reason=f.reason.data, actor=a, now=t), tone="quiet",
    ),
    "mistake": Step(
        N_("Entered by mistake"), N_("Nothing is shared any more. It stays in the record and in the log."),
        N_("Mark as a mistake"), policy.can_enter_in_error,
        lambda r, f, a, t: operations.enter_in_error(r, reason=f.reason.data, actor=a, now=t), tone="quiet",
    ),
}  # fmt: skip


def steps_open_to(actor: Actor, referral: Referral) -> dict[str, Step]:
    """What this person may do with it now, by the step's name."""
    return {name: step for name, step in STEPS.items() if step.allowed(actor, referral)}


@bp.route("/referrals/<ref>/steps/<name>", methods=["GET", "POST"])
@allow(*READERS)
def step(ref: str, name: str) -> ResponseReturnValue:
    """Take one step."""
    referral = queries.referral_or_404(g.actor, ref)
    if name not in STEPS:
        raise NotFound
    declared = STEPS[name]
    may = declared.allowed(g.actor, referral)
    # Who was slower than somebody else keeps the words, with a sentence; who never may is refused.
    involved = policy.can_send(g.actor, referral) or policy.is_receiver(g.actor, referral)
    too_late = not may and request.method == "POST" and involved
    require(may or too_late)
    form: Any = declared.form()
    _fit(form, referral)
    if too_late:
        form.blame(None, _("Somebody else was faster: this step is not open any more. Your words are still here."))
    elif submitted(form, lambda: declared.run(referral, form, g.actor, now())):
        words = shown.state_words(referral, received=not policy.is_staff_of(g.actor, referral))
        tell(_("Saved: %(state)s.", state=words), "success")
        return redirect(url_for(".show", ref=ref) if _still_seen(referral) else url_for(".index"), 303)
    staff = policy.is_staff_of(g.actor, referral)
    about = label_of(referral.child, seen_fields(g.actor, referral.child)) if staff else shown.number(referral)
    return page(
        "referrals/step.html", form=form, ref=ref, step=declared, about=about, kind=shown.kind_words(referral),
        org=referral.org_name, lists_url=url_for(".index"),
    )  # fmt: skip


def _fit(form: Any, referral: Referral) -> None:
    """The choices of this referral's kind, and of this reader."""
    if isinstance(form, (ProgressForm, OutcomeForm)):
        form.offer(referral.kind)
    if isinstance(form, FamilyForm) and not policy.can_confirm_in_person(g.actor, referral):
        form.confirmed_by.choices = [SelectChoice(ConfirmedBy.CARER.value, _(CONFIRMED_WORDS[ConfirmedBy.CARER]))]
        if request.method == "GET":
            form.confirmed_by.data = ConfirmedBy.CARER


def _still_seen(referral: Referral) -> bool:
    session().flush()
    seen = policy.visible_to(g.actor).with_only_columns(Referral.id).where(Referral.id == referral.id)
    return session().scalar(seen) is not None
