"""Reading accounts: who holds which role where, lists of people, one's own sessions, links and deputies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.access.addresses import email_of, phone_of
from portal.access.models import (
    Account,
    AccountSession,
    Deputy,
    GrantState,
    LinkKind,
    OneTimeLink,
    RememberedDevice,
    RoleGrant,
)
from portal.access.policy import STANDS_IN, can_grant, visible_to, waiting_for
from portal.kernel.actor import BY_REGION, Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.secrets import token_hash, vault
from portal.places.models import Region


def _above(path: str) -> list[str]:
    """A path and all those that contain it."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)]


_ACCOUNT, _GRANT = Account.__table__, RoleGrant.__table__


class Holders:
    """A statement about accounts (its columns), narrowed to active people who hold a role over a region; built once.

    Roles without a region of their own (mentors) count where their people belong. Deputies are not among them.
    """

    def __init__(self, accounts: Select[Any]) -> None:
        held = select(_GRANT.c.account_id).where(
            _GRANT.c.role == bindparam("role"), _GRANT.c.state == GrantState.GRANTED
        )
        over = _ACCOUNT.c.id.in_(held.where(_GRANT.c.path.in_(bindparam("above", expanding=True))))
        there = and_(
            _ACCOUNT.c.region_path >= bindparam("path"),
            _ACCOUNT.c.region_path < bindparam("behind"),
            _ACCOUNT.c.id.in_(held.where(_GRANT.c.path == "")),
        )
        active = accounts.where(_ACCOUNT.c.is_active.is_(True))
        self._by_region, self._by_person = active.where(over), active.where(or_(over, there))

    def rows(self, role: Role, path: str, **values: Any) -> Sequence[Any]:
        """The rows for a role and a region path; `values` fill what else the statement asks for."""
        known = {"role": role, "above": _above(path), **values}
        if role in BY_REGION:
            return session().execute(self._by_region, known).all()
        return session().execute(self._by_person, known | {"path": path, "behind": path[:-1] + "0"}).all()


_HOLDERS = Holders(select(_ACCOUNT.c.ref, _ACCOUNT.c.name).order_by(_ACCOUNT.c.name, _ACCOUNT.c.ref))


def holders(role: Role, path: str) -> Sequence[Any]:
    """Active people who hold a role over the region with this path: rows (ref, name), by name; none is an empty list.

    Roles without a region of their own (mentors) count where their people belong. Deputies are not among them.
    """
    return _HOLDERS.rows(role, path)


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """Names by account ref, of former people too."""
    wanted = {r for r in refs if r}
    if not wanted:
        return {}
    rows = session().execute(select(Account.ref, Account.name).where(Account.ref.in_(wanted)))
    return {row.ref: row.name for row in rows}


def account_or_404(actor: Actor, ref: str) -> Account:
    """An account that the actor keeps or sees, or NotFound."""
    found = session().scalar(visible_to(actor).where(Account.ref == ref))
    if found is None:
        raise NotFound
    return found


def named(text: str) -> ColumnElement[bool]:
    """The account is called or addressed like this: part of the name, or the whole mail address or phone number."""
    phone = phone_of(text)
    ways = [Account.name.contains(text, autoescape=True), Account.email == (email_of(text) or "")]
    return or_(*ways, Account.phone_index == vault().blind(phone, "phone")) if phone else or_(*ways)


def holding(role: Role) -> ColumnElement[bool]:
    """The account holds this role somewhere."""
    return exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.role == role, RoleGrant.state == GrantState.GRANTED
    )


def in_standing(standing: str) -> ColumnElement[bool]:
    """'active', 'invited' (has not chosen a password) or 'ended'."""
    return {
        "active": and_(Account.is_active.is_(True), Account.password_hash != ""),
        "invited": and_(Account.is_active.is_(True), Account.password_hash == ""),
        "ended": Account.is_active.is_(False),
    }[standing]


def people_of(actor: Actor) -> Any:
    """The list of people, as columns."""
    return visible_to(actor).with_only_columns(
        Account.id,
        Account.ref,
        Account.name,
        Account.email,
        Account.phone_sealed,
        Account.region_path,
        Account.is_active,
        Account.created_at,
        (Account.password_hash != "").label("has_password"),
    )


