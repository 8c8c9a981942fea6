"""The only writers of pairs: beginning, running, ending, and what mentors ask for."""

from portal.pairing.operations.asking import answer_ask, ask
from portal.pairing.operations.beginning import agree, decline, propose, record_first_meeting, record_talk, start
from portal.pairing.operations.ending import begin_closing, close_pairing, mark_entered_in_error, record_exit, reopen
from portal.pairing.operations.running import freeze, note_contact, pause, resume, unfreeze

__all__ = [
    "agree",
    "answer_ask",
    "ask",
    "begin_closing",
    "close_pairing",
    "decline",
    "freeze",
    "mark_entered_in_error",
    "note_contact",
    "pause",
    "propose",
    "record_exit",
    "record_first_meeting",
    "record_talk",
    "reopen",
    "resume",
    "start",
    "unfreeze",
]
