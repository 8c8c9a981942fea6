"""The list of needs by level and due date, what one has raised oneself, and the export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.access.models import Account
from portal.access.queries import holders, names_of
from portal.audit.operations import record
from portal.children.models import Child
from portal.children.prompts import called as children_called
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session, within
from portal.needs import queries
from portal.needs.forms import NeedFilter
from portal.needs.models import Need
from portal.needs.operations import named_person
from portal.needs.policy import waits_for
from portal.needs.rules import (
    AT_LEVELS,
    CHANNEL_WORDS,
    ENDED,
    KIND_ICONS,
    KIND_WORDS,
    LEVEL_WORDS,
    NEED,
    OPEN_STATES,
    STANDING,
    URGENCY_WORDS,
    NeedState,
    NeedUrgency,
)
from portal.needs.views import shown
from portal.needs.views.blueprint import bp
from portal.notices.operations import tell as notify
from portal.places.queries import regions_below
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted

RAISERS = (*REGION_ROLES, Role.GRID_WORKER, Role.MENTOR)
SORTS = (
    Sort("due", (Need.due_at, Need.id)),
    Sort("raised", (Need.raised_at, Need.id), descending=True),
    Sort("child", (Child.initials.label("child_initials"), Need.id)),
)


def places_of(actor: Actor) -> dict[str, tuple[str, str]]:
    """The places by which the list can be narrowed: towns for who coordinates, else the villages (code → name, path).

    None where there is only one.
    """
    towns = [r for p in actor.paths(Role.COORDINATOR) for r in regions_below(p, "town")]
    if not towns:
        towns = [r for p in actor.paths(*REGION_ROLES) for r in regions_below(p, "village")]
    found = {r.path.rstrip("/").rpartition("/")[2]: (r.name, r.path) for r in towns}
    return found if len(found) > 1 else {}


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], NeedFilter]:
    """The needs as the address narrows them, with the filters."""
    filters = NeedFilter(request.args)
    places = places_of(actor)
    filters.place.offer([(code, name) for code, (name, _path) in places.items()])
    filters.validate()
    chosen: dict[str, Any] = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.list_of(actor)
    view = chosen.get("view")
    if view is None:
        statement = statement.where(waits_for(actor))
    elif view == "confirm":
        statement = statement.where(Need.state == NeedState.RESOLVED)
    elif view in ("open", "ended"):
        statement = statement.where(Need.state.in_(OPEN_STATES if view == "open" else ENDED))
    if words := chosen.get("q"):
        statement = statement.where(
            or_(
                Child.name.contains(words, autoescape=True),
                Child.initials.startswith(words.lower(), autoescape=True),
            )
        )
    if chosen.get("level"):
        statement = statement.where(Need.level == chosen["level"])
    if chosen.get("kind"):
        statement = statement.where(Need.kind == chosen["kind"])
    if place := places.get(chosen.get("place") or ""):
        statement = statement.where(within(Need.region_path, (place[1],)))
    if chosen.get("urgent"):
        statement = statement.where(Need.urgency == NeedUrgency.URGENT)
    if chosen.get("household"):
        statement = statement.where(Need.household.is_(True))
    if chosen.get("overdue"):
        late = Need.state.in_((*AT_LEVELS, NeedState.RESOLVED))
        statement = statement.where(late, Need.held_since.is_(None), Need.due_at <= now())
    return statement, filters


@bp.get("/needs")
@allow(*REGION_ROLES)
def index() -> ResponseReturnValue:
    """My queue, by due date; other needs of my region when asked for."""
    statement, filters = _narrowed(g.actor)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export"))
    answerable = names_of(row.answerable_ref for row in listing.rows)
    return page(
        "needs/index.html", listing=listing, kinds=KIND_WORDS, icons=KIND_ICONS, levels=LEVEL_WORDS, shown=shown,
        answerable=answerable, named=_named(g.actor),
    )  # fmt: skip


def _named(actor: Actor) -> tuple[str, bool] | None:
    """For who coordinates: the name of the person who answers for overdue needs of the district, and whether it is
    the reader. None for others."""
    paths = actor.paths(Role.COORDINATOR)
    if not paths:
        return None
    ref = named_person(paths[0])
    return names_of([ref]).get(ref, ""), ref == actor.account_ref


@bp.get("/needs/raised")
@allow(*RAISERS)
def raised() -> ResponseReturnValue:
    """What I raised, and where it stands in plain words."""
    listing = keyset(
        queries.raised_list_of(g.actor), sorts=[Sort("raised", (Need.raised_at, Need.id), descending=True)]
    )  # fmt: skip
    called = children_called(g.actor, {row.child_ref for row in listing.rows}) if listing.rows else {}
    return page(
        "needs/raised.html", listing=listing, kinds=KIND_WORDS, standing=STANDING, called=called, shown=shown,
        whole=g.actor.has(*REGION_ROLES),
    )  # fmt: skip


@bp.route("/needs/export", methods=["GET", "POST"])
@allow(*REGION_ROLES)
def export() -> ResponseReturnValue:
    """The same list as a file, with a reason. What was written about the needs does not leave."""
    statement, _filters = _narrowed(g.actor)
    rows = session().execute(statement.order_by(Need.due_at, Need.id).limit(MOST_ROWS + 1)).all()
    query = request.query_string.decode()
    back = url_for(".index") + ("?" + query if query else "")
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("needs/export.html", form=form, number=MOST_ROWS, back=back, status=422)
    if submitted(form, lambda: _note_export(g.actor, form, len(rows))):
        heads = [
            _("Child"), _("Village"), _("Need"), _("Urgency"), _("Household"), _("How it was heard"), _("Level"),
            _("State"), _("Raised on"), _("Due"), _("Closed"),
        ]  # fmt: skip
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=g.actor.name,
            when=moment(now()).striptags(),
            reason=form.reason.data,
        )
        return spreadsheet(_("needs"), heads, _cells(rows), kind=form.kind.data, watermark=mark)
    return page("needs/export.html", form=form, number=len(rows), back=back)


def _cells(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for r in rows:
        yield [
            r.child_name, r.village, _(KIND_WORDS[r.kind]), _(URGENCY_WORDS[r.urgency]),
            _("yes") if r.household else _("no"), _(CHANNEL_WORDS[r.channel]), _(LEVEL_WORDS[r.level]),
            _(NEED.words[r.state]), r.raised_at, shown.last_day(r.due_at) if shown.runs(r) else None, r.closed_at,
        ]  # fmt: skip


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record("needs-exported", own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*REGION_ROLES) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)
