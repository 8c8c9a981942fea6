"""What this room puts on shared pages: navigation, today, cards, the child's timeline. Each begins at `visible_to`."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for

from portal.kernel.actor import STAFF, Actor, Role
from portal.kernel.clock import local_day, now
from portal.kernel.words import N_
from portal.safeguarding import queries
from portal.safeguarding.rules import CONCERN, URGENCY_NAMES, URGENCY_TONES, WAITING
from portal.web.language import _, clock, day_text
from portal.web.registries import Card, NavItem, TimelineEntry, TodayItem

KEEPERS = frozenset({Role.SAFEGUARDING_LEAD, Role.COORDINATOR})
NAV = (
    NavItem("safeguarding.concerns", N_("Concerns"), "shield", KEEPERS, order=60, tab=True),
    NavItem("safeguarding.duty_list", N_("Duty list"), "phone", KEEPERS, order=90, menu=True),
    NavItem("safeguarding.complaints", N_("Complaints"), "chat", KEEPERS, order=91, menu=True),
)


def today(actor: Actor) -> Iterable[TodayItem]:
    """What the actor is asked to take or is handling: always on top."""
    if not actor.has(*STAFF):  # only staff stand on a duty list
        return
    moment = now()
    for row in queries.waiting_for(actor):
        waits = row.state in WAITING
        due = f"{day_text(local_day(row.due_at))} {clock(row.due_at)}"
        yield TodayItem(
            who=_(URGENCY_NAMES[row.urgency]),
            why=" · ".join(part for part in (_(CONCERN.words[row.state]), row.child_code) if part),
            when="" if not waits else _("overdue") if row.due_at <= moment else _("by %(time)s", time=due),
            url=url_for("safeguarding.concern", ref=row.ref), action=_("Take it") if waits else _("Open"), tone="red",
            icon="shield", order=(0, row.due_at.isoformat()),
        )  # fmt: skip


def cards(actor: Actor) -> Iterable[Card]:
    """Concerns that nobody has taken yet, for leads; who is asked meets theirs on top of today."""
    if not actor.has(Role.SAFEGUARDING_LEAD):
        return
    rows = queries.waiting_in_scope(actor)
    yield Card(
        _("Concerns waiting"), "safeguarding/card.html",
        {"rows": rows, "now": now(), "urgencies": URGENCY_NAMES, "urgency_tones": URGENCY_TONES}, order=5,
    )  # fmt: skip


def timeline(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """Concerns about a child, for those alone who may know of them."""
    if not actor.has(*STAFF):
        return
    for row in queries.about_child(actor, child_ref, most):
        yield TimelineEntry(
            row.raised_at, _("Concern"), CONCERN.tones.get(row.state, "neutral"), "", _(CONCERN.words[row.state]),
            url_for("safeguarding.concern", ref=row.ref), _(URGENCY_NAMES[row.urgency]),
        )  # fmt: skip
