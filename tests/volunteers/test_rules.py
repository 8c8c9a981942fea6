"""The declared status of a volunteer: every pair of states, and each guard."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

import pytest

from portal.kernel.errors import DomainError
from portal.volunteers.rules import (
    BEFORE_TRAINING,
    VOLUNTEER,
    CredentialKind,
    VolunteerState,
    days_to_tell,
    missing_credentials,
    offence_check_valid_until,
)

S = VolunteerState
ALLOWED = {
    S.APPLIED: {S.VETTING, S.REJECTED, S.WITHDRAWN, S.SUSPENDED},
    S.VETTING: {S.TRAINING, S.READY, S.REJECTED, S.WITHDRAWN, S.SUSPENDED},
    S.TRAINING: {S.READY, S.REJECTED, S.WITHDRAWN, S.SUSPENDED},
    S.READY: {S.ON_LEAVE, S.VETTING, S.SUSPENDED, S.ARCHIVED},
    S.ON_LEAVE: {S.READY, S.VETTING, S.SUSPENDED, S.ARCHIVED},
    S.SUSPENDED: {S.READY, S.DISMISSED},
    S.ARCHIVED: {S.APPLIED},
    S.REJECTED: {S.APPLIED},
    S.WITHDRAWN: {S.APPLIED},
    S.DISMISSED: set(),
    S.ENTERED_IN_ERROR: set(),
}
"""domain.md, Lifecycles, Volunteer, typed again; besides these, everything may turn out to be entered in error."""


def somebody(**changes: object) -> SimpleNamespace:
    facts = {"missing": list, "missing_before_training": list, "was_ready": True, "live_pairings": 0}
    return SimpleNamespace(**facts | changes)


@pytest.mark.parametrize(("source", "target"), list(product(S, S)))
def test_exactly_the_declared_moves_are_open(source: VolunteerState, target: VolunteerState) -> None:
    if target in ALLOWED[source] or (target is S.ENTERED_IN_ERROR and source is not S.ENTERED_IN_ERROR):
        assert VOLUNTEER.check(somebody(), source, target, "a reason").target is target
    else:
        with pytest.raises(DomainError, match="cannot go from"):
            VOLUNTEER.check(somebody(), source, target, "a reason")


@pytest.mark.parametrize("source", [S.TRAINING, S.VETTING, S.ON_LEAVE, S.SUSPENDED])
def test_ready_needs_every_check(source: VolunteerState) -> None:
    with pytest.raises(DomainError, match="missing or expired"):
        VOLUNTEER.check(somebody(missing=lambda: [CredentialKind.INTERVIEW]), source, S.READY, "a reason")


@pytest.mark.parametrize("source", [S.VETTING, S.SUSPENDED])
def test_back_to_ready_only_for_somebody_who_was(source: VolunteerState) -> None:
    with pytest.raises(DomainError, match="missing or expired"):
        VOLUNTEER.check(somebody(was_ready=False), source, S.READY, "a reason")


def test_training_comes_after_the_checks() -> None:
    lacking = somebody(missing_before_training=lambda: [CredentialKind.OFFENCE_CHECK])
    with pytest.raises(DomainError, match="missing or expired"):
        VOLUNTEER.check(lacking, S.VETTING, S.TRAINING, "")
    assert CredentialKind.TRAINING not in BEFORE_TRAINING


@pytest.mark.parametrize(
    ("source", "target"), [(S.READY, S.ARCHIVED), (S.ON_LEAVE, S.ARCHIVED), (S.READY, S.ENTERED_IN_ERROR)]
)
def test_nobody_leaves_with_a_running_pair(source: VolunteerState, target: VolunteerState) -> None:
    with pytest.raises(DomainError, match="running pairings"):
        VOLUNTEER.check(somebody(live_pairings=1), source, target, "a reason")


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_each_of_the_seven_checks_is_needed(kind: CredentialKind) -> None:
    day = date(2026, 11, 23)
    held: dict[CredentialKind, date | None] = dict.fromkeys(CredentialKind)
    assert missing_credentials(held, day) == []
    assert missing_credentials(held | {kind: day}, day) == []
    assert missing_credentials(held | {kind: day - timedelta(days=1)}, day) == [kind]
    del held[kind]
    assert missing_credentials(held, day) == [kind]


def test_an_offence_check_counts_for_a_year() -> None:
    assert offence_check_valid_until(date(2026, 1, 1), 365) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("left", "told", "now"),
    [
        (61, None, None),
        (60, None, 60),
        (59, 60, None),
        (30, 60, 30),
        (12, None, 30),
        (7, 30, 7),
        (0, 7, None),
        (-1, None, None),
    ],
)
def test_told_at_60_30_and_7_days_once_each(left: int, told: int | None, now: int | None) -> None:
    day = date(2026, 11, 23)
    assert days_to_tell(day + timedelta(days=left), told, day) == now
