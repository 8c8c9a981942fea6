"""A volunteer's own page: hours, a break and back; other people's are closed."""

from __future__ import annotations

from typing import Any

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState


def test_a_mentor_sets_the_own_hours(made: Any, sign_in: Any, fresh: Any) -> None:
    account, v = made.mentor()
    browser = sign_in(account)
    assert browser.get("/my/volunteering").status_code == 200
    url = f"/volunteers/{v.ref}/availability"
    assert browser.get(url).status_code == 200
    assert browser.post(url, data={"slots": ["sun-pm", "wed-eve"]}).status_code == 303
    assert browser.post(url, data={"slots": ["sun-midnight"]}).status_code == 422
    with fresh():
        assert db.session.get(Volunteer, v.id).availability == ["wed-eve", "sun-pm"]


def test_a_break_and_back_and_the_coordinator_knows(made: Any, sign_in: Any, fresh: Any) -> None:
    coordinator = made.account(Role.COORDINATOR)
    account, v = made.mentor(name="王丽")
    browser = sign_in(account)
    assert browser.post("/my/volunteering/leave", data={"reason": ""}).status_code == 422
    assert browser.post("/my/volunteering/leave", data={"reason": "生孩子"}).status_code == 303
    with fresh():
        assert db.session.get(Volunteer, v.id).state is VolunteerState.ON_LEAVE
        assert db.session.query(Notice).where(Notice.account_ref == coordinator.ref).one().facts["name"] == "王丽"
    assert browser.post("/my/volunteering/return").status_code == 303
    assert browser.post("/my/volunteering/return").status_code == 303
    with fresh():
        assert db.session.get(Volunteer, v.id).state is VolunteerState.READY


def test_other_peoples_pages_are_closed(made: Any, sign_in: Any) -> None:
    account, _v = made.mentor()
    _other, theirs = made.mentor()
    browser = sign_in(account)
    missing = browser.get("/volunteers/does-not-exist/availability")
    found = browser.get(f"/volunteers/{theirs.ref}/availability")
    assert missing.status_code == found.status_code == 404
    assert browser.post(f"/volunteers/{theirs.ref}/availability", data={"slots": ["sun-pm"]}).status_code == 404
    assert browser.get(f"/volunteers/{theirs.ref}").status_code == 403
    nobody = sign_in(made.account(Role.MENTOR))
    assert nobody.get("/my/volunteering").status_code == 404
