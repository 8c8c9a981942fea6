"""One claim: who it is, a look, the decision of another person, progress, and what the family says."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access.addresses import phone_words
from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.board import policy, queries
from portal.board.forms import ConfirmationForm, NoteForm, SureForm, ThanksForm, WordsForm
from portal.board.models import Claim
from portal.board.operations import claims as operations
from portal.board.rules import CLAIMANT_WORDS, RUNNING, ClaimState
from portal.board.views import shown
from portal.board.views.blueprint import bp
from portal.board.views.preparing import Step
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.kernel.words import N_
from portal.needs.rules import CONFIRMED_WORDS, ConfirmedBy
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell

READERS = (*REGION_ROLES, Role.CONFIRMER, Role.PARTNER, Role.PARTNER_MANAGER)
S = ClaimState


def _decides(actor: Actor, claim: Any) -> bool:
    return policy.can_decide(actor, claim, claim.offer)


def _approves(actor: Actor, claim: Any) -> bool:
    return claim.vetted_at is not None and _decides(actor, claim)


def _begins(actor: Actor, claim: Any) -> bool:
    return claim.state is S.APPROVED and policy.can_carry_on(actor, claim)


def _hands_over(actor: Actor, claim: Any) -> bool:
    return claim.state in (S.APPROVED, S.IN_PROGRESS) and policy.can_carry_on(actor, claim)


def _fails(actor: Actor, claim: Any) -> bool:
    return claim.state in (S.APPROVED, S.IN_PROGRESS) and actor.coordinates(claim.region_path)


def _withdraws(actor: Actor, claim: Any) -> bool:
    may = actor.coordinates(claim.region_path) or policy.is_claimant(actor, claim)
    return claim.state in (S.MADE, S.APPROVED, S.IN_PROGRESS) and may


STEPS = {
    "vetting": Step(
        N_("Note who it is"), N_("What did the look show? The result, not the papers. A confirmer decides next."),
        N_("Mark as looked at"), lambda a, c: policy.can_vet(a, c) and c.vetted_at is None,
        lambda c, f, a, t: operations.vet_claim(c, note=f.text.data, actor=a, now=t), tone="primary",
    ),
    "approval": Step(
        N_("Approve"), N_("This one helps; the offer is taken. The others are told when it is fulfilled."),
        N_("Approve the claim"), _approves,
        lambda c, _f, a, t: operations.approve_claim(c, actor=a, now=t), SureForm, "primary",
    ),
    "refusal": Step(
        N_("Refuse"), N_("Why? Staff alone reads it; the claimant is told kindly that it was not possible."),
        N_("Refuse the claim"), _decides,
        lambda c, f, a, t: operations.refuse_claim(c, reason=f.text.data, actor=a, now=t),
    ),
    "beginning": Step(
        N_("It has begun"), N_("The help is being prepared."), N_("It has begun"), _begins,
        lambda c, _f, a, t: operations.begin_claim(c, actor=a, now=t), SureForm, "primary",
    ),
    "handing-over": Step(
        N_("Help was handed over"), N_("What was given, when, to whom? The family is asked next."),
        N_("It is handed over"), _hands_over,
        lambda c, f, a, t: operations.hand_over(c, note=f.text.data, actor=a, now=t), tone="primary",
    ),
    "confirmation": Step(
        N_("Ask the family"), N_("Only the family, or who has been there, can say that it has arrived."),
        N_("It has arrived"), policy.can_confirm,
        lambda c, f, a, t: operations.confirm_claim(
            c, by=f.by.data, met=f.met.data, note=f.note.data or "", thanks=f.thanks.data or "", actor=a, now=t
        ),
        ConfirmationForm, "primary",
    ),
    "dispute": Step(
        N_("It has not arrived"), N_("What is missing? The claim goes on, and the need is open again."),
        N_("It has not arrived"), policy.can_confirm,
        lambda c, f, a, t: operations.dispute_claim(c, reason=f.text.data, actor=a, now=t),
    ),
    "thanks": Step(
        N_("Write thanks"), N_("The claimant reads it. No name, no place, nothing that points at the child."),
        N_("Send the thanks"), policy.can_thank,
        lambda c, f, a, t: operations.thank_claimant(c, f.thanks.data or "", actor=a, now=t), ThanksForm, "primary",
    ),
    "note": Step(
        N_("Write a line"), N_("How it goes. What the claimant may read holds no name and no place of the child."),
        N_("Save the line"), policy.can_carry_on,
        lambda c, f, a, t: operations.note_progress(
            c, f.text.data, to_claimant=f.to_claimant.data, actor=a, now=t
        ),
        NoteForm,
    ),
    "withdrawal": Step(
        N_("Take it back"), N_("Why? The offer is on the board again."), N_("Take the claim back"), _withdraws,
        lambda c, f, a, t: operations.withdraw_claim(c, reason=f.text.data, actor=a, now=t), tone="quiet",
    ),
    "failure": Step(
        N_("It did not come about"), N_("Why? The offer is on the board again."), N_("It did not come about"), _fails,
        lambda c, f, a, t: operations.fail_claim(c, reason=f.text.data, actor=a, now=t), tone="quiet",
    ),
    "mistake": Step(
        N_("Entered by mistake"), N_("It stays in the record and in the log, but its page is gone."),
        N_("Mark as a mistake"), policy.can_undo_claim,
        lambda c, f, a, t: operations.enter_claim_in_error(c, reason=f.text.data, actor=a, now=t), tone="quiet",
    ),
}  # fmt: skip


def steps_open_to(actor: Actor, claim: Claim) -> dict[str, Step]:
    """What this person may do with it now, by the step's name."""
    return {name: step for name, step in STEPS.items() if step.allowed(actor, claim)}


