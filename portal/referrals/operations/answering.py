"""What the receiver does with a referral, and what is said and handed over between both sides."""

from __future__ import annotations

from datetime import date, datetime

from portal.audit.operations import record
from portal.files.models import Attachment
from portal.files.operations import keep_document
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import resolve_through
from portal.referrals import policy
from portal.referrals.models import Referral, ReferralMessage, ReferralStep
from portal.referrals.operations.going import back_to_queue, go, start_clock, still_in, tell_receiver, tell_staff, write
from portal.referrals.queries import steps_of
from portal.referrals.rules import (
    LIVE,
    OUTCOME_WORDS,
    PLANNED_STEPS,
    STEPS,
    WORKED_ON,
    DeclineReason,
    Outcome,
    ReferralState,
    Step,
    outcome_problem,
)

S = ReferralState


def ask_for_more(referral: Referral, *, question: str, actor: Actor, now: datetime) -> None:
    """The receiver needs to know more before it answers. The caller commits."""
    require(policy.is_receiver(actor, referral))
    go(referral, S.ASKED, actor=actor, now=now, reason=question, by_partner=True)
    tell_staff("referral-asked", referral, now=now)


def answer_question(referral: Referral, *, answer: str, actor: Actor, now: datetime) -> None:
    """Answer what the receiver asked: its clock begins anew. The caller commits."""
    require(policy.can_send(actor, referral))
    still_in(referral, S.ASKED)
    go(referral, S.SENT, actor=actor, now=now, reason=answer)
    start_clock(referral, now=now)
    tell_receiver("referral-answered", referral, now=now)


