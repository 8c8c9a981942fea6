"""Signals by which a room acts upward or sideways. Each is sent inside the transaction; `wiring` connects receivers.

The sender is always the record; the other facts are keywords, named in each signal's line.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

concern_raised = _signals.signal("concern-raised", doc="A concern was raised. Keywords: actor, now.")
freeze_wanted = _signals.signal(
    "freeze-wanted",
    doc="A concern asks for a child's live pairing to be frozen. Keywords: child_ref, reason, actor, now.",
)
unfreeze_wanted = _signals.signal(
    "unfreeze-wanted",
    doc="The handler lifts a freeze. Keywords: child_ref, to ('active', 'paused' or 'closing'), reason, actor, now.",
)
consent_withdrawn = _signals.signal(
    "consent-withdrawn",
    doc="A consent of a child ended. Sender: the consent. Keywords: child_ref, purpose, actor, now.",
)
child_left = _signals.signal(
    "child-left", doc="A file was closed or transferred. Sender: the child. Keywords: actor, now."
)
child_moved = _signals.signal(
    "child-moved", doc="A child's region changed. Sender: the child. Keywords: before, actor, now."
)
child_opened = _signals.signal(
    "child-opened", doc="A file was opened, or opened again. Sender: the child. Keywords: actor, now."
)
risk_changed = _signals.signal(
    "risk-changed", doc="A child's risk level was set. Sender: the child. Keywords: before, reason, actor, now."
)
account_ended = _signals.signal(
    "account-ended", doc="An account was deactivated. Sender: the account. Keywords: actor, now."
)
volunteer_moved = _signals.signal(
    "volunteer-moved", doc="A volunteer's status changed. Sender: the volunteer. Keywords: before, actor, now."
)
volunteer_linked = _signals.signal(
    "volunteer-linked", doc="A volunteer was tied to an account. Sender: the volunteer. Keywords: actor, now."
)
pairing_moved = _signals.signal(
    "pairing-moved", doc="A pairing's state changed. Sender: the pairing. Keywords: before, actor, now."
)
need_moved = _signals.signal(
    "need-moved", doc="A need's state changed. Sender: the need. Keywords: before, actor, now."
)
referral_moved = _signals.signal(
    "referral-moved", doc="A referral's state changed. Sender: the referral. Keywords: before, actor, now."
)
booking_changed = _signals.signal(
    "booking-changed", doc="A booking was published, moved or cancelled. Sender: the booking. Keywords: now."
)
notice_wanted = _signals.signal(
    "notice-wanted",
    doc="A room below notices wants people told. Sender: the record. Keywords: kind, to (refs), url, facts, now.",
)
