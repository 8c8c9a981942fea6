"""Reading volunteers. Lists select columns; every read starts at `visible_to`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, or_, select
from sqlalchemy.orm import selectinload

from portal.access.addresses import phone_of
from portal.audit.models import StateMove
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.secrets import vault
from portal.places.models import Region
from portal.places.queries import regions_below
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.policy import in_register, visible_to
from portal.volunteers.rules import VolunteerState

FREE = (Volunteer.capacity - Volunteer.live_pairings).label("free")
"""How many children more a volunteer could take."""
COLUMNS = (
    Volunteer.id,
    Volunteer.ref,
    Volunteer.name,
    Volunteer.initials,
    Volunteer.sex,
    Volunteer.state,
    Volunteer.state_since_on,
    Volunteer.region_path,
    Region.name.label("town"),
    Volunteer.occupation,
    Volunteer.skills,
    Volunteer.languages,
    Volunteer.availability,
    Volunteer.capacity,
    Volunteer.live_pairings,
    FREE,
    Volunteer.joined_on,
    Volunteer.account_ref,
)


def volunteer_or_404(actor: Actor, ref: str) -> Volunteer:
    """A volunteer that the actor may know of, with region and credentials loaded; else NotFound."""
    found = session().scalar(
        visible_to(actor)
        .where(Volunteer.ref == ref)
        .options(selectinload(Volunteer.region), selectinload(Volunteer.credentials))
    )
    if found is None:
        raise NotFound
    return found


def called(actor: Actor, refs: Iterable[str]) -> dict[str, str]:
    """The names of those of these volunteers whom this reader may see, by ref."""
    statement = visible_to(actor).with_only_columns(Volunteer.ref, Volunteer.name).where(Volunteer.ref.in_(list(refs)))
    return {row.ref: row.name for row in session().execute(statement)}


def own_or_404(actor: Actor) -> Volunteer:
    """The volunteer that the actor is; NotFound for everybody else."""
    if not actor.volunteer_ref:
        raise NotFound
    return volunteer_or_404(actor, actor.volunteer_ref)


def register_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The list of volunteers as columns."""
    return select(*COLUMNS).join(Volunteer.region).where(in_register(actor))


def with_code(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a list of codes kept as JSON holds this one. Its text is compared, which both databases can."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)


def free_at(day: str, part: str) -> ColumnElement[bool]:
    """Whether somebody has time on a weekday and part of day; either may be ''."""
    text = f'"{day}-{part}"' if day and part else f'"{day}-' if day else f'-{part}"'
    return cast(Volunteer.availability, String).contains(text, autoescape=True)


def named(words: str) -> ColumnElement[bool]:
    """Found by a part of the name, the first pinyin initials, or the whole phone number."""
    phone = phone_of(words)
    found = [
        Volunteer.name.contains(words, autoescape=True),
        Volunteer.initials.startswith(words.lower(), autoescape=True),
    ]
    if phone is not None:
        found.append(Volunteer.phone_index == vault().blind(phone, "phone"))
    return or_(*found)


def towns_of(actor: Actor, *roles: Role) -> list[tuple[str, str, str]]:
    """The towns and streets in the actor's scope: (code, name, path)."""
    return [
        (r.path.rstrip("/").rpartition("/")[2], r.name, r.path)
        for p in actor.paths(*roles)
        for r in regions_below(p, "town")
    ]


def homes_of(actor: Actor) -> list[Any]:
    """Where a volunteer may live: towns of the coordinator's region, and the region itself."""
    return [r for p in actor.paths(Role.COORDINATOR) for r in regions_below(p) if r.level in ("town", "district")]


def history_of(ref: str) -> list[Any]:
    """Every step of a volunteer's status, newest first."""
    return list(
        session().execute(
            select(StateMove.source, StateMove.target, StateMove.reason, StateMove.actor_name, StateMove.at)
            .where(StateMove.subject_kind == "volunteer", StateMove.subject_ref == ref)
            .order_by(StateMove.id.desc())
        )
    )


def expiring(actor: Actor, before: date) -> list[Any]:
    """Credentials of the actor's volunteers that run out before a day, the next first."""
    return list(
        session().execute(
            select(Volunteer.ref, Volunteer.name, Credential.kind, Credential.until_on)
            .join(Credential.volunteer)
            .where(
                within(Volunteer.region_path, actor.paths(Role.COORDINATOR)),
                Credential.ended_at.is_(None),
                Credential.until_on < before,
                Volunteer.state.in_((VolunteerState.READY, VolunteerState.ON_LEAVE, VolunteerState.VETTING)),
            )
            .order_by(Credential.until_on, Credential.id)
            .limit(20)
        )
    )


def with_phone(phone: str, *, besides_ref: str = "") -> Volunteer | None:
    """Another volunteer with this phone number."""
    return session().scalar(
        select(Volunteer)
        .where(
            Volunteer.phone_index == vault().blind(phone, "phone"), Volunteer.ref != besides_ref,
            Volunteer.state != VolunteerState.ENTERED_IN_ERROR,
        )
        .limit(1)
    )  # fmt: skip


def with_id_number(number: str, *, besides_ref: str = "") -> Volunteer | None:
    """Another volunteer with this identity number."""
    return session().scalar(
        select(Volunteer).where(
            Volunteer.id_index == vault().blind(number, "id"), Volunteer.ref != besides_ref,
            Volunteer.state != VolunteerState.ENTERED_IN_ERROR,
        )
    )  # fmt: skip
