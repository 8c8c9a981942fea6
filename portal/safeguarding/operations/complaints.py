"""Complaints and suggestions: from anybody, with a handler, a clock and a reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.access.models import GrantState, RoleGrant
from portal.audit.operations import move, record
from portal.duties.models import Duty
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import new_ref, session
from portal.kernel.errors import DomainError, TooMany, require
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.notices.operations import tell
from portal.places.queries import corrections
from portal.places.working_days import add_working_days
from portal.safeguarding import policy, queries
from portal.safeguarding.models import Complaint, ComplaintNamed
from portal.safeguarding.rules import ANSWER_WITHIN_WORKING_DAYS, ComplaintKind, ComplaintState

MOST_OF_ONE_SENDER = 5
MOST_OF_ALL_STRANGERS = 60
WINDOW = timedelta(hours=1)


def code_for(client_key: str) -> str:
    """The code by which a stranger finds the answer: the same for the same form, so that sending twice shows it again.

    20 hexadecimal places, 80 random bits.
    """
    return vault().blind(client_key, "complaint-code")[:20]


def code_index(code: str) -> str:
    """What is kept of a code."""
    return vault().blind(code, "complaint-code-index")


def complain(
    *,
    client_key: str,
    kind: ComplaintKind,
    text: str,
    contact: str = "",
    sender: str = "",
    about_answerer: bool = False,
    actor: Actor | None,
    now: datetime,
) -> Complaint:
    """Take a complaint, start its clock of working days and tell those who answer. The caller commits.

    Coordinators answer. `about_answerer` says that it is about one of them: then, and when its text names one or
    nobody else of them is left, it goes to the safeguarding leads alone, and neither its subject nor who stands in for
    them learns of it.

    `sender` is a stranger's network address, kept as a keyed fingerprint only. `client_key` makes sending twice
    harmless; a form sent again with other words is a complaint of its own, and nothing is lost. Raises TooMany for a
    stranger who sends too much, DomainError without a text.
    """
    if not text.strip():
        raise DomainError(N_("Write what it is about."), field="text")
    key = client_key[:40] or new_ref()
    path = _region_of(actor)
    named, for_lead = _whom_it_is_about(text, path, actor)
    for_lead = for_lead or about_answerer
    standing = _sent_before(key)
    if standing is not None and not _says(standing, kind, text, contact, for_lead, actor):
        said = "\0".join((key, actor.account_ref if actor else "", kind, text, contact, str(for_lead)))
        key = vault().blind(said, "complaint-key")[:40]
        standing = _sent_before(key)
    if standing is not None:
        return standing
    index = "" if actor else vault().blind(sender, "complaint-sender")
    if actor is None:
        _hold_back(index, now)
    due_on = add_working_days(local_day(now), ANSWER_WITHIN_WORKING_DAYS, corrections())
    complaint = Complaint(
        client_key=key, kind=kind, text=text, contact="" if actor else contact,
        account_ref=actor.account_ref if actor else "", sender_index=index,
        code_index=code_index(code_for(key)), region_path=path, for_lead=for_lead, made_at=now,
        due_at=start_of(due_on + timedelta(days=1)), state=ComplaintState.OPEN,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(complaint)
            session().flush()
    except IntegrityError:
        # The same form twice at once: whoever came second looks again at what stands.
        if _sent_before(key) is None:
            raise
        return complain(
            client_key=key, kind=kind, text=text, contact=contact, sender=sender, about_answerer=about_answerer,
            actor=actor, now=now,
        )  # fmt: skip
    session().add_all(ComplaintNamed(complaint_id=complaint.id, account_ref=ref) for ref in named)
    session().flush()
    record("complaint-made", complaint, actor=actor or SYSTEM, now=now, kind=kind.value)
    told = people_to_answer(complaint)
    by_name = for_lead or bool(named)
    for owner in told if by_name else [""]:
        # Of one about somebody who would answer the duty is hidden and by name: it stands in no queue of the region,
        # and who stands in for somebody does not inherit it.
        open_duty(
            f"complaint:{complaint.ref}" + (f":{owner}" if owner else ""), kind="complaint-answer",
            subject_kind="complaint", subject_ref=complaint.ref, url=f"/complaints/{complaint.ref}", owner_ref=owner,
            owner_role=None if owner else Role.COORDINATOR, path=path, hidden=by_name, due_at=complaint.due_at, now=now,
        )  # fmt: skip
    tell("complaint-made", to=told, now=now, url=f"/complaints/{complaint.ref}")
    return complaint


def people_to_answer(complaint: Complaint) -> list[str]:
    """Who is told of a complaint: who answers it by the rule of `policy.complaints_visible_to`, the other way round."""
    named = set(
        session().scalars(select(ComplaintNamed.account_ref).where(ComplaintNamed.complaint_id == complaint.id))
    )
    unfit = named | queries.deputies_of(named) | {complaint.account_ref}
    path = complaint.region_path
    if complaint.for_lead:
        unfit |= set(queries.who_answers(path, Role.COORDINATOR))
    role = Role.SAFEGUARDING_LEAD if complaint.for_lead else Role.COORDINATOR
    held = queries.people_over(path, role) if path else queries.who_answers("", role)
    return [ref for ref in held if ref not in unfit]


def _whom_it_is_about(text: str, path: str, actor: Actor | None) -> tuple[set[str], bool]:
    """Who of those that answer complaints is named in the text, and whether none of the coordinators may answer it.

    A full name in the text counts. Too many pass the coordinators by rather than one reach its subject.
    """
    sender = {actor.account_ref} if actor else set()
    anywhere = queries.who_answers("", Role.COORDINATOR)
    leads = queries.who_answers("", Role.SAFEGUARDING_LEAD)
    named = {ref for ref, name in (anywhere | leads).items() if name and name in text} - sender
    unfit = named | queries.deputies_of(named) | sender
    left = set(queries.who_answers(path, Role.COORDINATOR)) - unfit
    return named, bool(named & set(anywhere)) or not left


def _sent_before(key: str) -> Complaint | None:
    return session().scalar(select(Complaint).where(Complaint.client_key == key))


def _says(
    standing: Complaint, kind: ComplaintKind, text: str, contact: str, for_lead: bool, actor: Actor | None
) -> bool:
    """Whether this is what stands, from the same sender."""
    sent = (standing.kind, standing.text, standing.contact, standing.for_lead, standing.account_ref)
    return sent == (kind, text, "" if actor else contact, for_lead, actor.account_ref if actor else "")


def _hold_back(index: str, now: datetime) -> None:
    """Strangers may send a few an hour from one address, and not too many in all."""
    recent = select(func.count()).where(Complaint.account_ref == "", Complaint.made_at > now - WINDOW)
    of_one = session().scalar(recent.where(Complaint.sender_index == index)) or 0
    if of_one >= MOST_OF_ONE_SENDER or (session().scalar(recent) or 0) >= MOST_OF_ALL_STRANGERS:
        raise TooMany(int(WINDOW.total_seconds()))


def _region_of(actor: Actor | None) -> str:
    """Where the complainant belongs; a stranger's goes to the widest region that has a coordinator."""
    if actor is not None and (path := queries.home_path(actor)):
        return path
    held = select(RoleGrant.path).where(RoleGrant.role == Role.COORDINATOR, RoleGrant.state == GrantState.GRANTED)
    return min(session().scalars(held.where(RoleGrant.path != "")), key=len, default="")


def answer_complaint(complaint: Complaint, *, text: str, actor: Actor, now: datetime) -> None:
    """Answer a complaint; whoever sent it signed in is told. The caller commits."""
    require(policy.can_answer(actor, complaint))
    if not text.strip():
        raise DomainError(N_("Write the answer."), field="answer")
    needed = Role.SAFEGUARDING_LEAD if complaint.for_lead else Role.COORDINATOR
    move(complaint, ComplaintState.ANSWERED, actor=actor, now=now, by=(needed,))
    complaint.answer, complaint.answered_by, complaint.answered_at = text, actor.account_ref, now
    owed = select(Duty.key).where(Duty.subject_kind == "complaint", Duty.subject_ref == complaint.ref)
    for key in session().scalars(owed).all():
        end_duty(key, now=now, actor=actor)
    if complaint.account_ref:
        tell("complaint-answered", to=[complaint.account_ref], now=now, url=f"/complaints/{complaint.ref}")
