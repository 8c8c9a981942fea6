"""What this room puts on shared pages: the file's timeline and panel, and the coordinator's today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g, url_for

from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.words import N_
from portal.pairing import queries
from portal.pairing.rules import ASK_WORDS, LIVE, MENTOR_WORDS, PAIRING, SHOWN_TO_MENTOR, PairingState
from portal.web.language import _, day_text
from portal.web.registries import Card, TimelineEntry, TodayItem

S = PairingState
TOLD_TO_MENTOR = (S.AGREED, S.ACTIVE, S.CLOSING)
NEXT_WORDS = {
    S.PROPOSED: N_("talk with child, carer and volunteer"),
    S.CONSULTED: N_("sign the agreement"),
    S.AGREED: N_("first meeting, with you there"),
    S.CLOSING: N_("talks at the end"),
}


def timeline_of(actor: Actor, child_ref: str, most: int) -> Iterator[TimelineEntry]:
    """Steps of the child's pairs: all for staff of the region, the beginning and end of the own pair for its mentor."""
    steps = [row for row in _ways(child_ref) if row.at is not None]
    for row in sorted(steps, key=lambda row: row.at, reverse=True)[:most]:
        state = S(row.target)
        quiet = S.FROZEN in (row.source, row.target)
        if actor.covers(row.region_path, *REGION_ROLES) and row.mentor_account != actor.account_ref:
            yield TimelineEntry(
                at=row.at,
                kind_label=_("Pairing"),
                tone=PAIRING.tones.get(state, "neutral"),
                who="" if quiet else row.actor_name,
                text=_("%(name)s: %(state)s", name=row.volunteer_name, state=_(PAIRING.words[state])),
                url=url_for("pairing.show", ref=row.ref),
                detail="" if quiet or not row.reason else _(row.reason),
            )
        elif (
            actor.has(Role.MENTOR) and row.mentor_account == actor.account_ref and row.state in SHOWN_TO_MENTOR
            and state in TOLD_TO_MENTOR and S(row.source or S.PROPOSED) in (S.PROPOSED, S.CONSULTED, S.AGREED)
        ):  # fmt: skip
            yield TimelineEntry(
                at=row.at,
                kind_label=_("Pairing"),
                tone="blue",
                who="",
                text=_(MENTOR_WORDS[state]),
                url=url_for("pairing.show", ref=row.ref),
            )


def _ways(child_ref: str) -> list[Any]:
    """The child's pairs with their steps, read once for one page."""
    kept: tuple[str, list[Any]] | None = g.get("pairs_of_child")
    if kept is None or kept[0] != child_ref:
        kept = g.pairs_of_child = (child_ref, queries.ways_of_child(child_ref))
    return kept[1]


def panel_of(actor: Actor, child: Child) -> Card | None:
    """The child's mentor beside the file, for staff of the region."""
    if not actor.covers(child.region_path, *REGION_ROLES):
        return None
    pairs = list({row.ref: row for row in _ways(child.ref)}.values())
    if any(p.state in LIVE and p.mentor_account == actor.account_ref for p in pairs):
        return None
    return Card(
        title=_("Mentor"),
        template="pairing/panel.html",
        facts={
            "running": [p for p in pairs if p.state in LIVE],
            "begun": [p for p in pairs if p.state in (S.PROPOSED, S.CONSULTED)],
            "ended": sum(p.state is S.CLOSED for p in pairs),
            "cycle": PAIRING,
            "child_ref": child.ref,
            "wanted": child.wants_mentor,
            "proposes": actor.coordinates(child.region_path),
        },
        order=10,
    )


def today_of(actor: Actor) -> Iterator[TodayItem]:
    """For the coordinator: what mentors ask, and pairs that wait for a next step."""
    if not actor.has(Role.COORDINATOR):
        return
    for ask in queries.waiting_asks(actor):
        yield TodayItem(
            who=ask.volunteer_name,
            why=_("asks for %(what)s (%(child)s)", what=_(ASK_WORDS[ask.kind]), child=ask.child_name),
            when=day_text(local_day(ask.asked_at)),
            url=url_for("pairing.answer", ref=ask.pairing_ref, ask_ref=ask.ref),
            action=_("Answer"),
            tone="amber",
            icon="chat",
            order=(20, ask.asked_at.isoformat()),
        )
    for pair in queries.to_take_further(actor):
        yield TodayItem(
            who=f"{pair.child_name} · {pair.volunteer_name}",
            why=_(NEXT_WORDS[pair.state]),
            when=_(PAIRING.words[pair.state]),
            url=url_for("pairing.show", ref=pair.ref),
            action=_("Go on"),
            tone="blue",
            icon="heart",
            order=(45, pair.proposed_on.isoformat()),
        )
