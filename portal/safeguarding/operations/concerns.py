"""Raising a concern, and its way until it is closed.

Every log row is hidden, and no text of a concern leaves its own encrypted rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from portal.access.models import GrantState, RoleGrant
from portal.access.queries import names_of
from portal.audit.operations import move, note_move, record
from portal.children.models import Child
from portal.children.rules import FieldSet
from portal.children.sight import end_sight, grant_sight
from portal.duties.models import DutyState
from portal.duties.operations import end_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import new_ref, session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import concern_raised, freeze_wanted, unfreeze_wanted
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.notices.operations import read_at, tell
from portal.safeguarding import policy, queries
from portal.safeguarding.models import Concern, ConcernNamed, ConcernNote
from portal.safeguarding.operations.chain import ask_next, clock_of, duty_key, people_to_ask
from portal.safeguarding.rules import ENDED, WAITING, ConcernOutcome, ConcernState, NoteKind, Urgency

IN_THE_CONCERN = "in the concern"
"""Stands as the reason of a move: the words themselves are kept encrypted in the concern's own notes."""
PAUSED = N_("Paused by the programme.")
RESUMED = N_("The programme has ended the pause.")
"""All that the pairing's own history says of a freeze and of its end: it names nobody and nothing."""
LIFT_TO = ("active", "paused", "closing")
LONGEST_KEY = 40


