"""Entering, editing, checking, moving and linking a volunteer through the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.access.models import Account, GrantState, RoleGrant
from portal.audit.models import AuditEntry, StateMove
from portal.kernel.actor import Role
from portal.kernel.clock import today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.rules import CredentialKind, Result, VolunteerState
from tests.factories import TOWN_A, TOWN_B

ID = "371399199005010025"


@pytest.fixture
def browser(made: Any, sign_in: Any) -> Any:
    return sign_in(made.account(Role.COORDINATOR))


def facts(made: Any, **changes: Any) -> dict[str, Any]:
    region = made.regions()[TOWN_A]
    return {
        "name": "单小雅",
        "sex": "female",
        "born_on": "1990-05-01",
        "region": region.ref,
        "phone": "１３９ 0000 0001",
        "capacity": "1",
    } | changes


def valid_id() -> str:
    from portal.kernel.people import check_character

    return "37139919900501002" + check_character("37139919900501002")


def test_a_volunteer_is_entered_with_few_fields(made: Any, browser: Any, fresh: Any) -> None:
    answer = browser.post("/volunteers/new", data=facts(made, id_number=valid_id()))
    assert answer.status_code == 303
    with fresh():
        v = db.session.query(Volunteer).one()
        assert (v.state, v.initials, v.phone, v.id_masked[:4]) == (
            VolunteerState.APPLIED,
            "sxy",
            "+8613900000001",
            "3713",
        )
        assert db.session.query(StateMove).one().target == "applied"
        assert db.session.query(AuditEntry).where(AuditEntry.what == "volunteer-entered").count() == 1
    page = browser.get(answer.headers["Location"]).text
    assert "Begin the checks" in page
    assert valid_id() not in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Fill this in"),
        ({"born_on": "2026-02-30"}, "no day of the calendar"),
        ({"born_on": "2999-01-01"}, "no day of the calendar"),
        ({"phone": "12"}, "no phone number"),
        ({"email": "somebody"}, "no mail address"),
        ({"id_number": "371399199005010020"}, "identity number"),
        ({"region": "elsewhere"}, "Choose one of the list"),
        ({"capacity": "7"}, "whole number from 1 to 3"),
        ({"profile": "长" * 1001}, "At most 1000"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_kept(
    change: Any, sentence: str, made: Any, browser: Any, fresh: Any
) -> None:
    answer = browser.post("/volunteers/new", data=facts(made, **change))
    assert answer.status_code == 422
    assert sentence in answer.text
    with fresh():
        assert db.session.query(Volunteer).count() == 0


def test_somebody_known_by_number_or_phone_is_told_kindly(made: Any, browser: Any, fresh: Any) -> None:
    browser.post("/volunteers/new", data=facts(made, id_number=valid_id()))
    again = browser.post("/volunteers/new", data=facts(made, name="单雅", id_number=valid_id(), phone=""))
    assert again.status_code == 422
    assert "单小雅 is registered with this identity number already" in again.text
    shared = browser.post("/volunteers/new", data=facts(made, name="单大雅"))
    assert shared.status_code == 422
    assert "another person" in shared.text
    assert browser.post("/volunteers/new", data=facts(made, name="单大雅", another_person="y")).status_code == 303
    with fresh():
        assert db.session.query(Volunteer).count() == 2


def test_an_edit_keeps_what_was_before_in_the_log_only_sealed(made: Any, browser: Any, fresh: Any) -> None:
    v = made.volunteer(name="王丽", live_pairings=2, capacity=2)
    region = made.regions()[TOWN_B]
    fewer = browser.post(f"/volunteers/{v.ref}/profile", data=facts(made, capacity="1", version=str(v.version)))
    assert "2 running pairings" in fewer.text
    assert (
        browser.post(
            f"/volunteers/{v.ref}/profile", data=facts(made, capacity="3", region=region.ref, version=str(v.version))
        ).status_code
        == 303
    )
    with fresh():
        row = db.session.query(Volunteer).one()
        assert (row.name, row.region_path, row.capacity) == ("单小雅", region.path, 3)
        entry = db.session.query(AuditEntry).where(AuditEntry.what == "volunteer-edited").one()
        assert "王丽" not in str(entry.facts)
        assert entry.values_sealed


def test_the_form_never_shows_an_identity_number_and_left_empty_it_stays(made: Any, browser: Any, fresh: Any) -> None:
    browser.post("/volunteers/new", data=facts(made, id_number=valid_id()))
    with fresh():
        v = db.session.query(Volunteer).one()
    page = browser.get(f"/volunteers/{v.ref}/profile").text
    assert valid_id() not in page
    assert v.id_masked in page
    saved = browser.post(
        f"/volunteers/{v.ref}/profile",
        data=facts(made, version=str(v.version), profile="会下棋", region=made.regions()[TOWN_A].ref),
    )
    assert saved.status_code == 303
    with fresh():
        again = db.session.query(Volunteer).one()
        assert (again.id_number, again.id_masked, again.profile) == (valid_id(), v.id_masked, "会下棋")


def test_two_people_who_edit_one_profile_do_not_overwrite_each_other(made: Any, browser: Any, fresh: Any) -> None:
    v = made.volunteer(name="王丽")
    url = f"/volunteers/{v.ref}/profile"
    first, second = facts(made, name="王立", version=str(v.version)), facts(made, name="王莉", version=str(v.version))
    assert browser.post(url, data=first).status_code == 303
    late = browser.post(url, data=second)
    assert late.status_code == 422
    assert "Somebody else has changed this profile" in late.text
    assert "王莉" in late.text
    with fresh():
        row = db.session.get(Volunteer, v.id)
        assert row.name == "王立"
    assert f'value="{row.version}"' in late.text


def test_the_way_from_applied_to_ready(made: Any, browser: Any, fresh: Any) -> None:
    browser.post("/volunteers/new", data=facts(made))
    with fresh():
        ref = db.session.query(Volunteer).one().ref
    url = f"/volunteers/{ref}"
    assert "cannot go from" in move(browser, url, "ready")
    move(browser, url, "vetting")
    assert "Checks are missing" in move(browser, url, "training")
    day = (today() - timedelta(days=10)).isoformat()
    for kind in CredentialKind:
        data = {
            "kind": kind.value,
            "result": "passed",
            "done_on": day,
            "hours": "1" if kind is CredentialKind.TRAINING else "",
        }
        answer = browser.post(url + "/credentials/new", data=data)
        if kind is CredentialKind.TRAINING:
            assert "At least 2 hours" in answer.text
            answer = browser.post(url + "/credentials/new", data=data | {"hours": "2"})
        assert answer.status_code == 303
    move(browser, url, "training")
    move(browser, url, "ready")
    with fresh():
        v = db.session.query(Volunteer).one()
        assert (v.state, v.was_ready) == (VolunteerState.READY, True)
        check = db.session.query(Credential).where(Credential.kind == CredentialKind.OFFENCE_CHECK).one()
        assert check.until_on == today() + timedelta(days=355)
        steps = [(m.source, m.target) for m in db.session.query(StateMove).order_by(StateMove.id)]
        assert steps == [("", "applied"), ("applied", "vetting"), ("vetting", "training"), ("training", "ready")]


def move(browser: Any, url: str, to: str, reason: str = "") -> str:
    return browser.post(url + "/moves", data={"to": to, "reason": reason}, follow_redirects=True).text


def test_a_failed_offence_check_suspends_at_once(made: Any, browser: Any, fresh: Any) -> None:
    v = made.volunteer()
    data = {"kind": "offence_check", "result": "failed", "done_on": today().isoformat()}
    assert browser.post(f"/volunteers/{v.ref}/credentials/new", data=data).status_code == 303
    with fresh():
        assert db.session.query(Volunteer).one().state is VolunteerState.SUSPENDED
        standing = (
            db.session.query(Credential)
            .where(Credential.kind == CredentialKind.OFFENCE_CHECK, Credential.ended_at.is_(None))
            .one()
        )
        assert standing.result is Result.FAILED
    assert "Checks are missing" in move(browser, f"/volunteers/{v.ref}", "ready", "wieder da")


def test_every_page_shows_in_both_languages(made: Any, sign_in: Any) -> None:
    account = made.account(Role.COORDINATOR)
    v = made.volunteer(phone="+8613900000001", profile="会下棋")
    for locale in ("en", "zh_Hans"):
        browser = sign_in(account, locale=locale)
        for path in (
            "",
            "/new",
            "/export",
            f"/{v.ref}",
            f"/{v.ref}/profile",
            f"/{v.ref}/availability",
            f"/{v.ref}/credentials/new?kind=training",
            f"/{v.ref}/account",
        ):
            answer = browser.get("/volunteers" + path)
            assert answer.status_code == 200, path
            assert answer.text.count("<h1") == 1


def test_a_look_is_logged(made: Any, browser: Any, fresh: Any) -> None:
    v = made.volunteer()
    browser.get(f"/volunteers/{v.ref}")
    with fresh():
        assert (
            db.session.query(AuditEntry)
            .where(AuditEntry.what == "volunteer-read", AuditEntry.subject_ref == v.ref)
            .count()
            == 1
        )


def test_an_account_is_linked_and_its_role_waits_for_a_second_person(made: Any, browser: Any, fresh: Any) -> None:
    account = made.account(name="王丽")
    v = made.volunteer(name="王丽")
    assert "Nobody signs in" in browser.post(f"/volunteers/{v.ref}/account", data={"who": "x@example.org"}).text
    assert browser.post(f"/volunteers/{v.ref}/account", data={"who": account.email}).status_code == 303
    other = made.volunteer()
    assert "another volunteer" in browser.post(f"/volunteers/{other.ref}/account", data={"who": account.email}).text
    with fresh():
        assert db.session.query(Volunteer).where(Volunteer.ref == v.ref).one().account_ref == account.ref
        assert db.session.get(Account, account.id).volunteer_ref == v.ref
        assert db.session.query(RoleGrant).where(RoleGrant.account_ref == account.ref).one().state is GrantState.ASKED


def test_a_volunteer_is_invited(made: Any, browser: Any, fresh: Any) -> None:
    v = made.volunteer(name="王丽")
    nothing = browser.post(f"/volunteers/{v.ref}/invitations", data={})
    assert nothing.status_code == 422
    assert browser.post(f"/volunteers/{v.ref}/invitations", data={"phone": "13900000009"}).status_code == 303
    with fresh():
        row = db.session.query(Volunteer).where(Volunteer.ref == v.ref).one()
        account = db.session.query(Account).where(Account.ref == row.account_ref).one()
        assert (account.name, account.volunteer_ref) == ("王丽", v.ref)
        grant = db.session.query(RoleGrant).where(RoleGrant.account_ref == account.ref).one()
        assert (grant.role, grant.state) == (Role.MENTOR, GrantState.ASKED)
    assert browser.post(f"/volunteers/{v.ref}/invitations", data={"phone": "13900000009"}).status_code == 422


def test_a_coordinator_does_not_keep_the_own_record(made: Any, sign_in: Any) -> None:
    account = made.account(Role.COORDINATOR, Role.MENTOR)
    v = made.volunteer(account=account)
    browser = sign_in(account)
    assert browser.post(f"/volunteers/{v.ref}/moves", data={"to": "suspended", "reason": "x"}).status_code == 403
    assert browser.get(f"/volunteers/{v.ref}/credentials/new").status_code == 403


def test_the_volunteer_is_told_of_a_new_status(made: Any, browser: Any, fresh: Any) -> None:
    account, v = made.mentor()
    move(browser, f"/volunteers/{v.ref}", "suspended", "nachgefragt")
    with fresh():
        notice = db.session.query(Notice).where(Notice.account_ref == account.ref).one()
        assert notice.facts["state"] == "suspended"
