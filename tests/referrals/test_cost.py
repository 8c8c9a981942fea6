"""A list of referrals costs the same number of statements for one row as for many, and no page more than twelve."""

from __future__ import annotations

import pytest

from portal.kernel.clock import now
from portal.kernel.db import db
from portal.needs.models import Need
from portal.referrals.models import Referral
from portal.referrals.rules import ReferralState

S = ReferralState
MOST = 12
MANY = 30


@pytest.fixture
def more(app, programme, a_need, made):
    """Add sent referrals to hospital A, each about a child of its own."""

    def add(number):
        for n in range(number):
            child = made.child(surname="李", given_name=f"第{n}")
            need_ref = a_need(child=child)
            with app.app_context():
                need = db.session.query(Need).filter_by(ref=need_ref).one()
                db.session.add(
                    Referral(
                        need_id=need.id, need_ref=need.ref, child_id=child.id, child_ref=child.ref,
                        region_path=child.region_path, kind="medical", org_ref=programme.hospitals["A"].ref,
                        org_name="A医院", service_name="眼科", state=S.SENT, fields=["age"], shared={"age": "9"},
                        drafted_by="x", drafted_at=now(), sent_by="x", sent_at=now(), asked_at=now(), expires_at=now(),
                    )
                )  # fmt: skip
                db.session.commit()

    return add


@pytest.mark.parametrize("who", ["district", "there"])
def test_one_row_costs_as_many_statements_as_many(programme, more, sign_in, statements, who):
    browser = sign_in(programme.district if who == "district" else programme.people["A"])

    def cost():
        browser.get("/referrals")
        with statements() as seen:
            page = browser.get("/referrals").get_data(as_text=True)
        return page.count("<tr"), [s for s in seen if s.startswith(("SELECT", "WITH"))]

    more(1)
    few, once = cost()
    more(MANY)
    many, often = cost()
    assert many > few + 20
    assert len(often) == len(once) <= 4, "\n".join(often)


def test_no_page_costs_more_than_twelve(programme, referred, a_need, drafted, seen, sign_in, statements):
    declined, live = referred(S.DECLINED), referred(S.IN_PROGRESS)
    need = a_need()
    draft = drafted("B")
    town, there = sign_in(programme.district), sign_in(programme.people["A"])
    costs = {}
    for who, browser, address in (
        ("staff", town, f"/referrals/{declined}"), ("staff", town, f"/referrals/{live}"),
        ("staff", town, f"/referrals/{draft}"), ("staff", town, f"/referrals/new?need={need}"),
        ("staff", town, f"/referrals/new?need={need}&service={programme.services['A'].ref}"),
        ("staff", town, f"/needs/{need}"), ("staff", town, f"/needs/{seen(live).need_ref}"),
        ("there", there, f"/referrals/{live}"), ("there", there, "/today"), ("there", there, f"/referrals/{live}/steps/progress"),
    ):  # fmt: skip
        browser.get(address)
        with statements() as sent:
            assert browser.get(address).status_code == 200
        costs[who, address.partition("?")[0].rsplit("/", 1)[0] or address] = len(sent)
        assert len(sent) <= MOST, (address, "\n".join(sent))
    assert costs
