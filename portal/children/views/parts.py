"""Editing one part of a file at a time; risk, moving house, assignments, the lifecycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, g, redirect
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from portal.children import forms, policy, queries
from portal.children.models import Child, Sight
from portal.children.operations import access, files
from portal.children.rules import CHILD_FILE, FieldSet, FileState
from portal.children.sight import REGION_ROLES, seen_fields
from portal.children.views.frame import WORKERS, bp, form_of, form_page
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.errors import NotAllowed, NotFound, Stale, require
from portal.kernel.words import N_
from portal.places.models import Region
from portal.web.access import allow
from portal.web.language import _, day_text
from portal.web.pages import submitted, tell


@dataclass(frozen=True)
class Part:
    """One part of the file: its form, its title and what is said above and beside it."""

    form: type[forms.PartForm]
    title: str
    intro: str = ""
    hints: dict[str, str] | None = None


PARTS = {
    "identity": Part(forms.IdentityForm, N_("Identity"), hints={
        "alias": N_("The mentor sees this name instead of the given name."),
        "id_number": N_("Leave empty to keep the number that is there."),
    }),
    "addresses": Part(forms.AddressesForm, N_("Addresses"), N_("Kept encrypted. The mentor never sees them.")),
    "schooling": Part(forms.SchoolingForm, N_("Schooling")),
    "health": Part(forms.HealthForm, N_("Health"), N_("Kept encrypted: illness, medicine, allergies.")),
    "category": Part(forms.CategoryForm, N_("Category")),
    "guardianship": Part(forms.GuardianshipForm, N_("Guardianship"), N_("Record what is a fact; nothing is inferred.")),
    "mentoring": Part(forms.MentoringForm, N_("Wishes about a mentor")),
}  # fmt: skip


def _begin(child: Child, name: str, form: Any) -> None:
    """Fill a form that was not sent with what the file says now."""
    for field in form:
        if field.name in files.PARTS[name]:
            field.data = getattr(child, field.name)
    if name == "addresses":
        form.registered_region.data = child.registered_region.ref if child.registered_region else None
    form.seen.data = files.fingerprint(child, name)


def _changes(child: Child, name: str, form: Any) -> dict[str, Any]:
    """What the form says, by column; an empty text is '' and never None."""
    answers = form.answers()
    for column in files.PARTS[name]:
        if (
            column in answers
            and answers[column] is None
            and isinstance(getattr(child, column), str)
            and column != "mentor_sex"
        ):
            answers[column] = ""
    if name == "addresses":
        region = queries.region_by_ref(answers.pop("registered_region") or "")
        answers["registered_region_id"] = region.id if region else None
    return dict(answers)


@bp.route("/children/<ref>/parts/<name>", methods=["GET", "POST"])
@allow(*WORKERS)
def part(ref: str, name: str) -> ResponseReturnValue:
    """Edit one part. When somebody else changed it meanwhile, both texts are shown and nothing is lost."""
    child, fields = form_of(ref)
    if name not in PARTS:
        abort(404)
    require(policy.can_edit(g.actor, child))
    shape = PARTS[name]
    form: Any = shape.form()
    if name == "addresses":
        form.registered_region.offer(_places(child))
    if not form.is_submitted():
        _begin(child, name, form)
    theirs: list[tuple[str, str, str]] = []
    try:
        if submitted(
            form,
            lambda: files.edit_part(
                child, name, _changes(child, name, form), seen=form.seen.data or "", actor=g.actor, now=now()
            ),
        ):
            tell(_("Saved."), "success")
            return redirect(f"/children/{ref}/profile", 303)
    except Stale:
        theirs = _both_texts(child, name, form)
        form.seen.data = files.fingerprint(child, name)
    return form_page(
        child, fields, form, _(shape.title), back="profile", intro=_(shape.intro) if shape.intro else "", theirs=theirs,
        hints={k: _(v) for k, v in (shape.hints or {}).items()}, status=409 if theirs else 200,
    )  # fmt: skip


def _places(child: Child) -> list[tuple[str, str]]:
    """Where a child can be registered: anywhere in the reader's district, and where the file says now."""
    district = "/".join(child.region_path.split("/")[:4]) + "/"
    places = queries.villages_of((district,))
    standing = child.registered_region
    return places if standing is None or standing.ref in dict(places) else [(standing.ref, standing.name), *places]


def _both_texts(child: Child, name: str, form: Any) -> list[tuple[str, str, str]]:
    saved = PARTS[name].form(formdata=None)
    if name == "addresses":
        saved.registered_region.offer(_places(child))
    _begin(child, name, saved)
    return both_texts(form, saved)


def both_texts(form: Any, saved: Any) -> list[tuple[str, str, str]]:
    """What was typed and what is saved, for the fields in which they differ: (label, mine, theirs)."""
    both = [
        (str(f.label.text), said(f), said(saved[f.name]))
        for f in form
        if f.name not in ("seen", "csrf_token", "id_number")
    ]
    different = [line for line in both if line[1] != line[2]]
    return different or [(_("Nothing differs"), _("You typed the same."), _("You typed the same."))]


