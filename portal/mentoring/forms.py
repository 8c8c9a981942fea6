"""The shape of input: the log of a session, filters, plans, reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from portal.kernel.clock import local_day, today, zone
from portal.mentoring.models import SessionLog
from portal.mentoring.queries import OwnPair
from portal.mentoring.rules import ACTIVITY_WORDS, DURATIONS, MOOD_WORDS, PLACE_WORDS, WAY_WORDS, PlaceKind, Way
from portal.needs.rules import KIND_WORDS, NeedKind
from portal.safeguarding.rules import URGENCY_WORDS, Urgency
from portal.web.forms import Day, FilterForm, Form, Hour, LongText, Number, One, Pick, Several, Switch, Text
from portal.web.language import _, _l, day_text

OTHER = "other"
NOTE = 4000
CONTACT = {"yes": _l("We met or talked"), "no": _l("No contact this time")}
MOODS = {str(k): w for k, w in MOOD_WORDS.items()}
NEEDED_WHEN_MET = frozenset(
    {"planned", "minutes", "way", "place", "did", "concern_text", "urgency", "need_kind", "need_text", "need_for"}
)
"""Which only the whole form knows: not to be called optional beforehand. So are the moods."""
LENGTHS = [*((str(m), _l("%(number)d min", number=m)) for m in DURATIONS), (OTHER, _l("other"))]


class PlanChoice(One):
    """Which plan a session fulfils. One that was moved or held meanwhile is quietly none: it holds no draft up."""

    def process_formdata(self, valuelist: list[str]) -> None:
        known = {plan.ref for plan in self._form.own_plans}
        self.data = valuelist[0] if valuelist and valuelist[0] in known else None


class LogForm(Form):
    """One session. Each child's own fields, `mood_<pair>` and `text_<pair>`, are added when it is made."""

    pairs = Several(_l("With whom"), [], needed=_l("Choose whom you were with."))
    planned = PlanChoice(_l("Was it planned?"), [])
    contact = One(_l("Did you meet?"), CONTACT, default="yes", needed=True)
    on = Day(_l("Day"), needed=_l("On which day?"))
    minutes = One(_l("How long"), LENGTHS)
    other_minutes = Number(_l("Minutes together"), low=1, high=1440)
    way = One(_l("How you met"), WAY_WORDS, enum=Way)
    place = One(_l("Where"), PLACE_WORDS, enum=PlaceKind)
    activities = Several(_l("What it was about"), ACTIVITY_WORDS)
    did = LongText(_l("What we did"), limit=NOTE)
    next_on = Day(_l("Next time: day"))
    next_time = Hour(_l("Next time: hour"))
    next_place = One(_l("Next time: where"), PLACE_WORDS, enum=PlaceKind)
    next_anyway = Switch(_l("Plan it even if it overlaps with something"))
    to_staff = LongText(_l("Note to staff only"), limit=2000)
    needed = Switch(_l("The child or the family needs something"))
    need_kind = One(_l("What is needed?"), KIND_WORDS, enum=NeedKind)
    need_text = LongText(_l("In one sentence"), limit=500)
    need_for = Pick(_l("For whom is it?"), empty=_l("for all of this entry, as one household"))
    concern = Switch(_l("I am worried about this child"))
    concern_text = LongText(_l("What worries you?"), limit=NOTE)
    urgency = One(_l("How urgent is it?"), URGENCY_WORDS, enum=Urgency, default=Urgency.DAY)

    def __init__(self, pairs: Sequence[OwnPair] = (), plans: Sequence[Any] = (), **given: Any) -> None:
        self.own_pairs, self.own_plans = pairs, plans
        # Added to this form alone: a class of its own for each mentor would cost more than the rest of the form.
        self._unbound_fields: Any = [*self._unbound_fields, *_fields_of(pairs)]
        super().__init__(**given)
        self.pairs.choices = [SelectChoice(p.ref, p.label) for p in pairs]
        self.need_for.offer((p.ref, p.label) for p in pairs)
        self.offer_plans(plans)
        for name, field in self._fields.items():
            if name in NEEDED_WHEN_MET or name.startswith("mood_"):
                field.flags.optional = False

    def offer_plans(self, plans: Sequence[Any]) -> None:
        """Show these plans to choose from."""
        self.own_plans = plans
        if plans:
            self.planned.choices = [
                *(SelectChoice(p.ref, _plan_words(p)) for p in plans), SelectChoice("", _("not planned"))
            ]  # fmt: skip

    def chosen(self) -> list[OwnPair]:
        """The pairs that were chosen."""
        return [p for p in self.own_pairs if p.ref in (self.pairs.data or [])]

    @property
    def length(self) -> int | None:
        """Minutes together as chosen or typed."""
        if self.minutes.data == OTHER or (self.minutes.data is None and self.other_minutes.data):
            return self.other_minutes.data
        return int(self.minutes.data) if self.minutes.data else None

    @property
    def next_at(self) -> datetime | None:
        """When the next session begins, aware; None when none is planned."""
        if self.next_on.data is None or self.next_time.data is None:
            return None
        return datetime.combine(self.next_on.data, self.next_time.data, tzinfo=zone())

    def blame(self, field: str | None, message: str) -> None:
        if field == "minutes" and self.minutes.data == OTHER:
            field = "other_minutes"
        super().blame(field, message)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.minutes.data not in (None, OTHER):
            self.other_minutes.raw_data, self.other_minutes.process_errors = [], []
        fine = bool(super().validate(extra_validators))
        before = len(self.form_errors)
        if self.contact.data == "yes":
            letter = self.way.data is Way.LETTER
            for pair in self.chosen():
                if not letter and self[f"mood_{pair.ref}"].data is None and not self[f"mood_{pair.ref}"].errors:
                    self.blame(f"mood_{pair.ref}", _("How did %(name)s seem to you?", name=pair.label))
                    fine = False
            if self.minutes.data == OTHER and self.other_minutes.data is None and not self.other_minutes.errors:
                self.blame("other_minutes", _("How long were you together?"))
                fine = False
            if self.way.data is None and not self.way.errors:
                self.blame("way", _("How did you meet?"))
                fine = False
        if self.next_on.data is not None and self.next_time.data is None and not self.next_time.errors:
            self.blame("next_time", _("At what time?"))
            fine = False
        if self.next_time.data is not None and self.next_on.data is None and not self.next_on.errors:
            self.blame("next_on", _("On which day?"))
            fine = False
        if self.needed.data and self.need_kind.data is None and not self.need_kind.errors:
            self.blame("need_kind", _("Choose what is needed."))
            fine = False
        if self.needed.data and self.need_for.data and self.need_for.data not in (self.pairs.data or []):
            self.blame("need_for", _("Choose one of those you were with."))
            fine = False
        if self.concern.data and not self.concern_text.data:
            self.blame("concern_text", _("Write what worries you; a few words are enough."))
            fine = False
        return fine and len(self.form_errors) == before


