"""The shape of what is entered about volunteers."""

from __future__ import annotations

from datetime import timedelta

from wtforms import HiddenField

from portal.kernel.clock import today
from portal.kernel.people import SEX_WORDS, Sex
from portal.volunteers.rules import (
    CREDENTIAL_WORDS,
    DAYPARTS,
    LANGUAGES,
    RESULT_WORDS,
    SKILLS,
    SLOTS,
    VOLUNTEER,
    WEEKDAYS,
    CredentialKind,
    Result,
    VolunteerState,
)
from portal.web.forms import Day, Digits, FilterForm, Form, LongText, Number, One, Pick, Several, Switch, Text
from portal.web.language import _l


class VolunteerForm(Form):
    """Few fields are needed to enter somebody; the rest can wait."""

    name = Text(_l("Name"), limit=60, needed=True)
    sex = One(_l("Sex"), SEX_WORDS, enum=Sex, needed=True)
    born_on = Day(_l("Date of birth"), latest=today, needed=True)
    phone = Digits(_l("Phone"), limit=20)
    region = Pick(_l("Town or street"), needed=True, empty=_l("Choose"))
    id_number = Digits(_l("Identity number"), limit=18)
    email = Text(_l("E-mail"), limit=200)
    occupation = Text(_l("Occupation"), limit=60)
    skills = Several(_l("Skills"), SKILLS, default=[])
    languages = Several(_l("Languages and dialect"), LANGUAGES, default=[])
    capacity = Number(_l("Children at once, at most"), low=1, high=3, default=1)
    profile = LongText(_l("About"), limit=1000)
    version = HiddenField()
    another_person = Switch(_l("This is another person with the same phone number"))


class AvailabilityForm(Form):
    """The parts of the week in which somebody has time, drawn as a grid."""

    slots = Several(_l("When there is time"), {s: s for s in SLOTS})


class CredentialForm(Form):
    """The result of a check, never the record behind it."""

    kind = Pick(_l("Check"), CREDENTIAL_WORDS, enum=CredentialKind, needed=True, empty=_l("Choose"))
    result = One(_l("Result"), RESULT_WORDS, enum=Result, needed=True)
    done_on = Day(_l("Day of the check"), latest=today, default=today, needed=True)
    hours = Number(_l("Hours of training"), low=0, high=200)
    until_on = Day(_l("Last valid day"), earliest=lambda: today() - timedelta(days=3650))


class MoveForm(Form):
    """One step of the status."""

    to = Pick(_l("Status"), VOLUNTEER.words, enum=VolunteerState, needed=True)
    reason = Text(_l("Reason"), limit=300)


class LinkForm(Form):
    """Who signs in: an account that is there, found by mail address or phone number."""

    who = Text(_l("E-mail or phone of the account"), limit=200, needed=True)


class InviteForm(Form):
    """Where the invitation goes."""

    email = Text(_l("E-mail"), limit=200)
    phone = Digits(_l("Phone"), limit=20)


class LeaveForm(Form):
    """Why a break is wanted."""

    reason = Text(_l("Reason"), limit=300, needed=_l("Say in a few words why; the coordinator reads it."))


class VolunteerFilters(FilterForm):
    """What narrows the register."""

    q = Text(_l("Name, initials or phone"), limit=60)
    state = Pick(_l("Status"), VOLUNTEER.words, enum=VolunteerState, empty=_l("every status"))
    skill = Pick(_l("Skill"), SKILLS, empty=_l("any skill"))
    town = Pick(_l("Town or street"), empty=_l("everywhere"))
    day = Pick(_l("Day"), WEEKDAYS, empty=_l("any day"))
    part = Pick(_l("Part of the day"), DAYPARTS, empty=_l("any time"))
    free = Switch(_l("Can take a child"))
