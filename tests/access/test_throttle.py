"""Guessing is slowed down, equally for everybody (T19, T20)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import throttles
from portal.access.models import Account
from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from tests.access.conftest import GOOD


def seen(answer, typed):
    """The answer without what differs for everybody: the typed address and the form's token."""
    text = answer.text.replace(typed, "TYPED")
    text = re.sub(r'(csrf_token" value="|csrf-token" content="|CSRFToken": ")[^"]*', "", text)
    heads = sorted((k, v) for k, v in answer.headers if k not in ("Set-Cookie", "Content-Length", "Date"))
    return answer.status_code, heads, text


def test_known_and_unknown_get_the_same_bytes(app, made, with_password, client):
    moment = now()
    known = [made.account(Role.MENTOR).email for _n in range(20)]
    known += [with_password(Role.MENTOR).email, with_password(Role.MENTOR, is_active=False).email]
    unknown = [f"nobody{n}@example.org" for n in range(20)] + ["13800009999", "what is this"]
    answers = set()
    with standing_at(moment):
        for n, typed in enumerate(known + unknown):
            browser = app.test_client()
            address = {"REMOTE_ADDR": f"10.0.{n}.1"}
            wrong = browser.post(
                "/sign-in", data={"typed": typed, "password": "wrong wrong wrong"}, environ_base=address
            )
            asked = browser.post("/resets", data={"typed": typed}, environ_base=address)
            answers.add(repr((seen(wrong, typed), seen(asked, typed))))
    assert len(answers) == 1


def test_too_many_tries_get_the_same_bytes_for_known_and_unknown(app, with_password, client):
    account = with_password(Role.MENTOR)
    answers = set()
    with standing_at(now()):
        for network, typed in enumerate((account.email, "nobody@example.org")):
            for n in range(throttles.MOST_PER_ACCOUNT + 1):
                answer = app.test_client().post(
                    "/sign-in",
                    data={"typed": typed, "password": "wrong wrong"},
                    environ_base={"REMOTE_ADDR": f"10.{network}.{n}.1"},
                )
                assert answer.status_code == (429 if n == throttles.MOST_PER_ACCOUNT else 422)
            answers.add(repr(seen(answer, typed)))
    assert len(answers) == 1
    assert "Retry-After" in answer.headers


def test_the_right_password_has_to_wait_too_and_works_afterwards(with_password, client):
    account = with_password(Role.MENTOR)
    for n in range(throttles.MOST_PER_ACCOUNT):
        client.post(
            "/sign-in", data={"typed": account.email, "password": "x"}, environ_base={"REMOTE_ADDR": f"10.1.{n}.1"}
        )
    right = {"typed": account.email, "password": GOOD}
    answer = client.post("/sign-in", data=right, headers={"Accept-Language": "en"})
    assert answer.status_code == 429
    assert "Come back in 15 minutes" in answer.text
    assert account.email in answer.text
    with standing_at(now() + throttles.WINDOW + timedelta(seconds=1)):
        assert client.post("/sign-in", data=right).status_code == 303


def test_one_password_on_200_accounts_is_stopped_by_20(made, with_password, client):
    accounts = [with_password(Role.MENTOR) for _n in range(200)]
    got_through = [
        client.post("/sign-in", data={"typed": a.email, "password": "Spring2023!Spring2023!"}).status_code
        for a in accounts
    ]
    assert got_through.count(422) <= 20
    assert set(got_through[20:]) == {429}


def test_the_owner_gets_in_by_a_message_while_guesses_are_slowed_down(with_password, client, fresh):
    account = with_password(Role.MENTOR)
    for _n in range(25):
        client.post("/sign-in", data={"typed": account.email, "password": "x"})
    assert client.post("/sign-in", data={"typed": account.email, "password": GOOD}).status_code == 429
    assert client.post("/resets", data={"typed": account.email}).status_code == 303
    with fresh():
        link = db.session.scalar(select(OutboxMessage)).facts["link"]
    assert client.post(link, data={"password": GOOD + " anew"}).status_code == 303
    assert client.get("/today").status_code == 200


def test_guessing_from_everywhere_at_once_is_slowed_down(made, client, monkeypatch):
    monkeypatch.setattr(throttles, "MOST_IN_ALL", 5)
    codes = [
        client.post(
            "/sign-in",
            data={"typed": f"n{n}@example.org", "password": "x"},
            environ_base={"REMOTE_ADDR": f"10.2.{n}.1"},
        ).status_code
        for n in range(7)
    ]
    assert codes == [422] * 5 + [429] * 2


