"""What is done with referrals: the only writers of this room's tables."""

from __future__ import annotations

from portal.referrals.operations.answering import (
    accept,
    add_document,
    answer_question,
    ask_for_more,
    begin,
    complete,
    decline,
    fail,
    hold,
    note_step,
    post_message,
)
from portal.referrals.operations.drafting import draft_referral, prepare_again, send_referral, try_next
from portal.referrals.operations.ending import (
    call_off_all,
    cancel,
    confirm,
    confirm_through,
    dispute,
    enter_in_error,
    note_deleted,
    remind_and_expire,
    reopen,
)
from portal.referrals.operations.going import owe_answer

__all__ = [
    "accept",
    "add_document",
    "answer_question",
    "ask_for_more",
    "begin",
    "call_off_all",
    "cancel",
    "complete",
    "confirm",
    "confirm_through",
    "decline",
    "dispute",
    "draft_referral",
    "enter_in_error",
    "fail",
    "hold",
    "note_deleted",
    "note_step",
    "owe_answer",
    "post_message",
    "prepare_again",
    "remind_and_expire",
    "reopen",
    "send_referral",
    "try_next",
]
