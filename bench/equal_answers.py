"""Whether the time of an answer tells who has an account: known and unknown people ask in turns, in one run (T19)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from sqlalchemy import delete
from werkzeug.wrappers import Response

from bench.programme import Programme, csrf_of
from portal.access.models import Account, Throttle
from portal.access.passwords import hashed
from portal.kernel.clock import now
from portal.kernel.db import db

MOST_APART_MS = 5.0
"""Medians of a known and of an unknown person's answers may differ by this much. Source: safety.md, T19."""
ROUNDS = 120


@dataclass(frozen=True)
class Pair:
    """One question asked about somebody known and somebody unknown: the medians of the answers in milliseconds."""

    work: str
    known_ms: float
    unknown_ms: float

    @property
    def apart_ms(self) -> float:
        """By how much the two differ."""
        return abs(self.known_ms - self.unknown_ms)

    @property
    def kept(self) -> bool:
        """Whether the goal is met."""
        return self.apart_ms <= MOST_APART_MS


def compare(portal: Programme, rounds: int = ROUNDS) -> list[Pair]:
    """Time wrong sign-ins and requests for a reset, each for a known and an unknown mail address."""
    known, unknown = "known@example.org", "nobody@example.org"
    with portal.app.app_context():
        db.session.add(
            Account(
                name="在册人",
                email=known,
                password_hash=hashed("four words of mine"),
                created_at=now(),
                region_path="/37/",
            )
        )
        db.session.commit()
    wrong = {"password": "wrong wrong wrong wrong"}
    return [
        _pair(portal, "wrong password", "/sign-in", wrong, known, unknown, rounds),
        _pair(portal, "reset asked for", "/resets", {}, known, unknown, rounds),
    ]


def _pair(portal: Programme, work: str, path: str, data: dict[str, str], known: str, unknown: str, rounds: int) -> Pair:
    def ask(typed: str) -> Callable[[], Response]:
        return lambda: visitor.post(path, data=data | {"typed": typed, "csrf_token": token})

    visitor = portal.app.test_client()
    token = csrf_of(visitor.get(path).get_data(as_text=True))
    asked: dict[str, list[float]] = {known: [], unknown: []}
    for number in range(rounds + 5):
        # In turns, and each of them first as often as the other.
        for typed, taken in list(asked.items())[:: 1 if number % 2 else -1]:
            _forget(portal)
            call = ask(typed)
            began = time.perf_counter_ns()
            answer = call()
            spent = (time.perf_counter_ns() - began) / 1e6
            if answer.status_code not in (303, 422):
                raise RuntimeError(f"{answer.status_code} instead of an answer to {work}")
            if number >= 5:
                taken.append(spent)
    return Pair(work, median(asked[known]), median(asked[unknown]))


def _forget(portal: Programme) -> None:
    """Nobody is slowed down: what is measured is the answer, not the refusal."""
    with portal.app.app_context():
        db.session.execute(delete(Throttle))
        db.session.commit()
