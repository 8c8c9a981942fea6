"""The shape of input: a visit at the door, filters, a look over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wtforms import FileField, HiddenField

from portal.needs.rules import KIND_WORDS as NEED_WORDS
from portal.needs.rules import URGENCY_WORDS, NeedKind, NeedUrgency
from portal.visits.rules import (
    ALL_WELL,
    KIND_WORDS,
    LONGEST_TEXT,
    MET_WORDS,
    SEEN,
    SIGN_WORDS,
    STANDING_WORDS,
    Sign,
    Standing,
    VisitKind,
)
from portal.web.forms import Day, FilterForm, Form, LongText, One, Pick, Several, Switch, Text
from portal.web.language import _, _l

LARGEST_MOMENT = 20


def moment_of(text: str | None) -> datetime | None:
    """A phone's clock as it was posted, milliseconds since 1970; None for nothing that can be read."""
    if not text or len(text) > LARGEST_MOMENT or not text.lstrip("-").isdigit() or not text.isascii():
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def area(name: str) -> One:
    """The chips of one area that is looked at."""
    label, words = SEEN[name]
    return One(_l(label), words)


class VisitForm(Form):
    """One visit. Pressing `well` says that all was well, whatever else is chosen."""

    child = HiddenField()
    code = HiddenField()
    kind = One(_l("Whose visit"), KIND_WORDS, enum=VisitKind, default=VisitKind.CARE)
    joint_with = Text(_l("Who came along"), limit=60)
    met = Several(_l("Whom did you meet?"), MET_WORDS)
    guardianship = area("guardianship")
    health = area("health")
    schooling = area("schooling")
    housing = area("housing")
    mood = area("mood")
    text = LongText(_l("What else?"), limit=LONGEST_TEXT)
    picture = FileField(_l("Photo"))
    need = Several(_l("What is needed?"), NEED_WORDS)
    need_urgency = One(_l("How soon?"), URGENCY_WORDS, enum=NeedUrgency, default=NeedUrgency.ORDINARY)
    need_household = Switch(_l("For the whole household"))
    need_text = LongText(_l("In a few words"), limit=LONGEST_TEXT)
    emergency = Text(_l("What is happening?"), limit=500)
    device_at = HiddenField()
    device_sent_at = HiddenField()
    offline = HiddenField()
    well = HiddenField()
    alarm = HiddenField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("met", *SEEN):
            # What was seen is chosen area by area; "optional" at each of them would only be noise.
            self[name].flags.optional = False

    @property
    def all_well(self) -> bool:
        """The big button was pressed."""
        return bool(self.well.data)

    @property
    def alarm_alone(self) -> bool:
        """The button of the emergency was pressed before anything was said about the visit."""
        said = (self.met, self.text, self.need, *(self[area] for area in SEEN))
        return bool(self.alarm.data and self.emergency.data) and not any(field.data for field in said)

    @property
    def seen(self) -> dict[str, str]:
        """What was looked at, area by area."""
        if self.all_well:
            return dict(ALL_WELL)
        return {area: self[area].data for area in SEEN if self[area].data}

    @property
    def met_whom(self) -> list[str]:
        """Who was met. All is well means that child and carer were."""
        return list(self.met.data or (["child", "carer"] if self.all_well else []))

    def needs(self) -> list[tuple[NeedKind, str]]:
        """The kinds of need that were chosen, each with its words: the kind itself when nobody wrote any."""
        return [
            (NeedKind(kind), self.need_text.data or str(_(NEED_WORDS[NeedKind(kind)]))) for kind in self.need.data or []
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = bool(super().validate(extra_validators))
        if self.kind.data is VisitKind.JOINT and not self.joint_with.data:
            self.blame("joint_with", _("Who came along?"))
            return False
        if self.need_text.data and not self.need.data:
            self.blame("need", _("Choose what kind of help it is about."))
            return False
        return fine


class DueFilter(FilterForm):
    """What narrows the list of visits that are due."""

    q = Text(_l("Child"), limit=40)
    village = Pick(_l("Village"), empty=_l("all villages"))
    standing = Pick(_l("When"), STANDING_WORDS, enum=Standing, empty=_l("any time"))


class VisitFilter(FilterForm):
    """What narrows the list of visits that were made."""

    q = Text(_l("Child or visitor"), limit=40)
    town = Pick(_l("Town or street"), empty=_l("all towns"))
    kind = Pick(_l("Whose visit"), KIND_WORDS, enum=VisitKind, empty=_l("all visits"))
    since = Day(_l("From day"))
    until = Day(_l("Until day"))
    worrying = Switch(_l("something worrying"))
    attempt = Switch(_l("nobody at home"))


class SignFilter(FilterForm):
    """What narrows the visits that are looked over."""

    sign = Pick(_l("Why it is looked at"), SIGN_WORDS, enum=Sign, empty=_l("all reasons"))
    seen = Switch(_l("those looked at already"))


class LookForm(Form):
    """What came of a look."""

    note = LongText(_l("What came of it?"), limit=500)


class ReasonForm(Form):
    """Why."""

    reason = LongText(_l("Reason"), limit=300, needed=_l("Give a reason."))
