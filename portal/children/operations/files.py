"""Opening a file, changing its parts, notes, risk, moving house."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.audit.operations import note_move, record
from portal.children import policy, queries
from portal.children.models import Carer, Child, FileNote, RiskChange
from portal.children.operations.consents import write_consent
from portal.children.rules import Category, FileState, Purpose, Relation, RiskLevel, Schooling
from portal.children.sight import REGION_ROLES, end_sight
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, Stale, require
from portal.kernel.events import child_moved, child_opened, risk_changed
from portal.kernel.people import Sex, id_number_problem, masked_id
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.places.models import Region
from portal.places.pinyin import initials

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DOUBLE_CLICK = timedelta(minutes=1)
OLDEST_YEARS = 30
"""Nobody older than this is in a programme for children; a higher age is a slip of the pen."""

PARTS: dict[str, tuple[str, ...]] = {
    "identity": ("surname", "given_name", "alias", "sex", "born_on"),
    "addresses": ("address", "registered_region_id", "registered_address"),
    "schooling": ("schooling", "school", "grade", "boards"),
    "health": ("health",),
    "category": ("category",),
    "guardianship": ("no_guardian", "in_institution"),
    "mentoring": ("wants_mentor", "mentor_sex"),
}
"""Parts of a file that are edited on a page of their own, with their columns."""


class NumberKnown(DomainError):
    """There is a file with this identity number."""


class SimilarKnown(DomainError):
    """There is a file of perhaps the same child; it may be saved anyway."""


def new_code() -> str:
    """A random name for a file, 40 bits, in Crockford's base 32: nothing in it tells of the child."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(8))


def open_file(
    *, surname: str, given_name: str, sex: Sex, born_on: date, region: Region | None, risk: RiskLevel, actor: Actor,
    now: datetime,
    alias: str = "", id_number: str = "", address: str = "", schooling: Schooling = Schooling.NONE, school: str = "",
    grade: str = "",
    category: Category = Category.NOT_YET, carer_name: str = "", carer_relation: Relation | None = None,
    carer_phone: str = "",
    carer_is_guardian: bool = False, consent_by: str = "", anyway: bool = False,
) -> Child:  # fmt: skip
    """Open a child's file. The caller commits.

    Raises NotAllowed unless the actor is staff of the village, NumberKnown for an identity number that has a file,
    SimilarKnown for a likely double unless `anyway`, and DomainError for what cannot be.
    """
    if region is None:
        raise DomainError(N_("Choose the village where the child lives."), field="region")
    require(policy.can_open_in(actor, region.path))
    today = local_day(now)
    _check_birth(born_on, today)
    name, signs = surname + given_name, initials(surname + given_name, len(surname))
    number = _checked_number(id_number, born_on, sex)
    if not anyway and queries.similar_files(name=name, initials=signs, born_on=born_on, carer_name=carer_name):
        raise SimilarKnown(
            N_("There is a file of a child with this name and birthday. Look whether it is the same child.")
        )
    child = Child(
        code=new_code(), surname=surname, given_name=given_name, name=name, alias=alias, initials=signs,
        given_initials=initials(given_name, 0), sex=sex, born_on=born_on, region_id=region.id, region_path=region.path,
        schooling=schooling or Schooling.NONE, school=school, grade=grade, category=category or Category.NOT_YET,
        risk=risk,
        risk_since_on=today, opened_on=today, created_at=now, created_by=actor.account_ref, address=address,
    )  # fmt: skip
    _set_number(child, number)
    session().add(child)
    _flush()
    session().add(
        RiskChange(
            child_id=child.id,
            before=None,
            after=risk,
            reason="",
            changed_by=actor.account_ref,
            changer_name=actor.name,
            changed_at=now,
        )
    )
    if carer_name:
        carer = Carer(
            child_id=child.id,
            name=carer_name,
            relation=carer_relation or Relation.OTHER,
            is_guardian=carer_is_guardian,
            from_on=today,
        )
        carer.phone, carer.phone_index = carer_phone, vault().blind(carer_phone, "phone") if carer_phone else None
        session().add(carer)
    if consent_by:
        write_consent(
            child, Purpose.FILE, given_by=consent_by, given_on=today, until_on=None, assent=None, actor=actor, now=now
        )
    note_move(child, "", FileState.OPEN, actor=actor, now=now)
    record(
        "child-opened",
        child,
        actor=actor,
        now=now,
        values={"name": ["", name], "born_on": ["", born_on.isoformat()]},
        in_spite_of_similar=anyway,
    )
    child_opened.send(child, actor=actor, now=now)
    return child


def _check_birth(born_on: date, today: date) -> None:
    if born_on > today:
        raise DomainError(N_("This day is in the future."), field="born_on")
    if today.year - born_on.year > OLDEST_YEARS:
        raise DomainError(
            N_("Born %(day)s: too long ago for a child's file. Check the year."), field="born_on", day=born_on
        )


def _checked_number(id_number: str, born_on: date, sex: Sex, besides_id: int = 0) -> str:
    number = id_number.upper()
    if not number:
        return ""
    if problem := id_number_problem(number, born_on, sex):
        raise DomainError(problem, field="id_number")
    if queries.same_number(number, besides_id) is not None:
        raise NumberKnown(N_("There is a file with this identity number already."), field="id_number")
    return number


def _set_number(child: Child, number: str) -> None:
    if number:
        child.id_number, child.id_masked, child.id_index = number, masked_id(number), vault().blind(number, "id-number")


