"""Who looked at which file in the demo, so that the files' own pages and the auditor's have something to show."""

from __future__ import annotations

from portal.children.models import Child
from portal.demo.children import Kid
from portal.demo.pairs import Pair
from portal.demo.people import Staff
from portal.demo.store import Row, Store
from portal.kernel.actor import Role
from portal.pairing.rules import PairingState

DAYS = 45
READ, PHONE_SHOWN = "child-read", "carer-phone-shown"


def add_looks(store: Store, staff: Staff, kids: list[Kid], pairs: list[Pair]) -> None:
    """Looks of the last weeks, in the order of time when they are written: by staff of the region and by mentors."""
    rng = store.rng
    for kid in kids:
        if not kid.is_open:
            continue
        readers: list[tuple[Row, Role]] = [(staff.near(kid.family.village["path"]), Role.CASEWORKER)] * 2
        readers.append((staff.supervisors[kid.family.village["path"].rsplit("/", 2)[0] + "/"], Role.SUPERVISOR))
        readers.append((staff.coordinators[rng.random() < 0.4], Role.COORDINATOR))
        for person, role in rng.sample(readers, rng.choices((0, 1, 2, 3), (22, 42, 26, 10))[0]):
            _look(store, kid, READ, person, role.value)
    for pair in pairs:
        if pair.state is PairingState.ACTIVE and pair.row["started_on"] < store.day(DAYS):
            _look(store, pair.kid, READ, pair.account, "pairing")
            if pair.kid.may_call and rng.random() < 0.25:
                _look(store, pair.kid, PHONE_SHOWN, pair.account, "pairing")


def _look(store: Store, kid: Kid, what: str, person: Row, why: str) -> None:
    opened = (store.as_of - kid.row["opened_on"]).days
    at = store.moment(store.day(store.rng.randint(1, min(DAYS, opened))))
    store.log(what, Child, kid.row, by=person, at=at, about=kid.row["ref"], why=why)
