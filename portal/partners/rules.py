"""Closed lists and lifecycles of organisations, services and projects, and how well a service fits. Pure."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_


class OrgKind(StrEnum):
    """What kind of organisation it is."""

    GOVERNMENT = "government"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    COURT = "court"
    CHARITY = "charity"
    COMPANY = "company"
    CLUB = "club"
    OTHER = "other"


ORG_KIND_WORDS: dict[OrgKind, str] = {
    OrgKind.GOVERNMENT: N_("Government department"),
    OrgKind.HOSPITAL: N_("Hospital"),
    OrgKind.SCHOOL: N_("School"),
    OrgKind.COURT: N_("Court"),
    OrgKind.CHARITY: N_("Charity"),
    OrgKind.COMPANY: N_("Company"),
    OrgKind.CLUB: N_("Club or association"),
    OrgKind.OTHER: N_("Other organisation"),
}

HELP_KINDS: dict[str, str] = {
    "household_registration": N_("Household registration"),
    "schooling": N_("Schooling"),
    "medical": N_("Medical help"),
    "material": N_("Goods and furniture"),
    "psychological": N_("Counselling"),
    "legal": N_("Legal help"),
    "other": N_("Other help"),
}
"""What help is for, by the same codes as the kinds of needs, which stand on a higher floor."""


class OrgState(StrEnum):
    """Where the programme stands with an organisation."""

    ENTERED = "entered"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    ENTERED_IN_ERROR = "entered_in_error"


def _not_checked(organisation: object) -> str | None:
    if getattr(organisation, "checked_on", None) is None:
        return N_("Look at the organisation's papers first and note the day.")
    return None


ORGANISATION = Lifecycle(
    "organisation",
    N_("Partner organisation"),
    OrgState,
    OrgState.ENTERED,
    (
        Move(OrgState.ENTERED, OrgState.ACTIVE, by=N_("coordinator"), needs=N_("papers seen"), guard=_not_checked),
        Move(OrgState.ACTIVE, OrgState.PAUSED, by=N_("coordinator"), reason=True),
        Move(OrgState.PAUSED, OrgState.ACTIVE, by=N_("coordinator"), needs=N_("papers seen"), guard=_not_checked),
        *moves((OrgState.ENTERED, OrgState.ACTIVE, OrgState.PAUSED), OrgState.ENDED, by=N_("coordinator"), reason=True),
        Move(OrgState.ENDED, OrgState.ENTERED, by=N_("coordinator")),
        *moves(
            (OrgState.ENTERED, OrgState.ACTIVE, OrgState.PAUSED, OrgState.ENDED),
            OrgState.ENTERED_IN_ERROR,
            by=N_("coordinator"),
            reason=True,
        ),
    ),
    words={
        OrgState.ENTERED: N_("not checked yet"),
        OrgState.ACTIVE: N_("working with us"),
        OrgState.PAUSED: N_("paused"),
        OrgState.ENDED: N_("ended"),
        OrgState.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={OrgState.ENTERED: "amber", OrgState.ACTIVE: "green", OrgState.PAUSED: "amber"},
    ends=frozenset({OrgState.ENTERED_IN_ERROR}),
)
CLOSED_TO_ITS_PEOPLE = frozenset({OrgState.ENDED, OrgState.ENTERED_IN_ERROR})
"""States in which nobody works for the organisation any more: the roles of its people end."""


class ServiceState(StrEnum):
    """Whether a service takes anybody. The words of HSDS are in `HSDS_STATUS`."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


