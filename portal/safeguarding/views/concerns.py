"""The queue of concerns and the page of one, for those who may know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of, region_names
from portal.audit.operations import record_read
from portal.children.sight import seen_fields
from portal.kernel.actor import Actor
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.kernel.secrets import opened
from portal.kernel.words import N_
from portal.places.queries import name_of_path
from portal.places.settings import setting
from portal.safeguarding import operations, policy, queries
from portal.safeguarding.forms import ClosureForm, ConcernFilter, HandoverForm, LiftForm, WordsForm
from portal.safeguarding.models import Concern, ConcernNote
from portal.safeguarding.rules import (
    CONCERN,
    NOTE_WORDS,
    OUTCOME_WORDS,
    URGENCY_NAMES,
    URGENCY_TONES,
    ConcernState,
    NoteKind,
)
from portal.safeguarding.views.blueprint import bp
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell
from portal.web.registries import TimelineEntry

S = ConcernState
WORDS: dict[str, Any] = {
    "states": CONCERN.words,
    "tones": CONCERN.tones,
    "urgencies": URGENCY_NAMES,
    "urgency_tones": URGENCY_TONES,
}


@bp.get("/concerns")
@allow(signed_in=True)
def concerns() -> ResponseReturnValue:
    """What waits for me and what I may know of, waiting ones first."""
    filters = ConcernFilter(request.args)
    statement = queries.concerns_of(g.actor)
    if filters.state.data:
        statement = statement.where(Concern.state == filters.state.data)
    if filters.urgency.data:
        statement = statement.where(Concern.urgency == filters.urgency.data)
    listing = keyset(
        statement, filters=filters,
        sorts=[
            Sort("due", (queries.RANK, Concern.due_at, Concern.id)),
            Sort("raised", (Concern.raised_at, Concern.id), descending=True),
        ],
    )  # fmt: skip
    return page(
        "safeguarding/concerns.html", listing=listing, now=now(),
        regions=region_names({r.region_path for r in listing.rows}),
        names=names_of({r.handler_ref or r.asked_ref for r in listing.rows}), **WORDS,
    )  # fmt: skip


@bp.get("/concerns/<ref>")
@allow(signed_in=True)
def concern(ref: str) -> ResponseReturnValue:
    """One concern with its way so far and what can be done now. Every look is logged, hidden like the rest."""
    return _page(queries.concern_or_404(g.actor, ref))


def _page(found: Concern) -> ResponseReturnValue:
    actor: Actor = g.actor
    handles = found.handler_ref == actor.account_ref
    child = found.child
    record_read(
        "concern-read", kind="concern", ref=found.ref, about_ref=found.child_ref, region_path=found.region_path,
        why="handler" if handles else "lead" if policy.is_lead(actor, found.region_path) else "asked",
        actor=actor, now=now(), hidden=True, in_place_of=policy.in_place_of(actor, found),
    )  # fmt: skip
    named = queries.named_in(found)
    people = names_of({found.handler_ref, found.asked_ref, found.raised_by if handles else ""})
    return page(
        "safeguarding/concern.html", concern=found, child=child, named=named, people=people, now=now(),
        sees_name=child is not None and "name" in seen_fields(actor, child), place=name_of_path(found.region_path),
        reporter=people.get(found.raised_by, "") if handles else "", handles=handles,
        can_take=policy.can_take(found), can_handle=policy.can_handle(actor, found),
        can_hand_over=policy.can_hand_over(actor, found), can_judge=policy.can_judge(actor, found),
        way=_way(found), outcomes=OUTCOME_WORDS, last_name=setting("last_resort_name"),
        last_phone=setting("last_resort_phone"), **WORDS,
    )  # fmt: skip


def _way(found: Concern) -> list[TimelineEntry]:
    """Steps, questions and texts in one line of time, newest first. Nobody is named as the one who raised it."""
    rows = queries.way_of(found)
    written = {row.at for row in rows if row.what == queries.WRITTEN}
    way = []
    for row in rows:
        label, tone, text = _("asked"), "amber", ""
        if row.what == queries.ASKED:
            text = _("Asked to take it by %(time)s.", time=moment(row.due_at).striptags())
        elif row.what == queries.WRITTEN:
            label, tone = _(NOTE_WORDS[NoteKind(row.word)]), "blue"
            text = opened(ConcernNote.text_sealed, row.ref, row.sealed)
        elif row.at in written:  # a step with its text is one line
            continue
        else:
            label, tone = _(CONCERN.words[S(row.word)]), CONCERN.tones.get(S(row.word), "neutral")
        way.append(TimelineEntry(row.at, label, tone, row.name, text))
    return way


@bp.post("/concerns/<ref>/acknowledgement")
@allow(signed_in=True)
def acknowledgement(ref: str) -> ResponseReturnValue:
    """Take it."""
    found = queries.concern_or_404(g.actor, ref)
    operations.acknowledge(found, actor=g.actor, now=now())
    tell(_("You have taken this concern. The clock has stopped; the file is open to you."), "success")
    return redirect(url_for(".concern", ref=ref), 303)


@dataclass(frozen=True)
class Step:
    """One thing that can be written down about a concern: its form, its operation, its words."""

    title: str
    hint: str
    button: str
    form: type[Form]
    operation: Callable[..., None]
    allowed: Callable[[Actor, Concern], bool]


def _works(actor: Actor, found: Concern) -> bool:
    return policy.can_handle(actor, found) and found.state is not S.CLOSED


STEPS: dict[str, Step] = {
    "assessment": Step(
        N_("Assessment"), N_("What do you know, from whom, and how dangerous is it for the child?"),
        N_("Save the assessment"), WordsForm, operations.assess, _works,
    ),
    "action": Step(
        N_("What was done"),
        N_("Calls, visits, reports to the police or the civil affairs office: who, when, what came of it."),
        N_("Save what was done"), WordsForm, operations.act, _works,
    ),
    "closure": Step(
        N_("Close the concern"), N_("The file closes to you again. Nothing is deleted."), N_("Close it"), ClosureForm,
        operations.close_concern, _works,
    ),
    "pause": Step(
        N_("Pause the pairing"),
        N_("Both sides lose access to each other's data at once. The mentor sees only “paused by the programme”."),
        N_("Pause it now"), WordsForm, operations.pause_pairing, _works,
    ),
    "lift": Step(
        N_("Lift the pause"), N_("Say how the pairing goes on, and why this is safe."), N_("Lift the pause"), LiftForm,
        operations.lift_pause, _works,
    ),
    "handover": Step(
        N_("Hand over"), N_("The file closes to the one and opens to the other. Nobody who is named can be chosen."),
        N_("Hand it over"), HandoverForm, operations.hand_over, policy.can_hand_over,
    ),
    "reopening": Step(
        N_("Open again"), N_("The people on duty are asked again, with a new clock."), N_("Open it again"), WordsForm,
        operations.reopen, policy.can_judge,
    ),
    "mistake": Step(
        N_("Entered by mistake"), N_("It stays in the record and in the log, but nobody works on it any more."),
        N_("Mark as a mistake"), WordsForm, operations.enter_in_error, policy.can_judge,
    ),
}  # fmt: skip


@bp.route("/concerns/<ref>/steps/<name>", methods=["GET", "POST"])
@allow(signed_in=True)
def step(ref: str, name: str) -> ResponseReturnValue:
    """Write down one step."""
    found = queries.concern_or_404(g.actor, ref)
    if name not in STEPS:
        raise NotFound
    declared = STEPS[name]
    require(declared.allowed(g.actor, found))
    form = declared.form()
    if isinstance(form, HandoverForm):
        fit = queries.fit_people(found)
        form.to.offer((r, n) for r, n in fit.items() if r != found.handler_ref)
    if submitted(form, lambda: declared.operation(found, **form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        still = session().scalar(policy.visible_to(g.actor).where(Concern.id == found.id))
        return redirect(url_for(".concern", ref=ref) if still is not None else url_for(".concerns"), 303)
    return page("safeguarding/step.html", form=form, ref=ref, step=declared)
