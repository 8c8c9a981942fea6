"""One step of a referral: its state, its words in the thread, its clock, and word to both sides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.events import referral_moved
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import release_clock
from portal.notices.operations import read_at, tell
from portal.partners.operations import note_taken
from portal.partners.queries import people_of, service_with_ref
from portal.places.queries import corrections
from portal.places.working_days import add_working_days
from portal.referrals.models import Referral, ReferralMessage
from portal.referrals.operations.sharing import end_sharing
from portal.referrals.rules import (
    EXPIRES_AFTER_WORKING_DAYS,
    NOTHING_DONE,
    REFERRAL,
    UNANSWERED,
    WITHOUT_SHARING,
    WORKED_ON,
    ReferralState,
    number_of,
)

S = ReferralState
IN_THE_THREAD = N_("The words stand in the referral.")
"""Stands as the reason of a move: the words are kept encrypted in the referral's own thread."""

TOO_LATE = N_("Somebody else was faster: this step is not open any more.")


def still_in(referral: Referral, *states: ReferralState) -> None:
    """Raise DomainError unless it is in one of these states: two ways may lead to the same one."""
    if referral.state not in states:
        raise DomainError(TOO_LATE)


def url_of(referral: Referral) -> str:
    """The referral's own page."""
    return f"/referrals/{referral.ref}"


def go(
    referral: Referral, to: ReferralState, *, actor: Actor, now: datetime, reason: str = "", by_partner: bool = False,
    speaks: bool = False,
) -> None:  # fmt: skip
    """One step of the way, its words kept encrypted in the thread. `speaks` is set where a choice is the reason.

    Raises DomainError for a step that is not open any more, or one that asks for a reason without one.
    """
    before = referral.state
    declared = REFERRAL.move(before, to)
    if declared is None:
        raise DomainError(TOO_LATE)
    if declared.reason and not reason.strip() and not speaks:
        raise DomainError(N_("Give a reason."), field="reason")
    move(referral, to, actor=actor, now=now, reason=IN_THE_THREAD if declared.reason else "")
    if reason.strip():
        write(referral, reason, actor=actor, now=now, by_partner=by_partner)
    if to not in UNANSWERED:
        end_duties([_answer_key(referral)], now=now, actor=actor)
        referral.expires_at = None
    if to in WITHOUT_SHARING:
        referral.ended_at = now
        end_sharing(referral, actor=actor, now=now, papers=to in NOTHING_DONE)
        read_at(url_of(referral), to=people_of(referral.org_ref), now=now)
    session().flush()
    if (before in WORKED_ON) != (to in WORKED_ON):
        _count_places(referral)
    referral_moved.send(referral, before=before, actor=actor, now=now)


def _count_places(referral: Referral) -> None:
    """How many the service helps now, for its free places."""
    service = service_with_ref(referral.service_ref)
    if service is not None:
        at_work = select(func.count()).where(
            Referral.service_ref == referral.service_ref, Referral.state.in_(WORKED_ON)
        )
        note_taken(service.id, session().scalar(at_work) or 0)


def _answer_key(referral: Referral) -> str:
    return f"referral-answer:{referral.ref}"


def start_clock(referral: Referral, *, now: datetime) -> None:
    """The receiver has five working days to answer. Source: domain.md, Referral."""
    last = add_working_days(local_day(now), EXPIRES_AFTER_WORKING_DAYS, corrections())
    referral.expires_at, referral.asked_at, referral.reminded = start_of(last + timedelta(days=1)), now, 0
    owe_answer(referral, now=now)


def owe_answer(referral: Referral, *, now: datetime) -> None:
    """The coordinators of the child's region see to it that an answer comes."""
    end_duties([_answer_key(referral)], now=now)
    open_duty(
        _answer_key(referral), kind="referral-answer", subject_kind="referral", subject_ref=referral.ref,
        owner_role=Role.COORDINATOR, path=referral.region_path, child_ref=referral.child_ref, url=url_of(referral),
        due_at=referral.expires_at or now, now=now,
    )  # fmt: skip


def write(
    referral: Referral, text: str, *, actor: Actor, now: datetime, by_partner: bool, client_key: str = ""
) -> ReferralMessage:
    """One line of the thread. The same key by the same person is one line. The caller commits."""
    message = ReferralMessage(
        referral_id=referral.id, from_partner=by_partner, text=text.strip(),
        written_by="" if actor is SYSTEM else actor.account_ref, writer_name=actor.name, written_at=now,
        client_key=client_key,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(message)
            session().flush()
    except IntegrityError:
        standing = session().scalar(
            select(ReferralMessage).where(
                ReferralMessage.referral_id == referral.id, ReferralMessage.written_by == actor.account_ref,
                ReferralMessage.client_key == client_key,
            )
        )  # fmt: skip
        if standing is None:
            raise
        return standing
    return message


def tell_receiver(kind: str, referral: Referral, *, now: datetime, url: str = "") -> None:
    """Tell everybody of the organisation. No fact of the child is in it."""
    tell(
        kind, to=people_of(referral.org_ref), now=now, url=url or url_of(referral), number=number_of(referral.ref),
        service=referral.service_name,
    )  # fmt: skip


def tell_staff(kind: str, referral: Referral, *, now: datetime, **facts: str) -> None:
    """Tell who sent it, and the coordinators of the region."""
    people = {referral.sent_by} | {h.ref for h in holders(Role.COORDINATOR, referral.region_path)}
    tell(kind, to=sorted(people - {""}), now=now, url=url_of(referral), org=referral.org_name, **facts)


def back_to_queue(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The need's clock runs on, with the level that has it."""
    need = session().scalar(select(Need).where(Need.id == referral.need_id))
    if need is not None:
        release_clock(need, because_ref=referral.ref, actor=actor, now=now)