SERVICE = Lifecycle(
    "service",
    N_("Service of an organisation"),
    ServiceState,
    ServiceState.ACTIVE,
    (
        Move(ServiceState.ACTIVE, ServiceState.PAUSED, by=N_("partner manager or coordinator"), reason=True),
        Move(ServiceState.PAUSED, ServiceState.ACTIVE, by=N_("partner manager or coordinator")),
        *moves(
            (ServiceState.ACTIVE, ServiceState.PAUSED),
            ServiceState.ENDED,
            by=N_("partner manager or coordinator"),
            reason=True,
        ),
        Move(ServiceState.ENDED, ServiceState.ACTIVE, by=N_("partner manager or coordinator")),
    ),
    words={
        ServiceState.ACTIVE: N_("takes families"),
        ServiceState.PAUSED: N_("closed for a time"),
        ServiceState.ENDED: N_("given up"),
    },
    tones={ServiceState.ACTIVE: "green", ServiceState.PAUSED: "amber"},
)
SERVICE_STEPS: dict[ServiceState, str] = {
    ServiceState.ACTIVE: N_("Open again"),
    ServiceState.PAUSED: N_("Close for a time"),
    ServiceState.ENDED: N_("Give up the service"),
}
ORGANISATION_STEPS: dict[OrgState, str] = {
    OrgState.ENTERED: N_("Take up again"),
    OrgState.ACTIVE: N_("Work together"),
    OrgState.PAUSED: N_("Pause working together"),
    OrgState.ENDED: N_("End working together"),
    OrgState.ENTERED_IN_ERROR: N_("Entered by mistake"),
}
HSDS_STATUS: dict[ServiceState, str] = {
    ServiceState.ACTIVE: "active",
    ServiceState.PAUSED: "temporarily closed",
    ServiceState.ENDED: "defunct",
}
"""Source: Open Referral HSDS 3.0, service.status."""


class ProjectKind(StrEnum):
    """What kind of project it is; the names of the article's own kinds are kept in Chinese."""

    VENTURE = "venture"
    YOUTH = "youth"
    CLASSES = "classes"
    OTHER = "other"


PROJECT_KIND_WORDS: dict[ProjectKind, str] = {
    ProjectKind.VENTURE: N_("Public-benefit venture (公益创投)"),
    ProjectKind.YOUTH: N_("Red-scarf volunteering (红领巾)"),
    ProjectKind.CLASSES: N_("Yimeng classroom (沂蒙小学堂)"),
    ProjectKind.OTHER: N_("Other project"),
}


class ProjectState(StrEnum):
    """The way of a project."""

    PLANNED = "planned"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


PROJECT = Lifecycle(
    "project",
    N_("Project of an organisation"),
    ProjectState,
    ProjectState.PLANNED,
    (
        Move(ProjectState.PLANNED, ProjectState.RUNNING, by=N_("partner manager or coordinator")),
        Move(ProjectState.RUNNING, ProjectState.FINISHED, by=N_("partner manager or coordinator")),
        Move(ProjectState.FINISHED, ProjectState.RUNNING, by=N_("partner manager or coordinator"), reason=True),
        *moves(
            (ProjectState.PLANNED, ProjectState.RUNNING),
            ProjectState.CANCELLED,
            by=N_("partner manager or coordinator"),
            reason=True,
        ),
    ),
    words={
        ProjectState.PLANNED: N_("planned"),
        ProjectState.RUNNING: N_("running"),
        ProjectState.FINISHED: N_("finished"),
        ProjectState.CANCELLED: N_("called off"),
    },
    tones={ProjectState.PLANNED: "blue", ProjectState.RUNNING: "green"},
    ends=frozenset({ProjectState.CANCELLED}),
)


PROJECT_STEPS: dict[ProjectState, str] = {
    ProjectState.RUNNING: N_("Begin the project"),
    ProjectState.FINISHED: N_("Finish the project"),
    ProjectState.CANCELLED: N_("Call off the project"),
}
"""What leads to each state, as the words of a button; as `SERVICE_STEPS` and `ORGANISATION_STEPS`."""


