"""What a mentor asks the coordinator for, and the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.access.queries import holders
from portal.audit.operations import record
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.notices.operations import tell
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.policy import can_ask, can_keep
from portal.pairing.rules import ASK_WORDS, AskKind

ANSWER_WITHIN = timedelta(days=3)


def ask(pairing: Pairing, *, kind: AskKind, text: str, actor: Actor, now: datetime) -> MentorAsk:
    """Ask for help, a break or an end. The same request again while it waits is the same one. The caller commits."""
    require(can_ask(actor, pairing))
    waiting = session().scalar(
        select(MentorAsk).where(
            MentorAsk.pairing_id == pairing.id, MentorAsk.kind == kind, MentorAsk.answered_at.is_(None)
        )
    )
    if waiting is not None:
        if waiting.text == text:
            return waiting
        raise DomainError(N_("You have asked for this already; the coordinator will answer soon."))
    request = MentorAsk(
        pairing_id=pairing.id,
        child_ref=pairing.child_ref,
        region_path=pairing.region_path,
        kind=kind,
        text=text,
        asked_by=actor.account_ref,
        asked_at=now,
    )
    session().add(request)
    session().flush()
    record("mentor-asked", request, actor=actor, now=now, kind=kind.value)
    open_duty(
        duty_key(request),
        kind="mentor-ask",
        subject_kind="mentor_ask",
        subject_ref=request.ref,
        due_at=now + ANSWER_WITHIN,
        now=now,
        owner_role=Role.COORDINATOR,
        path=pairing.region_path,
        child_ref=pairing.child_ref,
        url=f"/pairings/{pairing.ref}",
    )
    people = [row.ref for row in holders(Role.COORDINATOR, pairing.region_path)]
    tell("mentor-asks", to=people, now=now, url=f"/pairings/{pairing.ref}", name=actor.name, what=ASK_WORDS[kind])
    return request


def duty_key(request: MentorAsk) -> str:
    """The duty of answering."""
    return f"mentor-ask:{request.ref}"


def answer_ask(request: MentorAsk, pairing: Pairing, *, answer: str, actor: Actor, now: datetime) -> None:
    """Answer a mentor. The caller commits. Raises NotAllowed, and DomainError when it is answered already."""
    require(can_keep(actor, pairing))
    if request.answered_at is not None:
        raise DomainError(N_("This is answered already."))
    request.answer, request.answered_at, request.answered_by = answer, now, actor.account_ref
    record("mentor-answered", request, actor=actor, now=now)
    end_duty(duty_key(request), now=now, actor=actor)
    tell("mentor-answered", to=[request.asked_by], now=now, url=f"/pairings/{pairing.ref}")
