"""Sending a log and correcting it before it is locked."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from portal.audit.operations import Subject, move, moved, note_move, record
from portal.children.models import Child
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, zone
from portal.kernel.db import new_ref, session
from portal.kernel.errors import DomainError, NotFound, require
from portal.kernel.secrets import sealed_for, vault
from portal.kernel.words import N_
from portal.mentoring.models import SessionLog, SessionPart
from portal.mentoring.operations.drafts import NEW_LOG, Typed, begin_log, first_version, next_version
from portal.mentoring.operations.planned import hold_session, plan_session
from portal.mentoring.policy import can_correct
from portal.mentoring.queries import OwnPair, own_log_by_key
from portal.mentoring.rules import REVIEW_DAYS, LogState, PlaceKind, Way, session_problem
from portal.needs.operations import raise_need
from portal.needs.policy import can_raise
from portal.needs.rules import NeedChannel, NeedKind
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
    need: NeedKind | None = None
    need_text: str = ""
    need_pair_ref: str = ""
    """For whose child; '' for the household of all who were there."""

    def digest(self) -> str:
        """A keyed fingerprint of all of it."""
        return vault().blind(json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False), "session-entry")


@dataclass(frozen=True)
class Sent:
    """The answer to a submission; `again` when it had arrived before."""

    ref: str
    concern_raised: bool = False
    need_raised: bool = False
    again: bool = False


UNSENT = (LogState.DRAFT, LogState.DISCARDED)
_PARTS: Any = SessionPart.__table__
_INSERT_PART = insert(_PARTS).inline()


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
    # Without a draft there is nearly always no row yet: then it is written first, and looked for only when it is there.
    log = own_log_by_key(actor, client_key, lock=True) if seen_version else None
    if log is not None and log.state not in UNSENT:
        return _sent_before(log, entry)
    try:
        chosen = _chosen(entry, pairs)
        _check(entry, chosen, now)
    except DomainError:
        log = log or own_log_by_key(actor, client_key, lock=True)
        if log is not None and log.state not in UNSENT:
            return _sent_before(log, entry)
        raise
    log_id, subject = None, Subject(SessionLog.__tablename__, new_ref(), chosen[0].child_ref, chosen[0].region_path)
    if log is None:
        log_id = NEW_LOG.new_id(_new_row(client_key, entry, chosen[0], subject.ref, actor=actor, now=now))
    if log_id is None:
        log = log or own_log_by_key(actor, client_key, lock=True)
        if log is None:
            raise NotFound
        if log.state not in UNSENT:
            return _sent_before(log, entry)
        _send_draft(log, entry, chosen[0], seen_version=seen_version, typed=typed, actor=actor, now=now)
        log_id, subject = log.id, replace(subject, ref=log.ref)
    session().execute(_INSERT_PART, _parts(log_id, entry, {pair.ref: pair for pair in chosen}))
    moved(
        subject, LogState.DRAFT, LogState.SUBMITTED, actor=actor, now=now,
        minutes=entry.minutes, attempt=entry.attempt, children=len(chosen),
    )  # fmt: skip
    _hand_over(subject, chosen, on=None if entry.attempt else entry.on, actor=actor, now=now)
    if links := _links(client_key, entry, chosen, actor=actor, now=now):
        log = log or session().scalars(select(SessionLog).where(SessionLog.id == log_id)).one()
        for name, ref in links.items():
            setattr(log, name, ref)
    if entry.need is not None:
        _raise_need(client_key, entry, chosen, log_ref=subject.ref, actor=actor, now=now)
    session().flush()
    return Sent(subject.ref, concern_raised="concern_ref" in links, need_raised=entry.need is not None)


def _new_row(client_key: str, entry: Entry, pair: OwnPair, ref: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The row of a log that was never a draft."""
    return _written(entry, ref) | {
        "ref": ref, "client_key": client_key, "author_ref": actor.account_ref, "volunteer_ref": actor.volunteer_ref,
        "pairing_id": pair.id, "child_ref": pair.child_ref, "region_path": pair.region_path,
        "state": LogState.SUBMITTED, "sent_digest": entry.digest(), "created_at": now, "submitted_at": now,
        "typed_version": first_version(),
    }  # fmt: skip


def _send_draft(
    log: SessionLog, entry: Entry, pair: OwnPair, *, seen_version: int | None, typed: Typed, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Turn one's own draft, also a discarded one, into what is sent."""
    if log.state is LogState.DISCARDED:
        note_move(log, log.state, LogState.DRAFT, actor=actor, now=now)
    elif log.typed is not None and seen_version not in (None, log.typed_version) and not _same(log.typed, typed):
        raise DomainError(
            N_(
                "This entry was changed at %(at)s on another device. "
                "Both texts are kept; look at them, then send again."
            ),
            at=f"{(log.typed_at or now).astimezone(zone()):%H:%M}",
        )
    _fill(log, entry)
    log.pairing_id, log.child_ref, log.region_path = pair.id, pair.child_ref, pair.region_path
    log.state, log.sent_digest, log.submitted_at = LogState.SUBMITTED, entry.digest(), now
    session().flush()


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
    _fill(log, entry)
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
            .execute(
                select(Pairing.id, Pairing.ref)
                .join(SessionPart, SessionPart.pairing_id == Pairing.id)
                .where(SessionPart.log_id == log.id)
            )
            .all()
        )
        end_duty(f"log-answer:{log.ref}", now=now, actor=actor)
        move(
            log, LogState.SUBMITTED, actor=actor, now=now,
            minutes=log.minutes, attempt=log.attempt, children=len(pairs),
        )  # fmt: skip
        subject = Subject(SessionLog.__tablename__, log.ref, log.child_ref, log.region_path)
        _hand_over(subject, pairs, on=None if log.attempt else log.on_day, actor=actor, now=now)
    session().flush()


