"""What a mentor does most costs few statements: sending a log, opening its form, the first page."""

from __future__ import annotations

import pytest

from bench.measure import counted_statements
from portal.kernel.actor import Role
from portal.kernel.clock import today
from portal.kernel.outbox import Channel
from portal.notices.models import Choice
from tests.house.test_statements import MOST

AFTER_A_DRAFT = MOST + 1
"""A row that stands is read and changed, where a new one is only written."""
FORM, HOME = 6, 10


@pytest.mark.parametrize("told", [1, 3])
def test_sending_a_log_costs_the_same_however_many_are_told(made, sign_in, told):
    mentor, volunteer = made.mentor()
    for _n in range(told):
        coordinator = made.account(Role.COORDINATOR)
        made.save(Choice(account_ref=coordinator.ref, kind="log-submitted", channel=Channel.MAIL, wanted=True))
    pairing = made.pairing(made.child(), volunteer)
    browser = sign_in(mentor)
    form = {
        "pairs": pairing.ref, "contact": "yes", "on": today().isoformat(), "minutes": "60", "way": "in_person",
        "place": "home", "did": "一起读了绘本", f"mood_{pairing.ref}": "4",
    }  # fmt: skip
    first = browser.post("/sessions/new", data=form | {"client_key": "key-of-the-first"})
    with counted_statements() as seen:
        second = browser.post("/sessions/new", data=form | {"client_key": "key-of-the-second"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert sum("INTO notice" in s for s in seen) == sum("INTO outbox" in s for s in seen) == 1, "nobody was told"
    assert len(seen) <= MOST, "\n".join(seen)

    kept = browser.post("/sessions/drafts/key-of-the-third", json={"fields": {"did": "一起"}, "version": 0}).json
    with counted_statements() as seen:
        third = browser.post(
            "/sessions/new", data=form | {"client_key": "key-of-the-third", "draft_version": str(kept["version"])}
        )
    assert third.status_code == 303
    assert len(seen) <= AFTER_A_DRAFT, "\n".join(seen)


def test_the_log_form_and_the_mentors_home_cost_few(made, sign_in):
    mentor, volunteer = made.mentor()
    pairing = made.pairing(made.child(), volunteer)
    made.log(pairing)
    made.planned(pairing)
    browser = sign_in(mentor)
    for address, most in (("/sessions/new", FORM), ("/today", HOME)):
        browser.get(address)
        with counted_statements() as seen:
            assert browser.get(address).status_code == 200
        assert len(seen) <= most, "\n".join(seen)
