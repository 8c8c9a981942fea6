"""One concern through every room: raised from a mentor's page, the pair frozen and lifted, and silent all the way."""

from __future__ import annotations

import re
import threading

from sqlalchemy import func, select

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.safeguarding.models import Concern

PLACES = ("/today", "/notices", "/concerns", "/my/sessions", "/search?q=xy")


def seen(browser):
    """What the mentor sees, without what changes by itself."""
    moving = r'csrf[-_]token"[^>]*(content|value)="[^"]*"|X-CSRFToken": "[^"]*"|ImI[\w.-]+|\d\d:\d\d(:\d\d)?|[\w-]{16}'
    return {p: (a.status_code, re.sub(moving, "", a.text)) for p in PLACES for a in [browser.get(p)]}


def test_a_pair_is_frozen_and_lifted_and_the_named_mentor_learns_only_of_the_pause(made, sign_in, lead, fresh):
    mentor, volunteer = made.mentor("王志愿")
    child = made.child()
    pairing = made.pairing(child, volunteer)
    caseworker = sign_in(made.account(Role.CASEWORKER))
    browser = sign_in(mentor)
    before = seen(browser)
    data = {"text": "孩子说不想再见他。", "urgency": "now", "client_key": "k", "child": child.ref, "named": mentor.ref}
    assert caseworker.post("/concerns/new", data=data).status_code == 303
    assert seen(browser) == before, "raised: nothing has changed for the mentor"
    with fresh():
        ref = db.session.scalar(select(Concern.ref))
    desk = sign_in(lead)
    desk.post(f"/concerns/{ref}/acknowledgement")
    assert seen(browser) == before
    assert desk.post(f"/concerns/{ref}/steps/pause", data={"text": "先暂停。"}).status_code == 303

    def state():
        with fresh():
            return db.session.scalar(select(Pairing.state).where(Pairing.id == pairing.id))

    assert state() is PairingState.FROZEN
    assert browser.get(f"/children/{child.ref}").status_code == 404
    for place in PLACES:
        text = browser.get(place).text
        assert not any(canary in text for canary in (ref, lead.name, "先暂停", "不想再见", "safeguarding", "frozen")), (
            place
        )
    assert "paused by the programme" in browser.get("/notices").text + browser.get("/today").text
    assert desk.post(f"/concerns/{ref}/steps/lift", data={"text": "已核实。", "to": "active"}).status_code == 303
    assert state() is PairingState.ACTIVE


def test_twenty_parallel_sends_are_one_concern(app, made, sign_in, lead, fresh):
    caseworker = made.account(Role.CASEWORKER)
    answers = []

    def send(browser):
        data = {"text": "同一句话。", "urgency": "day", "client_key": "same"}
        answers.append(browser.post("/concerns/new", data=data).status_code)

    browsers = [sign_in(caseworker) for _n in range(20)]
    threads = [threading.Thread(target=send, args=(b,)) for b in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 20
    with fresh():
        assert db.session.scalar(select(func.count(Concern.id))) == 1


def test_two_who_take_it_at_the_same_moment_leave_one_handler(app, made, sign_in, a_concern, load, fresh):
    leads = [made.account(Role.SAFEGUARDING_LEAD) for _n in range(6)]
    ref = a_concern(made.mentor()[0])
    answers = {}

    def take(account, browser):
        answers[account.ref] = browser.post(f"/concerns/{ref}/acknowledgement").status_code

    threads = [threading.Thread(target=take, args=(one, sign_in(one))) for one in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(answers.values()) == 303
    assert [r for r, status in answers.items() if status == 303] == [load(ref).handler_ref]
    assert {s for s in answers.values() if s != 303} <= {409, 422}
