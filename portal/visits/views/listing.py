"""The visits that were made: a list with filters, and its export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session, within
from portal.notices.operations import tell as notify
from portal.places.queries import regions_below
from portal.visits import policy, queries
from portal.visits.forms import VisitFilter
from portal.visits.models import Visit
from portal.visits.rules import VisitState
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted

SORTS = (
    Sort("day", (Visit.on_day, Visit.id), descending=True),
    Sort("child", (Child.initials, Visit.id)),
)


def towns_of(actor: Actor) -> dict[str, tuple[str, str]]:
    """The towns by which the list can be narrowed (code → name, path); nothing where there is only one."""
    found = {
        region.path.rstrip("/").rpartition("/")[2]: (region.name, region.path)
        for path in actor.paths(Role.COORDINATOR)
        for region in regions_below(path, "town")
    }
    return found if len(found) > 1 else {}


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], VisitFilter]:
    """The visits as the address narrows them, with the filters."""
    filters = VisitFilter(request.args)
    towns = towns_of(actor)
    if towns:
        filters.town.offer([(code, name) for code, (name, _path) in towns.items()])
    else:
        del filters.town
    filters.validate()
    chosen: dict[str, Any] = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.visit_rows(actor)
    if words := chosen.get("q"):
        statement = statement.where(
            or_(
                Child.name.contains(words, autoescape=True),
                Child.initials.startswith(words.lower(), autoescape=True),
                Visit.author_name.contains(words, autoescape=True),
            )
        )
    if place := towns.get(chosen.get("town") or ""):
        statement = statement.where(within(Visit.region_path, (place[1],)))
    if chosen.get("kind"):
        statement = statement.where(Visit.kind == chosen["kind"])
    if chosen.get("since"):
        statement = statement.where(Visit.on_day >= chosen["since"])
    if chosen.get("until"):
        statement = statement.where(Visit.on_day <= chosen["until"])
    if chosen.get("worrying"):
        statement = statement.where(Visit.worrying.is_(True))
    if chosen.get("attempt"):
        statement = statement.where(Visit.attempt.is_(True))
    return statement, filters


@bp.get("/visits/list")
@allow(*policy.READERS)
def records() -> ResponseReturnValue:
    """The visits of my region, or my own ones, the newest first."""
    statement, filters = _narrowed(g.actor)
    whole = g.actor.has(*REGION_ROLES)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export") if whole else None)
    return page(
        "visits/list.html", listing=listing, shown=shown, struck=VisitState.ENTERED_IN_ERROR,
        subnav=shown.subnav_of(g.actor, "list"),
    )  # fmt: skip


@bp.route("/visits/export", methods=["GET", "POST"])
@allow(*REGION_ROLES)
def export() -> ResponseReturnValue:
    """The same list as a file, with a reason. What was seen and written at the door does not leave."""
    statement, _filters = _narrowed(g.actor)
    rows = session().execute(statement.order_by(Visit.on_day.desc(), Visit.id.desc()).limit(MOST_ROWS + 1)).all()
    query = request.query_string.decode()
    back = url_for(".records") + ("?" + query if query else "")
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("visits/export.html", form=form, number=MOST_ROWS, back=back, status=422)
    if submitted(form, lambda: _note_export(g.actor, form, len(rows))):
        heads = [
            _("Day"), _("Child"), _("Village"), _("Whose visit"), _("Visitor"), _("Nobody at home"),
            _("Something worrying"), _("Needs raised"), _("State"),
        ]  # fmt: skip
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=g.actor.name,
            when=moment(now()).striptags(),
            reason=form.reason.data,
        )
        return spreadsheet(_("visits"), heads, _cells(rows), kind=form.kind.data, watermark=mark)
    return page("visits/export.html", form=form, number=len(rows), back=back)


def _cells(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for r in rows:
        yield [
            r.on_day, r.name, r.village, shown.kind_words(r.kind), r.author_name,
            _("yes") if r.attempt else _("no"), _("yes") if r.worrying else _("no"), len(r.need_refs.split()),
            _(Visit.LIFECYCLE.words[r.state]),
        ]  # fmt: skip


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record("visits-exported", own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*REGION_ROLES) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)
