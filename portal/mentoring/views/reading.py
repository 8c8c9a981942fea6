"""Reading logs: the list with its filters, export, one log."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, or_
from wtforms.fields.choices import SelectChoice

from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.children.models import Child
from portal.children.sight import REGION_ROLES, right_of
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import within
from portal.mentoring import forms, overview, queries
from portal.mentoring.models import SessionLog, SessionPart
from portal.mentoring.operations import exports
from portal.mentoring.policy import READERS, can_amend, can_correct, can_review, is_locked
from portal.mentoring.rules import (
    ACTIVITY_WORDS,
    LOW_MOOD,
    MOOD_WORDS,
    PLACE_WORDS,
    SESSION_LOG,
    WAY_WORDS,
    LogState,
    why_to_be_opened,
)
from portal.mentoring.views.blueprint import bp
from portal.pairing.models import Pairing
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, locale, moment
from portal.web.lists import Sort, here, keyset
from portal.web.pages import page, submitted

ALL = "all"
SHOWN_STATES = (LogState.SUBMITTED, LogState.RETURNED, LogState.REVIEWED, LogState.ENTERED_IN_ERROR)
SORTS = (
    Sort("day", (SessionLog.on_day, SessionLog.id, SessionPart.id.label("part_id")), descending=True),
    Sort("sent", (SessionLog.submitted_at, SessionPart.id.label("part_id"))),
)


def _filters() -> forms.SessionFilter:
    """The filters of the address. A coordinator who asks for nothing sees what is to be reviewed."""
    form = forms.SessionFilter(request.args)
    states = [(s.value, _(SESSION_LOG.words[s])) for s in SHOWN_STATES]
    if g.actor.has(Role.COORDINATOR):
        form.state.choices = [SelectChoice(*pair) for pair in [(ALL, _("all states")), *states]]
        if not form.state.data:
            form.state.data = ALL if form.pair.data else LogState.SUBMITTED.value
    else:
        form.state.offer(states)
    g.towns = {}
    if g.actor.has(*REGION_ROLES):
        towns = overview.towns_of(g.actor.paths(*REGION_ROLES))
        g.towns = {t.code: t.path for t in towns}
        form.town.offer((t.code, t.name if locale() == "zh_Hans" else t.name_en or t.name) for t in towns)
    else:
        del form.q
    if len(g.towns) < 2:
        del form.town
    form.validate()
    return form


def _narrowed(statement: Select[Any], form: forms.SessionFilter) -> Select[Any]:
    """The list as the filters say. A filter that cannot be read narrows nothing."""
    said = form.answers()
    tests: list[Any] = []
    if said.get("state") and said["state"] != ALL and not form.state.errors:
        tests.append(SessionLog.state == LogState(said["state"]))
    if form.pair.data:
        tests.append(Pairing.ref == form.pair.data)
    if said.get("town") and not form.town.errors:
        tests.append(within(SessionPart.region_path, (g.towns[said["town"]],)))
    if said.get("way") and not form.way.errors:
        tests.append(SessionLog.way == said["way"])
    if said.get("since"):
        tests.append(SessionLog.on_day >= said["since"])
    if said.get("until"):
        tests.append(SessionLog.on_day <= said["until"])
    if said.get("attempt"):
        tests.append(SessionLog.attempt.is_(True))
    if said.get("low"):
        tests.append(SessionPart.mood <= LOW_MOOD)
    if words := said.get("q"):
        inside = within(Child.region_path, g.actor.paths(*REGION_ROLES))
        tests.append(
            or_(
                queries.child_label(g.actor).contains(words, autoescape=True),
                overview.Mentor.name.contains(words, autoescape=True),
                and_(
                    inside, or_(Child.initials.startswith(words.lower(), autoescape=True), Child.code == words.upper())
                ),
            )
        )
    return statement.where(*tests)


@bp.get("/sessions")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """Sessions that the reader may read: to be reviewed first for coordinators, one's own for mentors."""
    form = _filters()
    staff = g.actor.has(*REGION_ROLES)
    statement = _narrowed(overview.session_rows(g.actor), form)
    waiting = form.state.data == LogState.SUBMITTED.value
    sorts: tuple[Sort, ...] = SORTS[::-1] if waiting else SORTS
    if staff:
        # Not for mentors: the position in the address would tell them the initial of a surname.
        statement = statement.add_columns(Child.initials)
        sorts = (*sorts, Sort("child", (Child.initials, SessionPart.id.label("part_id"))))
    bulk = waiting and g.actor.has(Role.COORDINATOR)
    if bulk:
        statement = statement.add_columns(*overview.FOR_REVIEW)
    listing = keyset(statement, sorts=sorts, filters=form, export_url=url_for(".export") if staff else None)
    pairs, chosen = queries.own_pairs(g.actor) if g.actor.has(Role.MENTOR) else [], request.args.get("pair", "")
    return page(
        "mentoring/index.html",
        listing=listing,
        rows=[_row(r) | (_for_review(r) if bulk else {}) for r in listing.rows],
        bulk=bulk,
        address=here(),
        staff=staff,
        reviewing=waiting,
        count=overview.waiting_for_review(g.actor, g.actor.paths(Role.COORDINATOR))[0]
        if g.actor.has(Role.COORDINATOR)
        else None,
        pairs=pairs,
        chosen=chosen,
        children=[
            (_("All children"), url_for(".index"), not chosen),
            *((p.label, url_for(".index", pair=p.ref), p.ref == chosen) for p in pairs),
        ],
    )


