"""Keeping what was seen at the door, striking it out, looking it over once more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.audit.operations import move, note_move, record
from portal.children.models import Child
from portal.files.operations import keep_picture
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, require
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.needs.operations import raise_need
from portal.needs.rules import NeedChannel, NeedKind, NeedUrgency
from portal.safeguarding.operations import raise_concern
from portal.safeguarding.rules import Urgency
from portal.visits import policy
from portal.visits.models import Visit
from portal.visits.operations.plan import done, replan
from portal.visits.rules import (
    SHORTEST_COMPARED,
    VisitKind,
    VisitState,
    is_attempt,
    is_worrying,
    plain,
    seen_problem,
    when,
)


@dataclass(frozen=True)
class NeedAsked:
    """A need that was heard at the door."""

    kind: NeedKind
    text: str
    urgency: NeedUrgency
    household: bool = False
    dimension: str = ""


@dataclass(frozen=True)
class Entry:
    """A visit as it was filled in. `seen` has a code for each area that was looked at."""

    kind: VisitKind
    met: Sequence[str]
    seen: Mapping[str, str]
    text: str = ""
    joint_with: str = ""
    needs: Sequence[NeedAsked] = ()
    emergency: str = ""
    """One line: then a concern of one hour is raised as well."""
    device_at: datetime | None = None
    device_sent_at: datetime | None = None
    offline: bool = False
    photo: bytes = field(default=b"", repr=False)

    def digest(self) -> str:
        """A keyed fingerprint of what was said, without the times of sending."""
        facts = {k: v for k, v in asdict(self).items() if k not in ("device_sent_at", "offline", "photo")}
        return vault().blind(json.dumps(facts, default=str, sort_keys=True, ensure_ascii=False), "visit-entry")


@dataclass(frozen=True)
class Saved:
    """The answer; `again` when the same visit had arrived before."""

    visit: Visit
    again: bool = False


def save_visit(client_key: str, entry: Entry, *, child_ref: str, actor: Actor, now: datetime) -> Saved:
    """Keep a visit. The same one sent any number of times is one row. The caller commits.

    Raises NotFound for a child that the actor may not know of. A child that was theirs when the visit was made and is
    closed, moved or no longer theirs by now is refused with a sentence; an emergency in it is raised all the same.
    Raises DomainError for what a person can mend.
    """
    standing = _standing(client_key, actor)
    if standing is not None:
        return _again(standing, entry)
    if entry.emergency:
        raise_alarm(client_key, entry.emergency, child_ref=child_ref, actor=actor, now=now)
    child = session().scalars(policy.to_visit(actor).where(Child.ref == child_ref)).one_or_none()
    if child is None:
        raise NotYours
    if problem := seen_problem(entry.met, entry.seen):
        raise DomainError(problem[1], field=problem[0])
    kind = _kind(entry, child, actor)
    told = when(device_at=entry.device_at, device_now=entry.device_sent_at, server_now=now)
    visit = Visit(
        client_key=client_key, author_ref=actor.account_ref, author_name=actor.name, joint_with=entry.joint_with,
        child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=kind,
        attempt=is_attempt(entry.met), worrying=is_worrying(entry.seen), on_day=local_day(told.at), at=told.at,
        device_at=entry.device_at, device_sent_at=entry.device_sent_at, clock_off=told.off, received_at=now,
        offline=entry.offline, seen={"met": list(entry.met), **entry.seen}, text=entry.text,
        text_print=_print(entry.text, "visit-text"), household_print=_print(child.address, "visit-door"),
        sent_digest=entry.digest(),
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(visit)
            session().flush()
    except IntegrityError:
        standing = _standing(client_key, actor)
        if standing is None:
            raise
        return _again(standing, entry)
    visit.need_refs = " ".join(
        raise_need(
            child, kind=asked.kind, dimension=asked.dimension, urgency=asked.urgency, household=asked.household,
            text=asked.text, channel=NeedChannel.VISIT, source_ref=visit.ref, client_key=f"{client_key[:36]}-{n}",
            actor=actor, now=now,
        ).ref
        for n, asked in enumerate(entry.needs)
    )  # fmt: skip
    if entry.photo:
        keep_picture(
            entry.photo, subject_kind="visit", subject_ref=visit.ref, child_ref=child.ref, actor=actor, now=now
        )
    note_move(visit, "", VisitState.KEPT, actor=actor, now=now)
    record(
        "visit-kept", visit, actor=actor, now=now, about_ref=child.ref, kind=kind.value, attempt=visit.attempt,
        offline=entry.offline, clock_off=told.off, needs=len(entry.needs),
    )  # fmt: skip
    if not visit.attempt:
        done(child, kind, actor=actor, now=now)
    return Saved(visit)


class NotYours(DomainError):
    """The child is not among those whom this person may visit (any more)."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This child is not on your list any more: the file was closed, the child has moved, or somebody else "
                "looks after it now. What you wrote stays on this phone; tell your supervisor."
            )
        )


