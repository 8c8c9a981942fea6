"""What this room puts on shared pages: timeline, panel, search, today; each by what the reader may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.kernel import events
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.pairing import operations as ops
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.pairing.views import shared
from portal.volunteers.models import Credential
from portal.volunteers.rules import CredentialKind
from portal.volunteers.views import listing, own
from tests.factories import TOWN_A, TOWN_B


@pytest.fixture
def in_page(app: Any) -> Any:
    """A request, so that addresses and words can be made."""
    return lambda: app.test_request_context("/", headers={"Accept-Language": "en"})


def test_the_timeline_tells_staff_every_step_but_not_who_froze(made: Any, in_page: Any) -> None:
    actor = made.actor(made.account(Role.COORDINATOR, name="陈主任"))
    lead = made.actor(made.account(Role.SAFEGUARDING_LEAD, name="周负责人"))
    mentor, volunteer = made.mentor(name="王丽")
    child = made.child()
    kept = made.pairing(child, volunteer)
    elsewhere = made.actor(made.account(Role.COORDINATOR, at=TOWN_B))
    with in_page():
        pairing = db.session.get(Pairing, kept.id)
        ops.pause(pairing, reason="期末考试", actor=actor, now=now())
        ops.resume(pairing, actor=actor, now=now())
        events.freeze_wanted.send(None, child_ref=child.ref, reason="canary", actor=lead, now=now())
        found = list(shared.timeline_of(actor, child.ref, 20))
        assert [e.who for e in found] == ["", "陈主任", "陈主任"]
        assert [e.detail for e in found] == ["", "", "期末考试"]
        assert "周负责人" not in str(found)
        assert "canary" not in str(found)
        assert list(shared.timeline_of(elsewhere, child.ref, 20)) == []
        assert list(shared.timeline_of(made.actor(mentor), child.ref, 20)) == []


def test_the_panel_is_for_staff_of_the_region(made: Any, in_page: Any) -> None:
    mentor, volunteer = made.mentor(name="王丽")
    child = made.child()
    made.pairing(child, volunteer)
    readers = [
        made.actor(made.account(role, at=TOWN_A)) for role in (Role.COORDINATOR, Role.SUPERVISOR, Role.CASEWORKER)
    ]
    others = [
        made.actor(made.account(Role.COORDINATOR, at=TOWN_B)),
        made.actor(made.account(Role.ADMIN)),
        made.actor(mentor),
    ]
    with in_page():
        for actor in readers:
            card = shared.panel_of(actor, child)
            assert card is not None
            assert [p.volunteer_name for p in card.facts["running"]] == ["王丽"]
        assert all(shared.panel_of(actor, child) is None for actor in others)


def test_today_holds_only_the_own_regions_work(made: Any, in_page: Any) -> None:
    here = made.actor(made.account(Role.COORDINATOR, at=TOWN_A))
    there = made.actor(made.account(Role.COORDINATOR, at=TOWN_B))
    volunteer = made.volunteer(name="王丽", at=TOWN_A)
    made.pairing(made.child(), volunteer, PairingState.CLOSING)
    with in_page():
        check = db.session.query(Credential).where(Credential.kind == CredentialKind.OFFENCE_CHECK).one()
        check.until_on = today() + timedelta(days=10)
        db.session.flush()
        assert [i.why for i in shared.today_of(here)] == ["talks at the end"]
        assert list(shared.today_of(there)) == []
        assert [i.who for i in own.expiring_soon(here)] == ["王丽"]
        assert list(own.expiring_soon(there)) == []


def test_search_finds_volunteers_for_staff_of_the_region_only(made: Any, in_page: Any) -> None:
    made.volunteer(name="王丽", initials="wl", phone="+8613900000001", at=TOWN_A)
    here = made.actor(made.account(Role.SUPERVISOR, at=TOWN_A))
    there = made.actor(made.account(Role.SUPERVISOR, at=TOWN_B))
    mentor, _volunteer = made.mentor()
    with in_page():
        assert [f.title for f in listing.find(here, "wl")] == ["王丽"]
        assert [f.title for f in listing.find(here, "王")] == ["王丽"]
        for actor in (there, made.actor(mentor), made.actor(made.account(Role.ADMIN))):
            assert listing.find(actor, "wl") == []
