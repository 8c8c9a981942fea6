"""Loading the demo: an invented Lanshan District at the article's size, in one transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from portal.access.models import Account
from portal.audit.chain import seal
from portal.audit.models import AuditEntry
from portal.children.models import Child
from portal.children.rules import OPEN_STATES
from portal.demo.children import add_children
from portal.demo.concerns import THE_PORTAL, add_concerns, add_duty_list
from portal.demo.doorsteps import Doorsteps
from portal.demo.duties import Owed
from portal.demo.live import Live
from portal.demo.logs import add_logs
from portal.demo.looks import add_looks
from portal.demo.needs import Needs
from portal.demo.pairs import Pairs
from portal.demo.partners import add_partners
from portal.demo.people import AT, add_staff
from portal.demo.places import add_places, add_settings
from portal.demo.plans import add_plans
from portal.demo.store import Store
from portal.demo.volunteers import add_volunteers
from portal.kernel.db import begin_writing, session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_
from portal.mentoring.models import SessionLog
from portal.pairing.models import Pairing
from portal.pairing.rules import LIVE
from portal.places.models import Region
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState
from portal.web.flow import Portal


def load(app: Portal, *, as_of: date, seed: int = 1) -> dict[str, int]:
    """Fill an empty, migrated database with the demo as it stands on a day; gives how many of what there are.

    Everything is relative to `as_of`, the day that stands for the article's 2023-09-17. The same seed gives the same
    people with the same refs. Commits. A database that holds the demo already is left as it is.
    Raises DomainError when it holds anything else.
    """
    with app.app_context():
        begin_writing()
        if not is_loaded():
            if any(
                session().scalar(select(model.id).limit(1)) is not None for model in (Account, Region, Child, Volunteer)
            ):
                raise DomainError(N_("This database holds people already: the demo fills an empty one only."))
            store = compose(as_of=as_of, seed=seed)
            store.write()
            Live(store).add_all()
            session().commit()
            while seal(now=store.now):
                pass
        found = counts()
        session().rollback()
        return found


def is_loaded() -> bool:
    """Whether this database holds the demo."""
    return session().scalar(select(Account.id).where(Account.email == "admin" + AT)) is not None


def compose(*, as_of: date, seed: int) -> Store:
    """Everything of the demo, ready to be written. Needs the vault's keys and an application context, no database."""
    store = Store(as_of=as_of, seed=seed)
    places = add_places(store)
    staff = add_staff(store, places)
    add_settings(store, by=staff.admins[0])
    helpers = add_volunteers(store, places, staff)
    kids = add_children(store, places, staff)
    partners = add_partners(store, places, staff)
    doors = Doorsteps(store, staff, kids).add_all()
    Needs(store, staff, kids, doors, partners).add_all()
    pairs = Pairs(store, staff, kids, helpers).add_all()
    add_duty_list(store, places, staff)
    add_concerns(store, staff, pairs)
    add_plans(store, pairs, add_logs(store, staff, pairs))
    Owed(store, places, staff, pairs).add_all()
    add_looks(store, staff, kids, pairs)
    store.log("demo-loaded", Region, places.district, by=THE_PORTAL, at=store.now, as_of=as_of.isoformat(), seed=seed)
    return store


def counts() -> dict[str, int]:
    """How many of what the database holds."""

    def number(
        model: type[Account] | type[Child] | type[Volunteer] | type[Pairing] | type[SessionLog] | type[AuditEntry],
        *where: object,
    ) -> int:
        return session().scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]

    return {
        "accounts": number(Account),
        "volunteers": number(Volunteer),
        "volunteers_ready_or_on_leave": number(
            Volunteer, Volunteer.state.in_((VolunteerState.READY, VolunteerState.ON_LEAVE))
        ),
        "files": number(Child),
        "open_files": number(Child, Child.state.in_(OPEN_STATES)),
        "pairs": number(Pairing),
        "live_pairs": number(Pairing, Pairing.state.in_(LIVE)),
        "logs": number(SessionLog),
        "audit_rows": number(AuditEntry),
    }
