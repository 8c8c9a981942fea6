"""Carers and consents."""

from __future__ import annotations

from typing import Any

from flask import g, redirect
from flask.typing import ResponseReturnValue

from portal.children import forms, policy, queries
from portal.children.models import Carer, Child, Consent
from portal.children.operations import carers, consents
from portal.children.rules import ASSENT_FROM, CAPACITY_WORDS, PURPOSE_WORDS, FieldSet, Purpose
from portal.children.shown import shown
from portal.children.views.frame import READERS, WORKERS, bp, file_page, form_of, form_page, read
from portal.children.views.parts import both_texts
from portal.kernel.clock import now, today
from portal.kernel.errors import Stale, require
from portal.kernel.people import age_on, comes_of_age_on
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import submitted, tell


@bp.get("/children/<ref>/carers")
@allow(*READERS)
def carers_and_consents(ref: str) -> ResponseReturnValue:
    """Who looks after the child, what was consented to, which grid workers are assigned."""
    child, fields = read(ref, "carers", "consents", "history")
    day = today()
    given = queries.consents_of(child)
    lines = [
        {"ref": c.ref, "purpose": _(PURPOSE_WORDS[c.purpose]), "by": c.given_by, "own": c.own, "on": c.given_on,
         "until": c.until_on,
         "stands": queries.stands(c, child.born_on, day), "open": c.withdrawn_on is None, "assent": c.assent,
         "withdrawn_on": c.withdrawn_on, "lapsed": c.withdrawn_reason == consents.LAPSED,
         "of_age": not c.own and c.withdrawn_on is None and day >= comes_of_age_on(child.born_on),
         "reason": "" if c.withdrawn_reason == consents.LAPSED else c.withdrawn_reason}
        for c in given
    ]  # fmt: skip
    standing = {c.purpose for c in given if queries.stands(c, child.born_on, day)}
    missing = [_(words) for purpose, words in PURPOSE_WORDS.items() if purpose not in standing]
    seen = shown(child, fields, queries.carers_of(child))
    return file_page(
        "carers.html", child, fields, "carers", seen=seen, consents=lines, missing=missing,
        capacity={k: _(v) for k, v in CAPACITY_WORDS.items()},
        doors=queries.grants_of(child, FieldSet.DOOR, now()), may_edit=policy.can_edit(g.actor, child),
        may_consent=policy.can_keep_consents(g.actor, child), of_age=day >= comes_of_age_on(child.born_on),
    )  # fmt: skip


@bp.route("/children/<ref>/carers/new", methods=["GET", "POST"])
@allow(*WORKERS)
def new_carer(ref: str) -> ResponseReturnValue:
    """Add somebody who looks after the child."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.CarerForm()
    if submitted(form, lambda: carers.add_carer(child, **_carer(form), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/carers", 303)
    return form_page(child, fields, form, _("Add a carer"), back="carers")


@bp.route("/children/<ref>/carers/<carer_ref>", methods=["GET", "POST"])
@allow(*WORKERS)
def carer(ref: str, carer_ref: str) -> ResponseReturnValue:
    """Correct what is known of a carer."""
    child, fields = form_of(ref)
    found: Carer = queries.part_or_404(Carer, child, carer_ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.CarerForm(obj=found, seen=carers.fingerprint(found))
    theirs: list[tuple[str, str, str]] = []

    def save() -> None:
        carers.edit_carer(child, found, **_carer(form), seen=form.seen.data or "", actor=g.actor, now=now())

    try:
        if submitted(form, save):
            tell(_("Saved."), "success")
            return redirect(f"/children/{ref}/carers", 303)
    except Stale:
        theirs = both_texts(form, forms.CarerForm(formdata=None, obj=found))
        form.seen.data = carers.fingerprint(found)
    title = _("Edit the carer")
    return form_page(child, fields, form, title, back="carers", theirs=theirs, status=409 if theirs else 200)


def _carer(form: Any) -> dict[str, Any]:
    answers = dict(form.answers())
    return answers | {"phone": answers["phone"] or ""}


@bp.route("/children/<ref>/carers/<carer_ref>/ending", methods=["GET", "POST"])
@allow(*WORKERS)
def end_carer(ref: str, carer_ref: str) -> ResponseReturnValue:
    """Somebody does not look after the child any more."""
    child, fields = form_of(ref)
    found: Carer = queries.part_or_404(Carer, child, carer_ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.EndingForm(data={"on": today()})
    if submitted(form, lambda: carers.end_carer(child, found, on=form.on.data, actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/carers", 303)
    return form_page(child, fields, form, _("No longer a carer: %(name)s", name=found.name), back="carers")


@bp.route("/children/<ref>/consents/new", methods=["GET", "POST"])
@allow(*WORKERS)
def new_consent(ref: str) -> ResponseReturnValue:
    """Record a consent that was given on paper."""
    child, fields = form_of(ref)
    require(policy.can_keep_consents(g.actor, child))
    form: Any = forms.ConsentForm(data={"given_on": today()})
    if age_on(child.born_on, today()) < ASSENT_FROM or today() >= comes_of_age_on(child.born_on):
        del form.assent

    def save() -> None:
        answers = form.answers()
        answers["assent"] = {"yes": True, "no": False}.get(answers.get("assent") or "")
        consents.record_consent(child, **answers, actor=g.actor, now=now())

    if submitted(form, save):
        tell(_("The consent is recorded."), "success")
        return redirect(f"/children/{ref}/carers", 303)
    return form_page(
        child,
        fields,
        form,
        _("Record a consent"),
        back="carers",
        intro=_consent_intro(child),
        hints={"until_on": _("Leave empty when it has no end.")},
    )


def _consent_intro(child: Child) -> str:
    age = age_on(child.born_on, today())
    if age >= 18:
        return str(_("The young person is of age: only the own signature counts."))
    return str(_("The guardian signs for each purpose by itself. From 8 years on the child is asked, too."))


@bp.route("/children/<ref>/consents/<consent_ref>/withdrawal", methods=["GET", "POST"])
@allow(*WORKERS)
def withdrawal(ref: str, consent_ref: str) -> ResponseReturnValue:
    """Withdraw one consent."""
    child, fields = form_of(ref)
    found: Consent = queries.part_or_404(Consent, child, consent_ref)
    require(policy.can_keep_consents(g.actor, child))
    form: Any = forms.WithdrawalForm()
    if submitted(
        form, lambda: consents.withdraw_consent(child, found, reason=form.reason.data or "", actor=g.actor, now=now())
    ):
        tell(_("The consent is withdrawn. The allowance and the statutory record stay as they are."), "success")
        return redirect(f"/children/{ref}/carers", 303)
    intro = _("What runs on this consent ends today. Other consents and the allowance stay untouched.")
    if found.purpose is Purpose.FILE:
        intro = _(
            "This ends pairing, camps, the public board and referrals. "
            "The record that the law asks for stays, and so does the allowance; tell the family so."
        )
    title = _("Withdraw the consent: %(purpose)s", purpose=_(PURPOSE_WORDS[found.purpose]))
    return form_page(
        child, fields, form, title, back="carers", intro=intro, tone="amber", save=_("Withdraw"), danger=True
    )