@bp.get("/claims/<ref>")
@allow(*READERS)
def claim(ref: str) -> ResponseReturnValue:
    """One claim, for those who decide, for who asks the family, and for the partner who made it. No child is named."""
    found = queries.claim_or_404(g.actor, ref)
    knows = policy.knows_claimant(g.actor, found)
    decides = g.actor.covers(found.region_path, *policy.DECIDERS)
    staff = decides or g.actor.covers(found.region_path, *REGION_ROLES)
    if staff:
        record_read(
            "claim-read", kind="claim", ref=found.ref, about_ref=found.child_ref, region_path=found.region_path,
            why=next(iter(sorted(r.value for r in g.actor.roles)), ""), actor=g.actor, now=now(),
        )  # fmt: skip
    told = policy.reads_offer(g.actor, found, found.offer.state)
    notes = [n for n in queries.notes_of(found) if staff or (told and n.to_claimant)]
    return page(
        "board/claim.html", told=told, claim=found,
        offer=found.offer, shown=shown, knows=knows, decides=decides, staff=staff,
        phone=phone_words(found.phone or "") if knows else "", kinds=CLAIMANT_WORDS, notes=notes,
        names=names_of({found.vetted_by, found.approved_by}) if staff else {}, steps=steps_open_to(g.actor, found),
        reads_offer=g.actor.covers(found.region_path, *REGION_ROLES), running=found.state in RUNNING,
    )  # fmt: skip


@bp.route("/claims/<ref>/steps/<name>", methods=["GET", "POST"])
@allow(*READERS)
def claim_step(ref: str, name: str) -> ResponseReturnValue:
    """Take one step."""
    found = queries.claim_or_404(g.actor, ref)
    declared = STEPS.get(name)
    if declared is None:
        raise NotFound
    require(declared.allowed(g.actor, found))
    form: Any = declared.form()
    if isinstance(form, NoteForm) and not g.actor.coordinates(found.region_path):
        del form.to_claimant
    if isinstance(form, ConfirmationForm) and not g.actor.covers(found.region_path, Role.CASEWORKER):
        form.by.choices = [(ConfirmedBy.CARER.value, _(CONFIRMED_WORDS[ConfirmedBy.CARER]))]
    if submitted(form, lambda: _run(declared, found, form)):
        tell(_("Saved. %(state)s", state=shown.claim_words(found)), "success")
        return redirect(url_for(".claim", ref=ref) if _still_seen(found) else url_for(".claims"), 303)
    return page(
        "board/step.html", form=form, step=declared, url=f"/claims/{ref}", title=found.offer.title, kind="claims",
        entry=None, shown=shown, confirms=isinstance(form, ConfirmationForm),
    )  # fmt: skip


def _run(declared: Step, found: Claim, form: Any) -> None:
    if isinstance(form, WordsForm) and form.text.data is None:
        form.text.data = ""
    if isinstance(form, NoteForm) and "to_claimant" not in form._fields:
        operations.note_progress(found, form.text.data or "", to_claimant=True, actor=g.actor, now=now())
        return
    declared.run(found, form, g.actor, now())


def _still_seen(found: Claim) -> bool:
    session().flush()
    return (
        session().scalar(policy.claims_visible_to(g.actor).with_only_columns(Claim.id).where(Claim.id == found.id))
        is not None
    )
