"""What this room puts on shared pages: navigation, cards, and the panels of a need and of a child's file."""

from __future__ import annotations

from collections.abc import Iterator

from portal.board import queries
from portal.board.policy import can_prepare
from portal.board.views import shown
from portal.children.models import Child
from portal.children.rules import OPEN_STATES, Purpose
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.policy import can_offer
from portal.web.language import _
from portal.web.registries import Card, NavItem

PARTNERS = frozenset({Role.PARTNER, Role.PARTNER_MANAGER})
NAV = (
    NavItem("board.offers", N_("Offers"), "heart", frozenset(REGION_ROLES), order=64, menu=True),
    NavItem(
        "board.claims",
        N_("Claims"),
        "check",
        frozenset({*REGION_ROLES, *PARTNERS}),
        order=65,
        menu=True,
    ),
    NavItem("board.claims", N_("Claims"), "check", frozenset({Role.CONFIRMER}), order=15, tab=True),
    NavItem("board.board", N_("Public board"), "globe", order=66, menu=True),
)
LINES = 5


def cards_of(actor: Actor) -> Iterator[Card]:
    """For a confirmer: what waits and what runs (the coordinator's today names each duty). For a partner: the own."""
    if actor.has(Role.CONFIRMER) and not actor.has(*REGION_ROLES):
        numbers = queries.numbers_of(actor)
        if any(numbers.values()):
            yield Card(_("Board and claims"), "board/card.html", {"numbers": numbers}, order=24)
    if actor.has(*PARTNERS):
        rows = queries.partner_claims(actor, LINES)
        yield Card(_("Your help from the board"), "board/partner_card.html", {"rows": rows, "shown": shown}, order=24)


def need_panel(actor: Actor, need: Need) -> Card | None:
    """The offers of a need, and the way to make one."""
    if not actor.covers(need.region_path, *REGION_ROLES):
        return None
    offers, may = queries.offers_of(actor, need_id=need.id), can_offer(actor, need)
    if not offers and not may:
        return None
    facts = {
        "rows": offers, "shown": shown,
        "new_url": f"/offers/new?need={need.ref}" if may else "",
        "label": _("Offer to the public"),
    }  # fmt: skip
    return Card(_("Public board"), "board/panel.html", facts, order=30)


def child_panel(actor: Actor, child: Child) -> Card | None:
    """The small wishes of a child, and the way to offer one."""
    if not actor.covers(child.region_path, *REGION_ROLES):
        return None
    may = can_prepare(actor, child.region_path) and child.state in OPEN_STATES
    # Without the guardian's word, which is loaded with the file, there is nothing but what a coordinator prepares.
    asked = may or any(consent.purpose is Purpose.BOARD for consent in child.consents)
    offers = queries.offers_of(actor, child_id=child.id) if asked else []
    if not offers and not may:
        return None
    facts = {
        "rows": offers, "shown": shown,
        "new_url": f"/offers/new?child={child.ref}" if may else "",
        "label": _("Offer a small wish"),
    }  # fmt: skip
    return Card(_("Small wishes"), "board/panel.html", facts, order=35)