class LocationKind(StrEnum):
    """Where a service is given. The codes are those of HSDS, location.location_type."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


LOCATION_KIND_WORDS: dict[LocationKind, str] = {
    LocationKind.PHYSICAL: N_("A place to go to"),
    LocationKind.VIRTUAL: N_("By phone or online"),
}

CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code_problem(code: str) -> str | None:
    """What is wrong with a unified social credit code, as an English message id; None when it is right.

    Source: GB 32100-2015: 18 signs without I, O, S, V and Z, the last one a check sign modulo 31.
    """
    if len(code) != 18 or any(sign not in CREDIT_SIGNS for sign in code):
        return N_("A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z.")
    total = sum(CREDIT_SIGNS.index(s) * w for s, w in zip(code[:17], CREDIT_WEIGHTS, strict=True))
    if CREDIT_SIGNS[(31 - total % 31) % 31] != code[17]:
        return N_("The last sign of the credit code does not fit the others; please compare it with the paper.")
    return None


def web_address_problem(address: str) -> str | None:
    """What is wrong with a web address, as an English message id; only https and http with a host are links."""
    problem = N_("This is no web address. It looks like https://example.org.")
    if any(c.isspace() or c in "<>\"'`\\{}|^" or not c.isascii() or unicodedata.category(c) == "Cc" for c in address):
        return problem
    try:
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        return problem
    return None if right else problem


NAMESPACE = uuid.UUID("6f0f6d0a-3a51-5e53-9a4e-5b9f6c1d2e70")


def uuid_of(kind: str, ref: str) -> str:
    """The identifier of a record in HSDS, which asks for UUIDs: always the same for the same kind and ref."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{ref}"))


@dataclass(frozen=True)
class Reason:
    """Why a service fits, as a sentence: an English message id and its facts. `good` is False for a drawback."""

    text: str
    facts: tuple[tuple[str, object], ...] = ()
    good: bool = True


def covers_area(areas: tuple[str, ...], path: str) -> str | None:
    """The narrowest of a service's areas that contains a region path; None when none does."""
    return max((a for a in areas if path.startswith(a)), key=len, default=None)


def takes_age(age: int | None, min_age: int | None, max_age: int | None) -> bool:
    """Whether somebody of this age in full years is taken; an unknown age is left for people to judge."""
    if age is None:
        return True
    return (min_age is None or age >= min_age) and (max_age is None or age <= max_age)


def free_places(capacity: int | None, taken: int) -> int | None:
    """Places left; None where there is no limit."""
    return None if capacity is None else max(0, capacity - taken)


def reasons_for(
    *, kind: str, age: int | None, min_age: int | None, max_age: int | None, whole_district: bool, places: int | None,
    wait_days: int | None, assured_days_ago: int | None,
) -> tuple[Reason, ...]:  # fmt: skip
    """Why a service that fits does so, the strongest first, and what speaks against it."""
    found = [Reason(N_("Helps with: %(kind)s."), (("kind", HELP_KINDS[kind]),))]
    if min_age is not None or max_age is not None:
        if age is None:
            found.append(Reason(N_("Takes certain ages only; the age is not known."), good=False))
        else:
            found.append(Reason(N_("Takes this age.")))
    found.append(Reason(N_("Serves the whole district.") if whole_district else N_("Serves this place.")))
    if places is None:
        found.append(Reason(N_("No limit on places.")))
    elif places:
        found.append(Reason(N_("Places free: %(number)d."), (("number", places),)))
    else:
        found.append(Reason(N_("No place is free now."), good=False))
    if wait_days is not None:
        found.append(Reason(N_("Usual wait: %(days)d days."), (("days", wait_days),), good=wait_days <= LONG_WAIT_DAYS))
    if assured_days_ago is None or assured_days_ago > STALE_DAYS:
        found.append(Reason(N_("Not confirmed for a long time; ask before sending."), good=False))
    return tuple(found)


LONG_WAIT_DAYS = 30
"""A longer usual wait is named as a drawback."""
STALE_DAYS = 365
"""What an organisation has not confirmed for so many days is shown as old."""
