"""Rules of pairs: the lifecycle with its guards, and closed lists. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_


class PairingState(StrEnum):
    """Where a pair stands."""

    PROPOSED = "proposed"
    CONSULTED = "consulted"
    AGREED = "agreed"
    ACTIVE = "active"
    PAUSED = "paused"
    FROZEN = "frozen"
    CLOSING = "closing"
    CLOSED = "closed"
    DECLINED = "declined"
    ENTERED_IN_ERROR = "entered_in_error"


S = PairingState
LIVE = (S.AGREED, S.ACTIVE, S.PAUSED, S.FROZEN, S.CLOSING)
LIVE_SQL = "state IN ('agreed','active','paused','frozen','closing')"
SHOWN_TO_MENTOR = (S.AGREED, S.ACTIVE, S.PAUSED, S.FROZEN, S.CLOSING)
WORKING = (S.ACTIVE, S.PAUSED, S.CLOSING)


class ClosureReason(StrEnum):
    """Why a pair ended."""

    GROWN = "grown"
    GOALS_REACHED = "goals_reached"
    MOVED = "moved"
    MENTOR_LEFT = "mentor_left"
    CHILD_WISH = "child_wish"
    CARER_WISH = "carer_wish"
    NO_CONTACT = "no_contact"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    SAFEGUARDING = "safeguarding"
    OTHER = "other"


CLOSURE_WORDS = {
    ClosureReason.GROWN: N_("the young person is grown up"),
    ClosureReason.GOALS_REACHED: N_("the goals are reached"),
    ClosureReason.MOVED: N_("one side moved away"),
    ClosureReason.MENTOR_LEFT: N_("the mentor left the programme"),
    ClosureReason.CHILD_WISH: N_("the child's wish"),
    ClosureReason.CARER_WISH: N_("the carer's wish"),
    ClosureReason.NO_CONTACT: N_("no contact any more"),
    ClosureReason.CONSENT_WITHDRAWN: N_("consent withdrawn"),
    ClosureReason.SAFEGUARDING: N_("for the child's protection"),
    ClosureReason.OTHER: N_("another reason"),
}


class ExitTalk(StrEnum):
    """Whether the talk at the end took place."""

    HELD = "held"
    REFUSED = "refused"


EXIT_WORDS = {ExitTalk.HELD: N_("held"), ExitTalk.REFUSED: N_("refused")}


class ContactAfter(StrEnum):
    """What is agreed about contact after the end."""

    NONE = "none"
    THROUGH_STAFF = "through_staff"
    WITH_CARER = "with_carer"


CONTACT_WORDS = {
    ContactAfter.NONE: N_("no contact"), ContactAfter.THROUGH_STAFF: N_("letters through the programme"),
    ContactAfter.WITH_CARER: N_("as the carer agrees"),
}  # fmt: skip


def all_consulted(pairing: Any) -> str | None:
    """Child, carer and mentor were each asked and each agrees."""
    asked = (pairing.child_asked_on, pairing.carer_asked_on, pairing.mentor_asked_on)
    return None if all(asked) else N_("Record the talks with the child, the carer and the mentor first.")


def signed(pairing: Any) -> str | None:
    """The agreement is signed, for the shortest commitment at least."""
    if not pairing.signed_on or not pairing.commitment_until_on:
        return N_("Record the signed agreement and its last day first.")
    return all_consulted(pairing)


def first_meeting_held(pairing: Any) -> str | None:
    """The first meeting took place with staff present."""
    return (
        None
        if pairing.first_meeting_on and pairing.first_meeting_staff
        else N_("Record the first meeting with staff present first.")
    )


def ended_well(pairing: Any) -> str | None:
    """Both exit talks are held or refused, and contact afterwards is settled."""
    if not pairing.exit_child or not pairing.exit_mentor:
        return N_("Record both exit talks, or that they were refused, first.")
    if not pairing.contact_after:
        return N_("Settle whether there is contact afterwards first.")
    return None if pairing.ended_on and pairing.closure_reason else N_("Give the last day together and the reason.")


PAIRING = Lifecycle(
    name="pairing",
    title=N_("Pairing"),
    states=PairingState,
    first=S.PROPOSED,
    moves=(
        Move(
            S.PROPOSED,
            S.CONSULTED,
            by=N_("coordinator"),
            needs=N_("talks with child, carer and mentor"),
            guard=all_consulted,
        ),
        Move(
            S.CONSULTED,
            S.AGREED,
            by=N_("coordinator"),
            needs=N_("signed agreement; volunteer ready, slot free, child unpaired"),
            guard=signed,
        ),
        Move(
            S.AGREED,
            S.ACTIVE,
            by=N_("coordinator"),
            needs=N_("first meeting with staff present"),
            guard=first_meeting_held,
        ),
        Move(S.ACTIVE, S.PAUSED, by=N_("coordinator"), reason=True),
        Move(S.PAUSED, S.ACTIVE, by=N_("coordinator")),
        *moves((S.ACTIVE, S.PAUSED, S.CLOSING), S.FROZEN, by=N_("safeguarding"), reason=True),
        *moves((S.FROZEN,), S.ACTIVE, by=N_("safeguarding"), reason=True),
        *moves((S.FROZEN,), S.PAUSED, by=N_("safeguarding"), reason=True),
        *moves((S.FROZEN,), S.CLOSING, by=N_("safeguarding"), reason=True),
        *moves((S.ACTIVE, S.PAUSED), S.CLOSING, by=N_("coordinator"), reason=True),
        Move(
            S.CLOSING,
            S.CLOSED,
            by=N_("coordinator"),
            needs=N_("exit talks, contact rule, last day, reason"),
            guard=ended_well,
        ),
        Move(S.CLOSING, S.ACTIVE, by=N_("coordinator"), reason=True),
        Move(
            S.CLOSED,
            S.ACTIVE,
            by=N_("coordinator"),
            reason=True,
            needs=N_("all guards again"),
            guard=lambda p: signed(p) or first_meeting_held(p),
        ),
        *moves((S.PROPOSED, S.CONSULTED, S.AGREED), S.DECLINED, by=N_("coordinator"), reason=True),
        *moves(
            tuple(s for s in S if s is not S.ENTERED_IN_ERROR), S.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True
        ),
    ),
    words={
        S.PROPOSED: N_("proposed"),
        S.CONSULTED: N_("consulted"),
        S.AGREED: N_("agreed"),
        S.ACTIVE: N_("active"),
        S.PAUSED: N_("paused"),
        S.FROZEN: N_("paused by the programme"),
        S.CLOSING: N_("ending"),
        S.CLOSED: N_("ended"),
        S.DECLINED: N_("declined"),
        S.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        S.ACTIVE: "green",
        S.PAUSED: "amber",
        S.FROZEN: "red",
        S.CLOSING: "amber",
        S.AGREED: "blue",
        S.PROPOSED: "blue",
        S.CONSULTED: "blue",
    },
    ends=frozenset({S.DECLINED, S.ENTERED_IN_ERROR}),
)
MENTOR_WORDS = dict(PAIRING.words) | {S.PAUSED: N_("paused by the programme"), S.FROZEN: N_("paused by the programme")}
"""Frozen and paused show the mentor the same words (domain.md, Lifecycles, Pairing)."""
MENTOR_TONES = dict(PAIRING.tones) | {S.FROZEN: "amber"}


class AskKind(StrEnum):
    """What a mentor may ask the coordinator for."""

    HELP = "help"
    LEAVE = "leave"
    CLOSURE = "closure"


ASK_WORDS = {AskKind.HELP: N_("help"), AskKind.LEAVE: N_("a break"), AskKind.CLOSURE: N_("an end of the pairing")}
