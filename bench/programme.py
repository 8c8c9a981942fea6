"""A programme of any size for the portal's half of the table: children, pairs, mentors, a feed of 500 events."""

from __future__ import annotations

import base64
import random
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from portal.access.current import actor_of
from portal.access.models import Account, AccountSession, GrantState, RoleGrant
from portal.app import create_app
from portal.board.models import BoardBatch
from portal.calendars.ical import event_texts
from portal.calendars.models import Booking, BookingAudience, Feed
from portal.children.listing import SORTS
from portal.children.models import Child, Sight
from portal.children.operations.codes import new_code_row
from portal.children.rules import Category, FieldSet, FileState, RiskLevel, Schooling
from portal.config import Config
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db, new_ref
from portal.kernel.people import Sex
from portal.kernel.secrets import new_token, token_hash
from portal.migrate import upgrade
from portal.needs.models import Need
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.places.models import Region
from portal.visits.operations.plan import plan_all
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState
from portal.web.flow import Portal
from portal.web.lists import PAGE_ROWS

EVENTS = 500
QUEUE, ON_BOARD = 60, 40
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "明华英兰玉梅芳军伟静"
INITIALS = dict(zip(SURNAMES + GIVEN, "wlzlcyzhzwmhylymfjwj", strict=True))


@dataclass(frozen=True)
class Programme:
    """The portal with people signed in, and the addresses that are measured."""

    app: Portal
    coordinator: FlaskClient
    mentor: FlaskClient
    stranger: FlaskClient
    child_ref: str
    pairing_ref: str
    feed_token: str
    csrf: str
    """The mentor's token for forms."""
    last_page: str
    """The address of the last page of the children's list."""
    worker: FlaskClient
    """The caseworker of every village, who visits."""
    card_token: str
    worker_csrf: str


def config_for(url: str, instance: Path) -> Config:
    """Settings with fixed keys, for measuring only."""
    return Config(
        database_url=url,
        instance=instance,
        secret_key="bench-" * 10,
        index_key="bench-" * 10,
        field_keys="k1:" + base64.b64encode(b"b" * 32).decode(),
        rate_limit_per_minute=10_000_000,
    )


