"""What this room puts on shared pages: navigation, today, cards, the file's panel and timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import g, url_for

from portal.children.models import Child
from portal.children.rules import OPEN_STATES, RISK_WORDS
from portal.children.sight import REGION_ROLES, seen_fields
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import start_of
from portal.kernel.words import N_
from portal.visits import policy, queries
from portal.visits.rules import CARE, STANDING_TONES, STANDING_WORDS, TOWN, Standing
from portal.visits.views import shown
from portal.web.language import _
from portal.web.registries import Card, NavItem, TimelineEntry, TodayItem

NAV = (
    NavItem(
        "visits.index", N_("Visits"), "pen", frozenset(policy.VISITORS), order=5, tab=True, short=N_("Visit"),
    ),
    NavItem("visits.overview", N_("Visits by village"), "pen", frozenset({Role.COORDINATOR}), order=23),
)  # fmt: skip
LINES = 8
MOST_ON_PANEL = 4


def today_of(actor: Actor) -> Iterator[TodayItem]:
    """Who is due for a visit, the nearest first: overdue, today, and soon."""
    if not actor.has(*policy.VISITORS):
        return
    interval = queries.interval_of(actor)
    at_the_door = interval is CARE
    why = _("Visit at home") if at_the_door else _("Town check at home")
    for row in queries.first_due(actor, interval, LINES):
        stands = shown.stands(row.due_at)
        if stands is Standing.LATER or (not at_the_door and stands is Standing.SOON):
            return
        yield TodayItem(
            who=row.name, why=f"{why} · {row.village}", when=shown.due_words(row.due_at),
            url=url_for("visits.new", child=row.ref), action=_("Visit"), tone=shown.due_tone(row.due_at), icon="pen",
            order=(12 if stands in (Standing.OVERDUE, Standing.TODAY) else 35, row.due_at.isoformat()),
        )  # fmt: skip


def cards_of(actor: Actor) -> Iterator[Card]:
    """How many visits stand where, and the ways to the list and the camera."""
    if not actor.has(*policy.VISITORS):
        return
    interval = queries.interval_of(actor)
    facts = {
        "counts": queries.counts_due(actor, interval), "words": STANDING_WORDS, "tones": STANDING_TONES,
        "at_the_door": interval is CARE, "Standing": Standing,
    }  # fmt: skip
    yield Card(_("Visits due") if interval is CARE else _("Town checks due"), "visits/card.html", facts, order=5)


def panel_of(actor: Actor, child: Child) -> Card | None:
    """When the child is visited next, why that often, and what was seen last."""
    whole = actor.covers(child.region_path, *REGION_ROLES)
    door = actor.has(Role.GRID_WORKER) and "address" in seen_fields(actor, child)
    if not whole and not door:
        return None
    open_file = child.state in OPEN_STATES
    plan = queries.plan_of(child) if open_file else queries.Plan({}, None)
    visits = (open_file and actor.covers(child.region_path, Role.CASEWORKER, Role.SUPERVISOR)) or (open_file and door)
    return Card(
        _("Visits"), "visits/panel.html",
        {
            "care": plan.due.get(CARE.kind),
            "town": plan.due.get(TOWN.kind) if whole else None,
            "risk": plan.risk if whole else None, "risk_words": RISK_WORDS, "shown": shown,
            "rows": _newest(actor, child.ref, MOST_ON_PANEL), "child_ref": child.ref, "may_visit": visits,
            "whole": whole, "name": child.name,
        },
        order=10,
    )  # fmt: skip


def _newest(actor: Actor, child_ref: str, most: int) -> Sequence[Any]:
    """The newest visits of a child, read once for the timeline and the panel of one page."""
    kept: dict[tuple[str, str], tuple[int, Sequence[Any]]] = g.get("visits_of_page", {})
    asked, rows = kept.get((actor.account_ref, child_ref), (0, ()))
    if asked < most:
        rows = queries.visits_of(actor, child_ref, most)
        g.visits_of_page = {(actor.account_ref, child_ref): (most, rows)}
    return rows[:most]


def timeline_of(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """The child's visits, by whom the reader may see."""
    for row in _newest(actor, child_ref, most):
        text = _("nobody at home") if row.attempt else _("something worrying") if row.worrying else ""
        yield TimelineEntry(
            row.at or start_of(row.on_day), shown.kind_words(row.kind),
            "amber" if row.worrying or row.attempt else "green", row.author_name, text,
            url_for("visits.show", ref=row.ref),
        )  # fmt: skip
