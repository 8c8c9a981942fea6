"""Sending a log and correcting it before it is locked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.audit.operations import move, note_move, record
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, zone
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, require
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.mentoring.models import SessionLog, SessionPart
from portal.mentoring.operations.drafts import Typed, begin_log, next_version
from portal.mentoring.operations.planned import hold_session, plan_session
from portal.mentoring.policy import can_correct
from portal.mentoring.queries import OwnPair, own_log_by_key
from portal.mentoring.rules import REVIEW_DAYS, LogState, PlaceKind, Way, session_problem
from portal.notices.operations import tell_holders
from portal.pairing.models import Pairing
from portal.pairing.operations import note_contact
from portal.places.settings import setting
from portal.safeguarding.operations import raise_concern
from portal.safeguarding.rules import Urgency

USUAL_MINUTES = 60
"""Length of a next session when this one gives no other."""


@dataclass(frozen=True)
class Part:
    """What is about one child alone. `mood` from 1 to 5."""

    pair_ref: str
    mood: int | None
    text: str


@dataclass(frozen=True)
class Entry:
    """A log as it was filled in. `minutes` is None for an attempt without contact."""

    on: date
    attempt: bool
    minutes: int | None
    way: Way | None
    place: PlaceKind | None
    activities: list[str]
    did: str
    to_staff: str
    parts: list[Part]
    planned_ref: str = ""
    next_at: datetime | None = None
    next_place: PlaceKind = PlaceKind.HOME
    next_anyway: bool = False
    concern: str = ""
    urgency: Urgency = Urgency.DAY

    def digest(self) -> str:
        """A keyed fingerprint of all of it."""
        return vault().blind(json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False), "session-entry")


@dataclass(frozen=True)
class Sent:
    """The answer to a submission; `again` when it had arrived before."""

    log: SessionLog
    again: bool = False


def submit_log(
    client_key: str,
    entry: Entry,
    *,
    pairs: list[OwnPair],
    seen_version: int | None,
    typed: Typed,
    actor: Actor,
    now: datetime,
) -> Sent:
    """Send a log to the coordinator. The same entry sent any number of times is one row. The caller commits.

    `seen_version` is the version of the draft that the form was made of; `typed` the form as typed. Raises DomainError
    with a sentence for whatever a person can mend: a paused pair (the draft stays), a future day, another text under
    the same key, a draft that another device has changed since. Raises NotFound for somebody else's key.
    """
    log = own_log_by_key(actor, client_key, lock=True)
    if log is None and session().scalar(select(SessionLog.id).where(SessionLog.client_key == client_key)) is not None:
        raise NotFound
    if log is not None and log.state not in (LogState.DRAFT, LogState.DISCARDED):
        return _sent_before(log, entry)
    chosen = _chosen(entry, pairs)
    _check(entry, chosen, now)
    if log is None:
        log = begin_log(client_key, chosen[0], actor=actor, now=now)
        if log.state is not LogState.DRAFT:
            return _sent_before(log, entry)
    elif log.state is LogState.DISCARDED:
        note_move(log, log.state, LogState.DRAFT, actor=actor, now=now)
        log.state = LogState.DRAFT
    elif log.typed is not None and seen_version not in (None, log.typed_version) and not _same(log.typed, typed):
        raise DomainError(
            N_(
                "This entry was changed at %(at)s on another device. "
                "Both texts are kept; look at them, then send again."
            ),
            at=f"{(log.typed_at or now).astimezone(zone()):%H:%M}",
        )
    _fill(log, entry, chosen[0])
    log.sent_digest, log.submitted_at = entry.digest(), now
    by_ref = {pair.ref: pair for pair in chosen}
    session().add_all(_part(log, part, by_ref) for part in entry.parts)
    _plans(log, entry, chosen, actor=actor, now=now)
    _hand_over(log, chosen, actor=actor, now=now)
    if entry.concern:
        log.concern_ref = raise_concern(
            client_key=client_key,
            text=entry.concern,
            urgency=entry.urgency,
            child_ref=chosen[0].child_ref,
            actor=actor,
            now=now,
        ).ref
    session().flush()
    return Sent(log)


def raise_without_log(
    client_key: str, entry: Entry, pair: OwnPair, *, typed: Typed, actor: Actor, now: datetime
) -> None:
    """Raise the concern of an entry that cannot be sent, since its pair is paused: a worry never waits for a log.

    What was typed is kept as the draft. The same key again is harmless. The caller commits.
    """
    log = own_log_by_key(actor, client_key, lock=True) or begin_log(client_key, pair, actor=actor, now=now)
    if log.state is LogState.DRAFT:
        log.typed, log.typed_at, log.typed_version = typed, now, log.typed_version + 1
    raise_concern(
        client_key=client_key, text=entry.concern, urgency=entry.urgency, child_ref=pair.child_ref, actor=actor, now=now
    )


def correct_log(log: SessionLog, entry: Entry, *, actor: Actor, now: datetime) -> None:
    """Change one's own log before it is locked; a returned one goes back to the coordinator. The caller commits.

    The children stay those of the first submission. What it said before stands, encrypted, in the audit. Raises
    NotAllowed when it is locked: then an amendment is written.
    """
    require(can_correct(actor, log, now, setting("log_locks_after_days")))
    if problem := _problem(entry, now):
        raise problem
    before = _values(log)
    parts = {p.pair_ref: p for p in entry.parts}
    _fill(log, entry, None)
    rows = session().execute(
        select(SessionPart, Pairing.ref)
        .join(Pairing, Pairing.id == SessionPart.pairing_id)
        .where(SessionPart.log_id == log.id)
    )
    for row, pair_ref in rows.all():
        if part := parts.get(pair_ref):
            before[f"mood:{pair_ref}"], before[f"text:{pair_ref}"] = row.mood, row.text
            row.mood, row.text = (None if entry.attempt else part.mood), part.text
    changed = {k: [v, w] for k, v in before.items() if (w := _values(log, parts).get(k)) != v}
    record("session-log-corrected", log, actor=actor, now=now, values=changed or None, fields=len(changed))
    if entry.concern:
        log.concern_ref = raise_concern(
            client_key=log.ref,
            text=entry.concern,
            urgency=entry.urgency,
            child_ref=log.child_ref,
            actor=actor,
            now=now,
        ).ref
    if log.state is LogState.RETURNED:
        log.submitted_at = now
        pairs = (
            session()
            .scalars(
                select(Pairing)
                .join(SessionPart, SessionPart.pairing_id == Pairing.id)
                .where(SessionPart.log_id == log.id)
            )
            .all()
        )
        end_duty(f"log-answer:{log.ref}", now=now, actor=actor)
        _hand_over(log, pairs, actor=actor, now=now)
    session().flush()


def _sent_before(log: SessionLog, entry: Entry) -> Sent:
    if log.sent_digest and log.sent_digest != entry.digest():
        raise DomainError(
            N_("You sent this entry at %(at)s already. Open it in the list of sessions to change it."),
            at=f"{(log.submitted_at or log.created_at).astimezone(zone()):%H:%M}",
        )
    return Sent(log, again=True)


def _chosen(entry: Entry, pairs: list[OwnPair]) -> list[OwnPair]:
    by_ref = {p.ref: p for p in pairs}
    chosen = [by_ref[p.pair_ref] for p in entry.parts if p.pair_ref in by_ref]
    if not chosen or len(chosen) < len(entry.parts):
        raise DomainError(N_("Choose whom you were with."), field="pairs")
    if any(not p.loggable for p in chosen):
        raise DomainError(
            N_(
                "This pairing is paused by the programme, so nothing can be sent now. "
                "Your text stays in your drafts and is not lost."
            ),
            field="pairs",
        )
    return chosen


def _problem(entry: Entry, now: datetime) -> DomainError | None:
    hours = setting("session_most_hours")
    found = session_problem(
        on=entry.on, minutes=entry.minutes, attempt=entry.attempt, today=local_day(now), most_hours=hours
    )
    if found is not None:
        return DomainError(found[1], field=found[0], hours=hours)
    if not entry.attempt and not entry.did and not any(p.text for p in entry.parts):
        return DomainError(N_("Write a sentence about what you did."), field="did")
    return None


def _check(entry: Entry, chosen: list[OwnPair], now: datetime) -> None:
    if problem := _problem(entry, now):
        raise problem
    began = session().scalars(select(Pairing.started_on).where(Pairing.id.in_([c.id for c in chosen])))
    first = max((day for day in began if day), default=None)
    if first is not None and entry.on < first:
        raise DomainError(N_("Your pairing began on %(day)s only."), field="on", day=first)


def _same(one: Typed, other: Typed) -> bool:
    """Whether two forms say the same: what is empty in one may be missing in the other."""

    def plain(fields: Typed) -> dict[str, list[str]]:
        lists = {k: [v] if isinstance(v, str) else list(v) for k, v in fields.items()}
        return {
            k: [t.replace("\r\n", "\n").strip() for t in v if t.strip()]
            for k, v in lists.items()
            if any(t.strip() for t in v)
        }

    return plain(one) == plain(other)


def _fill(log: SessionLog, entry: Entry, pair: OwnPair | None) -> None:
    if pair is not None:
        log.pairing_id, log.child_ref, log.region_path = pair.id, pair.child_ref, pair.region_path
    log.on_day, log.attempt, log.way, log.place = (
        entry.on,
        entry.attempt,
        entry.way,
        None if entry.attempt else entry.place,
    )
    log.minutes = None if entry.attempt else entry.minutes
    log.activities = [] if entry.attempt else entry.activities
    log.did, log.to_staff = entry.did, entry.to_staff
    log.typed, log.typed_version = None, next_version(log)


def _part(log: SessionLog, part: Part, pairs: dict[str, OwnPair]) -> SessionPart:
    pair = pairs[part.pair_ref]
    return SessionPart(
        log_id=log.id,
        pairing_id=pair.id,
        child_ref=pair.child_ref,
        region_path=pair.region_path,
        mood=None if log.attempt else part.mood,
        text=part.text,
    )


def _plans(log: SessionLog, entry: Entry, chosen: list[OwnPair], *, actor: Actor, now: datetime) -> None:
    if entry.planned_ref and not entry.attempt:
        log.planned_ref = hold_session(entry.planned_ref, {c.id for c in chosen}, actor=actor, now=now)
    if entry.next_at is not None:
        for pair in chosen:
            planned = plan_session(
                pair.id,
                starts_at=entry.next_at,
                minutes=entry.minutes or USUAL_MINUTES,
                place=entry.next_place,
                # Siblings share the volunteer's time: the second child's plan is no clash with the first one's.
                anyway=entry.next_anyway or pair is not chosen[0],
                actor=actor,
                now=now,
            )
            log.next_planned_ref = log.next_planned_ref or planned.ref


def _hand_over(log: SessionLog, pairs: Any, *, actor: Actor, now: datetime) -> None:
    move(log, LogState.SUBMITTED, actor=actor, now=now, minutes=log.minutes, attempt=log.attempt, children=len(pairs))
    if not log.attempt:
        note_contact(pairs, log.on_day, actor=actor, now=now)
    open_duty(
        f"log-review:{log.ref}",
        kind="log-review",
        subject_kind="session_log",
        subject_ref=log.ref,
        owner_role=Role.COORDINATOR,
        path=log.region_path,
        child_ref=log.child_ref,
        url=f"/sessions/{log.ref}",
        due_at=now + timedelta(days=REVIEW_DAYS),
        now=now,
    )
    tell_holders(
        "log-submitted", Role.COORDINATOR, log.region_path, but=actor.persons(), now=now, url=f"/sessions/{log.ref}",
        name=actor.name,
    )  # fmt: skip


def _values(log: SessionLog, parts: dict[str, Part] | None = None) -> dict[str, Any]:
    """What a log says, for the audit."""
    values: dict[str, Any] = {
        "on_day": str(log.on_day),
        "minutes": log.minutes,
        "way": log.way,
        "place": log.place,
        "activities": list(log.activities or []),
        "attempt": log.attempt,
        "did": log.did,
        "to_staff": log.to_staff,
    }
    for ref, part in (parts or {}).items():
        values[f"mood:{ref}"], values[f"text:{ref}"] = None if log.attempt else part.mood, part.text
    return values