def _sent_before(log: SessionLog, entry: Entry) -> Sent:
    if log.sent_digest and log.sent_digest != entry.digest():
        raise DomainError(
            N_("You sent this entry at %(at)s already. Open it in the list of sessions to change it."),
            at=f"{(log.submitted_at or log.created_at).astimezone(zone()):%H:%M}",
        )
    return Sent(log.ref, again=True)


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
    first = max((pair.started_on for pair in chosen if pair.started_on), default=None)
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


def _written(entry: Entry, ref: str) -> dict[str, Any]:
    """What an entry says, by the columns of the log with this ref; of an attempt without what belongs to a meeting."""
    return {
        "on_day": entry.on, "attempt": entry.attempt, "way": entry.way,
        "place": None if entry.attempt else entry.place, "minutes": None if entry.attempt else entry.minutes,
        "activities": [] if entry.attempt else entry.activities,
        "did_sealed": sealed_for(SessionLog.did_sealed, ref, entry.did),
        "to_staff_sealed": sealed_for(SessionLog.to_staff_sealed, ref, entry.to_staff),
    }  # fmt: skip


def _fill(log: SessionLog, entry: Entry) -> None:
    for name, value in _written(entry, log.ref).items():
        setattr(log, name, value)
    log.typed, log.typed_version = None, next_version(log)


def _parts(log_id: int, entry: Entry, pairs: dict[str, OwnPair]) -> list[dict[str, Any]]:
    rows = []
    for part in entry.parts:
        pair, ref = pairs[part.pair_ref], new_ref()
        rows.append(
            {
                "ref": ref, "log_id": log_id, "pairing_id": pair.id, "child_ref": pair.child_ref,
                "region_path": pair.region_path, "mood": None if entry.attempt else part.mood,
                "text_sealed": sealed_for(SessionPart.text_sealed, ref, part.text),
            }
        )  # fmt: skip
    return rows


def _links(client_key: str, entry: Entry, chosen: list[OwnPair], *, actor: Actor, now: datetime) -> dict[str, str]:
    """Do what else an entry asks for: hold its planned session, plan the next one, raise a concern. Gives their refs,
    by the columns of the log."""
    links: dict[str, str] = {}
    if entry.planned_ref and not entry.attempt:
        links["planned_ref"] = hold_session(entry.planned_ref, {c.id for c in chosen}, actor=actor, now=now)
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
            links.setdefault("next_planned_ref", planned.ref)
    if entry.concern:
        links["concern_ref"] = raise_concern(
            client_key=client_key,
            text=entry.concern,
            urgency=entry.urgency,
            child_ref=chosen[0].child_ref,
            actor=actor,
            now=now,
        ).ref
    return links


def _raise_need(
    client_key: str, entry: Entry, chosen: list[OwnPair], *, log_ref: str, actor: Actor, now: datetime
) -> None:
    """Raise the need that was heard in this session. The same key again is harmless."""
    pair = next((p for p in chosen if p.ref == entry.need_pair_ref), chosen[0])
    child = session().scalars(select(Child).where(Child.ref == pair.child_ref)).one()
    if entry.need is None or not can_raise(actor, child):
        raise DomainError(N_("You do not accompany this child any more: tell the coordinator instead."), field="needed")
    raise_need(
        child, kind=entry.need, text=entry.need_text, household=len(chosen) > 1 and not entry.need_pair_ref,
        channel=NeedChannel.SESSION, source_ref=log_ref, client_key=f"{client_key}-need", actor=actor, now=now,
    )  # fmt: skip


def _hand_over(subject: Subject, pairs: Collection[Any], *, on: date | None, actor: Actor, now: datetime) -> None:
    """What follows from a sent log of these pairs (rows with `id` and `ref`): contact on a day (None for an attempt),
    a duty to read it, a notice to the coordinators, never to oneself."""
    if on is not None:
        note_contact(pairs, on, actor=actor, now=now)
    url = f"/sessions/{subject.ref}"
    open_duty(
        f"log-review:{subject.ref}",
        kind="log-review",
        subject_kind=subject.kind,
        subject_ref=subject.ref,
        owner_role=Role.COORDINATOR,
        path=subject.region_path,
        child_ref=subject.child_ref,
        url=url,
        due_at=now + timedelta(days=REVIEW_DAYS),
        now=now,
    )
    tell_holders(
        "log-submitted", Role.COORDINATOR, subject.region_path, but=actor.persons(), now=now, url=url, name=actor.name
    )


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
