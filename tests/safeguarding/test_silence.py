"""Nobody named in a concern, nobody who stands in for them, nobody of their line can see that it exists."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.children.sight import grant_sight
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.safeguarding import policy, queries
from portal.safeguarding.models import Concern
from portal.web.registries import Registries
from tests.factories import TOWN_A, TOWN_B
from tests.safeguarding.conftest import SENTENCE

PLACES = ("/concerns", "/today", "/search?q=zxy", "/notices", "/concerns?sort=-raised", "/children")


def pages(browser, child, ref):
    """What somebody sees everywhere, without what changes by itself (tokens, the time of day)."""
    found = []
    for place in (
        *PLACES,
        f"/children/{child.ref}",
        f"/concerns/{ref}",
        f"/concerns/{ref}/steps/action",
    ):
        answer = browser.get(place)
        text = re.sub(
            r'csrf[-_]token"[^>]*(content|value)="[^"]*"|X-CSRFToken": "[^"]*"|ImI[\w.-]+|\d\d:\d\d(:\d\d)?',
            "",
            answer.text,
        )
        found.append((place, answer.status_code, text))
    return found


@pytest.fixture
def staff(made):
    return made.account(Role.COORDINATOR, name="郑协调")


def test_a_named_coordinator_sees_the_same_pages_as_before(made, sign_in, a_concern, lead, staff, on_duty):
    child = made.child()
    on_duty(staff, lead)
    browser = sign_in(staff)
    browser.get(f"/children/{child.ref}")
    before = pages(browser, child, "A" * 16)
    ref = a_concern(made.account(Role.CASEWORKER), child=child, named=[staff], taken_by=lead)
    after = pages(browser, child, ref)
    for (place, status, text), (_place, status_after, text_after) in zip(before, after, strict=True):
        same = text_after.replace(ref, "A" * 16)
        assert (status, text) == (status_after, same), place
    sign_in(lead).get(f"/children/{child.ref}")
    assert lead.name not in browser.get(f"/children/{child.ref}/looks").text
    post = browser.post(f"/concerns/{ref}/acknowledgement")
    missing = browser.post("/concerns/" + "A" * 16 + "/acknowledgement")
    assert (post.status_code, missing.status_code) == (404, 404)


def test_who_stands_in_for_the_named_sees_nothing_either(
    made, sign_in, a_concern, load, lead, staff, on_duty, stands_in
):
    deputy = made.account(Role.SAFEGUARDING_LEAD)
    stands_in(deputy, staff)
    on_duty(staff, deputy, lead)
    ref = a_concern(made.account(Role.CASEWORKER), named=[staff])
    assert load(ref).asked_ref == lead.ref
    assert sign_in(deputy).get(f"/concerns/{ref}").status_code == 404
    assert ref not in sign_in(deputy).get("/concerns").text


def test_the_deputy_of_a_named_mentor_counts_although_the_role_is_not_handed_on(
    made, a_concern, load, lead, on_duty, stands_in, fresh
):
    mentor, _volunteer = made.mentor()
    deputy = made.account(Role.COORDINATOR)
    stands_in(deputy, mentor)
    on_duty(deputy, lead)
    ref = a_concern(made.account(Role.CASEWORKER), named=[mentor])
    assert load(ref).asked_ref == lead.ref
    with fresh():
        assert (
            db.session.scalar(select(func.count()).select_from(policy.visible_to(made.actor(deputy)).subquery())) == 0
        )


def test_with_its_line_nobody_who_supervises_or_coordinates_there_is_asked(
    made, sign_in, a_concern, load, lead, staff, on_duty
):
    child = made.child()
    caseworker = made.account(Role.CASEWORKER, at=TOWN_A)
    both = made.account(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
    on_duty(staff, both, lead)
    without = a_concern(made.mentor()[0], child=child, named=[caseworker])
    assert load(without).asked_ref == staff.ref
    ref = a_concern(made.mentor()[0], child=child, named=[caseworker], with_line=True, client_key="key-2")
    assert load(ref).asked_ref == lead.ref
    for person in (staff, both):
        assert sign_in(person).get(f"/concerns/{ref}").status_code == 404
    assert sign_in(lead).get(f"/concerns/{ref}").status_code == 200


def test_visibility_and_asking_follow_one_rule(made, a_concern, lead, staff, stands_in, fresh):
    """Whoever is unfit cannot see it; whoever is fit and asked can."""
    named = made.account(Role.SUPERVISOR, at=TOWN_A)
    people = [
        named, staff, lead, made.account(Role.SAFEGUARDING_LEAD, Role.COORDINATOR),
        made.account(Role.COORDINATOR, at=TOWN_B),
        made.account(Role.SAFEGUARDING_LEAD, Role.SUPERVISOR, at=TOWN_A), made.account(Role.SAFEGUARDING_LEAD),
    ]  # fmt: skip
    stands_in(people[6], staff)
    ref = a_concern(made.mentor()[0], child=made.child(), named=[named], with_line=True)
    with fresh():
        concern = db.session.scalar(select(Concern).where(Concern.ref == ref))
        unfit = queries.unfit_for(concern)
        for person in people:
            sees = db.session.scalar(policy.visible_to(made.actor(person))) is not None
            assert not (sees and person.ref in unfit), person.name
        assert unfit == {people[i].ref for i in (0, 1, 3, 5, 6)}


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.SAFEGUARDING_LEAD, Role.MENTOR)])
def test_no_other_role_sees_it(made, sign_in, a_concern, lead, role):
    ref = a_concern(made.mentor()[0], child=made.child())
    browser = sign_in(made.account(role))
    assert browser.get(f"/concerns/{ref}").status_code == 404
    listed = browser.get("/concerns")
    assert listed.status_code == 200
    assert ref not in listed.text


def test_a_lead_of_another_region_and_the_reporter_see_nothing(made, sign_in, a_concern, lead):
    mentor, _volunteer = made.mentor()
    ref = a_concern(mentor, child=made.child())
    elsewhere = made.account(Role.SAFEGUARDING_LEAD, at=TOWN_B)
    for browser in (sign_in(elsewhere), sign_in(mentor)):
        assert browser.get(f"/concerns/{ref}").status_code == 404
        assert ref not in browser.get("/concerns").text


def test_every_row_of_the_log_is_hidden_and_holds_no_text(made, sign_in, a_concern, lead, fresh):
    child = made.child()
    ref = a_concern(made.account(Role.CASEWORKER), child=child, taken_by=lead)
    browser = sign_in(lead)
    browser.get(f"/concerns/{ref}")
    browser.post(f"/concerns/{ref}/steps/assessment", data={"text": SENTENCE})
    with fresh():
        rows = list(db.session.scalars(select(AuditEntry)))
        about = [r for r in rows if r.subject_kind in ("concern", "sight")]
        assert {r.what for r in about} >= {"concern-raised", "concern-moved", "sight-granted", "concern-read"}
        assert all(r.hidden for r in about)
        assert all("哨兵句" not in f"{r.reason}{r.facts}" for r in rows)


def test_the_reporter_stands_on_the_page_of_the_handler_alone(made, sign_in, a_concern, lead):
    reporter = made.account(Role.CASEWORKER, name="秦举报")
    second = made.account(Role.SAFEGUARDING_LEAD)
    ref = a_concern(reporter)
    assert "秦举报" not in sign_in(lead).get(f"/concerns/{ref}").text
    sign_in(lead).post(f"/concerns/{ref}/acknowledgement")
    assert "秦举报" in sign_in(lead).get(f"/concerns/{ref}").text
    assert "秦举报" not in sign_in(second).get(f"/concerns/{ref}").text


def test_the_childs_timeline_tells_those_alone_who_may_know(app, made, a_concern, lead, staff):
    child = made.child()
    a_concern(made.account(Role.CASEWORKER), child=child, named=[staff])
    registries: Registries = app.registries
    with app.test_request_context():
        lines = {
            p.name: [e.url or "" for put in registries.timeline for e in put(made.actor(p), child.ref, 20)]
            for p in (lead, staff)
        }
    assert any(url.startswith("/concerns/") for url in lines[lead.name])
    assert not any(url.startswith("/concerns/") for url in lines[staff.name])


def test_the_named_get_no_notice(made, a_concern, lead, staff, on_duty, fresh):
    on_duty(staff)
    a_concern(made.account(Role.CASEWORKER), named=[staff])
    with fresh():
        assert set(db.session.scalars(select(Notice.account_ref))) == {lead.ref}


def test_a_grant_because_of_anything_else_is_not_hidden(made, fresh, lead):
    from portal.children.models import Child
    from portal.children.rules import FieldSet
    from portal.kernel.actor import SYSTEM
    from portal.kernel.clock import now

    child = made.child()
    with fresh():
        row = db.session.get(Child, child.id)
        grant_sight(row, account_ref=lead.ref, fields=FieldSet.DOOR, because=row, actor=SYSTEM, now=now())
        db.session.commit()
        assert db.session.scalar(select(AuditEntry.hidden).where(AuditEntry.what == "sight-granted")) is False