def roles_of(account_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Standing and asked roles by account: rows (account_id, role, path, state)."""
    found: dict[int, list[Any]] = {}
    rows = session().execute(
        select(RoleGrant.account_id, RoleGrant.role, RoleGrant.path, RoleGrant.state)
        .where(RoleGrant.account_id.in_(list(account_ids)), RoleGrant.state.in_([GrantState.GRANTED, GrantState.ASKED]))
        .order_by(RoleGrant.id)
    )
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found


def region_names(paths: Iterable[str]) -> dict[str, str]:
    """The name of the region with each of these paths."""
    rows = session().execute(select(Region.path, Region.name).where(Region.path.in_(sorted(set(paths)))))
    return {row.path: row.name for row in rows}


def regions_in(paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """(path, name with the names above it inside the scope) of active regions, for a list to pick from."""
    rows = session().execute(
        select(Region.path, Region.name)
        .where(within(Region.path, paths), Region.is_active.is_(True))
        .order_by(Region.path)
    )
    names = {row.path: row.name for row in rows}
    return [(path, " › ".join(names[p] for p in _above(path) if p in names)) for path in names]


def grants_history(account: Account) -> list[RoleGrant]:
    """Every role that an account has or had, newest first."""
    return list(
        session().scalars(select(RoleGrant).where(RoleGrant.account_id == account.id).order_by(RoleGrant.id.desc()))
    )


def grant_or_404(actor: Actor, ref: str) -> tuple[RoleGrant, Account]:
    """A role of somebody whom the actor may see, or that waits in the actor's scope, with its account; or NotFound."""
    row = (
        session()
        .execute(
            select(RoleGrant, Account).join(Account, Account.id == RoleGrant.account_id).where(RoleGrant.ref == ref)
        )
        .first()
    )
    if row is not None:
        seen = session().scalar(visible_to(actor).where(Account.id == row.Account.id).with_only_columns(Account.id))
        waits = session().scalar(waiting_for(actor).where(RoleGrant.ref == ref).with_only_columns(RoleGrant.id))
        if seen is not None or waits is not None:
            return row.RoleGrant, row.Account
    raise NotFound


def roles_waiting(actor: Actor) -> list[tuple[RoleGrant, Account, bool]]:
    """Asked roles in the actor's scopes, oldest first, each with whether the actor may be its second person."""
    rows = session().execute(waiting_for(actor).order_by(RoleGrant.id))
    return [(row.RoleGrant, row.Account, can_grant(actor, row.RoleGrant, row.Account)) for row in rows]


def second_persons(grant: RoleGrant, account: Account) -> list[str]:
    """The refs of those who could be a grant's second person by their own role, to be told that it waits."""
    refs = [
        row.ref
        for role in (Role.ADMIN, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
        for row in holders(role, grant.path or account.region_path)
    ]
    return [r for r in dict.fromkeys(refs) if r not in (grant.asked_by, grant.account_ref)]


def live_sessions(account_id: int) -> list[AccountSession]:
    """Sessions that have not been ended, the most recently used first."""
    return list(
        session().scalars(
            select(AccountSession)
            .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
            .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
        )
    )


def count_sessions(account_id: int, since: datetime) -> int:
    """How many sessions begun since then have not been ended."""
    return (
        session().scalar(
            select(func.count()).where(
                AccountSession.account_id == account_id,
                AccountSession.ended_at.is_(None),
                AccountSession.created_at > since,
            )
        )
        or 0
    )


def live_link(token: str, now: datetime) -> tuple[OneTimeLink, Account] | None:
    """The link with this token and its account; None when it is unknown, used, ended, expired or its account ended."""
    row = (
        session()
        .execute(
            select(OneTimeLink, Account)
            .join(Account, Account.id == OneTimeLink.account_id)
            .where(
                OneTimeLink.token_hash == token_hash(token),
                OneTimeLink.used_at.is_(None),
                OneTimeLink.ended_at.is_(None),
                OneTimeLink.ends_at > now,
                Account.is_active.is_(True),
            )
        )
        .first()
    )
    return (row.OneTimeLink, row.Account) if row is not None else None


def last_link(account_id: int) -> OneTimeLink | None:
    """The newest invitation of an account."""
    return session().scalar(
        select(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.kind == LinkKind.INVITATION)
        .order_by(OneTimeLink.id.desc())
    )


def device_with(token: str, account_ref: str, now: datetime) -> RememberedDevice | None:
    """The remembered phone with this cookie, when it is this person's and may still unlock."""
    return session().scalar(
        select(RememberedDevice)
        .join(Account, Account.id == RememberedDevice.account_id)
        .where(
            RememberedDevice.token_hash == token_hash(token),
            Account.ref == account_ref,
            RememberedDevice.ended_at.is_(None),
            RememberedDevice.ends_at > now,
            RememberedDevice.tries_left > 0,
        )
    )


def live_devices(account_id: int, now: datetime) -> list[RememberedDevice]:
    """Phones that this person has chosen to remember."""
    return list(
        session().scalars(
            select(RememberedDevice)
            .where(
                RememberedDevice.account_id == account_id,
                RememberedDevice.ended_at.is_(None),
                RememberedDevice.ends_at > now,
            )
            .order_by(RememberedDevice.id.desc())
        )
    )


def _deputies() -> tuple[Any, Any, Any]:
    away, stand_in = aliased(Account), aliased(Account)
    statement = (
        select(
            Deputy.ref,
            Deputy.from_on,
            Deputy.until_on,
            Deputy.account_ref,
            Deputy.deputy_ref,
            away.name.label("away_name"),
            stand_in.name.label("deputy_name"),
            away.region_path,
        )
        .join(away, away.ref == Deputy.account_ref)
        .join(stand_in, stand_in.ref == Deputy.deputy_ref)
        .where(Deputy.ended_at.is_(None))
        .order_by(Deputy.from_on, Deputy.id)
    )
    return statement, away, stand_in


def my_deputies(actor: Actor, now: datetime) -> Sequence[Any]:
    """Periods, running or to come, in which somebody stands in for the actor or the actor for somebody."""
    statement, _away, _stand_in = _deputies()
    return (
        session()
        .execute(
            statement.where(
                Deputy.until_on >= local_day(now),
                or_(Deputy.account_ref == actor.account_ref, Deputy.deputy_ref == actor.account_ref),
            )
        )
        .all()
    )


def deputies_seen_by(actor: Actor, now: datetime) -> Sequence[Any]:
    """Who stands in for whom now or soon, among the people whom the actor sees."""
    statement, away, _stand_in = _deputies()
    paths = actor.paths(Role.ADMIN, Role.COORDINATOR)
    return (
        session()
        .execute(statement.where(Deputy.until_on >= local_day(now), within(away.region_path, paths)).limit(200))
        .all()
    )


def possible_deputies(actor: Actor) -> list[tuple[str, str]]:
    """(ref, name) of active colleagues who already have a staff role in the same district, or above it."""
    paths = tuple({g.path for g in actor.grants if g.role in STANDS_IN and not g.deputy_for and g.path})
    if not paths:
        return []
    districts = tuple({"/".join(p.split("/")[:4]).rstrip("/") + "/" for p in paths})
    rows = session().execute(
        select(Account.ref, Account.name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.state == GrantState.GRANTED,
            RoleGrant.role.in_(STANDS_IN),
            Account.is_active.is_(True),
            Account.ref != actor.account_ref,
            or_(within(RoleGrant.path, districts), RoleGrant.path.in_([a for p in paths for a in _above(p)])),
        )
        .distinct()
        .order_by(Account.name, Account.ref)
    )
    return [(row.ref, row.name) for row in rows]


def own_id(actor: Actor) -> int:
    """The key of the actor's own account. Raises NotFound for a job of the portal itself."""
    found = session().scalar(select(Account.id).where(Account.ref == actor.account_ref))
    if found is None:
        raise NotFound
    return found
