"""The shape of what is entered about organisations."""

from __future__ import annotations

from wtforms import HiddenField

from portal.kernel.actor import ROLE_WORDS, Role
from portal.kernel.clock import today
from portal.partners.rules import (
    HELP_KINDS,
    LOCATION_KIND_WORDS,
    ORG_KIND_WORDS,
    ORGANISATION,
    PROJECT_KIND_WORDS,
    LocationKind,
    OrgKind,
    OrgState,
    ProjectKind,
)
from portal.web.forms import Day, Digits, FilterForm, Form, LongText, Number, One, Pick, Several, Switch, Text
from portal.web.language import _l


class OrganisationForm(Form):
    """What the directory says of an organisation."""

    name = Text(_l("Name of the organisation"), limit=80, needed=True)
    name_en = Text(_l("Name in English"), limit=120)
    kind = Pick(_l("Kind of organisation"), ORG_KIND_WORDS, enum=OrgKind, needed=True, empty=_l("Choose"))
    region = Pick(_l("Region"), needed=True, empty=_l("Choose"))
    credit_code = Digits(_l("Unified social credit code"), limit=18)
    description = LongText(_l("About the organisation"), limit=2000)
    description_en = LongText(_l("What it does, in English"), limit=2000)
    phone = Text(_l("Public phone"), limit=40)
    email = Text(_l("Public mail address"), limit=200)
    website = Text(_l("Web address"), limit=200)
    public = Switch(_l("Shown in the public directory"), default=True)
    version = HiddenField()


class PapersForm(Form):
    """When the papers were seen."""

    on = Day(_l("Papers seen on"), needed=True, default=today)


class MoveForm(Form):
    """One step."""

    to = Text(_l("Status"), limit=40, needed=True)
    reason = Text(_l("Reason"), limit=300)


class ServiceForm(Form):
    """A service in the words of HSDS."""

    name = Text(_l("Name of the service"), limit=80, needed=True)
    name_en = Text(_l("Name in English"), limit=120)
    help_kinds = Several(_l("Helps with"), HELP_KINDS, needed=_l("Choose at least one."), default=[])
    description = LongText(_l("What is done"), limit=2000)
    description_en = LongText(_l("What is done, in English"), limit=2000)
    eligibility = LongText(_l("For whom"), limit=500)
    min_age = Number(_l("From age"), low=0, high=100)
    max_age = Number(_l("To age"), low=0, high=100)
    areas = Several(_l("Serves only these towns"), (), default=[])
    documents = LongText(_l("Papers needed, one a line"), limit=2000)
    how_to_apply = LongText(_l("How to apply"), limit=500)
    fees = Text(_l("What it costs"), limit=200)
    wait_days = Number(_l("Usual wait in days"), low=0, high=1000)
    capacity = Number(_l("Families at once, at most"), low=0, high=10000)
    places = Several(_l("Given at"), (), default=[])
    public = Switch(_l("Shown in the public directory"), default=True)
    version = HiddenField()


class LocationForm(Form):
    """A place where the organisation is found."""

    name = Text(_l("Name of the place"), limit=80, needed=True)
    name_en = Text(_l("Name in English"), limit=120)
    kind = One(_l("Kind of place"), LOCATION_KIND_WORDS, enum=LocationKind, needed=True, default=LocationKind.PHYSICAL)
    address = Text(_l("Address"), limit=200)
    postal_code = Digits(_l("Postal code"), limit=10)
    opening = Text(_l("Opening hours"), limit=200)
    transport = Text(_l("How to get there"), limit=200)
    phone = Text(_l("Phone"), limit=40)


class ContactForm(Form):
    """A person of an organisation."""

    name = Text(_l("Name"), limit=60, needed=True)
    title = Text(_l("Position"), limit=80)
    phone = Digits(_l("Phone"), limit=20)
    email = Text(_l("E-mail"), limit=200)
    public = Switch(_l("Name and phone are shown in the public directory"))


class InvitationForm(Form):
    """Which role is asked for."""

    manages = One(
        _l("Role"), {"no": ROLE_WORDS[Role.PARTNER], "yes": ROLE_WORDS[Role.PARTNER_MANAGER]}, needed=True, default="no"
    )