def _fields_of(pairs: Sequence[OwnPair]) -> Iterator[tuple[str, Any]]:
    """Each child's own fields, by name."""
    for pair in pairs:
        yield f"mood_{pair.ref}", One(_("How %(name)s seemed", name=pair.label), MOODS)
        yield f"text_{pair.ref}", LongText(_("About %(name)s only", name=pair.label), limit=NOTE)


def log_form(
    pairs: Sequence[OwnPair],
    plans: Sequence[Any] = (),
    *,
    typed: MultiDict[str, str] | None = None,
    begin: dict[str, Any] | None = None,
) -> LogForm:
    """The form for these pairs: filled from what was posted, else from what was typed before, else from `begin`."""
    given: dict[str, Any] = {"formdata": typed} if typed is not None else {}
    return LogForm(pairs, plans, data=begin or {}, **given)


def _plan_words(plan: Any) -> str:
    start = plan.starts_at.astimezone(zone())
    return _("%(child)s, %(day)s %(time)s", child=plan.label, day=day_text(start.date()), time=f"{start:%H:%M}")


def multi(typed: dict[str, Any]) -> MultiDict[str, str]:
    """A form as typed, in the shape in which forms read it."""
    return MultiDict(
        [(name, v) for name, value in typed.items() for v in (value if isinstance(value, list) else [value])]
    )


