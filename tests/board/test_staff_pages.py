"""What staff do on their pages: the preview, the board, the decision of two people, the family's word."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.board.models import Claim, Offer
from portal.board.operations.batch import publish
from portal.board.operations.claims import approve_claim, hand_over, vet_claim
from portal.board.operations.ending import take_down
from portal.board.policy import can_confirm
from portal.board.rules import ClaimState, OfferState
from portal.children.models import Child
from portal.duties.models import Duty
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.kernel.events import child_moved
from portal.needs.models import Need
from portal.needs.operations import close_need, reopen_need
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.places.models import Region
from tests.board.making import claimed, offered, one, published, wished
from tests.factories import TOWN_B, VILLAGE_A, VILLAGE_B


@pytest.fixture
def browsers(sign_in, staff):
    return {name: sign_in(account, locale="zh_Hans") for name, account in staff.accounts.items()}


def refs(fresh, model):
    with fresh():
        return db.session.scalars(select(model.ref).order_by(model.id)).all()


def test_a_need_goes_from_its_page_to_the_board_and_to_met(browsers, client, fresh, need, children):
    coordinator, confirmer, caseworker = (browsers[n] for n in ("coordinator", "confirmer", "caseworker"))
    assert f"/offers/new?need={need}" in coordinator.get(f"/needs/{need}").get_data(as_text=True)
    form = coordinator.get(f"/offers/new?need={need}").get_data(as_text=True)
    assert "义堂镇" in form
    made = coordinator.post(f"/offers/new?need={need}", data={"title": "一张书桌", "body": "写作业用"})
    assert made.status_code == 303
    (ref,) = refs(fresh, Offer)
    assert "一张书桌" in coordinator.get(f"/offers/{ref}").get_data(as_text=True)
    assert coordinator.post(f"/offers/{ref}/steps/publication").status_code == 303
    with fresh():
        publish(now())
        db.session.commit()
    claim, _token = claimed(fresh, ref)
    assert "爱心人士" in coordinator.get("/claims").get_data(as_text=True)
    assert "爱心人士" in coordinator.get(f"/claims/{claim}").get_data(as_text=True)
    assert coordinator.post(f"/claims/{claim}/steps/approval").status_code == 403
    assert coordinator.post(f"/claims/{claim}/steps/vetting", data={"text": "已电话核实"}).status_code == 303
    assert coordinator.post(f"/claims/{claim}/steps/approval").status_code == 403
    assert caseworker.get(f"/claims/{claim}").status_code == 404
    assert confirmer.get(f"/offers/{ref}").status_code == 403
    page = confirmer.get(f"/claims/{claim}").get_data(as_text=True)
    assert "已电话核实" in page
    assert children[0].name not in page
    assert confirmer.post(f"/claims/{claim}/steps/approval").status_code == 303
    assert coordinator.post(f"/claims/{claim}/steps/handing-over", data={"text": "周六送到"}).status_code == 303
    seen = caseworker.get(f"/claims/{claim}").get_data(as_text=True)
    assert "爱心人士" not in seen
    assert f"/claims/{claim}" in caseworker.get(f"/needs/{need}").get_data(as_text=True)
    answer = {"met": "met", "by": "caseworker", "thanks": "张小甲谢谢您"}
    refused = caseworker.post(f"/claims/{claim}/steps/confirmation", data=answer)
    assert refused.status_code == 422
    assert "张小甲" in refused.get_data(as_text=True)
    assert caseworker.post(f"/claims/{claim}/steps/confirmation", data=answer | {"thanks": "谢谢您"}).status_code == 303
    with fresh():
        assert one(Need, need).state is NeedState.MET
        assert {"offer-prepared", "offer-moved", "claim-moved", "claim-vetted", "offer-read", "claim-read"} <= set(
            db.session.scalars(select(AuditEntry.what))
        )


@pytest.mark.parametrize("did", ["prepared", "vetted"])
def test_who_prepared_or_looked_does_not_decide_also_with_both_roles(made, fresh, staff, children, need, did):
    both = made.actor(made.account(Role.COORDINATOR, Role.CONFIRMER))
    if did == "prepared":
        staff.coordinator, other = both, staff.coordinator
    else:
        other = both
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    claim_ref, _token = claimed(fresh, ref)
    with fresh():
        claim = one(Claim, claim_ref)
        vet_claim(claim, note="已核实", actor=other, now=now())
        with pytest.raises(NotAllowed):
            approve_claim(claim, actor=both, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())


def test_the_preview_shows_what_the_public_will_see_and_a_slip_cannot_be_clicked_away(browsers, fresh, need):
    coordinator = browsers["coordinator"]
    fine = coordinator.post("/offers/previews", data={"need": need, "title": "<b>书桌</b>", "body": ""}).get_data(
        as_text=True
    )
    assert "&lt;b&gt;书桌" in fine
    careless = coordinator.post("/offers/previews", data={"need": need, "title": "小甲的书桌"}).get_data(as_text=True)
    assert "“小甲”" in careless
    for extra in ({}, {"force": "1", "confirm": "y", "state": "offered"}):
        answer = coordinator.post(f"/offers/new?need={need}", data={"title": "小甲的书桌", **extra})
        assert answer.status_code == 422
        assert "小甲的书桌" in answer.get_data(as_text=True)
    assert refs(fresh, Offer) == []


@pytest.mark.parametrize(
    "words",
    ["十一岁孩子的书桌", "女孩的书桌", "义堂镇的孩子", "义堂的孩子", "给白血病孩子", "给兄弟俩", "a desk for her"],
)
def test_what_is_finer_than_the_batch_may_say_is_stopped(browsers, need, words):
    answer = browsers["coordinator"].post(f"/offers/new?need={need}", data={"title": words})
    assert answer.status_code == 422


def test_too_few_files_are_explained_before_anything_is_written(browsers, fresh, need):
    with fresh():
        for other in db.session.scalars(select(Need).where(Need.ref != need)).all()[:1]:
            other.state = NeedState.WITHDRAWN
        db.session.commit()
    assert "不足五份" in browsers["coordinator"].get(f"/offers/new?need={need}").get_data(as_text=True)


def test_a_small_wish_comes_from_the_childs_file(browsers, fresh, children):
    coordinator, child = browsers["coordinator"], children[0]
    assert f"/offers/new?child={child.ref}" in coordinator.get(f"/children/{child.ref}").get_data(as_text=True)
    assert coordinator.post(f"/offers/new?child={child.ref}", data={"title": "一个足球"}).status_code == 303
    (ref,) = refs(fresh, Offer)
    assert coordinator.post(f"/offers/{ref}/words", data={"title": "一个篮球"}).status_code == 303
    assert coordinator.post(f"/offers/{ref}/steps/publication").status_code == 303
    assert coordinator.get(f"/offers/{ref}/words").status_code == 403
    assert [e["title"] for e in published(fresh)] == ["一个篮球"]
    down = coordinator.post(f"/offers/{ref}/steps/taking-down", data={"text": "已买到"})
    assert down.status_code == 303
    with fresh():
        assert one(Offer, ref).state is OfferState.BACK


def test_the_list_says_why_something_is_not_shown(browsers, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    with fresh():
        one(Offer, ref).title = "小甲的书桌"
        db.session.commit()
    page = browsers["coordinator"].get("/offers").get_data(as_text=True)
    assert "未公示" in page
    assert "“小甲”" in page
    assert published(fresh) == []


def test_exports_hold_no_phone_and_no_formula(browsers, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    claimed(fresh, ref)
    with fresh():
        one(Offer, ref).title = "=1+1"
        db.session.commit()
    for address in ("/offers/export", "/claims/export"):
        answer = browsers["coordinator"].post(address, data={"reason": "给会议用", "kind": "csv"})
        assert answer.mimetype == "text/csv"
        text = answer.data.decode("utf-8-sig")
        assert "13900000077" not in text
        assert all(not cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)
    assert browsers["caseworker"].get("/offers/export").status_code == 403


@pytest.mark.parametrize("said", ["met", "unmet", "reopened"])
def test_what_the_family_says_on_the_needs_own_page_holds_for_the_claim(fresh, staff, children, need, said):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    claim_ref, _token = claimed(fresh, ref)
    with fresh():
        claim = one(Claim, claim_ref)
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="", actor=staff.coordinator, now=now())
        row = one(Need, need)
        if said == "reopened":
            reopen_need(row, note="没收到", actor=staff.caseworker, now=now())
        else:
            close_need(
                row,
                NeedOutcome(said),
                note="说明",
                confirmed_by=ConfirmedBy.CASEWORKER,
                actor=staff.caseworker,
                now=now(),
            )
        db.session.commit()
    states = {
        "met": (ClaimState.CONFIRMED, OfferState.FULFILLED), "unmet": (ClaimState.FAILED, OfferState.BACK),
        "reopened": (ClaimState.IN_PROGRESS, OfferState.TAKEN),
    }  # fmt: skip
    with fresh():
        assert (one(Claim, claim_ref).state, one(Offer, ref).state) == states[said]
        if said == "reopened":
            assert one(Need, need).held_since is not None


def test_staff_of_another_town_know_of_nothing(sign_in, made, fresh, staff, children):
    ref = wished(fresh, staff, children[0])
    for role in (Role.SUPERVISOR, Role.COORDINATOR):
        browser = sign_in(made.account(role, at=TOWN_B))
        assert browser.get(f"/offers/{ref}").status_code == 404
        assert "足球" not in browser.get("/offers").get_data(as_text=True)


def test_lists_cost_the_same_for_one_row_and_for_many(browsers, fresh, staff, children, statements):
    def cost(address):
        with statements() as seen:
            assert browsers["coordinator"].get(address).status_code == 200
        return len(seen)

    def one_more(n):
        ref = wished(fresh, staff, children[0], title=f"愿望{'甲乙丙丁戊己庚辛'[n]}")
        published(fresh, days=n)
        claimed(fresh, ref, f"k{n}")

    one_more(0)
    for address in ("/offers", "/claims"):
        cost(address)
    once = {address: cost(address) for address in ("/offers", "/claims", f"/children/{children[0].ref}", "/today")}
    for n in range(1, 8):
        one_more(n)
    again = {address: cost(address) for address in once}
    assert again == once
    assert max(once[address] for address in ("/offers", "/claims")) <= 12, once


def test_offers_and_claims_that_have_ended_go_with_the_child_who_moves_and_so_do_duties(
    browsers, sign_in, made, fresh, staff, children
):
    """Privacy: the old village reads nothing of the child any more, and what is owed is owed by the new one."""
    ref = wished(fresh, staff, children[0])
    gone = wished(fresh, staff, children[0], title="一个书包")
    published(fresh)
    claim_ref, _token = claimed(fresh, ref)
    with fresh():
        claim = one(Claim, claim_ref)
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="", actor=staff.coordinator, now=now())
        take_down(one(Offer, gone), reason="已买到", actor=staff.coordinator, now=now())
        child = db.session.get(Child, children[0].id)
        before, region = child.region_path, db.session.scalars(select(Region).where(Region.code == VILLAGE_B)).one()
        child.region_id, child.region_path = region.id, region.path
        child_moved.send(child, before=before, actor=staff.coordinator, now=now())
        db.session.commit()
        owed = db.session.scalars(select(Duty).where(Duty.key == f"claim-confirm:{claim_ref}")).one()
        assert owed.path == region.path
    there = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B))
    for offer in (ref, gone):
        assert browsers["caseworker"].get(f"/offers/{offer}").status_code == 404
        assert there.get(f"/offers/{offer}").status_code == 200
    assert there.get(f"/claims/{claim_ref}").status_code == 200


def test_who_made_a_claim_never_says_for_the_family_that_it_arrived(made, fresh, staff, children):
    """The claimant's own people, also as somebody's deputy, do not confirm their own help."""
    ref = wished(fresh, staff, children[0])
    published(fresh)
    claim_ref, _token = claimed(fresh, ref)
    both = made.account(Role.CASEWORKER, at=VILLAGE_A)
    with fresh():
        claim = one(Claim, claim_ref)
        claim.made_by = both.ref
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="", actor=staff.coordinator, now=now())
        assert not can_confirm(made.actor(both), claim)
        assert can_confirm(staff.caseworker, claim)


def test_the_claimants_people_do_not_confirm_on_the_needs_page_either(made, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    claim_ref, _token = claimed(fresh, ref)
    both = made.account(Role.CASEWORKER, at=VILLAGE_A)
    with fresh():
        claim = one(Claim, claim_ref)
        claim.made_by = both.ref
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="", actor=staff.coordinator, now=now())
        db.session.commit()
        it, way = one(Need, need), {"confirmed_by": ConfirmedBy.CARER, "now": now()}
        with pytest.raises(NotAllowed):
            close_need(it, NeedOutcome.MET, actor=made.actor(both), **way)
        db.session.rollback()
        close_need(one(Need, need), NeedOutcome.MET, actor=staff.caseworker, **way)
        assert one(Claim, claim_ref).state is ClaimState.CONFIRMED
