"""What is done with concerns, the duty list and complaints: the only writers of this room's tables."""

from __future__ import annotations

from portal.safeguarding.operations.chain import escalate
from portal.safeguarding.operations.complaints import answer_complaint, code_for, complain, people_to_answer
from portal.safeguarding.operations.concerns import (
    acknowledge,
    act,
    assess,
    close_concern,
    enter_in_error,
    hand_over,
    lift_pause,
    pause_pairing,
    raise_concern,
    release_concerns_of,
    reopen,
)
from portal.safeguarding.operations.duty_list import add_to_duty_list, move_on_duty_list, remove_from_duty_list

__all__ = [
    "acknowledge",
    "act",
    "add_to_duty_list",
    "answer_complaint",
    "assess",
    "close_concern",
    "code_for",
    "complain",
    "enter_in_error",
    "escalate",
    "hand_over",
    "lift_pause",
    "move_on_duty_list",
    "pause_pairing",
    "people_to_answer",
    "raise_concern",
    "release_concerns_of",
    "remove_from_duty_list",
    "reopen",
]
