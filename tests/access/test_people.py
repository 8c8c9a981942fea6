"""The list of people, a person's page, editing, ending and coming back (T3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from portal.access.models import Account, AccountSession, GrantState, OneTimeLink, RoleGrant
from portal.audit.models import AuditEntry
from portal.audit.values import open_values
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.events import account_ended
from portal.kernel.outbox import OutboxMessage
from tests.access.conftest import GOOD
from tests.factories import TOWN_A, TOWN_B


@pytest.fixture
def admin(made):
    return made.account(Role.ADMIN, name="高鹏")


def test_the_list_shows_ones_own_region_only(sign_in, made, admin):
    made.account(Role.CASEWORKER, at=TOWN_A, name="张一")
    made.account(Role.CASEWORKER, at=TOWN_B, name="李二")
    seen = sign_in(admin).get("/people").text
    assert "张一" in seen
    assert "李二" in seen
    town = sign_in(made.account(Role.COORDINATOR, at=TOWN_A)).get("/people").text
    assert "张一" in town
    assert "李二" not in town


def test_others_do_not_see_it(sign_in, made):
    for role in Role:
        if role not in (Role.ADMIN, Role.COORDINATOR):
            assert sign_in(made.account(role)).get("/people").status_code == 403


def test_filters(sign_in, made, admin):
    made.account(Role.CASEWORKER, name="张一")
    made.account(Role.MENTOR, name="李二", is_active=False)
    browser = sign_in(admin)

    def names(query):
        page = browser.get("/people?" + query).text
        return [n for n in ("张一", "李二", "高鹏") if f">{n}</a>" in page]

    assert names("q=张") == ["张一"]
    assert names("role=mentor") == ["李二"]
    assert names("standing=ended") == ["李二"]
    assert names("standing=invited&role=admin") == ["高鹏"]
    assert names("role=nonsense&standing=nonsense&sort=nonsense&after=nonsense") == ["张一", "李二", "高鹏"]
    assert "Nobody fits" in browser.get("/people?q=nobody").text


def test_the_list_costs_the_same_for_one_row_and_fifty(app, sign_in, made, admin):
    browser = sign_in(admin)
    statements = []
    with app.app_context():
        engine = db.engine

    def note(_c, _cursor, text, *_rest):
        statements.append(text)

    event.listen(engine, "before_cursor_execute", note)
    try:
        browser.get("/people")
        few = len(statements)
        event.remove(engine, "before_cursor_execute", note)
        for _n in range(50):
            made.account(Role.CASEWORKER)
        statements.clear()
        event.listen(engine, "before_cursor_execute", note)
        page = browser.get("/people")
        many = len(statements)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert few == many <= 12
    assert "after=" in page.text


def test_a_persons_page(sign_in, made, admin):
    person = made.account(Role.CASEWORKER, at=TOWN_A, name="张一")
    page = sign_in(admin).get(f"/people/{person.ref}")
    assert page.status_code == 200
    assert person.email in page.text
    assert "Deactivate" in page.text
    read = sign_in(made.account(Role.COORDINATOR)).get(f"/people/{person.ref}")
    assert read.status_code == 200
    assert "Deactivate" not in read.text
    elsewhere = sign_in(made.account(Role.COORDINATOR, at=TOWN_B))
    missing = elsewhere.get("/people/AAAAAAAAAAAAAAAA")
    assert elsewhere.get(f"/people/{person.ref}").status_code == missing.status_code == 404


def edit(browser, person, **fields):
    data = {
        "name": person.name,
        "email": person.email,
        "phone": "",
        "region": person.region_path,
        "version": person.version,
    }
    return browser.post(f"/people/{person.ref}/edit", data={**data, **fields})


def test_editing_keeps_before_and_after_sealed(sign_in, made, admin, fresh):
    person = made.account(Role.CASEWORKER, name="张一")
    assert edit(sign_in(admin), person, name="张依", phone="１３８００００５５５５").status_code == 303
    with fresh():
        account = db.session.scalar(select(Account).where(Account.ref == person.ref))
        assert (account.name, account.phone) == ("张依", "+8613800005555")
        entry = db.session.scalar(select(AuditEntry).where(AuditEntry.what == "account-edited"))
        assert open_values(entry) == {"name": ["张一", "张依"], "phone": ["", "+8613800005555"]}
        assert "张依" not in str(entry.facts)


def test_two_people_editing_get_told_and_lose_nothing(sign_in, made, admin, fresh):
    person = made.account(Role.CASEWORKER, name="张一")
    assert edit(sign_in(admin), person, name="张依").status_code == 303
    second = edit(sign_in(admin), person, name="张怡")
    assert second.status_code == 409
    assert "张怡" in second.text
    assert "张依" in second.text
    with fresh():
        account = db.session.scalar(select(Account).where(Account.ref == person.ref))
        assert account.name == "张依"
        version = account.version
    assert f'value="{version}"' in second.text
    assert edit(sign_in(admin), person, name="张怡", version=version).status_code == 303


def test_a_new_address_ends_links_to_the_old_one(sign_in, made, admin, client, fresh):
    person = made.account(Role.CASEWORKER)
    browser = sign_in(admin)
    browser.post(f"/people/{person.ref}/invitation")
    with fresh():
        link = db.session.scalar(select(OutboxMessage)).facts["link"]
    assert edit(browser, person, email="new@example.org").status_code == 303
    assert client.get(link).status_code == 404


def test_outside_ones_regions_nothing_is_kept(sign_in, made):
    person = made.account(Role.CASEWORKER, at=TOWN_A)
    there = sign_in(made.account(Role.ADMIN, at=TOWN_B))
    here = sign_in(made.account(Role.COORDINATOR))
    for path in ("edit", "invitation", "slip", "ending", "return", "roles"):
        data = {"reason": "x"}
        assert there.post(f"/people/{person.ref}/{path}", data=data).status_code == 404
        assert here.post(f"/people/{person.ref}/{path}", data=data).status_code == 403
    assert there.get(f"/people/{person.ref}/edit").status_code == 404


def test_ending_works_on_the_very_next_request(sign_in, made, with_password, admin, client, fresh):
    person = with_password(Role.CASEWORKER, Role.COORDINATOR)
    cookie = sign_in(person)
    invited = made.account(Role.MENTOR)
    keeper = sign_in(admin)
    keeper.post(f"/people/{invited.ref}/invitation")
    with fresh():
        link = db.session.scalar(select(OutboxMessage)).facts["link"]
    client.post("/resets", data={"typed": person.email})
    with fresh():
        reset = db.session.scalar(select(OutboxMessage).order_by(OutboxMessage.id.desc())).facts["link"]
    assert cookie.get("/today").status_code == 200
    told = []
    listener = account_ended.connect(lambda sender, **_facts: told.append(sender.ref), weak=False)
    try:
        for account in (person, invited):
            assert keeper.post(f"/people/{account.ref}/ending", data={"reason": "moved away"}).status_code == 303
            assert keeper.post(f"/people/{account.ref}/ending", data={"reason": "again"}).status_code == 303
    finally:
        account_ended.disconnect(listener)
    assert told == [person.ref, invited.ref]
    assert cookie.get("/today").status_code == 303
    assert cookie.post("/language", data={"locale": "zh_Hans"}).status_code == 303
    for one in (link, reset):
        assert client.get(one).status_code == 404
        assert client.post(one, data={"password": GOOD}).status_code == 404
    assert client.post("/sign-in", data={"typed": person.email, "password": GOOD}).status_code == 422
    with fresh():
        assert (
            db.session.scalar(
                select(AccountSession.id).where(
                    AccountSession.account_id == person.id, AccountSession.ended_at.is_(None)
                )
            )
            is None
        )
        assert (
            db.session.scalar(
                select(OneTimeLink.id).where(OneTimeLink.ended_at.is_(None), OneTimeLink.used_at.is_(None))
            )
            is None
        )
        assert set(db.session.scalars(select(RoleGrant.state).where(RoleGrant.account_id == person.id))) == {
            GrantState.ENDED
        }
        entry = db.session.scalar(
            select(AuditEntry).where(AuditEntry.what == "account-ended", AuditEntry.subject_ref == person.ref)
        )
        assert entry.reason == "moved away"


def test_ending_needs_a_reason_and_never_oneself(sign_in, made, admin):
    keeper = sign_in(admin)
    assert keeper.post(f"/people/{made.account(Role.MENTOR).ref}/ending", data={"reason": " "}).status_code == 422
    assert keeper.post(f"/people/{admin.ref}/ending", data={"reason": "x"}).status_code == 403


def test_coming_back_asks_for_case_roles_again(sign_in, with_password, admin, client, fresh):
    person = with_password(Role.CASEWORKER, Role.AUDITOR)
    keeper = sign_in(admin)
    keeper.post(f"/people/{person.ref}/ending", data={"reason": "by mistake"})
    assert keeper.post(f"/people/{person.ref}/return").status_code == 303
    assert keeper.post(f"/people/{person.ref}/return").status_code == 303
    with fresh():
        rows = db.session.execute(select(RoleGrant.role, RoleGrant.state).where(RoleGrant.account_id == person.id))
        assert {(r.role, r.state) for r in rows} == {
            (Role.CASEWORKER, GrantState.ENDED), (Role.AUDITOR, GrantState.ENDED),
            (Role.CASEWORKER, GrantState.ASKED), (Role.AUDITOR, GrantState.GRANTED),
        }  # fmt: skip
    assert client.post("/sign-in", data={"typed": person.email, "password": GOOD}).status_code == 303


def test_the_list_as_a_file(sign_in, made, admin, fresh):
    made.account(Role.CASEWORKER, name="=cmd()")
    browser = sign_in(admin)
    assert browser.get("/people/export").status_code == 200
    assert browser.post("/people/export", data={"kind": "csv"}).status_code == 422
    answer = browser.post("/people/export?role=caseworker", data={"kind": "csv", "reason": "duty roster"})
    text = answer.data.decode("utf-8-sig")
    assert "'=cmd()" in text
    assert "高鹏" not in text.splitlines()[1]
    assert "duty roster" in text.splitlines()[-1]
    assert browser.post("/people/export", data={"kind": "xlsx", "reason": "r"}).data[:2] == b"PK"
    with fresh():
        assert db.session.scalar(select(AuditEntry.reason).where(AuditEntry.what == "people-exported")) == "duty roster"


def test_sessions_that_ran_out_are_not_counted(sign_in, made, admin, fresh):
    person = made.account(Role.CASEWORKER)
    sign_in(person)
    with fresh():
        row = db.session.scalar(select(AccountSession))
        row.created_at = now() - timedelta(hours=13)
        db.session.commit()
    assert "<dd>0</dd>" in sign_in(admin).get(f"/people/{person.ref}").text


def test_an_ended_account_is_refused_even_while_its_session_stands(sign_in, made, fresh):
    person = made.account(Role.MENTOR)
    browser = sign_in(person)
    with fresh():
        db.session.get(Account, person.id).is_active = False
        db.session.commit()
    assert browser.get("/my/account").status_code == 303
