"""One need: the whole of it for staff, where it stands for whoever raised it."""

from __future__ import annotations

from flask import current_app, g
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, right_of, seen_fields
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.needs import policy, queries
from portal.needs.models import Need
from portal.needs.rules import (
    AT_LEVELS,
    CHANNEL_WORDS,
    CONFIRMED_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    ROLE_AT,
    STANDING,
    URGENCY_WORDS,
    NeedChannel,
    NeedUrgency,
)
from portal.needs.views import shown
from portal.needs.views.blueprint import bp
from portal.needs.views.stepping import steps_open_to
from portal.places.settings import coded
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _
from portal.web.pages import page

READERS = (*REGION_ROLES, Role.GRID_WORKER, Role.MENTOR, Role.SAFEGUARDING_LEAD, Role.CONFIRMER)
SOURCES = {NeedChannel.SESSION: "/sessions/", NeedChannel.VISIT: "/visits/"}


@bp.get("/needs/<ref>")
@allow(*READERS)
def show(ref: str) -> ResponseReturnValue:
    """Where it stands, what is needed, its way, and what can be done next."""
    need = queries.need_or_404(g.actor, ref)
    why, whose = right_of(g.actor, need.child)
    record_read(
        "need-read", kind="need", ref=need.ref, about_ref=need.child_ref, region_path=need.region_path, why=why,
        in_place_of=whose, actor=g.actor, now=now(), hidden=why == "concern",
    )  # fmt: skip
    return _whole(g.actor, need) if policy.reads_whole(g.actor, need) else _standing(g.actor, need)


def _standing(actor: Actor, need: Need) -> ResponseReturnValue:
    """For a mentor or a grid worker: no words of others, no names, no places."""
    return page(
        "needs/standing.html", need=need, label=label_of(need.child, seen_fields(actor, need.child)),
        kind=_(KIND_WORDS[need.kind]), standing=_(STANDING[need.state]),
        urgent=need.urgency is NeedUrgency.URGENT, steps=steps_open_to(actor, need),
        own_words=need.text if need.raised_by == actor.account_ref else "",
    )  # fmt: skip


def _whole(actor: Actor, need: Need) -> ResponseReturnValue:
    app: Portal = current_app  # type: ignore[assignment]
    people = queries.people_at(ROLE_AT[need.level], need.region_path) if need.state in AT_LEVELS else []
    names = names_of([need.raised_by, need.answerable_ref, *people])
    panels = [p for p in (provide(actor, need) for provide in app.registries.need_panels) if p is not None]
    source = SOURCES.get(need.channel)
    return page(
        "needs/show.html", need=need, child=need.child, label=label_of(need.child, seen_fields(actor, need.child)),
        kind=_(KIND_WORDS[need.kind]), standing=_(STANDING[need.state]), shown=shown,
        urgency=_(URGENCY_WORDS[need.urgency]), urgent=need.urgency is NeedUrgency.URGENT,
        channel=_(CHANNEL_WORDS[need.channel]), level=_(LEVEL_WORDS[need.level]),
        dimension=dict(coded("support_dimensions")).get(need.dimension, need.dimension),
        confirmed=_(CONFIRMED_WORDS[need.confirmed_by]) if need.confirmed_by else "",
        people=[names[ref] for ref in people if ref in names], raiser=names.get(need.raised_by, ""),
        answerable=names.get(need.answerable_ref, ""), entries=[shown.line_of(s) for s in queries.steps_of(need)],
        panels=sorted(panels, key=lambda card: card.order), steps=steps_open_to(actor, need),
        source_url=f"{source}{need.source_ref}" if source and need.source_ref else "",
        lists=actor.covers(need.region_path, *REGION_ROLES),
    )  # fmt: skip