def _flush() -> None:
    """Write now, so that two people who enter the same number at once get a sentence. Raises NumberKnown."""
    try:
        with session().begin_nested():
            session().flush()
    except IntegrityError as error:
        if "id_index" in str(error.orig):
            raise NumberKnown(N_("There is a file with this identity number already."), field="id_number") from error
        raise


def fingerprint(child: Child, part: str) -> str:
    """What a part of the file looks like now, so that a form can tell whether somebody changed it meanwhile."""
    values = [str(getattr(child, name)) for name in PARTS[part]] + (
        [child.id_index or ""] if part == "identity" else []
    )
    return hashlib.sha256(json.dumps([child.ref, *values]).encode()).hexdigest()[:20]


def edit_part(child: Child, part: str, changes: dict[str, Any], *, seen: str, actor: Actor, now: datetime) -> None:
    """Change one part of the file. `seen` is the fingerprint of what the editor had before the eyes.

    Only the part's own columns are taken from `changes`. The caller commits. Raises NotAllowed, Stale when somebody
    else changed the part meanwhile, and DomainError for what cannot be.
    """
    require(policy.can_edit(actor, child))
    if seen != fingerprint(child, part):
        raise Stale
    values: dict[str, Any] = {}
    for name in PARTS[part]:
        before, after = getattr(child, name), changes[name]
        if before != after:
            values[name] = [_plain(before), _plain(after)]
            setattr(child, name, after)
    if part == "identity":
        values |= _settle_identity(child, str(changes.get("id_number") or ""), local_day(now))
    if values:
        record("child-edited", child, actor=actor, now=now, values=values, part=part)
        _flush()


def _settle_identity(child: Child, id_number: str, today: date) -> dict[str, Any]:
    """What follows from a name and a number: the whole name, initials, mask and index."""
    _check_birth(child.born_on, today)
    values: dict[str, Any] = {}
    number = _checked_number(id_number, child.born_on, child.sex, child.id)
    if number:
        values["id_number"] = [child.id_masked, masked_id(number)]
        _set_number(child, number)
    elif child.id_number and (problem := id_number_problem(child.id_number, child.born_on, child.sex)):
        raise DomainError(problem, field="born_on")
    child.name = child.surname + child.given_name
    child.initials = initials(child.name, len(child.surname))
    child.given_initials = initials(child.given_name, 0)
    return values


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value.isoformat() if isinstance(value, date) else value


def change_risk(child: Child, level: RiskLevel, *, reason: str, actor: Actor, now: datetime) -> None:
    """Set the risk level, with the reason. The same level again is kept too. The caller commits."""
    require(policy.can_edit(actor, child))
    before = child.risk
    child.risk, child.risk_since_on = level, child.risk_since_on if before is level else local_day(now)
    session().add(
        RiskChange(
            child_id=child.id,
            before=before,
            after=level,
            reason=reason,
            changed_by=actor.account_ref,
            changer_name=actor.name,
            changed_at=now,
        )
    )
    record(
        "risk-changed",
        child,
        actor=actor,
        now=now,
        values={"reason": ["", reason]},
        before=before.value,
        after=level.value,
    )
    risk_changed.send(child, before=before, reason=reason, actor=actor, now=now)


def add_note(child: Child, text: str, *, actor: Actor, now: datetime) -> FileNote:
    """Write a note into the file. It is not changed afterwards. The caller commits.

    The same words by the same person within a minute are a double click: they are kept once.
    """
    require(policy.can_edit(actor, child))
    mine = select(FileNote).where(
        FileNote.child_id == child.id,
        FileNote.written_by == actor.account_ref,
        FileNote.written_at > now - DOUBLE_CLICK,
    )
    for earlier in session().scalars(mine):
        if earlier.text == text:
            return earlier
    note = FileNote(child_id=child.id, text=text, written_by=actor.account_ref, writer_name=actor.name, written_at=now)
    session().add(note)
    record("note-written", note, actor=actor, now=now, about=child, values={"text": ["", text]})
    return note


def move_house(child: Child, to: Region | None, *, reason: str, actor: Actor, now: datetime) -> None:
    """The child lives in another village of the same district now: the file goes with the child.

    What staff of the old village had been granted ends; pairs follow by `child_moved`. The caller commits. Raises
    NotAllowed unless the actor is responsible for both villages.
    """
    if to is None:
        raise DomainError(N_("Choose the village where the child lives."), field="region")
    require(policy.can_edit(actor, child) and policy.can_move_house(actor, child.region_path, to.path))
    before = child.region_path
    if to.path == before:
        raise DomainError(N_("The child lives in this village already."), field="region")
    record("child-moved-house", child, actor=actor, now=now, reason=reason, before=before, after=to.path)
    child.region_id, child.region_path = to.id, to.path
    end_sight(because=child, now=now, actor=actor)
    session().flush()
    child_moved.send(child, before=before, actor=actor, now=now)


def reveal_number(child: Child, *, reason: str, actor: Actor, now: datetime) -> str:
    """The whole identity number, with the reason kept in the log. Source: domain.md, Privacy 5. The caller commits."""
    require(actor.covers(child.region_path, *REGION_ROLES))
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    record("id-number-revealed", child, actor=actor, now=now, reason=reason)
    return str(child.id_number)


def note_live_pairing(child: Child, live: bool) -> None:
    """Keep on the file whether a pair is running, for its lifecycle and for the list. Called by `pairing`."""
    child.has_live_pairing = live
