"""Organisations as a list for staff, its export, and what search finds of them."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.notices.operations import tell as notify
from portal.partners.forms import OrganisationFilters
from portal.partners.models import Organisation, Programme, Service
from portal.partners.policy import READERS, programmes_seen, services_seen, visible_to
from portal.partners.rules import ORG_KIND_WORDS, ORGANISATION
from portal.partners.views.blueprint import bp
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted
from portal.web.registries import Found

SORTS = (
    Sort("name", (Organisation.initials, Organisation.id)),
    Sort("state", (Organisation.state, Organisation.initials, Organisation.id)),
    Sort("changed", (Organisation.changed_at, Organisation.id), descending=True),
)


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], OrganisationFilters]:
    filters = OrganisationFilters(request.args)
    filters.validate()
    chosen: dict[str, Any] = {name: f.data for name, f in filters._fields.items() if not f.errors}
    statement = visible_to(actor).with_only_columns(
        Organisation.id, Organisation.ref, Organisation.name, Organisation.initials, Organisation.kind,
        Organisation.state, Organisation.public, Organisation.checked_on, Organisation.changed_at,
        Organisation.credit_code,
    )  # fmt: skip
    if chosen.get("q"):
        statement = statement.where(named(chosen["q"]))
    if chosen.get("kind"):
        statement = statement.where(Organisation.kind == chosen["kind"])
    if chosen.get("state"):
        statement = statement.where(Organisation.state == chosen["state"])
    return statement, filters


def named(words: str) -> Any:
    """Found by a part of either name or by pinyin initials."""
    return or_(
        Organisation.name.contains(words, autoescape=True),
        Organisation.name_en.contains(words, autoescape=True),
        Organisation.initials.startswith(words.lower(), autoescape=True),
    )


@bp.get("/organisations")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The organisations of the district, narrowed and sorted by the address."""
    statement, filters = _narrowed(g.actor)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export"))
    return page(
        "partners/index.html", listing=listing, kinds=ORG_KIND_WORDS, cycle=ORGANISATION,
        keeps=g.actor.has(Role.COORDINATOR),
    )  # fmt: skip


@bp.route("/organisations/export", methods=["GET", "POST"])
@allow(*READERS)
def export() -> ResponseReturnValue:
    """The same list as a file: nothing of people, nothing of programmes."""
    statement, _filters = _narrowed(g.actor)
    rows = session().execute(statement.order_by(Organisation.initials, Organisation.id).limit(MOST_ROWS + 1)).all()
    query = request.query_string.decode()
    back = url_for(".index") + ("?" + query if query else "")
    form = ExportForm()
    said: dict[str, Any] = {"heading": _("Export organisations"), "list_name": _("Organisations")}
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("partners/export.html", form=form, number=MOST_ROWS, back=back, status=422, **said)
    if submitted(form, lambda: note_export("organisations-exported", g.actor, form, len(rows))):
        heads = [
            _("Name"),
            _("Kind of organisation"),
            _("Status"),
            _("Unified social credit code"),
            _("Papers seen on"),
        ]
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s", who=g.actor.name, when=moment(now()).striptags(),
            reason=form.reason.data,
        )  # fmt: skip
        cells = (
            [r.name, _(ORG_KIND_WORDS[r.kind]), _(ORGANISATION.words[r.state]), r.credit_code, r.checked_on]
            for r in rows
        )
        return spreadsheet(_("organisations"), heads, cells, kind=form.kind.data, watermark=mark)
    return page("partners/export.html", form=form, number=len(rows), back=back, **said)


def note_export(what: str, actor: Actor, form: ExportForm, number: int) -> None:
    """Write an export into the log, with its reason, and tell the auditors of the region."""
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record(what, own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*READERS) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)


def find(actor: Actor, words: str) -> list[Found]:
    """Search results: organisations, their services and programmes that this reader may know of."""
    if not words or not actor.has(*READERS, Role.PARTNER, Role.PARTNER_MANAGER):
        return []
    found = [
        Found(_("Organisation"), r.name, _(ORG_KIND_WORDS[r.kind]), url_for("partners.show", ref=r.ref))
        for r in session().execute(
            visible_to(actor)
            .with_only_columns(Organisation.ref, Organisation.name, Organisation.kind)
            .where(named(words))
            .order_by(Organisation.initials, Organisation.id)
            .limit(8)
        )
    ]
    services = services_seen(actor).where(Service.name.contains(words, autoescape=True)).order_by(Service.id).limit(8)
    found += [
        Found(_("Service"), r.name, "", url_for("partners.service", ref=r.ref))
        for r in session().execute(services.with_only_columns(Service.ref, Service.name))
    ]
    programmes = programmes_seen(actor).where(Programme.name.contains(words, autoescape=True)).limit(8)
    found += [
        Found(_("Programme"), r.name, "", url_for("partners.programme", ref=r.ref))
        for r in session().execute(programmes.order_by(Programme.id).with_only_columns(Programme.ref, Programme.name))
    ]
    return found