class UnknownCard(DomainError):
    """The card leads nowhere: unknown, replaced, mistyped, or of a child who is not this person's, all alike."""

    def __init__(self) -> None:
        super().__init__(
            N_("This card leads to no child of yours. Choose the child from the list, or type the card's code again."),
            field="code",
        )


def raise_alarm(client_key: str, text: str, *, child_ref: str, actor: Actor, now: datetime) -> None:
    """An emergency at the door: a concern of one hour. The same one of the same visit again is harmless.

    It never waits for the rest of the form, nor for a list that has changed: the page commits it by itself, before
    anything else can be refused. Where it went out without a child, because the card led nowhere, and the mended entry
    names one, it goes out again with the child. The caller commits.
    """
    key = vault().blind(f"{client_key}\0{child_ref}", "visit-alarm")[:40]
    raise_concern(client_key=key, text=text, urgency=Urgency.NOW, child_ref=child_ref, actor=actor, now=now)


def _standing(client_key: str, actor: Actor) -> Visit | None:
    return session().scalar(select(Visit).where(Visit.author_ref == actor.account_ref, Visit.client_key == client_key))


def _again(visit: Visit, entry: Entry) -> Saved:
    if visit.sent_digest != entry.digest():
        raise DomainError(N_("You sent this visit already. Open it in the list of visits to see what was kept."))
    return Saved(visit, again=True)


def _kind(entry: Entry, child: Child, actor: Actor) -> VisitKind:
    """Whose interval it fulfils: a town check is the supervisor's, and a joint visit names who came along."""
    supervisor = policy.may_check_for_town(actor, child.region_path)
    if entry.kind is VisitKind.TOWN and not supervisor:
        return VisitKind.CARE
    if entry.kind is VisitKind.JOINT and not entry.joint_with:
        raise DomainError(N_("Who came along?"), field="joint_with")
    if entry.kind is VisitKind.CARE and supervisor and not actor.has(*policy.AT_THE_DOOR):
        return VisitKind.TOWN
    return entry.kind


def _print(text: str, purpose: str) -> str:
    found = plain(text)
    return vault().blind(found, purpose) if len(found) >= (SHORTEST_COMPARED if purpose == "visit-text" else 1) else ""


def strike_out(visit: Visit, *, reason: str, actor: Actor, now: datetime) -> None:
    """Entered by mistake: it stays readable, counts for nothing, and the plan is set anew. The caller commits."""
    require(policy.can_strike_out(actor, visit))
    move(visit, VisitState.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    child = session().scalar(select(Child).where(Child.id == visit.child_id))
    if child is None:
        raise NotFound
    replan(child, actor=actor, now=now)


def look_over(visit: Visit, *, note: str, actor: Actor, now: datetime) -> None:
    """A supervisor has looked at it, or called the family back. No points, no score. The caller commits."""
    require(policy.can_look_over(actor, visit))
    visit.looked_at, visit.looked_by, visit.look_note = now, actor.account_ref, note
    record("visit-looked-over", visit, actor=actor, now=now, about_ref=visit.child_ref)
