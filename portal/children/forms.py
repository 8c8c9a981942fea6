"""The shape of what is typed into a file."""

from __future__ import annotations

from datetime import date

import wtforms
from flask_babel import gettext
from wtforms.validators import ValidationError

from portal.children.rules import (
    CAPACITY_WORDS,
    CATEGORY_WORDS,
    CHILD_FILE,
    CODE_END_WORDS,
    GOAL_WORDS,
    PARENT_WORDS,
    PURPOSE_WORDS,
    RELATION_WORDS,
    RISK_WORDS,
    SCHOOLING_WORDS,
    CarerCapacity,
    Category,
    CodeEnd,
    FileState,
    GoalState,
    ParentCode,
    Purpose,
    Relation,
    RiskLevel,
    Schooling,
)
from portal.kernel.clock import today
from portal.kernel.people import SEX_WORDS, Sex
from portal.kernel.words import N_
from portal.web.forms import Day, Digits, FilterForm, Form, LongText, One, Pick, Several, Switch, Text
from portal.web.language import _l

AGE_BANDS = {
    "0-6": N_("under 7"), "7-12": N_("7 to 12"), "13-15": N_("13 to 15"), "16-17": N_("16 and 17"),
    "18-30": N_("18 and over"),
}  # fmt: skip
STATES = {s: w for s, w in CHILD_FILE.words.items() if s is not FileState.ENTERED_IN_ERROR}
CARD_WORDS = {"with": N_("with a card"), "without": N_("without a card")}
MENTOR_WORDS = {"with": N_("with a mentor"), "without": N_("without a mentor")}
PARENTS = {"father": N_("father"), "mother": N_("mother")}
ASSENT = {"yes": N_("says yes"), "no": N_("says no")}


def chinese_phone(_form: object, field: Digits) -> None:
    """A mobile number of eleven digits, or a line with its area code; separators are dropped."""
    text = (field.data or "").replace("-", "").replace("(", "").replace(")", "").replace("（", "").replace("）", "")
    text = text.removeprefix("+86") if text.startswith("+86") else text
    if text and not (text.isascii() and text.isdigit() and 7 <= len(text) <= 12):
        raise ValidationError(gettext("Write the phone number with digits only, such as 13800000000."))
    field.data = text


class ListFilters(FilterForm):
    """What narrows the list of children."""

    q = Text(_l("Name, pinyin initials or code"), limit=40)
    region = Pick(_l("Town or village"), empty=_l("all"))
    state = Pick(_l("State"), STATES, enum=FileState, empty=_l("open and growing up"))
    risk = Pick(_l("Risk"), RISK_WORDS, enum=RiskLevel, empty=_l("all"))
    category = Pick(_l("Category"), CATEGORY_WORDS, enum=Category, empty=_l("all"))
    mentor = Pick(_l("Mentor"), MENTOR_WORDS, empty=_l("all"))
    ages = Pick(_l("Age"), AGE_BANDS, empty=_l("all"))


class OwnFilters(FilterForm):
    """What narrows the list for those who know single children only."""

    q = Text(_l("Name"), limit=40)


class CardFilters(FilterForm):
    """What narrows the list of cards."""

    region = Pick(_l("Town or village"), empty=_l("all"))
    card = Pick(_l("Card"), CARD_WORDS, empty=_l("all"))


class NewCardForm(Form):
    """What happened to the old card."""

    reason = One(_l("Reason"), CODE_END_WORDS, enum=CodeEnd)


class FileForm(Form):
    """A new file: what is needed first, the rest when it is known."""

    surname = Text(_l("Surname"), limit=20, needed=True)
    given_name = Text(_l("Given name"), limit=40, needed=True)
    sex = One(_l("Sex"), SEX_WORDS, enum=Sex, needed=True)
    born_on = Day(_l("Date of birth"), latest=today, needed=True)
    region = Pick(_l("Village where the child lives"), needed=True)
    risk = One(_l("Risk level"), RISK_WORDS, enum=RiskLevel, needed=True)
    id_number = Digits(_l("Identity number"), limit=18)
    alias = Text(_l("Alias for the mentor"), limit=30)
    address = Text(_l("Address"), limit=200)
    carer_name = Text(_l("Carer's name"), limit=60)
    carer_relation = Pick(_l("Relation to the child"), RELATION_WORDS, enum=Relation)
    carer_phone = Digits(_l("Carer's phone"), limit=30, validators=[chinese_phone])
    carer_is_guardian = Switch(_l("This carer is the guardian"))
    consent_by = Text(_l("Who signed the consent for the programme today"), limit=60)
    schooling = Pick(_l("Where the child learns"), SCHOOLING_WORDS, enum=Schooling)
    school = Text(_l("School"), limit=80)
    grade = Text(_l("Grade"), limit=30)
    category = Pick(_l("Category"), CATEGORY_WORDS, enum=Category)
    anyway = Switch(_l("It is another child: save anyway"))


class PartForm(Form):
    """The base of a part of the file: `seen` is the fingerprint of what the editor had before the eyes."""

    seen = wtforms.HiddenField()


class IdentityForm(PartForm):
    """Who the child is."""

    surname = Text(_l("Surname"), limit=20, needed=True)
    given_name = Text(_l("Given name"), limit=40, needed=True)
    alias = Text(_l("Alias for the mentor"), limit=30)
    sex = One(_l("Sex"), SEX_WORDS, enum=Sex, needed=True)
    born_on = Day(_l("Date of birth"), latest=today, needed=True)
    id_number = Digits(_l("New identity number"), limit=18)


