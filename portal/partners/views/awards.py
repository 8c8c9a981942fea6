"""The register of awards: the list, its export, entering, changing and taking out."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.partners import operations
from portal.partners.forms import AwardFilters, AwardForm, RemovalForm
from portal.partners.models import Award, Organisation
from portal.partners.policy import READERS, awards_seen, can_keep_awards, visible_to, within_kept
from portal.partners.views.blueprint import bp
from portal.partners.views.keeping import answer_removal
from portal.partners.views.listing import note_export
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell

AWARD_SORTS = (
    Sort("given", (Award.given_on, Award.id), descending=True),
    Sort("name", (Award.name, Award.id)),
)


@bp.get("/awards")
@allow(*READERS)
def awards() -> ResponseReturnValue:
    """The register of awards, narrowed and sorted by the address."""
    statement, filters = _awards_narrowed()
    listing = keyset(statement, sorts=AWARD_SORTS, filters=filters, export_url=url_for(".awards_export"))
    return page("partners/awards.html", listing=listing, keeps=g.actor.has(Role.COORDINATOR))


def _awards_narrowed() -> tuple[Any, AwardFilters]:
    filters = AwardFilters(request.args)
    filters.validate()
    chosen: dict[str, Any] = {name: f.data for name, f in filters._fields.items() if not f.errors}
    statement: Any = (
        awards_seen(g.actor)
        .outerjoin(Organisation, Organisation.id == Award.organisation_id)
        .with_only_columns(
            Award.id, Award.ref, Award.name, Award.given_by, Award.given_for, Award.given_on,
            Organisation.name.label("org_name"),
        )
    )  # fmt: skip
    if words := chosen.get("q"):
        fields = (Award.name, Award.given_by, Award.given_for, Organisation.name)
        statement = statement.where(or_(*(f.contains(words, autoescape=True) for f in fields)))
    if since := chosen.get("since"):
        statement = statement.where(Award.given_on >= since)
    if until := chosen.get("until"):
        statement = statement.where(Award.given_on <= until)
    return statement, filters


@bp.route("/awards/export", methods=["GET", "POST"])
@allow(*READERS)
def awards_export() -> ResponseReturnValue:
    """The same register as a file."""
    statement, _filters = _awards_narrowed()
    newest = statement.order_by(Award.given_on.desc(), Award.id.desc()).limit(MOST_ROWS + 1)
    rows = session().execute(newest).all()
    query = request.query_string.decode()
    back = url_for(".awards") + ("?" + query if query else "")
    said: dict[str, Any] = {"heading": _("Export awards"), "list_name": _("Awards"), "back": back}
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("partners/export.html", form=form, number=MOST_ROWS, status=422, **said)
    if submitted(form, lambda: note_export("awards-exported", g.actor, form, len(rows))):
        heads = [_("Name of the award"), _("Organisation"), _("Given by"), _("Given for"), _("Given on")]
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s", who=g.actor.name, when=moment(now()).striptags(),
            reason=form.reason.data,
        )  # fmt: skip
        own = _("the programme itself")
        cells = ([r.name, r.org_name or own, r.given_by, r.given_for, r.given_on] for r in rows)
        return spreadsheet(_("awards"), heads, cells, kind=form.kind.data, watermark=mark)
    return page("partners/export.html", form=form, number=len(rows), **said)


def _award_form(award: Award | None) -> tuple[AwardForm, dict[str, Organisation]]:
    """The form with the organisations that the actor keeps, by ref."""
    kept = visible_to(g.actor).where(within_kept(g.actor, Organisation.region_path))
    known = {o.ref: o for o in session().scalars(kept.order_by(Organisation.initials, Organisation.id))}
    owner = next((o.ref for o in known.values() if award is not None and o.id == award.organisation_id), "")
    names = ("name", "given_by", "given_for", "given_on", "public")
    form = AwardForm(data=None if award is None else {n: getattr(award, n) for n in names} | {"organisation": owner})
    form.organisation.offer([(o.ref, o.name) for o in known.values()])
    return form, known


@bp.route("/awards/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def award_new() -> ResponseReturnValue:
    """Note an award."""
    form, known = _award_form(None)
    path = g.actor.paths(Role.COORDINATOR)[0]

    def note() -> None:
        of = known.get(form.organisation.data or "")
        operations.note_award(
            organisation=of, region_path=of.region_path if of is not None else path, answers=form.answers(),
            actor=g.actor, now=now(),
        )  # fmt: skip

    if submitted(form, note):
        tell(_("Saved."), "success")
        return redirect(url_for(".awards"), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=None, heading=_("Add an award"), back=url_for(".awards")
    )


def _award(ref: str) -> Award:
    found = session().scalar(awards_seen(g.actor).where(Award.ref == ref))
    if found is None or not can_keep_awards(g.actor, found.region_path):
        raise NotFound
    return found


@bp.route("/awards/<ref>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def award(ref: str) -> ResponseReturnValue:
    """Change an award."""
    found = _award(ref)
    form, known = _award_form(found)

    def edit() -> None:
        of = known.get(form.organisation.data or "")
        operations.edit_award(found, organisation=of, answers=form.answers(), actor=g.actor, now=now())

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".awards"), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=None, heading=_("Change an award"),
        back=url_for(".awards"), removal_url=url_for(".award_removal", ref=ref),
    )  # fmt: skip


@bp.post("/awards/<ref>/removal")
@allow(Role.COORDINATOR)
def award_removal(ref: str) -> ResponseReturnValue:
    """Take an award out of the register."""
    found, form = _award(ref), RemovalForm()
    answer_removal(
        form, lambda: operations.remove_award(found, reason=form.reason.data or "", actor=g.actor, now=now())
    )
    return redirect(url_for(".awards"), 303)
