"""The register: list, export, search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session, within
from portal.kernel.people import SEX_WORDS
from portal.notices.operations import tell as notify
from portal.volunteers import queries
from portal.volunteers.forms import VolunteerFilters
from portal.volunteers.models import Volunteer
from portal.volunteers.policy import READERS, in_register
from portal.volunteers.rules import DAYPARTS, LANGUAGES, SKILLS, VOLUNTEER, WEEKDAYS, VolunteerState
from portal.volunteers.views.blueprint import bp
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted
from portal.web.registries import Found

SORTS = (
    Sort("name", (Volunteer.initials, Volunteer.id)),
    Sort("state", (Volunteer.state, Volunteer.initials, Volunteer.id)),
    Sort("free", (queries.FREE, Volunteer.id), descending=True),
    Sort("since", (Volunteer.state_since_on, Volunteer.id), descending=True),
)


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], VolunteerFilters]:
    """The register as the address narrows it, with its filters."""
    filters = VolunteerFilters(request.args)
    towns = queries.towns_of(actor, *READERS)
    filters.town.offer([(code, name) for code, name, _path in towns])
    filters.validate()
    chosen: dict[str, Any] = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.register_of(actor)
    if chosen.get("q"):
        statement = statement.where(queries.named(chosen["q"]))
    if chosen.get("state"):
        statement = statement.where(Volunteer.state == chosen["state"])
    if chosen.get("skill"):
        statement = statement.where(queries.with_code(Volunteer.skills, chosen["skill"]))
    if chosen.get("day") or chosen.get("part"):
        statement = statement.where(queries.free_at(chosen.get("day") or "", chosen.get("part") or ""))
    if chosen.get("free"):
        statement = statement.where(
            Volunteer.state == VolunteerState.READY, Volunteer.live_pairings < Volunteer.capacity
        )
    if path := {code: path for code, _name, path in towns}.get(chosen.get("town") or ""):
        statement = statement.where(within(Volunteer.region_path, (path,)))
    return statement, filters


@bp.get("/volunteers")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The register of volunteers, narrowed and sorted by the address."""
    statement, filters = _narrowed(g.actor)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export"))
    return page(
        "volunteers/index.html", listing=listing, skills=SKILLS, cycle=VOLUNTEER, keeps=g.actor.has(Role.COORDINATOR)
    )


@bp.route("/volunteers/export", methods=["GET", "POST"])
@allow(*READERS)
def export() -> ResponseReturnValue:
    """The same list as a file. No phone, no identity number, no checks."""
    statement, _filters = _narrowed(g.actor)
    rows = session().execute(statement.order_by(Volunteer.initials, Volunteer.id).limit(MOST_ROWS + 1)).all()
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("volunteers/export.html", form=form, number=MOST_ROWS, back=_back(), status=422)
    if submitted(form, lambda: _note_export(g.actor, form, len(rows))):
        heads = [
            _("Name"), _("Sex"), _("Town or street"), _("Status"), _("Since"), _("Occupation"), _("Skills"),
            _("Languages and dialect"), _("When there is time"), _("Capacity"), _("Running pairs"), _("Joined"),
        ]  # fmt: skip
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=g.actor.name,
            when=moment(now()).striptags(),
            reason=form.reason.data,
        )
        return spreadsheet(_("volunteers"), heads, _cells(rows), kind=form.kind.data, watermark=mark)
    return page("volunteers/export.html", form=form, number=len(rows), back=_back())


def _back() -> str:
    query = request.query_string.decode()
    return url_for(".index") + ("?" + query if query else "")


def _cells(rows: Sequence[Any]) -> Iterator[list[Any]]:
    words = {code: _(word) for table in (SKILLS, LANGUAGES) for code, word in table.items()}
    states = {state: _(word) for state, word in VOLUNTEER.words.items()}
    slots = {f"{d}-{p}": f"{_(day)} {_(part)}" for d, day in WEEKDAYS.items() for p, part in DAYPARTS.items()}
    for r in rows:
        yield [
            r.name, _(SEX_WORDS[r.sex]), r.town, states[r.state], r.state_since_on, r.occupation,
            ", ".join(words.get(s, s) for s in r.skills), ", ".join(words.get(s, s) for s in r.languages),
            ", ".join(slots.get(s, s) for s in r.availability), r.capacity, r.live_pairings, r.joined_on,
        ]  # fmt: skip


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record("volunteers-exported", own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*READERS) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)


def find(actor: Actor, words: str) -> list[Found]:
    """Search results for staff: by name, initials or phone."""
    if not actor.paths(*READERS) or not words:
        return []
    rows = session().execute(
        select(Volunteer.ref, Volunteer.name, Volunteer.occupation, Volunteer.state)
        .where(in_register(actor), queries.named(words))
        .order_by(Volunteer.initials, Volunteer.id)
        .limit(8)
    )
    return [
        Found(
            _("Volunteer"),
            r.name,
            " · ".join(filter(None, [_(VOLUNTEER.words[r.state]), r.occupation])),
            url_for("volunteers.show", ref=r.ref),
        )
        for r in rows
    ]