def said(field: Any) -> str:
    """What a field says, in words."""
    value = field.data
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, date):
        return day_text(value)
    if value and getattr(field, "choices", None):
        return next(
            (str(c.label) for c in field.choices if isinstance(c, SelectChoice) and c.value == str(value)), str(value)
        )
    return str(value or _("(empty)"))


@bp.route("/children/<ref>/risk", methods=["GET", "POST"])
@allow(*WORKERS)
def risk(ref: str) -> ResponseReturnValue:
    """Set the risk level, with the reason."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.RiskForm(data={"level": child.risk})
    if submitted(
        form, lambda: files.change_risk(child, form.level.data, reason=form.reason.data or "", actor=g.actor, now=now())
    ):
        tell(_("The risk level is set."), "success")
        return redirect(f"/children/{ref}", 303)
    return form_page(
        child,
        fields,
        form,
        _("Risk level"),
        back="profile",
        intro=_("The level decides how often somebody looks in. The reason stays in the file."),
    )


@bp.route("/children/<ref>/village", methods=["GET", "POST"])
@allow(Role.SUPERVISOR, Role.COORDINATOR)
def village(ref: str) -> ResponseReturnValue:
    """The child has moved to another village: the file goes along."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.VillageForm()
    form.region.offer(
        (r, words)
        for r, words in queries.villages_of(g.actor.paths(Role.SUPERVISOR, Role.COORDINATOR))
        if r != child.region.ref
    )

    def save() -> None:
        to: Region | None = queries.region_by_ref(form.region.data or "")
        files.move_house(child, to, reason=form.reason.data or "", actor=g.actor, now=now())

    if submitted(form, save):
        tell(_("The file has moved with the child. Check the address."), "success")
        return redirect(f"/children/{ref}/profile", 303)
    intro = _(
        "The staff of the new village see the file from now on, those of the old one no longer. "
        "Assignments and grants of staff end. If the child leaves the district, transfer the file instead."
    )
    return form_page(
        child,
        fields,
        form,
        _("Move to another village"),
        back="profile",
        intro=intro,
        tone="amber",
        save=_("Move the file"),
    )


@bp.route("/children/<ref>/state", methods=["GET", "POST"])
@allow(*WORKERS)
def state(ref: str) -> ResponseReturnValue:
    """The next step of the file's lifecycle."""
    child, fields = form_of(ref)
    targets = [s for s in CHILD_FILE.next_states(child.state) if policy.can_move_state(g.actor, child, s)]
    if not targets:
        raise NotAllowed
    form: Any = forms.StateForm()
    form.target.choices = [SelectChoice(s.value, _(CHILD_FILE.words[s])) for s in targets]
    if submitted(
        form, lambda: access.move_file(child, form.target.data, reason=form.reason.data or "", actor=g.actor, now=now())
    ):
        gone = form.target.data is FileState.ENTERED_IN_ERROR
        tell(_("The file was taken out of the lists.") if gone else _("Done."), "success")
        return redirect("/children" if gone else f"/children/{ref}", 303)
    intro = _(
        "Closing or transferring ends what was granted for this file. The statutory record stays. "
        "A reason is needed for every step but growing up."
    )
    return form_page(
        child,
        fields,
        form,
        _("State of the file"),
        back="profile",
        intro=intro,
        tone="amber",
        save=_("Move the file on"),
    )


@bp.route("/children/<ref>/assignments", methods=["GET", "POST"])
@allow(*WORKERS)
def assignments(ref: str) -> ResponseReturnValue:
    """Grid workers for this child: assign one, see who is."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.AssignmentForm()
    form.person.offer((r, name) for r, name, _role in queries.people_over(child.region_path, Role.GRID_WORKER))
    if submitted(form, lambda: access.assign_door(child, form.person.data or "", actor=g.actor, now=now())):
        tell(_("Assigned. The grid worker sees name, address and the carer's phone."), "success")
        return redirect(f"/children/{ref}/carers", 303)
    return form_page(
        child,
        fields,
        form,
        _("Assign a grid worker"),
        back="carers",
        intro=_("A grid worker sees the child's name, address and the carer's phone, and nothing else."),
        save=_("Assign"),
    )


@bp.post("/children/<ref>/grants/<grant_ref>/ending")
@allow(*WORKERS)
def end_grant(ref: str, grant_ref: str) -> ResponseReturnValue:
    """Take back an assignment or a grant of parents' facts."""
    child = queries.child_or_404(g.actor, ref)
    sight: Sight = queries.part_or_404(Sight, child, grant_ref)
    if not g.actor.covers(child.region_path, *REGION_ROLES):
        raise NotFound
    if sight.fields is FieldSet.PARENTS and "parents" not in seen_fields(g.actor, child):
        raise NotFound
    access.end_grant(child, sight, actor=g.actor, now=now())
    tell(_("Ended."), "success")
    return redirect(f"/children/{ref}/{'parents' if sight.fields is FieldSet.PARENTS else 'carers'}", 303)
