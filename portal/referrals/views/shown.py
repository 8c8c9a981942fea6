"""How a referral is spoken of on pages: its state, its clock, what is shared, its way and its thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.audit.models import StateMove
from portal.kernel.clock import local_day, now, today
from portal.needs.rules import KIND_WORDS, NeedKind
from portal.partners.rules import Reason
from portal.referrals.models import ReferralMessage, ReferralStep
from portal.referrals.rules import (
    FIELD_WORDS,
    RECEIVED_WORDS,
    REFERRAL,
    STEP_WORDS,
    UNANSWERED,
    Field,
    ReferralState,
    number_of,
)
from portal.web.language import _, day_text, ngettext

TRANSLATED = (Field.SEX, Field.SCHOOL)
"""Fields whose text may be a word of the portal."""
SOON = timedelta(days=1)


def kind_words(row: Any) -> str:
    """The kind of need in the reader's language."""
    return str(_(KIND_WORDS[NeedKind(row.kind)]))


def state_words(row: Any, *, received: bool = False) -> str:
    """Its state in the reader's language; `received` for the organisation that it went to."""
    return str(_((RECEIVED_WORDS if received else REFERRAL.words)[row.state]))


def state_tone(row: Any) -> str:
    """The colour of its state."""
    return REFERRAL.tones.get(row.state, "neutral")


def last_day(expires_at: datetime) -> date:
    """The last day of the receiver's clock."""
    return local_day(expires_at - timedelta(microseconds=1))


def clock_words(row: Any) -> str:
    """How long is left to answer; '' when it is answered."""
    if row.state not in UNANSWERED or row.expires_at is None:
        return ""
    day = last_day(row.expires_at)
    left = (day - today()).days
    if left <= 0:
        return str(_("answer by tonight"))
    return str(ngettext("%(num)s day left to answer", "%(num)s days left to answer", left))


def clock_title(row: Any) -> str:
    """The last day to answer, in words."""
    return str(_("Answer by %(day)s", day=day_text(last_day(row.expires_at)))) if row.expires_at else ""


def clock_tone(row: Any) -> str:
    """The colour of these words."""
    return "red" if row.expires_at is not None and row.expires_at - now() <= SOON else "amber"


def number(row: Any) -> str:
    """What it is called where no name may stand."""
    return number_of(row.ref)


def shared_lines(shared: dict[str, str] | None) -> list[tuple[str, str]]:
    """What the receiver sees, each with its label."""
    return [
        (str(_(FIELD_WORDS[field])), str(_(text)) if field in TRANSLATED else text)
        for field in Field
        if (text := (shared or {}).get(field.value))
    ]


def field_names(codes: list[str]) -> list[str]:
    """The labels of fields, where their texts are gone."""
    return [str(_(FIELD_WORDS[field])) for field in Field if field.value in codes]


@dataclass(frozen=True)
class Line:
    """One line of the way or of the thread, as `components/timeline.html` draws it."""

    at: datetime
    kind_label: str
    tone: str
    who: str
    text: str
    detail: str
    url: str | None = None


def way_of(moves: list[StateMove], org_name: str) -> list[Line]:
    """Its steps from state to state, newest first."""
    lines = []
    for move in moves:
        state = ReferralState(move.target)
        who = move.actor_name or ("" if move.source else org_name)
        tone = REFERRAL.tones.get(state, "neutral")
        lines.append(Line(move.at, str(_(REFERRAL.words[state])), tone, who, "", ""))
    return lines[::-1]


def thread(messages: list[ReferralMessage], org_name: str) -> list[Line]:
    """What both sides wrote, newest first. The portal's own words are put into the reader's language."""
    found = []
    for message in messages:
        own = not message.written_by
        side = _("The portal") if own else org_name if message.from_partner else _("The programme")
        text = str(_(message.text)) if own else message.text
        tone = "amber" if message.from_partner else "blue"
        found.append(Line(message.written_at, str(side), tone, message.writer_name, text, ""))
    return found[::-1]


def reached(steps: list[ReferralStep]) -> list[Line]:
    """What was reached, newest first."""
    found = []
    for step in steps:
        signed = str(_("Signed by %(name)s", name=step.signed)) if step.signed else ""
        at: Any = step.on_day
        found.append(Line(at, str(_(STEP_WORDS[step.step])), "green", step.writer_name, step.note, signed))
    return found[::-1]


def reason_words(reason: Reason) -> str:
    """Why a service fits, in the reader's language."""
    facts = {name: str(_(value)) if isinstance(value, str) else value for name, value in reason.facts}
    return str(_(reason.text, **facts))


def state_after(state: ReferralState | None) -> str:
    """How a try ended, in words."""
    return str(_(REFERRAL.words[state])) if state is not None else ""
