"""Invitations: sent again in one tap, taken by POST only, set a password, end when used."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.models import Account, AccountSession, OneTimeLink
from portal.audit.models import AuditEntry
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage
from tests.access.conftest import GOOD
from tests.factories import TOWN_A


def links_sent(fresh):
    with fresh():
        rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        return [(r.kind, r.channel, r.address, r.facts["link"]) for r in rows]


@pytest.fixture
def admin(made):
    return made.account(Role.ADMIN, name="高鹏")


def invite(client, made, **fields):
    data = {
        "name": "王小梅",
        "email": "mei@example.org",
        "phone": "138 0000 1234",
        "region": made.path(TOWN_A),
        **fields,
    }
    return client.post("/people/new", data=data)


def test_invite_somebody_by_mail_and_message(sign_in, admin, made, fresh):
    answer = invite(sign_in(admin), made)
    assert answer.status_code == 303
    sent = links_sent(fresh)
    assert [(k, c, a) for k, c, a, _l in sent] == [
        ("invitation", Channel.MAIL, "mei@example.org"),
        ("invitation", Channel.SMS, "+8613800001234"),
    ]
    with fresh():
        account = db.session.scalar(select(Account).where(Account.email == "mei@example.org"))
        assert account.phone == "+8613800001234"
        whats = set(db.session.scalars(select(AuditEntry.what).where(AuditEntry.subject_ref == account.ref)))
        assert whats == {"account-invited", "invitation-sent"}


def test_looking_at_the_link_does_not_use_it_up(sign_in, admin, made, client, fresh):
    invite(sign_in(admin), made)
    link = links_sent(fresh)[0][3]
    for _n in range(3):
        answer = client.get(link, headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "王小梅" in answer.text
    answer = client.post(link, data={"password": GOOD})
    assert answer.location == "/today"
    assert client.get("/today").status_code == 200
    other = client.application.test_client()
    assert other.post("/sign-in", data={"typed": "13800001234", "password": GOOD}).status_code == 303
    with fresh():
        assert db.session.scalar(select(OneTimeLink.used_at)) is not None


def test_used_expired_ended_and_unknown_links_look_the_same(sign_in, admin, made, client, fresh):
    browser = sign_in(admin)
    invite(browser, made)
    with fresh():
        ref = db.session.scalar(select(Account.ref).where(Account.email == "mei@example.org"))
    old = links_sent(fresh)[0][3]
    assert browser.post(f"/people/{ref}/invitation").status_code == 303
    new = links_sent(fresh)[-1][3]
    assert new != old

    def seen(link):
        answers = [client.get(link), client.post(link, data={"password": GOOD})]
        assert [a.status_code for a in answers] == [404, 404]
        text = "".join(a.text for a in answers).replace(link, "LINK")
        return re.sub(r'(csrf_token" value="|csrf-token" content="|CSRFToken": ")[^"]*', "", text)

    unknown = seen("/invitations/never-was-there")
    assert seen(old) == unknown
    with standing_at(now() + timedelta(days=14, minutes=1)):
        assert seen(new) == unknown
    assert client.post(new, data={"password": GOOD}).status_code == 303
    client.post("/sign-out")
    assert seen(new) == unknown


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short one", "at least 15"),
        ("password123456789", "Many people use"),
        ("abcabcabcabcabcabc", "repeats one pattern"),
        ("123456789012345678", "repeats one pattern"),
        ("mei mei@example.org", "little more than"),
        ("王小梅王小梅王小梅王小梅a123", "little more than"),
        ("Hand in Hand 2023!", "little more than"),
        ("x" * 201 + "abcdefgh", "at most 200"),
        ("", "Choose a password"),
    ],
)
def test_bad_passwords_are_refused_and_leave_the_link_open(sign_in, admin, made, client, fresh, password, sentence):
    invite(sign_in(admin), made)
    link = links_sent(fresh)[0][3]
    client.set_cookie("locale", "en")
    answer = client.post(link, data={"password": password})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not password or password not in answer.text
    assert client.post(link, data={"password": GOOD}).status_code == 303


def test_a_printed_slip_opens_the_account_however_the_code_is_typed(sign_in, admin, made, client, fresh):
    browser = sign_in(admin)
    ref = invite(browser, made, email="", phone="").location.rsplit("/", 1)[1]
    assert links_sent(fresh) == []
    slip = browser.post(f"/people/{ref}/slip")
    assert slip.status_code == 200
    code = re.search(r'slip-code">([0-9A-Z ]{19})<', slip.text).group(1)
    answer = client.post("/invitations", data={"code": f" {code.lower().replace(' ', '-')} "})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert client.post(answer.location, data={"password": GOOD}).status_code == 303
    assert code not in browser.get(f"/people/{ref}").text
    with fresh():
        assert db.session.scalar(select(AuditEntry.subject_ref).where(AuditEntry.what == "slip-printed")) == ref


def test_nobody_prints_a_slip_for_oneself(sign_in, admin):
    assert sign_in(admin).post(f"/people/{admin.ref}/slip").status_code == 403


def test_somebody_with_a_password_is_told_of_a_slip_and_signed_out_when_it_is_used(
    sign_in, admin, with_password, client
):
    account = with_password(Role.CASEWORKER)
    phone = sign_in(account)
    slip = sign_in(admin).post(f"/people/{account.ref}/slip")
    assert phone.get("/today").status_code == 200
    code = re.search(r'slip-code">([0-9A-Z ]{19})<', slip.text).group(1).replace(" ", "")
    assert client.post(f"/invitations/{code}", data={"password": GOOD + " again"}).status_code == 303
    assert phone.get("/today").status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "name"),
        ("email", "no address", "no mail address"),
        ("email", "a@b\r\nBcc: x@y.zz", "no mail address"),
        ("phone", "12", "no phone number"),
        ("phone", "hello", "no phone number"),
        ("region", "/99/", "Choose one of the list"),
    ],
)
def test_bad_input_keeps_the_form_as_typed(sign_in, admin, made, fresh, field, value, sentence):
    answer = invite(sign_in(admin), made, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    with fresh():
        assert db.session.scalar(select(Account).where(Account.name == "王小梅")) is None


def test_an_address_that_somebody_has_is_a_sentence(sign_in, admin, made):
    taken = made.account(Role.MENTOR)
    answer = invite(sign_in(admin), made, email=taken.email.upper())
    assert answer.status_code == 422
    assert "signs in with this already" in answer.text


def test_only_administrators_of_the_region_invite(sign_in, made, fresh):
    for role in Role:
        if role is not Role.ADMIN:
            assert invite(sign_in(made.account(role)), made).status_code == 403
    town_admin = made.account(Role.ADMIN, at="371302109")
    assert invite(sign_in(town_admin), made).status_code == 422


def test_the_first_administrator_comes_in_by_command(app, made, client):
    from portal.access.operations import invite as by_command

    path = made.path("371302")
    with app.app_context():
        account, token = by_command(
            name="第一人",
            email="first@example.org",
            roles=[Role.ADMIN, Role.COORDINATOR],
            region_path=path,
            actor=SYSTEM,
            now=now(),
        )
        db.session.commit()
        ref = account.ref
    assert client.post(f"/invitations/{token}", data={"password": GOOD}).status_code == 303
    page = client.get(f"/people/{ref}")
    assert page.status_code == 200
    assert client.get("/regions").status_code == 200
    with app.app_context():
        assert db.session.scalar(select(AccountSession.account_id)) is not None


def test_a_coordinator_brings_volunteers_in_and_nobody_else(sign_in, made, fresh):
    coordinator = sign_in(made.account(Role.COORDINATOR))
    volunteer, worker = made.account(), made.account()
    made.volunteer(account=volunteer)
    assert coordinator.post(f"/people/{volunteer.ref}/invitation").status_code == 303
    assert coordinator.post(f"/people/{volunteer.ref}/slip").status_code == 200
    assert coordinator.post(f"/people/{worker.ref}/invitation").status_code == 403
    assert coordinator.post(f"/people/{worker.ref}/slip").status_code == 403
    with fresh():
        db.session.get(Account, volunteer.id).password_hash = "in use"
        db.session.commit()
    assert coordinator.post(f"/people/{volunteer.ref}/slip").status_code == 403


def test_whoever_mistyped_the_code_of_a_slip_can_type_it_again(client):
    sent = client.post("/invitations", data={"code": "ABCDEFGHJKMNPQRS"})
    page = client.get(sent.location).get_data(as_text=True)
    assert 'href="/invitations"' in page.split("<main")[1]