class ProgrammeForm(Form):
    """A lasting programme."""

    name = Text(_l("Name of the programme"), limit=80, needed=True)
    name_en = Text(_l("Name in English"), limit=120)
    description = LongText(_l("About the programme"), limit=2000)
    description_en = LongText(_l("What it does, in English"), limit=2000)
    begun_on = Day(_l("Begun on"), latest=today)
    ended_on = Day(_l("Ended on"), latest=today)
    public = Switch(_l("Shown in the public directory"), default=True)
    sealed = Switch(_l("Sealed by the court: only our own people ever know of it"))
    version = HiddenField()


class EntryForm(Form):
    """What a programme has done on a day."""

    on = Day(_l("Day"), needed=True, latest=today, default=today)
    title = Text(_l("What"), limit=120, needed=True)
    text = LongText(_l("Notes"), limit=4000)
    children = Number(_l("Children who took part"), low=0, high=100000, default=0)
    helpers = Number(_l("Helpers who took part"), low=0, high=100000, default=0)


class ProjectForm(Form):
    """A project with an end and a budget."""

    name = Text(_l("Name of the project"), limit=80, needed=True)
    name_en = Text(_l("Name in English"), limit=120)
    kind = One(_l("Kind of project"), PROJECT_KIND_WORDS, enum=ProjectKind, needed=True)
    programme = Pick(_l("Programme"), empty=_l("none"))
    summary = LongText(_l("In short"), limit=2000)
    funder = Text(_l("Paid for by"), limit=80)
    budget_yuan = Number(_l("Budget"), low=0, high=20000000)
    starts_on = Day(_l("First day"), needed=True)
    ends_on = Day(_l("Last day"), needed=True)
    public = Switch(_l("Shown in the public directory"))
    version = HiddenField()


class DeliverableForm(Form):
    """What is promised."""

    title = Text(_l("What is promised"), limit=120, needed=True)
    target = Number(_l("How many"), low=1, high=1000000, needed=True)
    unit = Text(_l("Unit"), limit=20)
    due_on = Day(_l("Due on"), needed=True)


class ProgressForm(Form):
    """What is done."""

    done = Number(_l("Done"), low=0, high=1000000, needed=True)
    evidence = Text(_l("What shows it"), limit=500)


class ExpenseForm(Form):
    """Money that was spent."""

    on = Day(_l("Day"), needed=True, latest=today, default=today)
    what = Text(_l("Spent on"), limit=200, needed=True)
    amount_yuan = Number(_l("Amount"), low=-20000000, high=20000000, needed=True)


class AwardForm(Form):
    """A prize."""

    name = Text(_l("Name of the award"), limit=120, needed=True)
    given_by = Text(_l("Given by"), limit=120, needed=True)
    given_for = Text(_l("Given for"), limit=200)
    given_on = Day(_l("Given on"), needed=True, latest=today)
    organisation = Pick(_l("Organisation"), empty=_l("the programme itself"))
    public = Switch(_l("Shown in the public directory"), default=True)


class OrganisationFilters(FilterForm):
    """What narrows the list of organisations."""

    q = Text(_l("Name of the organisation"), limit=60)
    kind = Pick(_l("Kind of organisation"), ORG_KIND_WORDS, enum=OrgKind, empty=_l("every kind"))
    state = Pick(_l("Status"), ORGANISATION.words, enum=OrgState, empty=_l("every status"))


class RegionForm(Form):
    """Where an organisation belongs."""

    region = Pick(_l("Region"), needed=True, empty=_l("Choose"))
    reason = Text(_l("Reason"), limit=300, needed=True)


class RemovalForm(Form):
    """Why something is struck or taken out."""

    reason = Text(_l("Reason"), limit=300, needed=True)


class AwardFilters(FilterForm):
    """What narrows the register of awards."""

    q = Text(_l("Words"), limit=60)
    since = Day(_l("Given from"))
    until = Day(_l("Given until"))


class DirectoryFilters(FilterForm):
    """What narrows the public directory."""

    for_strangers = True
    q = Text(_l("Words"), limit=60)
    help = Pick(_l("Helps with"), HELP_KINDS, empty=_l("everything"))
    kind = Pick(_l("Kind of organisation"), ORG_KIND_WORDS, enum=OrgKind, empty=_l("every kind"))
