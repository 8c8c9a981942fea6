"""Who signs in: the role accounts with the demo's password, and everybody else's accounts without one."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.access.demo import DEMO_ACCOUNTS, PASSWORD
from portal.access.models import Account, GrantState, RoleGrant
from portal.access.passwords import hashed
from portal.demo.content.identity import phone
from portal.demo.content.names import full_name
from portal.demo.places import Places
from portal.demo.store import Row, Store
from portal.kernel.actor import SEES_CASES, Role
from portal.kernel.secrets import vault

AT = "@demo.example"
DEMO_TOWN = "371302105"
"""义堂镇: the supervisor's, the caseworker's and the grid worker's own."""
SECOND_ADMIN, SECOND_MENTOR = "admin2", "mentor2"
ROLE_NAMES: dict[str, str] = {key: account.name for key, account in DEMO_ACCOUNTS.items()} | {
    SECOND_ADMIN: "杨莹",
    SECOND_MENTOR: "周文静",
}
"""The accounts with a password, by the name before @: one for each role that has work to do now."""
BEGAN_DAYS_AGO = 1400
"""When the first people of the programme got their accounts."""


@dataclass
class Staff:
    """The district's people: account rows."""

    admins: list[Row]
    coordinators: list[Row]
    leads: list[Row]
    confirmer: Row
    auditor: Row
    supervisors: dict[str, Row] = field(default_factory=dict)
    """By the town's path."""
    caseworkers: dict[str, Row] = field(default_factory=dict)
    """By the village's path."""
    grid_workers: dict[str, list[Row]] = field(default_factory=dict)
    """By the town's path."""

    def near(self, path: str) -> Row:
        """The caseworker of a village."""
        return self.caseworkers[path]


def new_phone(store: Store) -> str:
    """An invented number that nobody else of the demo has, as it is kept: +86170000xxxxx."""
    return "+86" + store.once("phone", lambda: phone(store.rng))


def add_account(
    store: Store,
    *,
    name: str,
    region_path: str,
    days_ago: int = BEGAN_DAYS_AGO,
    key: str = "",
    number: str = "",
    **fields: object,
) -> Row:
    """An account. With a `key` of `ROLE_NAMES` it is one of those with the demo's password."""
    number = number or new_phone(store)
    return store.add(
        Account, name=name, email=key + AT if key else None, phone=number, phone_index=vault().blind(number, "phone"),
        password_hash=_password_hash(store) if key else "", region_path=region_path,
        created_at=store.moment(store.day(days_ago)), **fields,
    )  # fmt: skip


def _password_hash(store: Store) -> str:
    """Made once: hashing is slow on purpose."""
    if not store.password_hash:
        store.password_hash = hashed(PASSWORD)
    return store.password_hash


def grant(store: Store, account: Row, role: Role, path: str, *, by: tuple[Row, Row]) -> None:
    """A role, asked for by one person and granted by another."""
    asked, granted = (p["ref"] for p in by)
    store.add(
        RoleGrant, account_id=account["id"], account_ref=account["ref"], role=role, path=path,
        sees_cases=role in SEES_CASES, state=GrantState.GRANTED, asked_by=asked, asked_at=account["created_at"],
        granted_by=granted, granted_at=account["created_at"],
    )  # fmt: skip


def somebody(store: Store, *, born: int = 0) -> tuple[str, bool]:
    """An invented grown-up: name, and whether a woman."""
    woman = store.rng.random() < 0.6
    return full_name(store.rng, "female" if woman else "male", born or store.rng.randint(1968, 1994)), woman


def add_staff(store: Store, places: Places) -> Staff:
    """Accounts and roles of the district's staff."""
    district = places.district["path"]

    def role_account(key: str, path: str) -> Row:
        return add_account(store, name=ROLE_NAMES[key], region_path=path, key=key)

    admins = [role_account("admin", district), role_account(SECOND_ADMIN, district)]
    both = (admins[0], admins[1])
    for first, second in (both, both[::-1]):
        # An admin sees no cases: one other person is enough, and each was made by the other.
        grant(store, first, Role.ADMIN, district, by=(second, second))

    def another(role: Role, path: str, key: str = "") -> Row:
        made = role_account(key, path) if key else add_account(store, name=somebody(store)[0], region_path=path)
        grant(store, made, role, path, by=both)
        return made

    staff = Staff(
        admins,
        [another(Role.COORDINATOR, district, "coordinator"), another(Role.COORDINATOR, district)],
        [another(Role.SAFEGUARDING_LEAD, district, "safeguarding_lead"), another(Role.SAFEGUARDING_LEAD, district)],
        another(Role.CONFIRMER, district, "confirmer"),
        another(Role.AUDITOR, district, "auditor"),
    )
    for town in places.towns:
        own: bool = town.share.code == DEMO_TOWN
        path = town.row["path"]
        staff.supervisors[path] = another(Role.SUPERVISOR, path, "supervisor" if own else "")
        staff.grid_workers[path] = [
            another(Role.GRID_WORKER, path, "grid_worker" if own and number == 0 else "") for number in range(2)
        ]
        for village in town.villages:
            demo = own and village is town.villages[0]
            staff.caseworkers[village["path"]] = another(Role.CASEWORKER, village["path"], "caseworker" if demo else "")
    return staff
