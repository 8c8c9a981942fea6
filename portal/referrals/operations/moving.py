"""The way of a referral: drafted, sent, answered, worked on, completed, confirmed; or declined, expired, failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move, note_move, record
from portal.children.models import Child
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotAllowed, require
from portal.kernel.events import referral_moved
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import close_need, hold_clock, release_clock, reopen_through, resolve_through
from portal.needs.policy import can_refer
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.notices.operations import read_at, tell
from portal.partners.models import Service
from portal.partners.queries import people_of
from portal.places.queries import corrections
from portal.places.working_days import add_working_days
from portal.referrals import policy
from portal.referrals.models import Referral, ReferralMessage, ReferralStep
from portal.referrals.operations.sharing import consent_for, end_sharing, prepared
from portal.referrals.rules import (
    EXPIRES_AFTER_WORKING_DAYS,
    LIVE,
    OUTCOME_WORDS,
    REFERRAL,
    REMIND_AFTER,
    STEPS,
    UNANSWERED,
    DeclineReason,
    Field,
    Outcome,
    ReferralState,
    Step,
    outcome_problem,
)

S = ReferralState
DELETE_WITHIN_DAYS = 7
"""A receiver is asked to delete what it keeps within so many days of the end of sharing."""
MOST_AT_ONCE = 200
WITHOUT_SHARING = (S.DECLINED, S.EXPIRED, S.FAILED, S.CANCELLED, S.CONFIRMED, S.ENTERED_IN_ERROR)


def url_of(referral: Referral) -> str:
    """The referral's own page."""
    return f"/referrals/{referral.ref}"


