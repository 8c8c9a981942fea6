"""What this room puts on shared pages: navigation, today, cards, panels of child and need, timeline, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import g, url_for

from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor
from portal.kernel.clock import now
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.policy import can_refer
from portal.needs.rules import KIND_WORDS, NeedKind
from portal.partners.policy import OF_PARTNERS
from portal.referrals import queries
from portal.referrals.policy import SENDERS
from portal.referrals.rules import LIVE, RECEIVED_WORDS, REFERRAL, ReferralState
from portal.referrals.views import shown
from portal.web.forms import clean_text
from portal.web.language import _
from portal.web.registries import Card, Found, NavItem, TimelineEntry, TodayItem

NAV = (
    NavItem("referrals.index", N_("Referrals"), "out", frozenset(REGION_ROLES), order=24),
    NavItem("referrals.index", N_("Referrals"), "out", frozenset(OF_PARTNERS), order=12, tab=True),
)
LINES = 6
MOST_FOUND = 5
MOST_ON_PANEL = 6
SUGGESTED_ON_PANEL = 3


def today_of(actor: Actor) -> Iterator[TodayItem]:
    """What waits for the receiver by its clock, and what it is to delete; for the sender the questions."""
    if actor.has(*OF_PARTNERS):
        for row in queries.to_answer(actor, LINES):
            yield TodayItem(
                who=_("Referral %(number)s", number=shown.number(row)),
                why=f"{shown.kind_words(row)} · {row.service_name}", when=shown.clock_words(row),
                url=url_for("referrals.show", ref=row.ref), action=_("Answer"), tone=shown.clock_tone(row), icon="out",
                order=(10, row.expires_at.isoformat()),
            )  # fmt: skip
        for row in queries.deletions_open(actor)[:LINES]:
            yield TodayItem(
                who=_("Referral %(number)s", number=shown.number(row)), why=_("Delete what you keep of it"),
                when=_("by %(day)s", day=row.delete_by.isoformat()), url=url_for("referrals.deletion", ref=row.ref),
                action=_("Delete"), tone="red", icon="lock", order=(11, row.delete_by.isoformat()),
            )  # fmt: skip
    if actor.has(*SENDERS):
        for row in queries.asked_us(actor, LINES):
            yield TodayItem(
                who=row.child_name, why=_("%(org)s asks something", org=row.org_name), when=shown.clock_words(row),
                url=url_for("referrals.show", ref=row.ref), action=_("Answer"), tone=shown.clock_tone(row), icon="chat",
                order=(12, row.expires_at.isoformat()),
            )  # fmt: skip


def cards_of(actor: Actor) -> Iterator[Card]:
    """How many referrals stand where, for both sides."""
    both = actor.has(*SENDERS) and actor.has(*OF_PARTNERS)
    if actor.has(*OF_PARTNERS):
        facts = {"numbers": queries.inbox_numbers(actor), "words": RECEIVED_WORDS, "box": both}
        yield Card(_("Referrals to us"), "referrals/card.html", facts, order=6)
    if actor.has(*SENDERS):
        facts = {"numbers": queries.numbers_of(actor), "words": REFERRAL.words, "box": False}
        yield Card(_("Referrals"), "referrals/card.html", facts, order=22)


def _ways(actor: Actor, child_ref: str) -> list[Any]:
    """The child's referrals with their steps, read once for one page."""
    kept: tuple[str, list[Any]] | None = g.get("referrals_of_child")
    if kept is None or kept[0] != child_ref:
        kept = g.referrals_of_child = (child_ref, queries.ways_of_child(actor, child_ref))
    return kept[1]


def panel_of(actor: Actor, child: Child) -> Card | None:
    """The child's referrals beside the file, for its staff."""
    if not actor.covers(child.region_path, *REGION_ROLES):
        return None
    rows = list({row.ref: row for row in _ways(actor, child.ref)}.values())[:MOST_ON_PANEL]
    return Card(_("Referrals"), "referrals/panel.html", {"rows": rows, "shown": shown}, order=16) if rows else None


def need_panel_of(actor: Actor, need: Need) -> Card | None:
    """A need's tries, and who could take it next, for the child's staff."""
    if not actor.covers(need.region_path, *REGION_ROLES):
        return None
    tries = queries.tries_of(actor, need)
    running = any(t.state in (ReferralState.DRAFTED, *LIVE) for t in tries)
    refers = can_refer(actor, need) and not running
    if not tries and not refers:
        return None
    found = queries.suggestions_for(need, need.child, tries, now=now()) if refers else []
    return Card(
        _("Help by organisations"), "referrals/need_panel.html",
        {
            "tries": tries[::-1], "refers": refers, "suggestions": found[:SUGGESTED_ON_PANEL],
            "more": len(found) - SUGGESTED_ON_PANEL, "shown": shown, "need_ref": need.ref,
        },
        order=10,
    )  # fmt: skip


def timeline_of(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """Steps of the child's referrals, for its staff."""
    if not actor.has(*REGION_ROLES):
        return
    steps = [row for row in _ways(actor, child_ref) if row.at is not None]
    for row in sorted(steps, key=lambda row: row.at, reverse=True)[:most]:
        state = ReferralState(row.target)
        yield TimelineEntry(
            row.at, _("Referral"), REFERRAL.tones.get(state, "blue"), row.actor_name,
            _("%(org)s, %(kind)s: %(state)s", org=row.org_name, kind=_(KIND_WORDS[NeedKind(row.kind)]),
              state=_(REFERRAL.words[state])),
            url_for("referrals.show", ref=row.ref),
        )  # fmt: skip


def found(actor: Actor, words: str) -> list[Found]:
    """Running referrals by the child's name or initials, for its staff. A receiver finds nothing by a name."""
    words = clean_text(words)[:40]
    if not words or not actor.has(*REGION_ROLES):
        return []
    return [
        Found(
            _("Referral"), row.child_name, f"{row.org_name} · {shown.state_words(row)}",
            url_for("referrals.show", ref=row.ref),
        )
        for row in queries.live_named(actor, words, MOST_FOUND)
    ]  # fmt: skip
