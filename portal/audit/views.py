"""Pages of this room, for auditors: the log, one row, the chain, the export."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit import chain, queries
from portal.audit.forms import EntryFilter, VerifyForm
from portal.audit.models import AuditEntry
from portal.audit.operations import record
from portal.audit.words import fact_words, kind_words, origin_parts, value_words, what_words
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.flow import Portal
from portal.web.language import _, moment, sentence
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell
from portal.web.registries import NavItem, Registries

bp = Blueprint("audit", __name__)
AUDITORS = frozenset({Role.AUDITOR})
REGION_PATH = re.compile(r"/(?:\d{2,15}/)+")


@bp.get("/audit")
@allow(Role.AUDITOR)
def index() -> ResponseReturnValue:
    """The log, newest first."""
    filters = EntryFilter(formdata=request.args)
    sorts = [Sort("new", (AuditEntry.id,), descending=True)]
    export_url = url_for(".export")
    listing = keyset(_wanted(filters), sorts=sorts, filters=filters, export_url=export_url)
    return page(
        "audit/index.html", listing=listing, names=_names(listing.rows), what=what_words, kind=kind_words,
        whence=origin_parts,
    )  # fmt: skip


def _wanted(filters: EntryFilter) -> Any:
    """The rows that the filters ask for; one that cannot be read asks for nothing."""
    filters.validate()
    asked = {name: None if field.errors else field.data for name, field in filters._fields.items()}
    who = _registries().refs_named(asked["who"]) if asked["who"] else None
    return queries.entries(
        g.actor, who=who, what=asked["what"] or "", ref=asked["ref"] or "", sort=asked["sort_of"],
        from_on=asked["from_on"], until_on=asked["until_on"],
    )  # fmt: skip


def _registries() -> Registries:
    return current_app.registries  # type: ignore[attr-defined, no-any-return]


def _names(rows: Any) -> Any:
    """Names of the people in these rows; what is about a child stays a ref."""
    refs = {ref for r in rows for ref in (r.actor_ref, r.deputy_for) if ref}
    refs |= {r.subject_ref for r in rows if r.subject_kind == "account"}
    return _registries().names(refs)


@bp.get("/audit/<ref>")
@allow(Role.AUDITOR)
def entry(ref: str) -> ResponseReturnValue:
    """One row, whole: but of changed personal values only which fields they were."""
    found, fields = queries.entry_or_404(g.actor, ref)
    facts = sorted((found.facts or {}).items())
    paths = {str(value) for _name, value in facts if REGION_PATH.fullmatch(str(value))}
    return page(
        "audit/entry.html", entry=found, fields=fields, facts=facts, names=_names([found]), what=what_words,
        kind=kind_words, fact=fact_words, worth=value_words, whence=origin_parts,
        places=_registries().places(paths | {found.region_path} - {""}),
    )  # fmt: skip


@bp.get("/audit/chain")
@allow(Role.AUDITOR)
def chain_page() -> ResponseReturnValue:
    """Whether the log is as it was written, and the heads that were taken outside."""
    form = VerifyForm(formdata=request.args)
    verdict = None
    if "verify" in request.args and form.validate():
        verdict = chain.verify(now=now(), anchor=form.kept())
    taken = queries.anchors()
    return page("audit/chain.html", checking=form, verdict=verdict, anchors=taken, now=now())


@bp.post("/audit/chain/heads")
@allow(Role.AUDITOR)
def take_anchor() -> ResponseReturnValue:
    """Keep the head of now, to be carried outside."""
    try:
        chain.take_anchor(actor=g.actor, now=now())
    except DomainError as error:
        tell(sentence(error), "warning")
    else:
        tell(_("Kept. Print it or copy it and keep it outside the portal."), "success")
    return redirect(url_for(".chain_page"), 303)


@bp.route("/audit/export", methods=["GET", "POST"])
@allow(Role.AUDITOR)
def export() -> ResponseReturnValue:
    """The log as it is filtered, for compliance: with a reason, and the head of the chain in the file."""
    filters = EntryFilter(formdata=request.args)
    form = ExportForm()
    rows = session().execute(_wanted(filters).order_by(AuditEntry.id.desc()).limit(MOST_ROWS + 1)).all()
    if len(rows) > MOST_ROWS:
        status = 422 if request.method == "POST" else 200
        return page("audit/export.html", form=form, most=MOST_ROWS, narrower=_narrower(), status=status)
    if submitted(form, lambda: _note_export(len(rows), form.reason.data or "")):
        seq, value = chain.head()
        watermark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s. Head of the log: %(head)s", who=g.actor.name,
            when=moment(now()).striptags(), reason=form.reason.data, head=f"{seq}:{value}",
        )  # fmt: skip
        return spreadsheet(_("audit-log"), _heads(), _cells(rows), kind=form.kind.data, watermark=watermark)
    return page("audit/export.html", form=form, number=len(rows), most=0)


def _narrower() -> str:
    """The list with the filters of this request."""
    wanted = request.query_string.decode()
    return f"/audit?{wanted}" if wanted else "/audit"


def _note_export(number: int, reason: str) -> None:
    anchor = chain.take_anchor(actor=g.actor, now=now())
    record("audit-exported", anchor, actor=g.actor, now=now(), reason=reason, rows=number)


def _heads() -> list[str]:
    return [
        _("When"), _("Who"), _("In place of"), _("What"), _("Kind of record"), _("File or record"), _("About whom"),
        _("Region"), _("By what right"), _("Reason"), _("From where"),
    ]  # fmt: skip


def _cells(rows: Any) -> list[list[Any]]:
    names = _names(rows)
    places = _registries().places({r.region_path for r in rows if r.region_path})
    return [
        [
            r.at, names.get(r.actor_ref, r.actor_ref), names.get(r.deputy_for, r.deputy_for), _(what_words(r.what)),
            _(kind_words(r.subject_kind)), r.subject_ref, r.about_ref, places.get(r.region_path, r.region_path),
            r.why, r.reason, r.origin,
        ]
        for r in rows
    ]  # fmt: skip


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.append(NavItem("audit.index", N_("Audit log"), "eye", AUDITORS, order=40, tab=True))
