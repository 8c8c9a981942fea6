"""What this room puts on shared pages: navigation, today, cards, the file's panel and timeline, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from flask import g, url_for

from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.words import N_
from portal.needs import policy, queries
from portal.needs.models import Need
from portal.needs.rules import ENDED, KIND_WORDS, NEED, OPEN_STATES, ROLE_AT, STANDING, NeedState, NeedUrgency
from portal.needs.views import shown
from portal.web.forms import clean_text
from portal.web.language import _
from portal.web.registries import Card, Found, NavItem, TimelineEntry, TodayItem

S = NeedState
LEVEL_ROLES = frozenset(ROLE_AT.values())
NAV = (
    NavItem("needs.index", N_("Needs"), "heart", LEVEL_ROLES, order=22, tab=True),
    NavItem(
        "needs.raised", N_("Needs I raised"), "heart", frozenset({Role.GRID_WORKER, Role.MENTOR}), order=62, menu=True
    ),
)
SOON = timedelta(days=4)
LINES = 5
MOST_ON_PANEL = 8
MOST_FOUND = 5


def _home(actor: Actor) -> tuple[list[Any], dict[str, int]]:
    """What today's lines and the card show, asked once for both."""
    if g.get("needs_at_home_of") != actor.account_ref:
        g.needs_at_home = queries.home_of(actor, until=now() + SOON, most=LINES + 1, now=now())
        g.needs_at_home_of = actor.account_ref
    found: tuple[list[Any], dict[str, int]] = g.needs_at_home
    return found


def today_of(actor: Actor) -> Iterator[TodayItem]:
    """What waits for this person and is due within days, or urgent: the nearest first."""
    if not actor.has(*LEVEL_ROLES):
        return
    rows, _numbers = _home(actor)
    for row in rows[:LINES]:
        to_ask = row.state is NeedState.RESOLVED
        late = shown.is_late(row)
        yield TodayItem(
            who=row.child_name,
            why=_("Is it met? %(kind)s", kind=_(KIND_WORDS[row.kind])) if to_ask
            else _("Need: %(kind)s", kind=_(KIND_WORDS[row.kind])),
            when=shown.due_words(row), url=url_for("needs.show", ref=row.ref),
            action=_("Ask") if to_ask else _("Open"), tone="red" if late else "amber", icon="heart",
            order=(10 if late or row.urgency is NeedUrgency.URGENT else 30, row.due_at.isoformat()),
        )  # fmt: skip
    if len(rows) > LINES:
        yield TodayItem(
            who=_("More needs wait"), why=_("All of your queue, by due date"), when="", url=url_for("needs.index"),
            action=_("Look"), tone="amber", icon="heart", order=(31, ""),
        )  # fmt: skip


def cards_of(actor: Actor) -> Iterator[Card]:
    """For the town and the district: how many needs stand where."""
    if not actor.has(Role.SUPERVISOR, Role.COORDINATOR):
        return
    _rows, numbers = _home(actor)
    if sum(numbers.values()):
        yield Card(_("Needs"), "needs/card.html", {"numbers": numbers, "words": NEED.words}, order=20)


def panel_of(actor: Actor, child: Child) -> Card | None:
    """The child's needs beside the file: all for its staff, one's own with where they stand for others."""
    needs = _of_child(actor, child.ref)
    whole = actor.covers(child.region_path, *REGION_ROLES)
    raises = (whole or actor.has(Role.GRID_WORKER)) and policy.can_raise(actor, child)
    if not needs and not raises:
        return None
    return Card(
        _("Needs") if whole else _("Needs you raised"), "needs/panel.html",
        {
            "rows": needs[:MOST_ON_PANEL], "more": len(needs) - MOST_ON_PANEL, "kinds": KIND_WORDS,
            "standing": STANDING, "shown": shown, "child_ref": child.ref, "raises": raises and _is_open(child),
            "whole": whole, "open_states": OPEN_STATES,
        },
        order=15,
    )  # fmt: skip


def _is_open(child: Child) -> bool:
    return child.state.value in ("open", "ageing_out")


def timeline_of(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """When each need of the child was raised, resolved and ended; the way between stands on its own page."""
    entries = []
    for need in _of_child(actor, child_ref):
        ended = need.closed_at if need.state in ENDED else None
        for at, state in ((need.raised_at, S.RAISED), (need.resolved_at, S.RESOLVED), (ended, need.state)):
            if at is not None:
                words = _("%(kind)s: %(state)s", kind=_(KIND_WORDS[need.kind]), state=_(NEED.words[state]))
                url = url_for("needs.show", ref=need.ref)
                entries.append(TimelineEntry(at, _("Need"), NEED.tones.get(state, "blue"), "", words, url))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:most]


def _of_child(actor: Actor, child_ref: str) -> list[Need]:
    """The child's needs for the file's timeline and panel, asked once for both."""
    if g.get("needs_seen_of") != (actor.account_ref, child_ref):
        g.needs_seen = queries.needs_of(actor, child_ref)
        g.needs_seen_of = actor.account_ref, child_ref
    found: list[Need] = g.needs_seen
    return found


def found(actor: Actor, words: str) -> list[Found]:
    """Open needs by the child's name or initials, for staff of the region."""
    words = clean_text(words)[:40]
    if not words or not actor.has(*LEVEL_ROLES):
        return []
    return [
        Found(
            _("Need"), row.child_name, f"{_(KIND_WORDS[row.kind])} · {_(NEED.words[row.state])}",
            url_for("needs.show", ref=row.ref),
        )
        for row in queries.open_named(actor, words, MOST_FOUND)
    ]  # fmt: skip
