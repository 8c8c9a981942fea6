"""The pages of both sides open, with what belongs on them."""

from __future__ import annotations

import pytest

from portal.referrals.rules import ReferralState
from tests.referrals.conftest import HEALTH, WORDS

S = ReferralState


def text_of(answer):
    return answer.get_data(as_text=True)


def test_every_page_of_the_staff_opens(programme, referred, a_need, sign_in):
    ref, need = referred(S.COMPLETED), a_need()
    browser = sign_in(programme.district)
    for address in (
        "/referrals", "/referrals?view=all&sort=-org", "/referrals?view=confirm&kind=medical&q=zxy&org=A&sort=child",
        "/referrals?state=completed&sort=answer", "/referrals?view=ended", "/referrals/export", f"/referrals/{ref}",
        f"/referrals/{ref}/steps/confirmation", f"/referrals/{ref}/steps/dispute", f"/referrals/{ref}/steps/mistake",
        f"/referrals/new?need={need}", f"/referrals/new?need={need}&service={programme.services['B'].ref}",
        f"/needs/{need}", f"/children/{programme.child.ref}", "/today", "/search?q=zxy",
    ):  # fmt: skip
        assert browser.get(address).status_code == 200, address
    assert f"/referrals/{ref}" in text_of(browser.get("/search?q=zxy"))
    assert f"/referrals/{ref}" in text_of(browser.get(f"/children/{programme.child.ref}"))
    assert "B医院" in text_of(browser.get(f"/needs/{need}"))


@pytest.mark.parametrize("state", [S.SENT, S.ASKED, S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.COMPLETED])
def test_every_page_of_the_receiver_opens(programme, referred, sign_in, state):
    ref = referred(state)
    browser = sign_in(programme.people["A"])
    for address in (
        "/referrals",
        f"/referrals?state={state.value}&kind=medical&sort=-made",
        "/referrals/export",
        f"/referrals/{ref}",
        "/today",
    ):
        assert browser.get(address).status_code == 200, address
    page = text_of(browser.get(f"/referrals/{ref}"))
    assert HEALTH in page
    assert WORDS in page
    for name in (
        "acceptance",
        "refusal",
        "question",
        "progress",
        "beginning",
        "continuation",
        "outcome",
        "hold",
        "failure",
        "cancellation",
    ):
        offered = f"/steps/{name}" in page
        assert browser.get(f"/referrals/{ref}/steps/{name}").status_code == (200 if offered else 403), name


@pytest.mark.parametrize(
    ("state", "mine", "theirs"),
    [(S.SENT, ">waits for your answer<", ">sent<"), (S.ASKED, ">you asked for more<", ">asked for more<")],
)
def test_the_receiver_reads_its_own_side_of_the_state(programme, referred, sign_in, state, mine, theirs):
    ref = referred(state)
    receiver = sign_in(programme.people["A"])
    for address in ("/today", "/referrals", f"/referrals/{ref}"):
        page = text_of(receiver.get(address))
        assert mine in page, address
        assert theirs not in page, address
    assert theirs in text_of(sign_in(programme.district).get(f"/referrals/{ref}"))
