"""Parents' facts: a page of their own, absent for everybody else; and who may read them."""

from __future__ import annotations

from typing import Any

from flask import g, redirect
from flask.typing import ResponseReturnValue

from portal.children import forms, policy, queries
from portal.children.models import ParentFact
from portal.children.operations import access
from portal.children.rules import PARENT_WORDS, FieldSet, ParentCode
from portal.children.views.frame import READERS, WORKERS, bp, file_page, form_of, form_page, read
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.errors import require
from portal.web.access import allow
from portal.web.language import _, role_words
from portal.web.pages import submitted, tell


@bp.get("/children/<ref>/parents")
@allow(*READERS)
def parents(ref: str) -> ResponseReturnValue:
    """What is known of each parent."""
    child, fields = read(ref, "parents", what="parents-read")
    facts = []
    for fact in queries.parent_facts_of(child):
        what = fact.what or {}
        facts.append(
            {"ref": fact.ref, "parent": _(forms.PARENTS[fact.parent]),
             "what": _(PARENT_WORDS[ParentCode(what["code"])]),
             "since": forms.date_or_none(what.get("since", "")), "evidence": what.get("evidence", ""),
             "remark": what.get("remark", ""),
             "ended_on": fact.ended_on}
        )  # fmt: skip
    coordinates = policy.can_open_parents(g.actor, child)
    return file_page(
        "parents.html", child, fields, "parents", facts=facts,
        grants=queries.grants_of(child, FieldSet.PARENTS, now()) if coordinates else [],
        coordinates=coordinates, may_edit=policy.can_keep_parents(g.actor, child, fields),
    )  # fmt: skip


@bp.route("/children/<ref>/parents/new", methods=["GET", "POST"])
@allow(*WORKERS)
def new_parent_fact(ref: str) -> ResponseReturnValue:
    """Record one condition of one parent."""
    child, fields = form_of(ref, "parents")
    require(policy.can_keep_parents(g.actor, child, fields))
    form: Any = forms.ParentForm()

    def save() -> None:
        access.note_parent(
            child, parent=form.parent.data, code=form.code.data, since=form.since.data,
            evidence=form.evidence.data or "",
            remark=form.remark.data or "", fields=fields, actor=g.actor, now=now(),
        )  # fmt: skip

    if submitted(form, save):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/parents", 303)
    return form_page(
        child,
        fields,
        form,
        _("Record a parent's situation"),
        back="parents",
        intro=_("Kept encrypted, read only by those to whom it is opened. Every look is logged."),
        tone="amber",
    )


@bp.route("/children/<ref>/parents/<fact_ref>/ending", methods=["GET", "POST"])
@allow(*WORKERS)
def end_parent_fact(ref: str, fact_ref: str) -> ResponseReturnValue:
    """A parent's situation does not hold any more."""
    child, fields = form_of(ref, "parents")
    fact: ParentFact = queries.part_or_404(ParentFact, child, fact_ref)
    require(policy.can_keep_parents(g.actor, child, fields))
    form: Any = forms.EndingForm(data={"on": today()})
    if submitted(
        form, lambda: access.end_parent_fact(child, fact, on=form.on.data, fields=fields, actor=g.actor, now=now())
    ):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/parents", 303)
    return form_page(child, fields, form, _("This does not hold any more"), back="parents")


@bp.route("/children/<ref>/parents/grants", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def parent_grants(ref: str) -> ResponseReturnValue:
    """Open parents' facts to one named person for a time."""
    child, fields = form_of(ref, "parents")
    require(policy.can_open_parents(g.actor, child))
    form: Any = forms.ParentGrantForm()
    people = queries.people_over(child.region_path, *access.MAY_READ_PARENTS)
    form.person.offer((r, f"{name} · {role_words(role)}") for r, name, role in people if r not in g.actor.persons())

    def save() -> None:
        access.open_parents_to(
            child,
            form.person.data or "",
            reason=form.reason.data or "",
            until_on=form.until_on.data,
            actor=g.actor,
            now=now(),
        )

    if submitted(form, save):
        tell(_("Opened. The person sees a page of its own; every look is logged."), "success")
        return redirect(f"/children/{ref}/parents", 303)
    return form_page(
        child,
        fields,
        form,
        _("Open to a person"),
        back="parents",
        intro=_("One person, one reason, until a day. It is not passed on to a deputy."),
        tone="amber",
        save=_("Open"),
    )