class AddressesForm(PartForm):
    """Where the child lives and is registered."""

    address = Text(_l("Address"), limit=200)
    registered_region = Pick(_l("Registered in"))
    registered_address = Text(_l("Address in the household register"), limit=200)


class SchoolingForm(PartForm):
    """Where the child learns."""

    schooling = Pick(_l("Where the child learns"), SCHOOLING_WORDS, enum=Schooling, needed=True)
    school = Text(_l("School"), limit=80)
    grade = Text(_l("Grade"), limit=30)
    boards = Switch(_l("Boards at school"))


class HealthForm(PartForm):
    """Health: sealed at rest."""

    health = LongText(_l("Health"))


class CategoryForm(PartForm):
    """The category of eligibility, as staff know it."""

    category = One(_l("Category"), CATEGORY_WORDS, enum=Category, needed=True)


class GuardianshipForm(PartForm):
    """Facts about guardianship: recorded, never inferred."""

    no_guardian = Switch(_l("The child has no guardian"))
    in_institution = Switch(_l("The child lives in an institution"))


class MentoringForm(PartForm):
    """Whether and whom the child wants as a mentor."""

    wants_mentor = Switch(_l("The child would like a mentor"))
    mentor_sex = One(
        _l("The mentor should be"), {"": N_("no matter"), Sex.FEMALE: N_("a woman"), Sex.MALE: N_("a man")}, enum=Sex
    )


class RiskForm(Form):
    """A risk level with its reason."""

    level = One(_l("Risk level"), RISK_WORDS, enum=RiskLevel, needed=True)
    reason = LongText(_l("Reason"), limit=500, needed=True)


class SupportForm(Form):
    """Dimensions of support; choices are set per request."""

    dimensions = Several(_l("Support dimensions"), {})


class GoalForm(Form):
    """A new goal."""

    dimension = Pick(_l("Support dimension"), needed=True)
    goal = LongText(_l("Goal"), limit=300, needed=True)
    review_on = Day(_l("Look at it again on"), earliest=today, needed=True)


class GoalReviewForm(Form):
    """What came of a goal."""

    state = One(_l("The goal is"), GOAL_WORDS, enum=GoalState, needed=True)
    outcome = LongText(_l("What came of it"), limit=300)
    review_on = Day(_l("Look at it again on"), earliest=today)


class CarerForm(PartForm):
    """Somebody who looks after the child."""

    name = Text(_l("Name"), limit=60, needed=True)
    relation = Pick(_l("Relation to the child"), RELATION_WORDS, enum=Relation, needed=True)
    phone = Digits(_l("Phone"), limit=30, validators=[chinese_phone])
    is_guardian = Switch(_l("Is the guardian"))
    lives_with = Switch(_l("Lives with the child"), default=True)
    capacity = One(_l("Can this person care for the child?"), CAPACITY_WORDS, enum=CarerCapacity, needed=True)


class EndingForm(Form):
    """From which day on something does not hold any more."""

    on = Day(_l("Last day"), latest=today, needed=True)


class ConsentForm(Form):
    """A consent given on paper."""

    purpose = One(_l("What the consent is for"), PURPOSE_WORDS, enum=Purpose, needed=True)
    given_by = Text(_l("Who signed"), limit=60, needed=True)
    given_on = Day(_l("Signed on"), latest=today, needed=True)
    until_on = Day(_l("Valid until"), earliest=today)
    assent = One(
        _l("The child"), ASSENT, needed=_l("From 8 years on the child is asked, too: record what the child said.")
    )


class WithdrawalForm(Form):
    """Why a consent is withdrawn."""

    reason = LongText(_l("What the family said"), limit=300)


class ParentForm(Form):
    """One condition of one parent."""

    parent = One(_l("Parent"), PARENTS, needed=True)
    code = Pick(_l("Condition"), PARENT_WORDS, enum=ParentCode, needed=True)
    since = Day(_l("Since"), latest=today)
    evidence = Text(_l("Evidence seen"), limit=200)
    remark = LongText(_l("Remark"), limit=1000)


class ParentGrantForm(Form):
    """Open parents' facts to a named person."""

    person = Pick(_l("Person"), needed=True)
    reason = Text(_l("Reason"), limit=300, needed=True)
    until_on = Day(_l("Until"), earliest=today, needed=True)


class AssignmentForm(Form):
    """A grid worker for this child."""

    person = Pick(_l("Grid worker"), needed=True)


class NoteForm(Form):
    """A note in the file."""

    text = LongText(_l("Note"), needed=True)


class VillageForm(Form):
    """Where the child has moved to."""

    region = Pick(_l("New village"), needed=True)
    reason = Text(_l("Reason"), limit=300, needed=True)


class StateForm(Form):
    """The next state of a file, with a reason."""

    target = One(_l("The file is to be"), CHILD_FILE.words, enum=FileState, needed=True)
    reason = LongText(_l("Reason"), limit=500)


class ReasonForm(Form):
    """A reason, kept in the log."""

    reason = Text(_l("Reason"), limit=300, needed=True)


def date_or_none(text: str) -> date | None:
    """A day kept as text inside a sealed structure."""
    return date.fromisoformat(text) if text else None
