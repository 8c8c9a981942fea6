"""The declared lifecycle of a pair: every pair of states, and each guard."""

from __future__ import annotations

from datetime import date
from itertools import product
from types import SimpleNamespace

import pytest

from portal.kernel.errors import DomainError
from portal.pairing.rules import (
    LIVE,
    MENTOR_TONES,
    MENTOR_WORDS,
    PAIRING,
    ClosureReason,
    ContactAfter,
    ExitTalk,
    PairingState,
)

S = PairingState
ALLOWED = {
    S.PROPOSED: {S.CONSULTED, S.DECLINED},
    S.CONSULTED: {S.AGREED, S.DECLINED},
    S.AGREED: {S.ACTIVE, S.DECLINED},
    S.ACTIVE: {S.PAUSED, S.FROZEN, S.CLOSING},
    S.PAUSED: {S.ACTIVE, S.FROZEN, S.CLOSING},
    S.FROZEN: {S.ACTIVE, S.PAUSED, S.CLOSING},
    S.CLOSING: {S.CLOSED, S.ACTIVE, S.FROZEN},
    S.CLOSED: {S.ACTIVE},
    S.DECLINED: set(),
    S.ENTERED_IN_ERROR: set(),
}
"""domain.md, Lifecycles, Pairing, typed again; besides these, everything may turn out to be entered in error."""


def complete(**changes: object) -> SimpleNamespace:
    """A pair of which everything is recorded."""
    day = date(2026, 1, 10)
    facts = {
        "child_asked_on": day,
        "carer_asked_on": day,
        "mentor_asked_on": day,
        "signed_on": day,
        "commitment_until_on": date(2027, 1, 9),
        "first_meeting_on": day,
        "first_meeting_staff": "陈主任",
        "started_on": day,
        "ended_on": date(2026, 11, 1),
        "closure_reason": ClosureReason.MOVED,
        "exit_child": ExitTalk.HELD,
        "exit_mentor": ExitTalk.REFUSED,
        "contact_after": ContactAfter.NONE,
    }
    return SimpleNamespace(**facts | changes)


@pytest.mark.parametrize(("source", "target"), list(product(S, S)))
def test_exactly_the_declared_moves_are_open(source: PairingState, target: PairingState) -> None:
    open_ = target in ALLOWED[source] or (target is S.ENTERED_IN_ERROR and source is not S.ENTERED_IN_ERROR)
    if open_:
        assert PAIRING.check(complete(), source, target, "a reason").target is target
    else:
        with pytest.raises(DomainError, match="cannot go from"):
            PAIRING.check(complete(), source, target, "a reason")


@pytest.mark.parametrize("missing", ["child_asked_on", "carer_asked_on", "mentor_asked_on"])
def test_consulted_means_that_child_carer_and_mentor_were_each_asked(missing: str) -> None:
    with pytest.raises(DomainError, match="talks"):
        PAIRING.check(complete(**{missing: None}), S.PROPOSED, S.CONSULTED, "")


@pytest.mark.parametrize("missing", ["signed_on", "commitment_until_on"])
def test_agreed_needs_a_signature_and_its_last_day(missing: str) -> None:
    with pytest.raises(DomainError, match="signed agreement"):
        PAIRING.check(complete(**{missing: None}), S.CONSULTED, S.AGREED, "")


@pytest.mark.parametrize("change", [{"first_meeting_on": None}, {"first_meeting_staff": ""}])
@pytest.mark.parametrize("source", [S.AGREED, S.CLOSED])
def test_active_needs_a_first_meeting_with_staff_present(source: PairingState, change: dict[str, object]) -> None:
    with pytest.raises(DomainError, match="first meeting"):
        PAIRING.check(complete(**change), source, S.ACTIVE, "a reason")


@pytest.mark.parametrize("missing", ["exit_child", "exit_mentor", "contact_after", "ended_on", "closure_reason"])
def test_closed_needs_both_talks_what_comes_after_the_last_day_and_a_reason(missing: str) -> None:
    with pytest.raises(DomainError):
        PAIRING.check(complete(**{missing: None}), S.CLOSING, S.CLOSED, "")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (S.ACTIVE, S.PAUSED),
        (S.ACTIVE, S.CLOSING),
        (S.CLOSING, S.ACTIVE),
        (S.CLOSED, S.ACTIVE),
        (S.PROPOSED, S.DECLINED),
    ],
)
def test_a_reason_is_asked_for(source: PairingState, target: PairingState) -> None:
    with pytest.raises(DomainError, match="reason"):
        PAIRING.check(complete(), source, target, " ")


def test_live_is_agreed_to_closing() -> None:
    assert set(LIVE) == {S.AGREED, S.ACTIVE, S.PAUSED, S.FROZEN, S.CLOSING}


def test_frozen_and_paused_look_the_same_to_the_mentor() -> None:
    assert MENTOR_WORDS[S.FROZEN] == MENTOR_WORDS[S.PAUSED]
    assert MENTOR_TONES[S.FROZEN] == MENTOR_TONES[S.PAUSED]
