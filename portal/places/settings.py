"""Settings that a district may change, each with its name, meaning, unit, bounds and source. Values are effective-dated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import g, has_app_context
from sqlalchemy import String, Text, bindparam, cast, func, select

from portal.kernel.clock import today
from portal.kernel.db import session
from portal.kernel.words import N_
from portal.places.models import Setting
from portal.places.rules import coded_words
from portal.web.language import locale


@dataclass(frozen=True)
class Declared:
    """One setting. `kind` is 'int', 'text', 'list' (one entry a line) or 'coded' (a list of codes with their words).
    `verify` says that its source is uncertain. What is counted in minutes is shown and typed in hours and days too."""

    name: str
    group: str
    label: str
    default: Any
    kind: str = "int"
    unit: str = ""
    low: int = 0
    high: int = 100000
    source: str = ""
    verify: bool = False


SETTINGS: tuple[Declared, ...] = (
    Declared("product_name", N_("Programme"), N_("Name of the portal"), "牵手", "text"),
    Declared("product_name_en", N_("Programme"), N_("Name of the portal in English"), "Hand in Hand", "text"),
    Declared("district_name", N_("Programme"), N_("Name of the district"), "兰山区", "text"),
    Declared("hotlines", N_("Programme"), N_("Hotlines: name and number, one a line"), ["报警 110", "急救 120", "政务服务便民热线 12345", "青少年服务热线 12355"], "list"),
    Declared("card_hotline", N_("Programme"), N_("Hotline printed on children's cards: the number"), "12345", "text"),
    Declared("filing_number", N_("Programme"), N_("Filing number of the site"), "", "text"),
    Declared("privacy_notice", N_("Programme"), N_("Notice on children's privacy"), "我们只为帮助孩子而记录信息：谁能看、看哪些、看多久都有规定，每次查看都会留痕。监护人可以随时查看、更正或撤回同意。", "text"),
    Declared("last_resort_name", N_("Concerns"), N_("Last resort outside the programme: name"), "12345 政务服务便民热线", "text"),
    Declared("last_resort_phone", N_("Concerns"), N_("Last resort outside the programme: phone"), "12345", "text"),
    Declared("concern_minutes_now", N_("Concerns"), N_("Clock of an emergency"), 60, unit=N_("minutes"), low=5, high=240),
    Declared("concern_minutes_day", N_("Concerns"), N_("Clock of an urgent concern"), 1440, unit=N_("minutes"), low=60, high=4320),
    Declared("concern_minutes_days", N_("Concerns"), N_("Clock of an ordinary concern"), 4320, unit=N_("minutes"), low=60, high=14400),
    Declared("idle_minutes", N_("Sign-in"), N_("A page locks after this time without use"), 15, unit=N_("minutes"), low=1, high=120),
    Declared("session_hours", N_("Sign-in"), N_("A sign-in ends after"), 12, unit=N_("hours"), low=1, high=24),
    Declared("invitation_days", N_("Sign-in"), N_("An invitation lasts"), 14, unit=N_("days"), low=1, high=60),
    Declared("sent_messages_days", N_("Messages"), N_("A sent message is kept in the outbox for"), 90, unit=N_("days"), low=1, high=730),
    Declared("log_locks_after_days", N_("Sessions"), N_("A submitted log is locked after"), 14, unit=N_("days"), low=1, high=60),
    Declared("silent_follow_up_days", N_("Sessions"), N_("No contact: follow-up after"), 14, unit=N_("days"), low=1, high=90, source="Elements of Effective Practice for Mentoring"),
    Declared("silent_alert_days", N_("Sessions"), N_("No contact: alert after"), 30, unit=N_("days"), low=1, high=180, source="Elements of Effective Practice for Mentoring"),
    Declared("session_most_hours", N_("Sessions"), N_("Longest session"), 12, unit=N_("hours"), low=1, high=24),
    Declared("mentor_capacity_most", N_("Pairing"), N_("Most children of one mentor"), 3, low=1, high=3),
    Declared("commitment_months", N_("Pairing"), N_("Shortest commitment"), 12, unit=N_("months"), low=1, high=60, source="Elements of Effective Practice for Mentoring"),
    Declared("vetting_valid_days", N_("Volunteers"), N_("An offence-record check is valid for"), 365, unit=N_("days"), low=30, high=1095),
    Declared("training_hours", N_("Volunteers"), N_("Training before the first pairing"), 2, unit=N_("hours"), low=0, high=40),
    Declared("support_dimensions", N_("Children"), N_("Support dimensions: Chinese / English, one a line"), ["livelihood 扶困 / Livelihood", "heart 扶心 / Emotional support", "mind 扶智 / Learning", "will 扶志 / Motivation", "skill 扶技 / Skills"], "coded", source="the article gives five names for four"),
    Declared("visit_days_red", N_("Visits"), N_("Visit at red risk every"), 7, unit=N_("days"), low=1, high=365, verify=True),
    Declared("visit_days_yellow", N_("Visits"), N_("Visit at yellow risk every"), 30, unit=N_("days"), low=1, high=365, verify=True),
    Declared("visit_days_blue", N_("Visits"), N_("Visit at blue risk every"), 90, unit=N_("days"), low=1, high=365, verify=True),
    Declared("visit_days_green", N_("Visits"), N_("Visit at green risk every"), 180, unit=N_("days"), low=1, high=730, verify=True),
    Declared("first_visit_working_days", N_("Visits"), N_("First visit after opening a file within"), 5, unit=N_("working days"), low=1, high=60, source="domain.md, Visits by risk", verify=True),
    Declared("town_days_red", N_("Visits"), N_("Town check at red risk every"), 30, unit=N_("days"), low=1, high=730, verify=True),
    Declared("town_days_yellow", N_("Visits"), N_("Town check at yellow risk every"), 90, unit=N_("days"), low=1, high=730, verify=True),
    Declared("town_days_blue", N_("Visits"), N_("Town check at blue risk every"), 180, unit=N_("days"), low=1, high=730, verify=True),
    Declared("town_days_green", N_("Visits"), N_("Town check at green risk every"), 365, unit=N_("days"), low=1, high=730, verify=True),
    Declared("need_days_village", N_("Needs"), N_("A need waits at the village for"), 3, unit=N_("working days"), low=1, high=60, source="domain.md, Need", verify=True),
    Declared("need_days_town", N_("Needs"), N_("A need waits at the town for"), 7, unit=N_("working days"), low=1, high=60, source="domain.md, Need", verify=True),
    Declared("need_days_district", N_("Needs"), N_("A need waits at the district for"), 15, unit=N_("working days"), low=1, high=120, source="domain.md, Need", verify=True),
    Declared("need_confirm_days", N_("Needs"), N_("The family is asked about a resolved need within"), 5, unit=N_("working days"), low=1, high=60, verify=True),
    Declared("need_overdue_person", N_("Needs"), N_("Who answers by name for needs overdue at the district: mail address, phone or name of a coordinator"), "", "text"),
    Declared("term_dates", N_("Calendar"), N_("School terms: first and last day, one a line"), ["2025-09-01 2026-01-23", "2026-02-25 2026-07-03", "2026-09-01 2027-01-22"], "list", verify=True),
)  # fmt: skip
BY_NAME = {s.name: s for s in SETTINGS}
DEFAULTS = {s.name: s.default for s in SETTINGS}
_TABLE = Setting.__table__
# Read on every request, so built once and on the table.
_BEGUN = (
    select(_TABLE.c.name, _TABLE.c.value).where(_TABLE.c.from_on <= bindparam("day")).order_by(_TABLE.c.from_on)
)  # fmt: skip
_FIELD, _ROW = "\x1f", "\x1e"
AS_TEXT = select(
    func.aggregate_strings(
        cast(_TABLE.c.from_on, String) + _FIELD + _TABLE.c.name + _FIELD + cast(_TABLE.c.value, Text), _ROW
    )
).scalar_subquery()
"""All values that were ever set, in one text: whoever reads a row anyway reads them with it. See `take`."""


@lru_cache(maxsize=8)
def _read(text: str, day: date) -> dict[str, Any]:
    """What is in force on a day. The text is the key, so that a change by anybody anywhere is seen at once."""
    cut = (row.split(_FIELD, 2) for row in text.split(_ROW) if row)
    rows = sorted((date.fromisoformat(from_on), name, value) for from_on, name, value in cut)
    return DEFAULTS | {name: json.loads(value) for from_on, name, value in rows if from_on <= day and name in BY_NAME}


def take(text: str | None) -> None:
    """Use the settings of this text for the rest of the request."""
    g.settings = _read(text or "", today())


def in_force(on: date | None = None) -> dict[str, Any]:
    """All settings as they are in force on a day (today by default). Read once per request."""
    day = on or today()
    if on is None and has_app_context() and "settings" in g:
        kept: dict[str, Any] = g.settings
        return kept
    values = DEFAULTS.copy()
    values.update({name: value for name, value in session().execute(_BEGUN, {"day": day}) if name in BY_NAME})
    if on is None and has_app_context():
        g.settings = values
    return values


def forget() -> None:
    """A value has changed: this request must read anew."""
    if has_app_context():
        g.pop("settings", None)


def setting(name: str) -> Any:
    """One setting as it is in force today. Raises KeyError for a name that is not declared."""
    return in_force()[name]


def coded(name: str) -> list[tuple[str, str]]:
    """A list of codes: (code, words in the reader's language)."""
    chinese = locale() == "zh_Hans"
    return [(entry.code, entry.zh if chinese else entry.en) for entry in coded_words(setting(name))]
