"""Times two calls in turns, A B A B, so that whatever slows the machine slows both; only their ratio is told."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Engine, event
from werkzeug.wrappers import Response

Call = Callable[[], Response]
"""One request in process, from the client's call to the whole answer."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `goal` is the greatest allowed ratio, None where the row is only told.

    `project` is None where only the limit is measured. `before` is done before each call of the portal, untimed.
    """

    number: str
    work: str
    limit: Call
    project: Call | None = None
    goal: float | None = None
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds, and for the portal's answer its statements and its size gzipped, in bytes."""

    row: Row
    limit_ms: float
    project_ms: float | None
    statements: int = 0
    weight_bytes: int = 0

    @property
    def ratio(self) -> float | None:
        """How many times the limit the portal takes."""
        return None if self.project_ms is None else self.project_ms / self.limit_ms

    @property
    def kept(self) -> bool:
        """Whether the goal is met; rows without a goal or a page keep it."""
        return self.ratio is None or self.row.goal is None or self.ratio <= self.row.goal


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect every SQL statement of the block, over all engines; beginning a transaction is none."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def check(answer: Response) -> Response:
    """The answer again. Raises RuntimeError for an error page: a fast refusal is no measurement."""
    if answer.status_code >= 400:
        raise RuntimeError(f"{answer.status_code} instead of a page: {answer.get_data(as_text=True)[:200]}")
    return answer


def interleaved(calls: Sequence[Call], rounds: int, before: Callable[[], None] | None = None) -> list[float]:
    """The median of each call in milliseconds, taken in turns after a tenth of the rounds as warm-up.

    `before` is done before the last of the calls, untimed.
    """
    times: list[list[float]] = [[] for _ in calls]
    warm_up = max(3, rounds // 10)
    for number in range(warm_up + rounds):
        for call, taken in zip(calls, times, strict=True):
            if before is not None and call is calls[-1]:
                before()
            began = time.perf_counter_ns()
            answer = call()
            spent = (time.perf_counter_ns() - began) / 1e6
            check(answer)
            if number >= warm_up:
                taken.append(spent)
    return [median(taken) for taken in times]


def measure(row: Row, rounds: int) -> Result:
    """Time one row of the table."""
    if row.project is None:
        return Result(row, interleaved([row.limit], rounds)[0], None)
    limit_ms, project_ms = interleaved([row.limit, row.project], rounds, row.before)
    if row.before is not None:
        row.before()
    with counted_statements() as seen:
        body = check(row.project()).get_data()
    return Result(row, limit_ms, project_ms, len(seen), len(gzip.compress(body, 6)))