def draft_referral(
    need: Need, child: Child, service: Service, *, fields: Collection[Field], covering: str, before_ref: str = "",
    actor: Actor, now: datetime,
) -> Referral:  # fmt: skip
    """Prepare a referral to a service: what would be shared can be looked at field by field before it is sent.

    The caller commits. Raises NotAllowed, and DomainError when the need has a try that is still running, the service
    does not help with this kind of need, or nothing is chosen to be shared.
    """
    require(can_refer(actor, need))
    if need.kind.value not in (service.help_kinds or []):
        raise DomainError(N_("This service does not help with this kind of need."), field="service")
    referral = Referral(
        need_id=need.id, need_ref=need.ref, child_id=child.id, child_ref=child.ref, region_path=need.region_path,
        kind=need.kind.value, org_ref=service.organisation.ref, org_name=service.organisation.name,
        service_ref=service.ref, service_name=service.name, before_ref=before_ref,
        fields=[f.value for f in Field if f in fields], shared=prepared(child, need, fields, now=now),
        covering=covering, drafted_by=actor.account_ref, drafted_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(referral)
            session().flush()
    except IntegrityError:
        raise DomainError(
            N_("This need is with an organisation already. Wait for its answer, or call it back.")
        ) from None
    note_move(referral, "", S.DRAFTED, actor=actor, now=now)
    record("referral-drafted", referral, actor=actor, now=now, about_ref=child.ref, to=service.organisation.ref)
    return referral


def send_referral(referral: Referral, need: Need, child: Child, *, actor: Actor, now: datetime) -> None:
    """Send it: from now on the receiver sees what was prepared, the need's clock stands, and the receiver's runs.

    The caller commits. Raises NotAllowed, and DomainError without a standing consent.
    """
    require(can_refer(actor, need))
    referral.consent_ref = consent_for(child, now=now)
    _go(referral, S.SENT, actor=actor, now=now)
    referral.sent_by, referral.sent_at = actor.account_ref, now
    _start_clock(referral, now=now)
    hold_clock(need, because_ref=referral.ref, actor=actor, now=now)
    record(
        "referral-shared", referral, actor=actor, now=now, about_ref=child.ref, fields=" ".join(referral.fields),
        to=referral.org_ref,
    )  # fmt: skip
    tell("referral-sent", to=people_of(referral.org_ref), now=now, url=url_of(referral), org=referral.org_name)


def _start_clock(referral: Referral, *, now: datetime) -> None:
    """The receiver has five working days to answer. Source: domain.md, Referral."""
    last = add_working_days(local_day(now), EXPIRES_AFTER_WORKING_DAYS, corrections())
    referral.expires_at, referral.asked_at, referral.reminded = start_of(last + timedelta(days=1)), now, 0
    open_duty(
        f"referral-answer:{referral.ref}", kind="referral-answer", subject_kind="referral", subject_ref=referral.ref,
        owner_role=Role.COORDINATOR, path=referral.region_path, child_ref=referral.child_ref, url=url_of(referral),
        due_at=referral.expires_at, now=now,
    )  # fmt: skip


def _go(referral: Referral, to: ReferralState, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """One step of the way, its reason kept encrypted in the thread."""
    before = referral.state
    declared = REFERRAL.move(before, to)
    if declared is not None and declared.reason and not reason.strip():
        raise DomainError(N_("Give a reason."), field="reason")
    move(referral, to, actor=actor, now=now, reason=IN_THE_THREAD if reason else "")
    if reason:
        write(referral, reason, actor=actor, now=now, from_partner=not policy.is_staff_of(actor, referral))
    if to not in UNANSWERED:
        end_duties([f"referral-answer:{referral.ref}"], now=now, actor=actor)
        referral.expires_at = None
    if to in WITHOUT_SHARING:
        referral.ended_at = now
        end_sharing(referral, actor=actor, now=now)
        read_at(url_of(referral), to=people_of(referral.org_ref), now=now)
    referral_moved.send(referral, before=before, actor=actor, now=now)


IN_THE_THREAD = "in the thread"
"""Stands as the reason of a move: the words are kept encrypted in the referral's own thread."""


def write(
    referral: Referral, text: str, *, actor: Actor, now: datetime, from_partner: bool, client_key: str = ""
) -> ReferralMessage:
    """One line of the thread. The same key by the same person is one line. The caller commits."""
    if client_key:
        standing = session().scalar(
            select(ReferralMessage).where(
                ReferralMessage.referral_id == referral.id, ReferralMessage.written_by == actor.account_ref,
                ReferralMessage.client_key == client_key,
            )
        )  # fmt: skip
        if standing is not None:
            return standing
    message = ReferralMessage(
        referral_id=referral.id, from_partner=from_partner, text=text, written_by=actor.account_ref,
        writer_name=actor.name, written_at=now, client_key=client_key,
    )  # fmt: skip
    session().add(message)
    session().flush()
    return message


def _require_receiver(actor: Actor, referral: Referral) -> None:
    require(policy.is_receiver(actor, referral))


def _staff(referral: Referral) -> list[str]:
    """Who is told on the programme's side: who sent it, else the coordinators of the region."""
    return [referral.sent_by] if referral.sent_by else [h.ref for h in holders(Role.COORDINATOR, referral.region_path)]


def _tell_staff(kind: str, referral: Referral, *, now: datetime, but: str = "", **facts: str) -> None:
    people = set(_staff(referral)) | {h.ref for h in holders(Role.COORDINATOR, referral.region_path)}
    tell(kind, to=sorted(people - {but}), now=now, url=url_of(referral), org=referral.org_name, **facts)


def ask_for_more(referral: Referral, *, question: str, actor: Actor, now: datetime) -> None:
    """The receiver needs to know more before it answers. The caller commits."""
    _require_receiver(actor, referral)
    _go(referral, S.ASKED, actor=actor, now=now, reason=question)
    _tell_staff("referral-asked", referral, now=now)


def answer_question(referral: Referral, *, answer: str, actor: Actor, now: datetime) -> None:
    """Answer what the receiver asked: its clock begins anew. The caller commits."""
    require(policy.can_send(actor, referral))
    _go(referral, S.SENT, actor=actor, now=now, reason=answer)
    _start_clock(referral, now=now)
    tell("referral-answered", to=people_of(referral.org_ref), now=now, url=url_of(referral), org=referral.org_name)


def accept(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The receiver takes it. The caller commits."""
    _require_receiver(actor, referral)
    _go(referral, S.ACCEPTED, actor=actor, now=now)
    referral.answered_at, referral.answered_by = now, actor.account_ref
    _tell_staff("referral-accepted", referral, now=now)


def decline(referral: Referral, reason: DeclineReason, *, note: str, actor: Actor, now: datetime) -> None:
    """The receiver says no: the need is back in its queue, and the next organisation is suggested there.

    The caller commits. Raises NotAllowed, and DomainError without a note for another reason.
    """
    _require_receiver(actor, referral)
    if reason is DeclineReason.OTHER and not note.strip():
        raise DomainError(N_("Say in a few words why."), field="note")
    referral.decline_reason = reason
    referral.answered_at, referral.answered_by = now, actor.account_ref
    _go(referral, S.DECLINED, actor=actor, now=now, reason=note.strip() or DECLINED_WITHOUT_WORDS)
    _back_to_queue(referral, actor=actor, now=now)
    _tell_staff("referral-declined", referral, now=now)


DECLINED_WITHOUT_WORDS = "–"


def begin(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """Work has begun, or goes on after a hold. The caller commits."""
    _require_receiver(actor, referral)
    _go(referral, S.IN_PROGRESS, actor=actor, now=now)


def hold(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """Work rests, with a reason. The caller commits."""
    _require_receiver(actor, referral)
    _go(referral, S.ON_HOLD, actor=actor, now=now, reason=reason)
    _tell_staff("referral-held", referral, now=now)


def note_step(
    referral: Referral, step: Step, *, on_day: date, note: str = "", signed: str = "", actor: Actor, now: datetime
) -> ReferralStep:
    """Something was reached, by the receiver or by staff who heard of it; begins the work when it had not begun.

    The caller commits. Raises NotAllowed, and DomainError for a step of another kind of need or a future day (but for
    days that are set).
    """
    require(policy.is_receiver(actor, referral) or policy.can_send(actor, referral))
    if step not in STEPS[referral.kind]:
        raise DomainError(N_("Choose one of the steps."), field="step")
    if referral.state not in (S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD):
        raise DomainError(N_("Accept the referral first."))
    if step not in PLANNED_STEPS and on_day > local_day(now):
        raise DomainError(N_("This day is still to come."), field="on_day")
    if step is Step.DELIVERED and not signed.strip():
        raise DomainError(N_("Who signed for it?"), field="signed")
    if referral.state is not S.IN_PROGRESS:
        _go(referral, S.IN_PROGRESS, actor=actor, now=now)
    reached = ReferralStep(
        referral_id=referral.id, step=step, on_day=on_day, note=note, signed=signed, written_by=actor.account_ref,
        writer_name=actor.name, written_at=now,
    )  # fmt: skip
    session().add(reached)
    session().flush()
    record("referral-step", referral, actor=actor, now=now, about_ref=referral.child_ref, step=step.value)
    return reached


PLANNED_STEPS = frozenset({Step.SURGERY_DATE, Step.DELIVERY_DATE, Step.APPOINTMENT})
"""Steps whose day may lie ahead."""


def steps_of(referral: Referral) -> list[ReferralStep]:
    """What was reached, in order."""
    return list(
        session().scalars(
            select(ReferralStep)
            .where(ReferralStep.referral_id == referral.id)
            .order_by(ReferralStep.on_day, ReferralStep.id)
        )
    )


def complete(
    referral: Referral, need: Need, outcome: Outcome, *, note: str = "", actor: Actor, now: datetime
) -> None:  # fmt: skip
    """The receiver has done its part: the need counts as resolved, and the family is asked. The caller commits.

    Raises NotAllowed, and DomainError for an outcome of another kind or goods without a signature.
    """
    _require_receiver(actor, referral)
    reached = steps_of(referral)
    signed = any(r.step is Step.DELIVERED and r.signed for r in reached)
    if problem := outcome_problem(referral.kind, outcome, {r.step for r in reached}, signed=signed):
        raise DomainError(problem, field="outcome")
    referral.outcome, referral.outcome_note, referral.completed_at = outcome, note, now
    _go(referral, S.COMPLETED, actor=actor, now=now)
    resolve_through(need, note=f"{referral.org_name}: {note}".rstrip(": "), actor=actor, now=now)
    _tell_staff("referral-completed", referral, now=now, outcome=OUTCOME_WORDS[outcome])


def confirm(
    referral: Referral, need: Need, *, by: ConfirmedBy, met: NeedOutcome, note: str = "", actor: Actor, now: datetime
) -> None:
    """The family has what it needed (or a part of it): both the referral and the need are closed. The caller commits.

    Raises NotAllowed for the receiver, and DomainError without a confirmation. Source: domain.md, Referral.
    """
    require(policy.can_confirm(actor, referral))
    referral.confirmed_at = now
    _go(referral, S.CONFIRMED, actor=actor, now=now)
    release_clock(need, because_ref=referral.ref, actor=actor, now=now)
    if need.state is NeedState.RESOLVED:
        close_need(need, met, note=note, confirmed_by=by, actor=actor, now=now)
    tell("referral-confirmed", to=people_of(referral.org_ref), now=now, url="/referrals", org=referral.org_name)


def dispute(referral: Referral, need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    """The family does not have what it needed: the receiver goes on, and the need is open again. The caller commits."""
    require(policy.can_confirm(actor, referral))
    referral.outcome, referral.completed_at = None, None
    _go(referral, S.IN_PROGRESS, actor=actor, now=now, reason=reason)
    if need.state is NeedState.RESOLVED:
        reopen_through(need, note=reason, actor=actor, now=now)
    hold_clock(need, because_ref=referral.ref, actor=actor, now=now)
    tell("referral-disputed", to=people_of(referral.org_ref), now=now, url=url_of(referral), org=referral.org_name)


def fail(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """The receiver cannot do it after all: the need is back in its queue. The caller commits."""
    _require_receiver(actor, referral)
    _go(referral, S.FAILED, actor=actor, now=now, reason=reason)
    _back_to_queue(referral, actor=actor, now=now)
    _tell_staff("referral-failed", referral, now=now)


def cancel(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """Either side calls it off before it is completed. The caller commits."""
    require(policy.can_cancel(actor, referral))
    by_partner = not policy.is_staff_of(actor, referral)
    _call_off(referral, reason=reason, actor=actor, now=now)
    if by_partner:
        _tell_staff("referral-cancelled", referral, now=now)


def _call_off(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    sent = referral.state in LIVE
    _go(referral, S.CANCELLED, actor=actor, now=now, reason=reason)
    _back_to_queue(referral, actor=actor, now=now)
    if sent:
        ask_to_delete(referral, now=now)


def enter_in_error(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """It should never have been: sharing ends at once, and the receiver is asked to delete. The caller commits."""
    require(policy.can_enter_in_error(actor, referral))
    sent = referral.state in LIVE
    _go(referral, S.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    _back_to_queue(referral, actor=actor, now=now)
    if sent:
        ask_to_delete(referral, now=now)


def _back_to_queue(referral: Referral, *, actor: Actor, now: datetime) -> None:
    need = session().scalar(select(Need).where(Need.id == referral.need_id))
    if need is not None:
        release_clock(need, because_ref=referral.ref, actor=actor, now=now)


def ask_to_delete(referral: Referral, *, now: datetime) -> None:
    """Tell the receiver to delete what it keeps, and by when. The caller commits."""
    referral.delete_by = local_day(now) + timedelta(days=DELETE_WITHIN_DAYS)
    tell(
        "referral-delete", to=people_of(referral.org_ref), now=now, url=f"/referrals/deletions/{referral.ref}",
        day=referral.delete_by.isoformat(),
    )  # fmt: skip


def note_deleted(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The receiver says that it has deleted what it kept. Twice is harmless. The caller commits."""
    if referral.org_ref not in {g.org_ref for g in actor.grants if g.org_ref}:
        raise NotAllowed
    if referral.deleted_at is None:
        referral.deleted_at = now
        record("referral-deleted-by-receiver", referral, actor=actor, now=now, about_ref=referral.child_ref)


def call_off_all(referrals: Iterable[Referral], *, reason: str, now: datetime) -> None:
    """Something else has ended them: the consent, the file, the need. Sharing stops at once. The caller commits."""
    for referral in referrals:
        if referral.state is S.COMPLETED:
            end_sharing(referral, actor=SYSTEM, now=now)
            ask_to_delete(referral, now=now)
        else:
            _call_off(referral, reason=reason, actor=SYSTEM, now=now)


def remind_and_expire(now: datetime) -> int:
    """Remind receivers at 24 and 48 hours; what nobody answered in five working days returns to the queue.

    Gives how many went a step on. For the worker, which commits; twice is harmless. Source: domain.md, Referral.
    """
    waiting = session().scalars(
        select(Referral)
        .where(Referral.state.in_(UNANSWERED))
        .order_by(Referral.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    gone = 0
    for referral in waiting:
        if referral.expires_at is not None and referral.expires_at <= now:
            _go(referral, S.EXPIRED, actor=SYSTEM, now=now)
            _back_to_queue(referral, actor=SYSTEM, now=now)
            _tell_staff("referral-expired", referral, now=now)
            gone += 1
            continue
        asked_at = referral.asked_at or referral.sent_at or now
        due = sum(asked_at + after <= now for after in REMIND_AFTER)
        if referral.state is S.SENT and due > referral.reminded:
            referral.reminded = due
            tell(
                "referral-reminder",
                to=people_of(referral.org_ref),
                now=now,
                url=url_of(referral),
                org=referral.org_name,
            )
            gone += 1
    return gone
