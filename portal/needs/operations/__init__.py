"""What is done with needs: the only writers of this room's tables."""

from __future__ import annotations

from portal.needs.operations.clock import climb_overdue, forget_person, hold_clock, named_person, release_clock
from portal.needs.operations.moving import (
    close_need,
    enter_need_in_error,
    escalate_need,
    follow_child,
    mark_offered,
    remark_on_need,
    reopen_need,
    reopen_through,
    resolve_need,
    resolve_through,
    return_need,
    take_back,
    withdraw_need,
    withdraw_with_file,
)
from portal.needs.operations.raising import raise_need

__all__ = [
    "climb_overdue",
    "close_need",
    "enter_need_in_error",
    "escalate_need",
    "follow_child",
    "forget_person",
    "hold_clock",
    "mark_offered",
    "named_person",
    "raise_need",
    "release_clock",
    "remark_on_need",
    "reopen_need",
    "reopen_through",
    "resolve_need",
    "resolve_through",
    "return_need",
    "take_back",
    "withdraw_need",
    "withdraw_with_file",
]
