"""What happens to a log after it was sent: reviewed, returned, amended, marked as a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.audit.operations import move, record
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.mentoring.models import SessionAmendment, SessionComment, SessionLog, SessionPart
from portal.mentoring.overview import ANY_LOW, TO_STAFF
from portal.mentoring.policy import can_amend, can_review, visible_to
from portal.mentoring.rules import MOST_AT_ONCE, REVIEW_DAYS, LogState, session_problem, why_to_be_opened
from portal.notices.operations import tell
from portal.places.settings import setting

AMENDABLE = {
    "did": N_("What we did"),
    "to_staff": N_("Note to staff only"),
    "minutes": N_("Minutes together"),
    "on_day": N_("Day"),
}
"""Fields of a log that an amendment may change; `text:<part>` is added for each child's own part."""


def review_log(log: SessionLog, *, comment: str, actor: Actor, now: datetime) -> None:
    """Say that a log was read. Twice is harmless. The caller commits. Raises NotAllowed for one's own log."""
    require(can_review(actor, log))
    if log.state is LogState.REVIEWED:
        return
    move(log, LogState.REVIEWED, actor=actor, now=now)
    log.reviewed_at, log.reviewed_by = now, actor.account_ref
    _comment(log, comment, actor=actor, now=now)
    end_duty(f"log-review:{log.ref}", now=now, actor=actor)
    tell("log-reviewed", to=[log.author_ref], now=now, url=f"/sessions/{log.ref}", day=log.on_day.isoformat())


def review_logs(chosen: Mapping[str, int], *, actor: Actor, now: datetime) -> list[SessionLog]:
    """Say of several logs (ref → the version that was seen) that they were read; gives those of which it was said.

    Left as they are: logs that changed since, that are not the actor's to review, and those that somebody must open.
    Raises DomainError for none and for too many. The caller commits.
    """
    if not chosen:
        raise DomainError(N_("Choose at least one log."))
    if len(chosen) > MOST_AT_ONCE:
        raise DomainError(N_("At most %(most)d logs at once."), most=MOST_AT_ONCE)
    rows = session().execute(
        visible_to(actor)
        .where(SessionLog.ref.in_(chosen))
        .order_by(SessionLog.id)
        .with_for_update(of=SessionLog)
        .add_columns(ANY_LOW, TO_STAFF)
    )
    logs = [
        log
        for log, low, to_staff in rows.all()
        if log.state is LogState.SUBMITTED
        and log.version == chosen[log.ref]
        and can_review(actor, log)
        and why_to_be_opened(attempt=log.attempt, low=low, to_staff=to_staff) is None
    ]
    for log in logs:
        review_log(log, comment="", actor=actor, now=now)
    return logs


def return_log(log: SessionLog, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give a log back to its author with a question. The caller commits. Raises DomainError without a question."""
    require(can_review(actor, log))
    move(log, LogState.RETURNED, actor=actor, now=now, reason=reason)
    _comment(log, reason, actor=actor, now=now)
    end_duty(f"log-review:{log.ref}", now=now, actor=actor)
    open_duty(
        f"log-answer:{log.ref}",
        kind="log-answer",
        subject_kind="session_log",
        subject_ref=log.ref,
        owner_ref=log.author_ref,
        child_ref=log.child_ref,
        url=f"/sessions/{log.ref}/correction",
        due_at=now + timedelta(days=REVIEW_DAYS),
        now=now,
    )
    tell(
        "log-returned", to=[log.author_ref], now=now, url=f"/sessions/{log.ref}/correction", day=log.on_day.isoformat()
    )


def mark_mistaken(log: SessionLog, *, reason: str, actor: Actor, now: datetime) -> None:
    """Mark a log as entered by mistake; it stays in the file for staff and in the audit. The caller commits."""
    require(can_review(actor, log))
    move(log, LogState.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    end_duty(f"log-review:{log.ref}", now=now, actor=actor)
    end_duty(f"log-answer:{log.ref}", now=now, actor=actor)


@dataclass(frozen=True)
class Change:
    """One amendment: which field, and its new text."""

    field: str
    text: str
    reason: str


def amend_log(
    log: SessionLog, change: Change, *, readable_parts: set[str], actor: Actor, now: datetime
) -> SessionAmendment:
    """Change a locked log; the text before and the one after are both kept. The caller commits.

    `readable_parts` are the refs of the parts that the actor reads: no other child's text can be changed. Raises
    NotAllowed before the lock (then it is simply corrected) or for anybody but the author and the coordinator, and
    DomainError for a value that a session cannot have.
    """
    require(can_amend(actor, log, now, setting("log_locks_after_days")))
    if not change.reason:
        raise DomainError(N_("Give a reason."), field="reason")
    before = _set(log, change, readable_parts, now)
    if before == change.text:
        raise DomainError(N_("That is what it says already."), field="text")
    made = SessionAmendment(
        log_id=log.id,
        field=change.field,
        before=before,
        after=change.text,
        reason=change.reason[:300],
        made_by=actor.account_ref,
        maker_name=actor.name,
        made_at=now,
    )
    session().add(made)
    what = change.field.partition(":")[0]
    record(
        "session-log-amended",
        log,
        actor=actor,
        now=now,
        reason=change.reason,
        values={what: [before, change.text]},
        field=what,
    )
    session().flush()
    return made


def _set(log: SessionLog, change: Change, readable_parts: set[str], now: datetime) -> str:
    """Write the new value and give the old one as text."""
    name, _sep, ref = change.field.partition(":")
    if name == "text" and ref in readable_parts:
        part = session().scalars(select(SessionPart).where(SessionPart.ref == ref, SessionPart.log_id == log.id)).one()
        old, part.text = part.text, change.text
        return str(old)
    if name in ("did", "to_staff") and not ref:
        old = getattr(log, name)
        setattr(log, name, change.text)
        return str(old)
    if name == "minutes" and not log.attempt and change.text.isdecimal() and int(change.text) > 0:
        old, minutes = str(log.minutes), int(change.text[:6])
        hours = setting("session_most_hours")
        if problem := session_problem(
            on=log.on_day, minutes=minutes, attempt=False, today=local_day(now), most_hours=hours
        ):
            raise DomainError(problem[1], field="text", hours=hours)
        log.minutes = minutes
        return old
    if name == "on_day":
        old = log.on_day.isoformat()
        log.on_day = _day(change.text, local_day(now))
        return old
    raise DomainError(N_("This cannot be changed like that."), field="text")


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DomainError(N_("Write the day as 2026-11-23."), field="text") from None
    if day > today:
        raise DomainError(N_("This day is in the future."), field="text")
    return day


def _comment(log: SessionLog, text: str, *, actor: Actor, now: datetime) -> None:
    if text.strip():
        session().add(
            SessionComment(
                log_id=log.id, text=text.strip(), written_by=actor.account_ref, writer_name=actor.name, written_at=now
            )
        )
