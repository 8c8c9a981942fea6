"""One pair: the whole of it for staff, a compact page for its mentor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.people import age_on
from portal.kernel.words import N_
from portal.pairing import queries
from portal.pairing.models import Pairing
from portal.pairing.operations.beginning import SIDE_WORDS, Side
from portal.pairing.policy import can_ask, can_keep, can_move, is_mentor_of
from portal.pairing.rules import (
    ASK_WORDS,
    CLOSURE_WORDS,
    CONTACT_WORDS,
    EXIT_WORDS,
    MENTOR_TONES,
    MENTOR_WORDS,
    PAIRING,
    PairingState,
)
from portal.pairing.views.blueprint import bp
from portal.places.settings import setting
from portal.volunteers.rules import VOLUNTEER
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page

S = PairingState
MENTOR_NEXT = {
    S.AGREED: N_("Your coordinator arranges the first meeting and will be there."),
    S.ACTIVE: N_("Log each session soon after it, and plan the next one together."),
    S.PAUSED: N_("The programme has paused this pairing. You need do nothing now; your coordinator will get in touch."),
    S.CLOSING: N_(
        "The pairing is coming to its end. Take leave of each other; your coordinator will talk with both of you."
    ),
}


@dataclass(frozen=True)
class Next:
    """The one thing that a pair needs next. `post` says that its button posts at once."""

    text: str
    label: str = ""
    url: str = ""
    post: bool = False


def next_of(pairing: Pairing) -> Next:
    """What is needed next, in the reader's language."""
    ref = pairing.ref
    if pairing.state is S.PROPOSED:
        side = next((s for s in Side if getattr(pairing, f"{s.value}_asked_on") is None), Side.CHILD)
        return Next(
            _("Child, carer and volunteer are each asked. Next: %(who)s.", who=_(SIDE_WORDS[side])),
            _("Record the talk"),
            url_for(".talk", ref=ref, side=side.value),
        )
    if pairing.state is S.CONSULTED:
        text = _(
            "All three want to. Sign the agreement together: at least %(months)d months.",
            months=setting("commitment_months"),
        )
        return Next(text, _("Record the agreement"), url_for(".agreement", ref=ref))
    if pairing.state is S.AGREED:
        text = _("Be there when the two meet for the first time. The pair begins with it.")
        return Next(text, _("Record the first meeting"), url_for(".first_meeting", ref=ref))
    if pairing.state is S.PAUSED:
        return Next(
            _("The pair rests. The mentor sees nothing of the child meanwhile."),
            _("Go on"),
            url_for(".resumption", ref=ref),
            True,
        )
    if pairing.state is S.FROZEN:
        return Next(
            _("Paused by the programme. It goes on or ends when the programme says so; nothing is to be done here.")
        )
    if pairing.state is S.CLOSING:
        text = _("Talk with the child and with the mentor, and settle what comes after.")
        return Next(text, _("Record the end"), url_for(".closure", ref=ref))
    if pairing.state is S.ACTIVE:
        return Next(_("Under way."), _("Read the logs"), f"/sessions?pair={ref}")
    return Next("")


def steps_shown(rows: list[Any]) -> list[dict[str, Any]]:
    """The history for staff. Who froze or unfroze a pair, and why, is not told here: that belongs to safeguarding."""
    return [
        {
            "at": r.at,
            "target": r.target,
            "who": "" if S.FROZEN in (r.source, r.target) else r.actor_name,
            "reason": "" if S.FROZEN in (r.source, r.target) else r.reason,
        }
        for r in rows
    ]


@bp.get("/pairings/<ref>")
@allow(Role.COORDINATOR, Role.SUPERVISOR, Role.CASEWORKER, Role.MENTOR)
def show(ref: str) -> ResponseReturnValue:
    """One pair. The look is logged."""
    pairing = queries.pairing_or_404(g.actor, ref)
    mentor = is_mentor_of(g.actor, pairing)
    record_read(
        "pairing-read",
        kind="pairing",
        ref=pairing.ref,
        about_ref=pairing.child_ref,
        region_path=pairing.region_path,
        why="pairing" if mentor else "region",
        actor=g.actor,
        now=now(),
        in_place_of="" if mentor else None,
    )
    return for_mentor(pairing) if mentor else for_staff(pairing)


def for_mentor(pairing: Pairing) -> ResponseReturnValue:
    """What a mentor sees: what the child is called, its age, where the pair stands, what was asked and answered."""
    child = pairing.child
    shown = S.PAUSED if pairing.state is S.FROZEN else pairing.state
    return page(
        "pairing/mine.html",
        ref=pairing.ref,
        label=child.alias or child.given_name,
        age=age_on(child.born_on, today()),
        state=shown,
        state_words=MENTOR_WORDS[shown],
        tone=MENTOR_TONES.get(shown, "neutral"),
        next_text=MENTOR_NEXT.get(shown, ""),
        started_on=pairing.started_on,
        until_on=pairing.commitment_until_on,
        last_contact_on=pairing.last_contact_on,
        sees_child=shown in (S.ACTIVE, S.CLOSING),
        child_ref=pairing.child_ref,
        may_ask=can_ask(g.actor, pairing),
        asks=queries.asks_of(pairing),
        ask_words=ASK_WORDS,
    )


def for_staff(pairing: Pairing) -> ResponseReturnValue:
    """Where the pair stands, what it needs next, its talks, its history, its logs."""
    since = pairing.last_contact_on or pairing.started_on
    return page(
        "pairing/show.html",
        pairing=pairing,
        child=pairing.child,
        volunteer=pairing.volunteer,
        age=age_on(pairing.child.born_on, today()),
        cycle=PAIRING,
        volunteer_cycle=VOLUNTEER,
        next=next_of(pairing),
        moves=can_move(g.actor, pairing),
        keeps=can_keep(g.actor, pairing),
        lists=g.actor.has(Role.COORDINATOR, Role.SUPERVISOR),
        sides=SIDE_WORDS,
        steps=steps_shown(queries.steps_of(pairing.ref)),
        asks=queries.asks_of(pairing),
        ask_words=ASK_WORDS,
        exit_words=EXIT_WORDS,
        contact_words=CONTACT_WORDS,
        closure_words=CLOSURE_WORDS,
        quiet=(today() - since).days if since is not None and pairing.state is S.ACTIVE else None,
        follow_up=setting("silent_follow_up_days"),
        alert=setting("silent_alert_days"),
        reads_volunteers=g.actor.has(Role.COORDINATOR, Role.SUPERVISOR),
    )
