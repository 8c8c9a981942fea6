"""Lifecycles: every one is drawn, every pair of states is either a declared move or refused."""

from __future__ import annotations

import importlib
import pkgutil
from types import SimpleNamespace

import pytest

import portal
from portal.kernel.errors import DomainError
from portal.kernel.states import Lifecycle
from tools.lifecycles import LIFECYCLES, PAGE, page


def declared() -> set[str]:
    found = set()
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if module.name.endswith(".rules"):
            rules = importlib.import_module(module.name)
            found |= {v.name for v in vars(rules).values() if isinstance(v, Lifecycle)}
    return found


def test_the_page_of_the_docs_shows_every_lifecycle_as_declared():
    assert declared() == {c.name for c in LIFECYCLES}
    assert PAGE.read_text(encoding="utf-8") == page(), "run tools/lifecycles.py"


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda c: c.name)
def test_every_state_can_be_reached_and_left_or_is_an_end(cycle):
    reached = {cycle.first} | {m.target for m in cycle.moves}
    assert reached == set(cycle.states)
    for state in cycle.states:
        assert (not cycle.next_states(state)) == (state in cycle.ends) or cycle.next_states(state) == (
            "entered_in_error",
        )


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda c: c.name)
def test_every_pair_of_states_without_a_declared_move_is_refused(cycle):
    for source in cycle.states:
        for target in cycle.states:
            if cycle.move(source, target) is None:
                with pytest.raises(DomainError):
                    cycle.check(SimpleNamespace(), source, target, "a reason")


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda c: c.name)
def test_a_move_that_asks_for_a_reason_is_refused_without_one(cycle):
    for move in cycle.moves:
        if move.reason:
            with pytest.raises(DomainError) as refusal:
                cycle.check(SimpleNamespace(), move.source, move.target, "  ")
            assert refusal.value.field == "reason"


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda c: c.name)
def test_entered_in_error_is_open_from_any_state_with_a_reason(cycle):
    if "entered_in_error" not in set(cycle.states):
        return
    for state in cycle.states:
        if state.value == "entered_in_error":
            continue
        move = cycle.move(state, cycle.states("entered_in_error"))
        assert move is not None
        assert move.reason