def test_a_success_forgives_the_account_but_not_the_network(with_password, client, fresh):
    account = with_password(Role.MENTOR)
    for _n in range(throttles.MOST_PER_ACCOUNT - 1):
        client.post("/sign-in", data={"typed": account.email, "password": "x"})
    assert client.post("/sign-in", data={"typed": account.email, "password": GOOD}).status_code == 303
    for _n in range(throttles.MOST_PER_ADDRESS - throttles.MOST_PER_ACCOUNT + 1):
        assert client.post("/sign-in", data={"typed": account.email, "password": "x"}).status_code == 422
    assert client.post("/sign-in", data={"typed": "x", "password": "x"}).status_code == 429


def counted(fresh):
    """The counters by kind: failures of one account, of one network, of all."""
    with fresh():
        rows = db.session.execute(select(throttles.Throttle.key, throttles.Throttle.failures))
        return sorted((row.key.partition(":")[0], row.failures) for row in rows)


def test_many_wrong_tries_at_once_are_all_counted(app, with_password, fresh, monkeypatch):
    for limit in ("MOST_PER_ACCOUNT", "MOST_PER_ADDRESS", "MOST_IN_ALL"):
        monkeypatch.setattr(throttles, limit, 1000)
    account = with_password(Role.MENTOR)

    def guess(n):
        return app.test_client().post("/sign-in", data={"typed": account.email, "password": f"wrong {n}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(40))) == {422}
    assert counted(fresh) == [("account", 40), ("address", 40), ("all", 40)]


def test_a_window_that_is_over_begins_anew_once_for_tries_at_once(app, with_password, fresh, monkeypatch):
    account = with_password(Role.MENTOR)
    wrong = {"typed": account.email, "password": "wrong"}
    for _n in range(3):
        app.test_client().post("/sign-in", data=wrong)
    with standing_at(now() + throttles.WINDOW + timedelta(seconds=1)):
        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(lambda _n: app.test_client().post("/sign-in", data=wrong).status_code, range(4)))
        assert codes == [422] * 4
    assert counted(fresh) == [("account", 4), ("address", 4), ("all", 4)]


def test_a_wrong_try_counts_also_when_its_request_breaks(app, with_password, fresh, monkeypatch):
    """What the request did is rolled back; the failure and its row in the log stand."""
    account = with_password(Role.MENTOR)

    def broken(*_args, **_facts):
        account_row = db.session.get(Account, account.id)
        account_row.name = "改了"
        db.session.flush()
        raise RuntimeError("the page cannot be made")

    monkeypatch.setattr("portal.access.views.sign_ins.page", broken)
    with pytest.raises(RuntimeError, match="cannot be made"):
        app.test_client().post("/sign-in", data={"typed": account.email, "password": "wrong"})
    assert counted(fresh) == [("account", 1), ("address", 1), ("all", 1)]
    with fresh():
        assert db.session.get(Account, account.id).name != "改了"
        assert (
            db.session.scalar(select(AuditEntry.subject_ref).where(AuditEntry.what == "sign-in-failed")) == account.ref
        )


def test_blocked_sign_ins_and_resets_get_the_same_bytes_for_known_and_unknown(app, with_password, fresh):
    """T19, also when too many were asked for: nothing tells who has an account."""
    account = with_password(Role.MENTOR)
    answers = set()
    with standing_at(now()):
        for network, typed in enumerate((account.email, "nobody@example.org")):
            origin = {"REMOTE_ADDR": f"10.9.{network}.1"}
            for _n in range(throttles.MOST_RESETS_PER_ACCOUNT + 2):
                flooded = app.test_client().post("/resets", data={"typed": typed}, environ_base=origin)
            for _n in range(throttles.MOST_RESETS_PER_ADDRESS):
                held = app.test_client().post("/resets", data={"typed": typed}, environ_base=origin)
            assert (flooded.status_code, held.status_code) == (303, 429)
            answers.add(repr((seen(flooded, typed), seen(held, typed))))
    assert len(answers) == 1
    with fresh():
        assert db.session.query(OutboxMessage).count() == throttles.MOST_RESETS_PER_ACCOUNT


def test_old_counters_are_swept(app, client, fresh):
    client.post("/sign-in", data={"typed": "a", "password": "b"})
    with fresh():
        throttles.sweep(now())
        assert db.session.scalar(select(throttles.Throttle.id)) is not None
        throttles.sweep(now() + timedelta(days=2))
        assert db.session.scalar(select(throttles.Throttle.id)) is None