def raise_concern(
    *,
    client_key: str,
    text: str,
    urgency: Urgency,
    child_ref: str = "",
    named: Iterable[str] = (),
    freeze: bool = False,
    with_line: bool = False,
    actor: Actor,
    now: datetime,
) -> Concern:
    """Somebody is worried about a child's safety: keep it, ask the person on duty, and pause the pair where staff ask.

    `client_key` makes sending twice harmless: the standing concern is given back. `named` are account refs of people
    whom it is about, `with_line` says that those above them are implicated. `freeze` counts for staff of the child's
    region only. A child that the reporter cannot see (any more) is linked all the same, and nothing about it is
    answered: a concern is never refused for that. The caller commits. Raises DomainError without a sentence.
    """
    if not text.strip():
        raise DomainError(N_("Write one sentence: what worries you?"), field="text")
    key = client_key[:LONGEST_KEY] or new_ref()
    standing = queries.sent_before(actor.account_ref, key)
    if standing is not None and standing.text != text:
        # A form sent again with other words (the browser's way back) is another worry: nothing of it may be lost.
        key = vault().blind(f"{key}\0{text}", "concern-key")[:LONGEST_KEY]
        standing = queries.sent_before(actor.account_ref, key)
    if standing is not None:
        return standing
    child = session().scalar(select(Child).where(Child.ref == child_ref)) if child_ref else None
    concern = Concern(
        client_key=key, raised_by=actor.account_ref, raised_at=now, child_ref=child.ref if child else "",
        child_id=child.id if child else None, region_path=child.region_path if child else _region_of(actor),
        urgency=urgency, text=text, due_at=now + clock_of(urgency), state=ConcernState.RAISED,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(concern)
            session().flush()
    except IntegrityError:
        standing = queries.sent_before(actor.account_ref, key)
        if standing is None:
            raise
        return standing
    for ref in names_of(named):
        session().add(ConcernNamed(concern_id=concern.id, account_ref=ref, with_line=with_line))
    # The first step names nobody: who raised it is for the handler alone.
    note_move(concern, "", ConcernState.RAISED, actor=SYSTEM, now=now)
    record("concern-raised", concern, actor=actor, now=now, hidden=True, urgency=urgency.value)
    ask_next(concern, now=now)
    if freeze and policy.can_pause_at_once(actor, concern.region_path):
        _pause(concern, child, now=now)
    concern_raised.send(concern, actor=actor, now=now)
    return concern


def _region_of(actor: Actor) -> str:
    """Where a concern without a child belongs: where the reporter belongs, else the widest region that has a lead."""
    path = queries.home_path(actor)
    if path:
        return path
    leads = session().scalars(
        select(RoleGrant.path).where(
            RoleGrant.role == Role.SAFEGUARDING_LEAD, RoleGrant.state == GrantState.GRANTED, RoleGrant.path != ""
        )
    )
    return min(leads, key=len, default="")


def _note(concern: Concern, kind: NoteKind, text: str, *, actor: Actor, now: datetime) -> None:
    session().add(
        ConcernNote(
            concern_id=concern.id, kind=kind, text=text, written_by=actor.account_ref, writer_name=actor.name,
            written_at=now,
        )
    )  # fmt: skip


def _pause(concern: Concern, child: Child | None, *, now: datetime) -> bool:
    """Ask for the child's live pairing to be frozen; whether there is one. The pairing's history names nobody."""
    if child is None or not child.has_live_pairing:
        return False
    concern.freezes = True
    freeze_wanted.send(concern, child_ref=concern.child_ref, reason=PAUSED, actor=SYSTEM, now=now)
    return True


def _step(concern: Concern, to: ConcernState, kind: NoteKind, text: str, *, actor: Actor, now: datetime) -> None:
    """One step with its words: the words into the notes, the step into the history and the hidden log."""
    if not text.strip():
        raise DomainError(N_("Write down what you know or did."), field="text")
    move(concern, to, actor=actor, now=now, reason=IN_THE_CONCERN, hidden=True)
    _note(concern, kind, text, actor=actor, now=now)


def acknowledge(concern: Concern, *, actor: Actor, now: datetime) -> None:
    """Take a concern: the chain stops, the file it is about opens to the one who took it. The caller commits.

    Taking what one has taken already is harmless. Raises DomainError when somebody else was faster.
    """
    if concern.handler_ref == actor.account_ref and concern.state is ConcernState.ACKNOWLEDGED:
        return
    if concern.handler_ref:
        raise DomainError(N_("Somebody else has taken it already."))
    require(policy.can_take(concern))
    move(
        concern, ConcernState.ACKNOWLEDGED, actor=actor, now=now, hidden=True,
        in_place_of=policy.in_place_of(actor, concern),
    )  # fmt: skip
    concern.handler_ref, concern.acknowledged_at, concern.asked_ref = actor.account_ref, now, ""
    end_duty(duty_key(concern), now=now, actor=actor)
    read_at(f"/concerns/{concern.ref}", now=now)  # the others' alerts stop
    _open_file(concern, actor.account_ref, actor=actor, now=now)


def _open_file(concern: Concern, account_ref: str, *, actor: Actor, now: datetime) -> None:
    child = _child_of(concern)
    if child is not None:
        grant_sight(child, account_ref=account_ref, fields=FieldSet.CONCERN, because=concern, actor=actor, now=now)


def assess(concern: Concern, *, text: str, actor: Actor, now: datetime) -> None:
    """Write down what the handler has found out. The caller commits."""
    require(policy.can_handle(actor, concern))
    if concern.state is ConcernState.ACKNOWLEDGED:
        _step(concern, ConcernState.ASSESSED, NoteKind.ASSESSMENT, text, actor=actor, now=now)
    else:
        _further(concern, NoteKind.ASSESSMENT, text, actor=actor, now=now)


def act(concern: Concern, *, text: str, actor: Actor, now: datetime) -> None:
    """Write down what was done for the child. The caller commits."""
    require(policy.can_handle(actor, concern))
    if concern.state is ConcernState.ACTED:
        _further(concern, NoteKind.ACTION, text, actor=actor, now=now)
    else:
        _step(concern, ConcernState.ACTED, NoteKind.ACTION, text, actor=actor, now=now)


def _further(concern: Concern, kind: NoteKind, text: str, *, actor: Actor, now: datetime) -> None:
    """A further text at the same step."""
    require(concern.state is not ConcernState.CLOSED)
    if not text.strip():
        raise DomainError(N_("Write down what you know or did."), field="text")
    _note(concern, kind, text, actor=actor, now=now)
    record("concern-noted", concern, actor=actor, now=now, hidden=True, kind=kind.value)


def close_concern(concern: Concern, *, outcome: ConcernOutcome | None, text: str, actor: Actor, now: datetime) -> None:
    """Finish it with an outcome; the file closes to the handler again. The caller commits.

    Raises DomainError while a pairing is frozen by it or no outcome is chosen.
    """
    require(policy.can_handle(actor, concern))
    concern.outcome = outcome
    _step(concern, ConcernState.CLOSED, NoteKind.OUTCOME, text, actor=actor, now=now)
    concern.closed_at = now
    end_sight(because=concern, now=now, actor=actor)


def reopen(concern: Concern, *, text: str, actor: Actor, now: datetime) -> None:
    """Open a closed concern again: it is asked for anew, with a new clock. The caller commits."""
    require(policy.can_judge(actor, concern))
    _step(concern, ConcernState.REOPENED, NoteKind.REOPENED, text, actor=actor, now=now)
    concern.handler_ref, concern.outcome, concern.closed_at, concern.acknowledged_at = "", None, None, None
    concern.step += 1
    ask_next(concern, now=now)


def enter_in_error(concern: Concern, *, text: str, actor: Actor, now: datetime) -> None:
    """Say that it should never have been entered; it stays, and hides nothing from the log. The caller commits."""
    require(policy.can_judge(actor, concern))
    _step(concern, ConcernState.ENTERED_IN_ERROR, NoteKind.IN_ERROR, text, actor=actor, now=now)
    end_duty(duty_key(concern), now=now, actor=actor, state=DutyState.WAIVED, reason="entered-in-error")
    read_at(f"/concerns/{concern.ref}", now=now)
    end_sight(because=concern, now=now, actor=actor)


def hand_over(concern: Concern, *, to: str, text: str, actor: Actor, now: datetime) -> None:
    """Give it to another fit person: the file closes to the one and opens to the other, who is told at once.

    `to` is an account ref of `queries.fit_people`. The caller commits. Raises DomainError for anybody else.
    """
    require(policy.can_hand_over(actor, concern))
    if to not in queries.fit_people(concern) or to == concern.handler_ref:
        raise DomainError(N_("Choose one of the list."), field="to")
    whose = policy.in_place_of(actor, concern)
    end_sight(because=concern, now=now, actor=actor)
    concern.handler_ref = to
    _open_file(concern, to, actor=actor, now=now)
    _note(concern, NoteKind.HANDED_OVER, text, actor=actor, now=now)
    record("concern-handed-over", concern, actor=actor, now=now, hidden=True, in_place_of=whose, to=to)
    if to != actor.account_ref:
        tell("concern", to=[to], now=now, url=f"/concerns/{concern.ref}")


def release_concerns_of(account_ref: str, *, now: datetime) -> None:
    """An account has ended: nobody's concern may wait for it. The caller commits.

    What waits for it goes to the next person at once; what it handled goes to whoever would be asked now. Where nobody
    is left the concern keeps its handler's name and stands open before the safeguarding leads.
    """
    theirs = select(Concern).where(
        or_(Concern.asked_ref == account_ref, Concern.handler_ref == account_ref), Concern.state.not_in(ENDED)
    )
    for concern in session().scalars(theirs.order_by(Concern.id)).all():
        if concern.state in WAITING:
            concern.step += 1
            ask_next(concern, now=now)
        elif heirs := people_to_ask(concern):
            end_sight(because=concern, now=now)
            concern.handler_ref = heirs[0]
            _open_file(concern, heirs[0], actor=SYSTEM, now=now)
            tell("concern", to=heirs, now=now, url=f"/concerns/{concern.ref}")
        record("concern-released", concern, actor=SYSTEM, now=now, hidden=True)


def pause_pairing(concern: Concern, *, text: str, actor: Actor, now: datetime) -> None:
    """Freeze the child's live pairing: both sides lose sight of each other at once. Twice is harmless.

    The caller commits. Raises DomainError when the child has no live pairing.
    """
    require(policy.can_handle(actor, concern) and concern.state is not ConcernState.CLOSED)
    if concern.freezes:
        return
    if not _pause(concern, _child_of(concern), now=now):
        raise DomainError(N_("This child has no running pairing that could be paused."))
    _note(concern, NoteKind.PAUSED, text, actor=actor, now=now)
    record("concern-paused-pairing", concern, actor=actor, now=now, hidden=True)


def lift_pause(concern: Concern, *, to: str, text: str, actor: Actor, now: datetime) -> None:
    """End the freeze: the pairing goes on ('active'), rests ('paused') or is led to its end ('closing').

    While another concern holds the pair, it stays frozen and only this concern lets go. The caller commits.
    """
    require(policy.can_handle(actor, concern))
    if to not in LIFT_TO:
        raise DomainError(N_("Choose one of the list."), field="to")
    if not text.strip():
        raise DomainError(N_("Give a reason."), field="text")
    if not concern.freezes:
        return
    concern.freezes = False
    _note(concern, NoteKind.LIFTED, text, actor=actor, now=now)
    record("concern-lifted-pause", concern, actor=actor, now=now, hidden=True, to=to)
    held = select(Concern.id).where(
        Concern.child_ref == concern.child_ref, Concern.freezes.is_(True), Concern.id != concern.id
    )
    if session().scalar(held.limit(1)) is None:
        unfreeze_wanted.send(concern, child_ref=concern.child_ref, to=to, reason=RESUMED, actor=SYSTEM, now=now)


def _child_of(concern: Concern) -> Child | None:
    return session().get(Child, concern.child_id) if concern.child_id else None
