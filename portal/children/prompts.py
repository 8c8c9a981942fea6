"""What this room puts onto shared pages: search results, lines of today, first steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import and_, exists, or_, select

from portal.children.listing import ROWS, matching, numbered, reach_of, years_before
from portal.children.listing import c as columns
from portal.children.models import Child, Consent, PlanGoal
from portal.children.rules import OPEN_STATES, FileState, GoalState, Purpose, ages_out_from
from portal.children.shown import label_of
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import today
from portal.kernel.db import session, within
from portal.kernel.people import age_on, comes_of_age_on
from portal.web.forms import clean_text, plain_digits
from portal.web.language import _, day_text, ngettext
from portal.web.registries import Found, TodayItem, ToDo

MOST_FOUND = 15
MOST_DUE = 10
SOON = timedelta(days=7)


def found(actor: Actor, words: str) -> list[Found]:
    """Children by name, pinyin initials, code or whole identity number, by the fields that the reader may see."""
    words = clean_text(words)[:40]
    if not words:
        return []
    reach = reach_of(actor)
    if not reach.paths and not reach.single:
        return []
    number = plain_digits(words).upper()
    condition = (
        numbered(number, reach)
        if len(number) == 18 and number[:17].isascii() and number[:17].isdigit()
        else matching(words, reach)
    )
    statement = (
        ROWS.where(reach.clause(), condition, columns.state != FileState.ENTERED_IN_ERROR)
        .order_by(columns.initials, columns.id)
        .limit(MOST_FOUND)
    )
    results = []
    for row in session().execute(statement):
        fields = reach.fields(row)
        age = ngettext("%(num)s year old", "%(num)s years old", age_on(row.born_on, today())) if "age" in fields else ""
        detail = " · ".join(part for part in (age, row.village if "region" in fields else "") if part)
        results.append(Found(_("Child"), label_of(row, fields), detail, f"/children/{row.ref}"))
    return results


def called(actor: Actor, refs: Iterable[str]) -> dict[str, str]:
    """What this reader calls each of these children, by ref; nothing for a child who is not seen."""
    reach = reach_of(actor)
    statement = ROWS.where(reach.clause(), columns.ref.in_(list(refs)), columns.state != FileState.ENTERED_IN_ERROR)
    return {row.ref: label_of(row, reach.fields(row)) for row in session().execute(statement)}


def due_today(actor: Actor) -> Iterable[TodayItem]:
    """For caseworkers: young people to be asked about growing up and their own consent, goals to look at again."""
    paths = actor.paths(Role.CASEWORKER)
    if not paths:
        return
    day = today()
    here = and_(within(Child.region_path, paths), Child.state.in_(OPEN_STATES))
    own = exists().where(
        Consent.child_id == Child.id,
        Consent.purpose == Purpose.FILE,
        Consent.own.is_(True),
        Consent.withdrawn_on.is_(None),
    )
    # 17½ years are 17 years and six months: the exact day is asked of each of the few who may have reached it.
    growing = (
        select(Child.ref, Child.name, Child.born_on, Child.state, own.label("own"))
        .where(
            here, Child.born_on <= years_before(day, 17) - timedelta(days=180), or_(Child.state == FileState.OPEN, ~own)
        )
        .order_by(Child.born_on, Child.id)
        .limit(MOST_DUE)
    )
    for row in session().execute(growing):
        if day >= comes_of_age_on(row.born_on) and not row.own:
            yield TodayItem(
                row.name,
                _("18 now: ask for the own consent"),
                "",
                f"/children/{row.ref}/consents/new",
                _("Record"),
                "amber",
                "user",
                (30, row.ref),
            )
        elif row.state is FileState.OPEN and day >= ages_out_from(row.born_on):
            yield TodayItem(
                row.name,
                _("17½: talk about growing up"),
                "",
                f"/children/{row.ref}/state",
                _("Open"),
                "neutral",
                "user",
                (60, row.ref),
            )
    reviews = (
        select(Child.ref, Child.name, PlanGoal.ref.label("goal_ref"), PlanGoal.goal, PlanGoal.review_on)
        .join(PlanGoal, PlanGoal.child_id == Child.id)
        .where(here, PlanGoal.state == GoalState.OPEN, PlanGoal.review_on <= day + SOON)
        .order_by(PlanGoal.review_on, PlanGoal.id)
        .limit(MOST_DUE)
    )
    for due in session().execute(reviews):
        tone = "amber" if due.review_on <= day else "neutral"
        yield TodayItem(
            due.name, _("Look at the goal again: %(goal)s", goal=due.goal[:60]), day_text(due.review_on),
            f"/children/{due.ref}/goals/{due.goal_ref}",
            _("Open"), tone, "check", (40, due.review_on.isoformat()),
        )  # fmt: skip


def first_steps(actor: Actor) -> Iterable[ToDo]:
    """The first file of a caseworker."""
    if paths := actor.paths(Role.CASEWORKER):
        done = session().scalar(select(Child.id).where(within(Child.region_path, paths)).limit(1)) is not None
        yield ToDo(_("Open the first child's file"), "/children/new", done)