def bulk(model: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, each with a random ref."""
    for row in rows:
        if hasattr(model, "ref"):
            row.setdefault("ref", new_ref())
    db.session.execute(insert(model), rows)


def regions() -> list[Region]:
    """One district with ten villages; gives the villages."""
    above: Region | None = None
    for code, level in (("37", "province"), ("3713", "city"), ("371302", "district"), ("371302105", "town")):
        path = (above.path if above else "/") + code + "/"
        above_id = above.id if above else None
        above = Region(code=code, name=code, name_en=code, level=level, parent_id=above_id, path=path)
        db.session.add(above)
        db.session.flush()
    assert above is not None
    villages = [
        Region(
            code=f"{above.code}{n:03d}",
            name=f"示例{n}村",
            name_en="",
            level="village",
            parent_id=above.id,
            path=f"{above.path}{above.code}{n:03d}/",
        )
        for n in range(1, 11)
    ]
    db.session.add_all(villages)
    db.session.flush()
    return villages


def person(name: str, role: Role, path: str, **fields: Any) -> Account:
    """An account with a role."""
    account = Account(name=name, created_at=now(), region_path="/37/", **fields)
    db.session.add(account)
    db.session.flush()
    db.session.add(
        RoleGrant(
            account_id=account.id,
            account_ref=account.ref,
            role=role,
            path=path,
            sees_cases=True,
            granted_at=now(),
            state=GrantState.GRANTED,
            asked_by="a",
            asked_at=now(),
            granted_by="b",
        )
    )
    return account


def fill(children: int) -> tuple[Account, Account]:
    """Make the rows; gives the coordinator and the mentor of the first pair."""
    dice = random.Random(20230917)
    villages = regions()
    coordinator = person("陈主任", Role.COORDINATOR, "/37/3713/371302/")
    mentor = person("王志愿", Role.MENTOR, "")
    day, moment = today(), now()

    def name() -> str:
        return dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)

    def initials(text: str) -> str:
        return "".join(INITIALS[c] for c in text)

    people, kids, pairs = [], [], []
    for n in range(1, children + 1):
        village, called = dice.choice(villages), name()
        kids.append(
            {
                "id": n,
                "ref": new_ref(),
                "code": f"B{n:07d}",
                "surname": called[0],
                "given_name": called[1:],
                "name": called,
                "initials": initials(called),
                "given_initials": initials(called[1:]),
                "sex": Sex.FEMALE,
                "alias": "",
                "born_on": day - timedelta(days=365 * 8 + dice.randrange(3000)),
                "region_id": village.id,
                "id_masked": "",
                "region_path": village.path,
                "schooling": Schooling.PRIMARY,
                "school": "示例小学",
                "grade": "",
                "boards": False,
                "category": Category.DISTRESSED,
                "risk": dice.choice(list(RiskLevel)),
                "risk_since_on": day,
                "no_guardian": False,
                "in_institution": False,
                "wants_mentor": True,
                "state": FileState.OPEN,
                "opened_on": day,
                "version": 1,
                "has_live_pairing": bool(n % 7),
                "created_at": moment,
                "created_by": "bench",
            }
        )
        called = name()
        people.append(
            {
                "id": n,
                "name": called,
                "initials": initials(called),
                "sex": Sex.MALE,
                "born_on": day.replace(year=1990, day=1),
                "region_id": village.id,
                "region_path": village.path,
                "state": VolunteerState.READY,
                "state_since_on": day,
                "joined_on": day,
                "created_at": moment,
                "ref": new_ref(),
                "version": 1,
                "capacity": 1,
                "skills": [],
                "languages": [],
                "availability": [],
                "was_ready": True,
                "live_pairings": 1,
                "account_ref": mentor.ref if n == 1 else "",
                "id_masked": "",
                "email": "",
                "occupation": "",
                "profile": "",
            }
        )
        if n % 7:
            pairs.append(
                {
                    "child_id": n,
                    "child_ref": kids[-1]["ref"],
                    "volunteer_id": n,
                    "volunteer_ref": people[-1]["ref"],
                    "slot": 1,
                    "mentor_account": mentor.ref if n == 1 else "",
                    "region_path": village.path,
                    "state": PairingState.ACTIVE,
                    "proposed_on": day,
                    "proposed_by": "bench",
                    "started_on": day - timedelta(days=90),
                    "created_at": moment,
                    "last_contact_on": day - timedelta(days=dice.randrange(10)),
                    "version": 1,
                    "why": "",
                    "child_said": "",
                    "carer_said": "",
                    "mentor_said": "",
                    "first_meeting_staff": "",
                }
            )
    bulk(Volunteer, people)
    bulk(Child, kids)
    bulk(Pairing, pairs)
    mentor.volunteer_ref = str(people[0]["ref"])
    first = db.session.execute(select(Pairing.ref, Pairing.child_id).order_by(Pairing.id).limit(1)).one()
    db.session.add(
        Sight(
            child_id=first.child_id,
            account_ref=mentor.ref,
            fields=FieldSet.MENTOR,
            because_kind="pairing",
            because_ref=first.ref,
            from_at=moment,
            granted_by="bench",
        )
    )
    return coordinator, mentor


def add_feed(mentor: Account) -> str:
    """A feed of 500 sessions for the mentor; gives its token."""
    start, token = now(), new_token()
    for n in range(EVENTS):
        begins = start + timedelta(days=n - EVENTS // 2)
        booking = Booking(
            uid=f"bench-{n}@portal",
            kind="session",
            subject_kind="planned_session",
            subject_ref=f"bench-{n}",
            title="XY",
            place="home",
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            changed_at=start,
            region_path="/37/",
        )
        db.session.add(booking)
        db.session.flush()
        texts = event_texts(booking)
        booking.ics, booking.ics_en = texts["zh_Hans"], texts["en"]
        db.session.add(BookingAudience(booking_id=booking.id, account_ref=mentor.ref))
    db.session.add(Feed(account_ref=mentor.ref, token_hash=token_hash(token), made_at=start))
    return token


def add_loop(worker: Account) -> str:
    """The plan of visits, a card, a queue of needs at the district and a full board; gives the card's token."""
    moment, region = now(), select(Child.id, Child.ref, Child.region_path).order_by(Child.id).limit(QUEUE)
    plan_all(moment)
    children = db.session.execute(region).all()
    code = new_code_row(children[0].id, actor=actor_of(worker), now=moment)
    db.session.add(code)
    for n, child in enumerate(children):
        db.session.add(
            Need(
                child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=NeedKind.MATERIAL,
                text="没有书桌，孩子趴在床上写作业。", channel=NeedChannel.CARER, client_key=f"bench-{n}",
                state=NeedState.AT_DISTRICT, level=Level.DISTRICT, due_at=moment + timedelta(days=n % 20 + 1),
                raised_by=worker.ref, raised_at=moment,
            )
        )  # fmt: skip
    entries = [
        {"ref": new_ref(), "kind": "wish", "town": "", "town_name": "", "band": "7-12", "title": "一盏护眼台灯",
         "body": "晚上写作业光线暗，想要一盏台灯。", "since": today().isoformat()}
        for _n in range(ON_BOARD)
    ]  # fmt: skip
    numbers = {"offered": ON_BOARD, "claimed": 0, "fulfilled": 0, "median_days": None}
    db.session.add(BoardBatch(on_day=today(), made_at=moment, entries=entries, numbers=numbers))
    db.session.flush()
    return str(code.token)


def enter(app: Portal, account: Account) -> FlaskClient:
    """A signed-in browser."""
    token = new_token()
    db.session.add(AccountSession(account_id=account.id, token_hash=token_hash(token), created_at=now(), seen_at=now()))
    db.session.flush()
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    browser.set_cookie("locale", "zh_Hans")
    return browser


def csrf_of(page: str) -> str:
    """The token for forms on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(
        r'csrf-token" content="([^"]+)"', page
    )
    if found is None:
        raise RuntimeError("a page without a form's token")
    return found[1]


def make(url: str, instance: Path, children: int) -> Programme:
    """Migrate an empty database, fill it, and sign people in."""
    upgrade(url)
    app = create_app(config_for(url, instance))
    with app.app_context():
        coordinator, mentor = fill(children)
        token = add_feed(mentor)
        worker = person("李主任", Role.CASEWORKER, "/37/3713/371302/371302105/")
        card_token = add_loop(worker)
        as_worker = enter(app, worker)
        as_coordinator, as_mentor = enter(app, coordinator), enter(app, mentor)
        pairing = db.session.execute(select(Pairing.ref, Pairing.child_ref).order_by(Pairing.id).limit(1)).one()
        last = db.session.execute(
            select(Child.initials, Child.id).order_by(Child.initials.desc(), Child.id.desc()).offset(PAGE_ROWS).limit(1)
        ).one()
        db.session.commit()
        if url.startswith("postgresql"):
            # What its own vacuum does within a minute of use: without statistics the plans are of an empty database.
            db.session.execute(text("ANALYZE"))
            db.session.commit()
    token_of_forms = csrf_of(as_mentor.get("/sessions/new").get_data(as_text=True))
    last_page = f"/children?after={SORTS[0].mark(list(last))}"
    return Programme(
        app,
        as_coordinator,
        as_mentor,
        app.test_client(),
        pairing.child_ref,
        pairing.ref,
        token,
        token_of_forms,
        last_page,
        as_worker,
        card_token,
        csrf_of(as_worker.get("/visits").get_data(as_text=True)),
    )
