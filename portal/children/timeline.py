"""One timeline of everything: this room's own lines, merged with those that other rooms put in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, literal, null, select, union_all
from sqlalchemy.types import LargeBinary

from portal.access.models import Account
from portal.audit.models import StateMove
from portal.children.models import Child, Consent, FileNote, PlanGoal, RiskChange, Sight
from portal.children.rules import (
    CHILD_FILE,
    GOAL_WORDS,
    PURPOSE_WORDS,
    RISK_TONES,
    RISK_WORDS,
    FieldSet,
    FileState,
    GoalState,
    Purpose,
    RiskLevel,
)
from portal.children.sight import seen_fields
from portal.kernel.actor import Actor
from portal.kernel.clock import start_of
from portal.kernel.db import session
from portal.kernel.secrets import opened
from portal.web.language import _
from portal.web.registries import Registries, TimelineEntry

SIGHT_WORDS = {
    FieldSet.PARENTS: "Parents' facts",
    FieldSet.DOOR: "Assignment",
    FieldSet.FULL: "Access",
    FieldSet.MENTOR: "Access",
    FieldSet.LEAVING: "Access",
}


def own_lines(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """Notes, risk changes, consents, goals, moves of the file and grants, newest first, for whole-file readers."""
    child = (
        session()
        .execute(select(Child.id, Child.ref, Child.region_path, Child.state).where(Child.ref == child_ref))
        .first()
    )
    return [] if child is None else lines_of(child, seen_fields(actor, child), most)


def lines_of(child: Any, fields: frozenset[str], most: int) -> list[TimelineEntry]:
    """The same, for a child already found (with `id` and `ref`) and the reader's fields: one statement."""
    if "history" not in fields:
        return []
    asked = {"child_id": child.id, "child_ref": child.ref, "most": most}
    return [_entry(row) for row in session().execute(_newest("parents" in fields), asked)]


@lru_cache(maxsize=2)
def _newest(with_parents: bool) -> Select[Any]:
    """The newest lines of one child. Built once: building it costs more than asking it."""
    merged = union_all(*(part.order_by(None) for part in _parts(with_parents))).subquery()
    return select(merged).order_by(merged.c.at.desc(), merged.c.id.desc()).limit(bindparam("most"))


def _parts(with_parents: bool) -> list[Select[Any]]:
    """One select a kind, all of the same columns: at, id, kind, word, other, said, who, ref, sealed."""
    child_id: Any = bindparam("child_id")
    child_ref: Any = bindparam("child_ref")

    def name_of(ref: Any) -> Any:
        return select(Account.name).where(Account.ref == ref).scalar_subquery()

    nothing, unsealed = literal(""), cast(null(), LargeBinary)

    def columns(
        kind: str,
        at: Any,
        id_: Any,
        word: Any,
        other: Any,
        said: Any,
        who: Any,
        ref: Any = nothing,
        sealed: Any = unsealed,
    ) -> Select[Any]:
        return select(
            at.label("at"), id_.label("id"), literal(kind).label("kind"), cast(word, Text).label("word"),
            cast(other, Text).label("other"),
            cast(said, Text).label("said"), who.label("who"), ref.label("ref"), sealed.label("sealed"),
        )  # fmt: skip

    grants = columns(
        "grant",
        Sight.from_at,
        Sight.id,
        Sight.fields,
        name_of(Sight.account_ref),
        Sight.reason,
        name_of(Sight.granted_by),
    ).where(Sight.child_id == child_id, Sight.because_kind == "child")
    return [
        columns("note", FileNote.written_at, FileNote.id, nothing, nothing, nothing, FileNote.writer_name,
                FileNote.ref, FileNote.text_sealed)
        .where(FileNote.child_id == child_id),
        columns("risk", RiskChange.changed_at, RiskChange.id, RiskChange.after, RiskChange.before, RiskChange.reason,
                RiskChange.changer_name)
        .where(RiskChange.child_id == child_id),
        columns("consent", Consent.recorded_at, Consent.id, Consent.purpose, nothing, Consent.given_by,
                name_of(Consent.recorded_by))
        .where(Consent.child_id == child_id),
        columns("withdrawal", Consent.withdrawn_at, Consent.id, Consent.purpose, nothing, Consent.withdrawn_reason,
                name_of(Consent.withdrawn_by))
        .where(Consent.child_id == child_id, Consent.withdrawn_at.is_not(None)),
        columns("goal", PlanGoal.made_at, PlanGoal.id, literal("open"), nothing, PlanGoal.goal,
                name_of(PlanGoal.made_by))
        .where(PlanGoal.child_id == child_id),
        columns("goal", PlanGoal.ended_at, PlanGoal.id, PlanGoal.state, PlanGoal.goal, PlanGoal.outcome,
                name_of(PlanGoal.made_by))
        .where(PlanGoal.child_id == child_id, PlanGoal.ended_at.is_not(None)),
        columns("move", StateMove.at, StateMove.id, StateMove.target, StateMove.source, StateMove.reason,
                StateMove.actor_name)
        .where(StateMove.subject_kind == "child", StateMove.subject_ref == child_ref),
        grants if with_parents else grants.where(Sight.fields != FieldSet.PARENTS),
    ]  # fmt: skip


def _entry(row: Any) -> TimelineEntry:
    said, tone, detail = row.said or "", "neutral", ""
    if row.kind == "note":
        kind, said = _("Note"), opened(FileNote.text_sealed, row.ref, row.sealed)
    elif row.kind == "risk":
        level = RiskLevel(row.word)
        kind, tone, detail = _("Risk"), RISK_TONES[level], said
        said = (
            _(RISK_WORDS[level]) if not row.other else f"{_(RISK_WORDS[RiskLevel(row.other)])} → {_(RISK_WORDS[level])}"
        )
    elif row.kind == "consent":
        kind, tone = _("Consent"), "green"
        said = _("%(purpose)s: given by %(who)s", purpose=_(PURPOSE_WORDS[Purpose(row.word)]), who=said)
    elif row.kind == "withdrawal":
        kind, tone, detail, said = _("Consent withdrawn"), "amber", said, _(PURPOSE_WORDS[Purpose(row.word)])
    elif row.kind == "goal":
        state = GoalState(row.word)
        kind, tone = (
            _("Goal"),
            "blue" if state is GoalState.OPEN else "green" if state is GoalState.REACHED else "neutral",
        )
        said, detail = (said, "") if state is GoalState.OPEN else (f"{row.other}: {_(GOAL_WORDS[state])}", said)
    elif row.kind == "move":
        state_ = FileState(row.word)
        kind, tone, detail = _("File"), CHILD_FILE.tones.get(state_, "neutral"), said
        said = _("File opened") if not row.other else _(CHILD_FILE.words[state_])
    else:
        kind, tone, detail = _("Access"), "blue", said
        said = (
            _("%(who)s may read the parents' facts", who=row.other)
            if row.word == FieldSet.PARENTS
            else _("%(who)s is assigned", who=row.other)
        )
    return TimelineEntry(row.at, kind, tone, row.who or "", said, None, detail)


def merged(
    registries: Registries, actor: Actor, child: Any, fields: frozenset[str], most: int
) -> tuple[list[TimelineEntry], bool]:
    """The newest lines of all rooms, and whether there are more."""
    found = lines_of(child, fields, most + 1)
    for provider in registries.timeline:
        if provider is not own_lines:
            found.extend(provider(actor, child.ref, most + 1))
    found.sort(key=lambda e: e.at if isinstance(e.at, datetime) else start_of(_day(e.at)), reverse=True)
    return found[:most], len(found) > most


def _day(value: date) -> date:
    return value
