"""Opening a file, the file's own page, who looked, the whole identity number, the carer's phone."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.audit.models import AuditEntry
from portal.children import policy, queries, timeline
from portal.children.forms import FileForm, NoteForm, ReasonForm
from portal.children.models import Child
from portal.children.operations import carers as carer_operations
from portal.children.operations import files
from portal.children.rules import PURPOSE_WORDS, RELATION_WORDS, Purpose
from portal.children.shown import shown, with_addresses
from portal.children.sight import REGION_ROLES, seen_fields
from portal.children.views.frame import READERS, WORKERS, bp, file_page, read
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.errors import NotFound
from portal.kernel.people import age_on
from portal.kernel.words import N_
from portal.places.pinyin import initials
from portal.places.settings import coded
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _, role_words
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell

FIRST_LINES, MOST_LINES = 30, 480
TEXTS = {"id_number", "alias", "address", "carer_name", "carer_phone", "consent_by", "school", "grade"}
"""Texts of a new file that may be left empty."""
DEVICE_WORDS = {"phone": N_("phone"), "desktop": N_("computer"), "script": N_("a program")}
WHY_WORDS = {
    "pairing": N_("by their pair"), "referral": N_("by a referral"), "child": N_("granted by staff"),
    "break_glass": N_("emergency access"),
}  # fmt: skip


@bp.route("/children/new", methods=["GET", "POST"])
@allow(*WORKERS)
def new() -> ResponseReturnValue:
    """Open a file."""
    actor: Actor = g.actor
    form = FileForm()
    places = queries.villages_of(actor.paths(*REGION_ROLES))
    form.region.offer(places)
    if len(places) == 1 and not form.is_submitted():
        form.region.data = places[0][0]
    made: list[Child] = []

    def save() -> None:
        answers: dict[str, Any] = {k: "" if v is None and k in TEXTS else v for k, v in form.answers().items()}
        answers["region"] = queries.region_by_ref(form.region.data or "")
        made.append(files.open_file(**answers, actor=actor, now=now()))

    if submitted(form, save):
        tell(_("The file is open. Next: carers, consents and the plan."), "success")
        return redirect(f"/children/{made[0].ref}", 303)
    twins = _twins(actor, form) if form.is_submitted() else []
    return page("children/new.html", form=form, twins=twins)


def _twins(actor: Actor, form: FileForm) -> list[dict[str, str]]:
    """Files that stand in the way of a new one: with a link where the reader may see them, without a name where not."""
    found: list[Any] = []
    number = (form.id_number.data or "").upper()
    if number and (same := queries.same_number(number)) is not None:
        found.append(same)
    if not found and form.born_on.data and not any(field.errors for field in form):
        name = form.surname.data + form.given_name.data
        found.extend(
            queries.similar_files(
                name=name,
                initials=initials(name, len(form.surname.data)),
                born_on=form.born_on.data,
                carer_name=form.carer_name.data or "",
            )
        )
    seen = queries.seen_among(actor, [t.ref for t in found])
    whole = [t for t in found if t.ref in seen and actor.covers(t.region_path, *REGION_ROLES)]
    lines = [{"url": f"/children/{t.ref}", "label": t.name} for t in whole]
    return lines + [{"url": "", "label": _("A file in another place; ask the coordinator.")}] * (
        len(found) - len(whole)
    )


@bp.get("/children/<ref>")
@allow(*READERS)
def show(ref: str) -> ResponseReturnValue:
    """The file as this reader sees it: the timeline for staff, a short page for all others."""
    child, fields = read(ref, load=(queries.WITH_CONSENTS, queries.WITH_CODE))
    return _whole(child, fields) if "history" in fields else _limited(child, fields)


def _whole(child: Child, fields: frozenset[str], form: NoteForm | None = None) -> ResponseReturnValue:
    app: Portal = current_app  # type: ignore[assignment]
    most = min(max(request.args.get("lines", FIRST_LINES, type=int), FIRST_LINES), MOST_LINES)
    entries, more = timeline.merged(app.registries, g.actor, child, fields, most)
    panels = [p for p in (provide(g.actor, child) for provide in app.registries.child_panels) if p is not None]
    return file_page(
        "show.html", child, fields, "timeline", form=form or NoteForm(formdata=None), entries=entries, panels=panels,
        more_url=f"/children/{child.ref}?lines={most * 2}" if more and most < MOST_LINES else None,
        consented=queries.consented(child, Purpose.FILE, on=today()),
        of_age=age_on(child.born_on, today()) >= 18, may_edit=policy.can_edit(g.actor, child),
    )  # fmt: skip


def _limited(child: Child, fields: frozenset[str], **facts: Any) -> ResponseReturnValue:
    """A mentor's, grid worker's or other limited view: only their own fields are put on the page."""
    app: Portal = current_app  # type: ignore[assignment]
    actor: Actor = g.actor
    seen = shown(child, fields, queries.carers_of(child) if "carers" in fields else None)
    by_pair = "own_history" in fields and queries.sees_by_own_pair(actor, child)
    entries, more = timeline.merged(app.registries, actor, child, fields, 20) if by_pair else ([], False)
    panels = [p for p in (provide(actor, child) for provide in app.registries.child_panels) if p is not None]
    dimensions = dict(coded("support_dimensions"))
    support = [dimensions.get(c, c) for c in queries.support_of(child)] if "support" in fields else None
    calls = by_pair and queries.may_call_carer(actor, child)
    may_call = calls and queries.consented(child, Purpose.FILE, Purpose.CARER_PHONE, on=today())
    return file_page(
        "limited.html", child, fields, "", seen=seen, sealed=with_addresses(child, fields), entries=entries,
        support=support, panels=panels,
        by_pair=by_pair, calls=calls, may_call=may_call, more=more,
        consents=_standing(child) if "consents" in fields else [], **facts,
    )  # fmt: skip


def _standing(child: Child) -> list[str]:
    return [_(PURPOSE_WORDS[c.purpose]) for c in child.consents if queries.stands(c, child.born_on, today())]


@bp.post("/children/<ref>/notes")
@allow(*WORKERS)
def notes(ref: str) -> ResponseReturnValue:
    """Write a note into the file."""
    child = queries.child_or_404(g.actor, ref, queries.WITH_CONSENTS)
    fields = seen_fields(g.actor, child)
    form = NoteForm()
    if submitted(form, lambda: files.add_note(child, form.text.data or "", actor=g.actor, now=now())):
        return redirect(f"/children/{ref}", 303)
    if "history" not in fields:
        raise NotFound
    return _whole(child, fields, form)


@bp.get("/children/<ref>/profile")
@allow(*READERS)
def profile(ref: str) -> ResponseReturnValue:
    """Identity, addresses, schooling, health, category and risk."""
    child, fields = read(ref, "history")
    sealed = with_addresses(child, fields)
    return file_page(
        "profile.html", child, fields, "profile", form=ReasonForm(formdata=None), sealed=sealed,
        may_edit=policy.can_edit(g.actor, child),
        may_reveal=bool(child.id_masked) and g.actor.covers(child.region_path, *REGION_ROLES),
        moves=_next_states(child), number=None,
    )  # fmt: skip


def _next_states(child: Child) -> bool:
    return any(policy.can_move_state(g.actor, child, s) for s in Child.LIFECYCLE.next_states(child.state))


@bp.post("/children/<ref>/id-number")
@allow(*WORKERS)
def id_number(ref: str) -> ResponseReturnValue:
    """The whole identity number, shown once on this answer, with a reason that is kept."""
    child = queries.child_or_404(g.actor, ref)
    fields = seen_fields(g.actor, child)
    form = ReasonForm()
    number: list[str] = []
    submitted(
        form, lambda: number.append(files.reveal_number(child, reason=form.reason.data or "", actor=g.actor, now=now()))
    )
    return file_page(
        "profile.html", child, fields, "profile", form=form, sealed=with_addresses(child, fields),
        may_edit=policy.can_edit(g.actor, child),
        may_reveal=bool(child.id_masked), moves=_next_states(child), number=number[0] if number else None,
    )  # fmt: skip


@bp.post("/children/<ref>/carer-phone")
@allow(Role.MENTOR)
def carer_phone(ref: str) -> ResponseReturnValue:
    """The carer's phone for the mentor, on this answer only; each tap is kept in the log."""
    child = queries.child_or_404(g.actor, ref, queries.WITH_CONSENTS)
    fields = seen_fields(g.actor, child)
    carer = carer_operations.show_carer_phone(child, actor=g.actor, now=now())
    called = {"relation": _(RELATION_WORDS[carer.relation]), "phone": carer.phone}
    if request.headers.get("HX-Request"):
        return page("children/_carer_phone.html", called=called)
    return _limited(child, fields, called=called)


@bp.get("/children/<ref>/looks")
@allow(*READERS)
def looks(ref: str) -> ResponseReturnValue:
    """Who looked at this file, when, and by what right."""
    child, fields = read(ref, "who_looked")
    listing = keyset(queries.looks_at(child), sorts=[Sort("when", (AuditEntry.id,), descending=True)])
    return file_page("looks.html", child, fields, "looks", listing=listing, why_of=why_words, origin_of=origin_words)


def origin_words(origin: str) -> str:
    """From which network and kind of device, in words."""
    network, _sep, device = origin.rpartition(" ")
    return f"{network} {_(DEVICE_WORDS[device])}" if device in DEVICE_WORDS else origin


def why_words(why: str) -> str:
    """Through which right somebody looked, in words."""
    role, _sep, deputy = why.partition("-")
    if role in set(Role):
        return _("%(role)s, as a deputy", role=role_words(Role(role))) if deputy else role_words(Role(role))
    return str(_(WHY_WORDS[why])) if WHY_WORDS.get(why) else ""