def _row(r: Any) -> dict[str, Any]:
    return {
        "url": url_for(".show", ref=r.ref),
        "label": r.label,
        "mentor": r.mentor,
        "on": r.on_day,
        "minutes": r.minutes,
        "attempt": r.attempt,
        "way": _(WAY_WORDS[r.way]) if r.way else "",
        "mood": r.mood,
        "mood_words": _(MOOD_WORDS[r.mood]) if r.mood else "",
        "about": _list([ACTIVITY_WORDS[a] for a in r.activities or [] if a in ACTIVITY_WORDS]),
        "state": (_(SESSION_LOG.words[r.state]), SESSION_LOG.tones.get(r.state, "neutral")),
    }


def _for_review(r: Any) -> dict[str, Any]:
    """Whether the row can be chosen, as which version of the log, and if not, why."""
    if not (g.actor.coordinates(r.log_path) and r.author_ref not in g.actor.persons()):
        return {}
    why = why_to_be_opened(attempt=r.attempt, low=r.low, to_staff=r.to_staff)
    return {"why": _(why)} if why else {"choice": f"{r.ref}:{r.version}"}


def _list(words: list[str]) -> str:
    return _(", ").join(_(w) for w in words)


@bp.route("/sessions/export", methods=["GET", "POST"])
@allow(*REGION_ROLES)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; why is asked and kept."""
    form = ExportForm()
    narrowed = _narrowed(overview.session_rows(g.actor, texts=True), _filters())
    rows: list[Any] = []

    def operation() -> None:
        rows.extend(exports.rows_to_export(narrowed, form.reason.data, most=MOST_ROWS, actor=g.actor, now=now()))

    if not submitted(form, operation):
        return page(
            "mentoring/export.html",
            form=form,
            most=MOST_ROWS,
            back=url_for(".index") + "?" + request.query_string.decode(),
        )
    heads = [
        _("Day"),
        _("Child"),
        _("Mentor"),
        _("Minutes"),
        _("How"),
        _("Where"),
        _("Activities"),
        _("Mood, 1 to 5"),
        _("Without contact"),
        _("State"),
        _("What we did"),
        _("About this child only"),
    ]
    lines = (
        [
            r.on_day,
            r.label,
            r.mentor,
            r.minutes,
            _(WAY_WORDS[r.way]) if r.way else "",
            _(PLACE_WORDS[r.place]) if r.place else "",
            _list([ACTIVITY_WORDS[a] for a in r.activities or [] if a in ACTIVITY_WORDS]),
            r.mood,
            _("yes") if r.attempt else "",
            _(SESSION_LOG.words[r.state]),
            queries.did_text(r),
            queries.part_text(r, ref=r.part_ref),
        ]
        for r in rows
    )
    mark = _("%(who)s, %(when)s: %(why)s", who=g.actor.name, when=moment(now()).striptags(), why=form.reason.data)
    return spreadsheet(f"sessions-{today().isoformat()}", heads, lines, kind=form.kind.data or "xlsx", watermark=mark)


@bp.get("/sessions/<ref>")
@allow(*READERS)
def show(ref: str) -> ResponseReturnValue:
    """One log. A look by anybody but its author is noted for each child in it."""
    log = queries.log_or_404(g.actor, ref)
    return log_page(log)


def note_look(log: SessionLog, parts: Iterable[Any]) -> None:
    """Note for each of these children that their part of a log was looked at."""
    for part in parts:
        why, whose = right_of(g.actor, SimpleNamespace(id=part.child_id, region_path=part.region_path))
        record_read(
            "session-log-read",
            kind="session_log",
            ref=log.ref,
            about_ref=part.child_ref,
            region_path=part.region_path,
            why=why,
            actor=g.actor,
            now=now(),
            hidden=why == "concern",
            in_place_of=whose,
        )


def log_page(log: SessionLog, **facts: Any) -> ResponseReturnValue:
    """The page of one log, also when an action on it is to be mended."""
    parts = queries.parts_of(g.actor, log)
    author = log.author_ref == g.actor.account_ref
    if not author:
        note_look(log, parts)
    days, at = setting("log_locks_after_days"), now()
    names = names_of([log.author_ref, log.reviewed_by])
    return page(
        "mentoring/log.html",
        log=log,
        author=author,
        names=names,
        locked=is_locked(log, at, days),
        parts=[
            {
                "label": p.label,
                "pairing_ref": p.pairing_ref,
                "mood": p.mood,
                "mood_words": _(MOOD_WORDS[p.mood]) if p.mood else "",
                "text": queries.part_text(p),
                "child_ref": p.child_ref,
            }
            for p in parts
        ],
        comments=queries.comments_of(log),
        amendments=queries.amendments_of(log, {p.ref for p in parts}),
        state=(_(SESSION_LOG.words[log.state]), SESSION_LOG.tones.get(log.state, "neutral")),
        way=_(WAY_WORDS[log.way]) if log.way else "",
        place=_(PLACE_WORDS[log.place]) if log.place else "",
        activities=_list([ACTIVITY_WORDS[a] for a in log.activities or [] if a in ACTIVITY_WORDS]),
        may={
            "review": can_review(g.actor, log),
            "correct": can_correct(g.actor, log, at, days),
            "amend": can_amend(g.actor, log, at, days),
            "pair": g.actor.has(Role.COORDINATOR, Role.SUPERVISOR, Role.CASEWORKER, Role.MENTOR),
        },
        steps=queries.steps_of("session_log", log.ref),
        words=SESSION_LOG.words,
        **facts,
    )
