"""A pooled connection is asked whether it still stands after a rest, and trusted when it was used just now."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import DisconnectionError

from portal.kernel.db import RESTED_SECONDS, on_checkin, on_checkout


class Line:
    """A connection that counts how often it is asked, and may be broken."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked, self.broken = 0, broken

    def execute(self, _statement: str) -> None:
        self.asked += 1
        if self.broken:
            raise OSError("the server has closed the connection")

    def rollback(self) -> None:
        pass


def rested(seconds: float) -> Any:
    return SimpleNamespace(info={"since": time.monotonic() - seconds})


def test_one_that_was_used_just_now_is_trusted() -> None:
    line, record = Line(), SimpleNamespace(info={})
    on_checkout(line, record, None)
    on_checkin(line, record)
    on_checkout(line, record, None)
    assert line.asked == 0


def test_one_that_has_rested_is_asked_and_left_when_it_is_broken() -> None:
    line = Line()
    on_checkout(line, rested(RESTED_SECONDS * 2), None)
    assert line.asked == 1
    with pytest.raises(DisconnectionError):
        on_checkout(Line(broken=True), rested(RESTED_SECONDS * 2), None)
