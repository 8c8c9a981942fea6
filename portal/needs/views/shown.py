"""How a need is spoken of on pages: its days, whether it is late, and its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.kernel.clock import local_day, now, today
from portal.needs.models import NeedStep
from portal.needs.rules import AT_LEVELS, LEVEL_WORDS, NEED, STEP_WORDS, NeedState, StepKind
from portal.web.language import _, day_text, ngettext

TONES = {
    StepKind.CLIMBED: "amber", StepKind.OVERDUE: "red", StepKind.RETURNED: "amber", StepKind.REOPENED: "amber",
    StepKind.RESOLVED: "green", StepKind.CLOSED: "green", StepKind.RAISED: "blue", StepKind.ESCALATED: "blue",
}  # fmt: skip


def last_day(due_at: datetime) -> date:
    """The last day of a clock: it ends with that day."""
    return local_day(due_at - timedelta(microseconds=1))


def runs(row: Any) -> bool:
    """Whether a clock of this need runs now."""
    return row.held_since is None and row.state in (*AT_LEVELS, NeedState.RESOLVED)


def is_late(row: Any) -> bool:
    """Whether its clock has run out."""
    return runs(row) and row.due_at <= now()


def due_words(row: Any) -> str:
    """Until when, in few words; '' where no clock runs."""
    if row.held_since is not None and row.state in AT_LEVELS:
        return str(_("the clock stands"))
    if not runs(row):
        return ""
    day = last_day(row.due_at)
    if is_late(row):
        late = (today() - day).days
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", late))
    return str(_("today") if day == today() else _("by %(day)s", day=day_text(day)))


def due_tone(row: Any) -> str:
    """The colour of these words."""
    if is_late(row):
        return "red"
    return "amber" if runs(row) and last_day(row.due_at) <= today() + timedelta(days=1) else "neutral"


def state_words(row: Any) -> str:
    """Its state in the reader's language."""
    return str(_(NEED.words[row.state]))


def state_tone(row: Any) -> str:
    """The colour of its state."""
    return NEED.tones.get(row.state, "neutral")


@dataclass(frozen=True)
class Line:
    """One line of a need's way, as `components/timeline.html` draws it."""

    at: datetime
    kind_label: str
    tone: str
    who: str
    text: str
    detail: str
    url: str | None = None


def line_of(step: NeedStep) -> Line:
    """A step in the reader's language. What the portal itself wrote is a message, what people wrote stays theirs."""
    text = step.text
    if text and not step.by:
        text = str(_(text))
    detail = str(_("%(level)s level", level=_(LEVEL_WORDS[step.level]))) if step.kind is not StepKind.RAISED else ""
    return Line(step.at, str(_(STEP_WORDS[step.kind])), TONES.get(step.kind, "neutral"), step.by_name, text, detail)