def accept(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The receiver takes it. The caller commits."""
    require(policy.is_receiver(actor, referral))
    go(referral, S.ACCEPTED, actor=actor, now=now, by_partner=True)
    referral.answered_at, referral.answered_by = now, actor.account_ref
    tell_staff("referral-accepted", referral, now=now)


def decline(referral: Referral, reason: DeclineReason, *, note: str = "", actor: Actor, now: datetime) -> None:
    """The receiver says no: the need is back in its queue, and the next organisation is suggested there.

    The caller commits. Raises NotAllowed, and DomainError without a note for another reason.
    """
    require(policy.is_receiver(actor, referral))
    if reason is DeclineReason.OTHER and not note.strip():
        raise DomainError(N_("Say in a few words why."), field="note")
    go(referral, S.DECLINED, actor=actor, now=now, reason=note, by_partner=True, speaks=True)
    referral.decline_reason = reason
    referral.answered_at, referral.answered_by = now, actor.account_ref
    back_to_queue(referral, actor=actor, now=now)
    tell_staff("referral-declined", referral, now=now)


def begin(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """Work has begun, or goes on after a hold. The caller commits."""
    require(policy.is_receiver(actor, referral))
    still_in(referral, S.ACCEPTED, S.ON_HOLD)
    go(referral, S.IN_PROGRESS, actor=actor, now=now, by_partner=True)


def hold(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """Work rests, with a reason. The caller commits."""
    require(policy.is_receiver(actor, referral))
    go(referral, S.ON_HOLD, actor=actor, now=now, reason=reason, by_partner=True)
    tell_staff("referral-held", referral, now=now)


def note_step(
    referral: Referral, step: Step | None, *, on_day: date, note: str = "", signed: str = "", actor: Actor,
    now: datetime,
) -> ReferralStep:  # fmt: skip
    """Something was reached, noted by the receiver; begins the work when it had not begun.

    The caller commits. Raises NotAllowed, and DomainError for a step of another kind of need, a day to come (but for
    days that are set), or goods without who signed for them.
    """
    require(policy.is_receiver(actor, referral))
    if step is None or step not in STEPS[referral.kind]:
        raise DomainError(N_("Choose one of the steps."), field="step")
    if referral.state not in WORKED_ON:
        raise DomainError(N_("Accept the referral first."))
    if step not in PLANNED_STEPS and on_day > local_day(now):
        raise DomainError(N_("This day is still to come."), field="on_day")
    if step is Step.DELIVERED and not signed.strip():
        raise DomainError(N_("Who signed for it?"), field="signed")
    if referral.state is not S.IN_PROGRESS:
        go(referral, S.IN_PROGRESS, actor=actor, now=now, by_partner=True)
    reached = ReferralStep(
        referral_id=referral.id, step=step, on_day=on_day, note=note.strip(), signed=signed.strip(),
        written_by=actor.account_ref, writer_name=actor.name, written_at=now,
    )  # fmt: skip
    session().add(reached)
    session().flush()
    record("referral-step", referral, actor=actor, now=now, about_ref=referral.child_ref, step=step.value)
    return reached


def complete(
    referral: Referral, need: Need, outcome: Outcome | None, *, note: str = "", actor: Actor, now: datetime
) -> None:  # fmt: skip
    """The receiver has done its part: the need counts as resolved, and the family is asked. The caller commits.

    Raises NotAllowed, and DomainError for an outcome of another kind or goods without a signature.
    """
    require(policy.is_receiver(actor, referral))
    reached = steps_of(referral)
    signed = any(r.step is Step.DELIVERED and r.signed for r in reached)
    problem = outcome_problem(referral.kind, outcome, {r.step for r in reached}, signed=signed)
    if outcome is None or problem:
        raise DomainError(problem or N_("Choose how it ended."), field="outcome")
    referral.outcome, referral.outcome_note, referral.completed_at = outcome, note.strip(), now
    go(referral, S.COMPLETED, actor=actor, now=now, by_partner=True)
    said = f"{referral.org_name}: {note.strip()}" if note.strip() else referral.org_name
    resolve_through(need, note=said, actor=actor, now=now)
    tell_staff("referral-completed", referral, now=now, outcome=OUTCOME_WORDS[outcome])


def fail(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """The receiver cannot do it after all: the need is back in its queue. The caller commits."""
    require(policy.is_receiver(actor, referral))
    go(referral, S.FAILED, actor=actor, now=now, reason=reason, by_partner=True)
    back_to_queue(referral, actor=actor, now=now)
    tell_staff("referral-failed", referral, now=now)


def post_message(
    referral: Referral, text: str, *, client_key: str = "", actor: Actor, now: datetime
) -> ReferralMessage:  # fmt: skip
    """A line to the other side, while it is live. The same key again is the same line. The caller commits.

    Raises NotAllowed for who is on neither side, DomainError without words or once it has ended.
    """
    by_partner = _side(referral, actor)
    if not text.strip():
        raise DomainError(N_("Write a message."), field="text")
    message = write(referral, text, actor=actor, now=now, by_partner=by_partner, client_key=client_key[:40])
    _tell_other_side(referral, by_partner=by_partner, now=now)
    return message


def add_document(
    referral: Referral, data: bytes, filename: str, *, actor: Actor, now: datetime
) -> Attachment:  # fmt: skip
    """Hand a paper to the other side, while it is live. The caller commits. Errors as for a message and a document."""
    by_partner = _side(referral, actor)
    kept = keep_document(
        data, filename, subject_kind="referral", subject_ref=referral.ref, child_ref=referral.child_ref, actor=actor,
        now=now,
    )  # fmt: skip
    _tell_other_side(referral, by_partner=by_partner, now=now)
    return kept


def _side(referral: Referral, actor: Actor) -> bool:
    """Whether the actor speaks for the receiver. Raises NotAllowed for neither side, DomainError for an ended one."""
    staff = policy.is_staff_of(actor, referral)
    require(staff or policy.is_receiver(actor, referral))
    if referral.state not in LIVE or referral.shared_sealed is None:
        raise DomainError(N_("This referral is not with the organisation any more."))
    return not staff


def _tell_other_side(referral: Referral, *, by_partner: bool, now: datetime) -> None:
    if by_partner:
        tell_staff("referral-message", referral, now=now)
    else:
        tell_receiver("referral-news", referral, now=now)
