"""The list of pairs and its export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.children.models import Child
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.db import session, within
from portal.kernel.people import age_on
from portal.notices.operations import tell as notify
from portal.pairing import queries
from portal.pairing.forms import PairFilters
from portal.pairing.models import Pairing
from portal.pairing.rules import PAIRING, PairingState
from portal.pairing.views.blueprint import bp
from portal.places.settings import setting
from portal.volunteers.models import Volunteer
from portal.volunteers.queries import towns_of
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted

READERS = (Role.COORDINATOR, Role.SUPERVISOR)
CHILD, MENTOR = Child.initials.label("child_initials"), Volunteer.initials.label("volunteer_initials")
SORTS = (
    Sort("child", (CHILD, Pairing.id)),
    Sort("mentor", (MENTOR, Pairing.id)),
    Sort("state", (Pairing.state, Pairing.id)),
    Sort("contact", (queries.LAST, Pairing.id)),
    Sort("proposed", (Pairing.proposed_on, Pairing.id), descending=True),
)


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], PairFilters]:
    """The pairs as the address narrows them, with the filters."""
    filters = PairFilters(request.args)
    towns = towns_of(actor, *READERS)
    filters.town.offer([(code, name) for code, name, _path in towns])
    filters.validate()
    chosen: dict[str, Any] = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.list_of(actor).where(within(Pairing.region_path, actor.paths(*READERS)))
    if words := chosen.get("q"):
        statement = statement.where(
            or_(
                Child.name.contains(words, autoescape=True),
                Child.initials.startswith(words.lower(), autoescape=True),
                Volunteer.name.contains(words, autoescape=True),
                Volunteer.initials.startswith(words.lower(), autoescape=True),
            )
        )
    if chosen.get("state"):
        statement = statement.where(Pairing.state == chosen["state"])
    if path := {code: path for code, _name, path in towns}.get(chosen.get("town") or ""):
        statement = statement.where(within(Pairing.region_path, (path,)))
    if chosen.get("silent"):
        since = today() - timedelta(days=setting("silent_follow_up_days"))
        statement = statement.where(Pairing.state == PairingState.ACTIVE, since >= queries.LAST)
    return statement, filters


def quiet_days(row: Any) -> int | None:
    """For how many days a running pair has had no contact."""
    return (today() - row.since_on).days if row.state is PairingState.ACTIVE else None


@bp.get("/pairings")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The pairs of the region."""
    statement, filters = _narrowed(g.actor)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export"))
    return page(
        "pairing/index.html",
        listing=listing,
        cycle=PAIRING,
        quiet_days=quiet_days,
        follow_up=setting("silent_follow_up_days"),
        alert=setting("silent_alert_days"),
        proposes=g.actor.has(Role.COORDINATOR),
    )


@bp.route("/pairings/export", methods=["GET", "POST"])
@allow(*READERS)
def export() -> ResponseReturnValue:
    """The same list as a file, with a reason."""
    statement, _filters = _narrowed(g.actor)
    rows = session().execute(statement.order_by(Pairing.region_path, Pairing.id).limit(MOST_ROWS + 1)).all()
    query = request.query_string.decode()
    back = url_for(".index") + ("?" + query if query else "")
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("pairing/export.html", form=form, number=MOST_ROWS, back=back, status=422)
    if submitted(form, lambda: _note_export(g.actor, form, len(rows))):
        heads = [
            _("Child"),
            _("Age"),
            _("Village"),
            _("Mentor"),
            _("State"),
            _("Proposed"),
            _("Together since"),
            _("Last contact"),
        ]
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=g.actor.name,
            when=moment(now()).striptags(),
            reason=form.reason.data,
        )
        return spreadsheet(_("pairs"), heads, _cells(rows), kind=form.kind.data, watermark=mark)
    return page("pairing/export.html", form=form, number=len(rows), back=back)


def _cells(rows: Sequence[Any]) -> Iterator[list[Any]]:
    words = {state: _(word) for state, word in PAIRING.words.items()}
    for r in rows:
        yield [
            r.child_name,
            age_on(r.born_on, today()),
            r.village,
            r.volunteer_name,
            words[r.state],
            r.proposed_on,
            r.started_on,
            r.last_contact_on,
        ]


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record("pairings-exported", own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*READERS) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)
