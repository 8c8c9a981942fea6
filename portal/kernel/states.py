"""Declared lifecycles: which state may follow which, who may move it, and what must be true. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.kernel.errors import DomainError
from portal.kernel.words import N_

Guard = Callable[[Any], str | None]
"""Takes the record, gives None when the move is allowed, else an English message id that says what is missing."""


@dataclass(frozen=True)
class Move:
    """One allowed change of state. `by` is shown on the lifecycle page; policy decides who may press the button."""

    source: StrEnum
    target: StrEnum
    by: str
    needs: str = ""
    """What the guard asks for, in words, for the lifecycle page."""
    guard: Guard | None = None
    reason: bool = False
    """A typed reason is required."""


@dataclass(frozen=True)
class Lifecycle:
    """The whole way of a record. `words` gives each state's English name, `tones` its colour."""

    name: str
    title: str
    states: type[StrEnum]
    first: StrEnum
    moves: tuple[Move, ...]
    words: Mapping[StrEnum, str]
    tones: Mapping[StrEnum, str] = field(default_factory=dict)
    ends: frozenset[StrEnum] = frozenset()

    def __post_init__(self) -> None:
        pairs = [(m.source, m.target) for m in self.moves]
        if len(pairs) != len(set(pairs)):
            raise ValueError(f"{self.name}: a move is declared twice")
        if missing := [s for s in self.states if s not in self.words]:
            raise ValueError(f"{self.name}: no words for {missing}")

    def move(self, source: StrEnum, target: StrEnum) -> Move | None:
        """The declared move between two states, or None."""
        return next((m for m in self.moves if m.source == source and m.target == target), None)

    def next_states(self, source: StrEnum) -> tuple[StrEnum, ...]:
        """Where a record in `source` may go."""
        return tuple(m.target for m in self.moves if m.source == source)

    def check(self, record: Any, source: StrEnum, target: StrEnum, reason: str | None) -> Move:
        """The move, when it is declared, reasoned where it must be, and its guard agrees; else DomainError."""
        move = self.move(source, target)
        if move is None:
            raise DomainError(
                N_("This cannot go from “%(source)s” to “%(target)s”. Somebody may have changed it meanwhile."),
                source=Word(self.words[source]),
                target=Word(self.words[target]),
            )
        if move.reason and not (reason or "").strip():
            raise DomainError(N_("Give a reason."), field="reason")
        if move.guard is not None and (missing := move.guard(record)):
            raise DomainError(missing)
        return move


class Word(str):
    """A fact in an error that is itself a message id, to be translated before it is put into the sentence."""


def moves(sources: Iterable[StrEnum], target: StrEnum, **how: Any) -> tuple[Move, ...]:
    """The same move from several states."""
    return tuple(Move(source, target, **how) for source in sources)