def as_filled(log: SessionLog, parts: Sequence[Any]) -> dict[str, Any]:
    """A sent log as the form shows it."""
    return {
        "pairs": [p.pairing_ref for p in parts],
        "contact": "no" if log.attempt else "yes",
        "on": log.on_day,
        **lengths(log.minutes),
        "way": log.way,
        "place": log.place,
        "activities": list(log.activities or []),
        "did": log.did,
        "to_staff": log.to_staff,
    }


def lengths(length: int | None) -> dict[str, Any]:
    """A length as the form shows it: a chip, or a number typed."""
    if length is None:
        return {}
    return {"minutes": str(length)} if length in DURATIONS else {"minutes": OTHER, "other_minutes": length}


def beginning(last: Any | None, plan: Any | None) -> dict[str, Any]:
    """What is chosen beforehand: the planned session that has just been, else as last time, else the usual."""
    begin: dict[str, Any] = {
        "on": today(),
        "way": Way.IN_PERSON,
        "place": PlaceKind.HOME,
        "minutes": "60",
        "activities": [],
    }
    if last is not None:
        begin |= {
            "way": last.way,
            "place": last.place or PlaceKind.HOME,
            **lengths(last.minutes),
        }
    if plan is not None:
        length = round((plan.ends_at - plan.starts_at) / timedelta(minutes=1))
        begin |= {
            "on": min(local_day(plan.starts_at), today()),
            "place": plan.place,
            "planned": plan.ref,
            **lengths(length),
        }
    return begin


class SessionFilter(FilterForm):
    """What narrows the list of sessions."""

    q = Text(_l("Child or mentor"), limit=40)
    state = Pick(_l("State"), {}, empty=_l("all states"))
    town = Pick(_l("Town or street"), empty=_l("all towns"))
    way = Pick(_l("How"), WAY_WORDS, enum=Way, empty=_l("all ways"))
    since = Day(_l("From day"))
    until = Day(_l("Until day"))
    attempt = Switch(_l("without contact"))
    low = Switch(_l("low mood"))
    pair = HiddenField()


class PlanForm(Form):
    """When and where a pair meets next."""

    pair = Pick(_l("With whom"))
    next_on = Day(_l("Day"), needed=_l("On which day?"), earliest=today)
    next_time = Hour(_l("Hour"), needed=_l("At what time?"))
    length = Number(_l("Minutes"), low=10, high=720, default=60, needed=_l("How long?"))
    place = One(_l("Where"), PLACE_WORDS, enum=PlaceKind, default=PlaceKind.HOME, needed=True)
    anyway = Switch(_l("Both are meant: plan it although it overlaps"))

    @property
    def starts_at(self) -> datetime:
        """The beginning, aware. Only after the form was found right."""
        assert self.next_on.data is not None
        assert self.next_time.data is not None
        return datetime.combine(self.next_on.data, self.next_time.data, tzinfo=zone())


class ReasonForm(Form):
    """Why."""

    reason = LongText(_l("Reason"), limit=1000, needed=_l("Give a reason."))


class ReviewForm(Form):
    """A word to the mentor, when one wants to say one."""

    comment = LongText(_l("A word to the mentor"), limit=1000)


class AmendmentForm(Form):
    """One change of a locked log."""

    field = Pick(_l("What is to be changed"), needed=_l("Choose what is to be changed."))
    text = LongText(_l("What it should say"), limit=NOTE)
    reason = Text(_l("Why it is changed"), limit=300, needed=_l("Give a reason."))
