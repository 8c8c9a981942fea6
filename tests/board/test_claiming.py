"""Claiming on the public pages: a phone proven by a code, equal answers, the claimant's own page, and races."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.board.models import Claim, Offer, PhoneCode
from portal.board.operations.claims import approve_claim, confirm_claim, hand_over, note_progress, vet_claim
from portal.board.operations.ending import end_offers
from portal.board.rules import ClaimState, OfferState
from portal.calendars.redaction import hidden
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.outbox import OutboxMessage
from portal.needs.rules import ConfirmedBy, NeedOutcome
from portal.partners.models import Organisation
from portal.partners.rules import OrgKind, OrgState
from tests.board.making import claimed, offered, one, published, race_for_five
from tests.factories import DISTRICT
from tests.house.test_access_matrix import bare

TYPED = {
    "claimant": "person",
    "name": "爱心人士",
    "phone": "13900000077",
    "words": "我送",
    "client_key": "form-key-0001",
}


@pytest.fixture
def entry(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    return ref


def code_sent(fresh):
    with fresh():
        rows = db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "phone-code").order_by(OutboxMessage.id)
        )
        return [row.facts["code"] for row in rows]


def ask(client, ref, **more):
    return client.post(f"/board/{ref}/claims/new", data={**TYPED, **more})


def made_claims(fresh):
    with fresh():
        return db.session.scalar(select(func.count()).select_from(Claim))


def test_a_person_proves_the_phone_and_gets_a_page_of_their_own(client, fresh, staff, entry, children):
    assert "我要认领" in client.get(f"/board/{entry}/claims/new").get_data(as_text=True)
    asked = ask(client, entry, send="1")
    assert asked.status_code == 200
    assert 'name="code"' in asked.get_data(as_text=True)
    (code,) = code_sent(fresh)
    assert code not in asked.get_data(as_text=True)
    wrong = ask(client, entry, code="000000" if code != "000000" else "111111")
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.get_data(as_text=True)
    assert "我送" in wrong.get_data(as_text=True)
    right = ask(client, entry, code=code)
    assert right.status_code == 303
    own = right.headers["Location"]
    page = client.get(own)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    text = page.get_data(as_text=True)
    assert "三个工作日内" in text
    assert "爱心人士" in text
    for secret in (children[0].name, children[0].ref, children[0].school):
        assert secret not in text
    again = ask(client, entry, code=code)
    assert again.headers["Location"] == own
    assert made_claims(fresh) == 1


def test_five_wrong_codes_end_a_code_although_their_answers_are_refused(client, fresh, entry):
    ask(client, entry, send="1")
    (code,) = code_sent(fresh)
    for n in range(5):
        assert ask(client, entry, code=str(900000 + n)).status_code == 422
    assert ask(client, entry, code=code).status_code == 422
    assert made_claims(fresh) == 0
    with fresh():
        assert db.session.scalars(select(PhoneCode)).one().tries == 5


def test_a_phone_gets_three_codes_and_every_answer_is_the_same(client, fresh, entry):
    answers = [ask(client, entry, send="1") for _n in range(4)]
    assert {a.status_code for a in answers} == {200}
    assert len({bare(a) for a in answers}) == 1
    assert len(code_sent(fresh)) == 3


def test_one_address_cannot_have_codes_sent_without_end(client, entry):
    answers = [ask(client, entry, send="1", phone=f"139000001{n:02d}").status_code for n in range(20)]
    assert answers[:18] == [200] * 18
    assert answers[18:] == [429] * 2


def test_what_is_no_phone_gets_a_sentence(client, fresh, entry):
    for action in ({"send": "1"}, {"code": "123456"}):
        answer = ask(client, entry, phone="12", **action)
        assert answer.status_code == 422
        assert "138 0000 0000" in answer.get_data(as_text=True)
    assert code_sent(fresh) == []


def test_a_claimant_writes_takes_back_and_reads_only_what_is_for_them(client, fresh, staff, entry):
    ref, token = claimed(fresh, entry)
    with fresh():
        claim = one(Claim, ref)
        vet_claim(claim, note="内部核实记录", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        note_progress(claim, "内部备注", to_claimant=False, actor=staff.coordinator, now=now())
        note_progress(claim, "周六上午来取", to_claimant=True, actor=staff.coordinator, now=now())
        with pytest.raises(DomainError, match="point at"):
            note_progress(claim, "送到张小甲家", to_claimant=True, actor=staff.coordinator, now=now())
        db.session.commit()
    own = f"/board/claims/{token}"
    text = client.get(own).get_data(as_text=True)
    assert "周六上午来取" in text
    assert "内部" not in text
    assert client.post(f"{own}/notes", data={"text": "<b>好的</b>"}).status_code == 303
    assert "&lt;b&gt;好的" in client.get(own).get_data(as_text=True)
    assert client.post(f"{own}/notes", data={"text": " "}).status_code == 422
    assert client.post(f"{own}/withdrawal").status_code == 303
    with fresh():
        assert one(Claim, ref).state is ClaimState.WITHDRAWN
        assert one(Offer, entry).state is OfferState.OFFERED


def test_unknown_secrets_are_one_and_the_same_answer(client, fresh, entry):
    ref, token = claimed(fresh, entry)
    for wrong in ("x", ref, token[:-1] + ("a" if token[-1] != "a" else "b")):
        for answer in (client.get(f"/board/claims/{wrong}"), client.post(f"/board/claims/{wrong}/withdrawal")):
            assert answer.status_code == 404


def test_the_secret_of_the_page_stands_in_no_log():
    assert hidden("GET /board/claims/abc123/notes HTTP/1.1") == "GET /board/claims/***/notes HTTP/1.1"
    assert logging.getLogger("portal").filters


def test_the_claimant_reads_the_thanks_and_the_others_are_told(client, fresh, staff, entry):
    ref, token = claimed(fresh, entry)
    other, _token = claimed(fresh, entry, "claim-key-2")
    with fresh():
        claim = one(Claim, ref)
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="", actor=staff.coordinator, now=now())
        for pointing in ("小甲谢谢您", "义堂的孩子谢谢您"):
            with pytest.raises(DomainError, match="point at"):
                confirm_claim(
                    claim,
                    by=ConfirmedBy.CASEWORKER,
                    met=NeedOutcome.MET,
                    thanks=pointing,
                    actor=staff.caseworker,
                    now=now(),
                )
        confirm_claim(
            claim,
            by=ConfirmedBy.CASEWORKER,
            met=NeedOutcome.MET,
            thanks="书桌很好，谢谢！",
            actor=staff.caseworker,
            now=now(),
        )
        db.session.commit()
    assert "书桌很好，谢谢！" in client.get(f"/board/claims/{token}").get_data(as_text=True)
    with fresh():
        assert one(Claim, other).state is ClaimState.REFUSED


def test_a_partner_claims_for_the_organisation_without_a_code_and_sees_no_child(
    sign_in, made, fresh, staff, entry, children
):
    org = made.save(
        Organisation(name="某基金会", initials="mjjh", kind=OrgKind.CHARITY, region_path=made.path(DISTRICT),
                     state=OrgState.ACTIVE, created_at=now(), created_by="x", changed_at=now())
    )  # fmt: skip
    account = made.account(name="社工")
    made.grant(account, Role.PARTNER, org_ref=org.ref)
    browser = sign_in(account, locale="zh_Hans")
    assert "某基金会" in browser.get(f"/board/{entry}/claims/new").get_data(as_text=True)
    answer = browser.post(
        f"/board/{entry}/claims/new",
        data={"organisation": org.ref, "phone": "05398000000", "words": "我们送", "client_key": "p-1"},
    )
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "某基金会" in page
    for secret in (children[0].name, children[0].ref, "示例一村"):
        assert secret not in page
    assert "某基金会" in browser.get("/claims").get_data(as_text=True)
    assert browser.get("/today").status_code == 200
    with fresh():
        claim = db.session.scalars(select(Claim)).one()
        assert (claim.org_ref, claim.made_by) == (org.ref, account.ref)


def test_who_helped_reads_nothing_about_the_offer_once_it_has_gone(client, sign_in, made, fresh, staff, entry):
    """T2 for claims: the words of the offer, and what was written about it, end with it; for a partner too."""
    claim_ref, token = claimed(fresh, entry)
    account = made.account(name="社工")
    made.grant(account, Role.PARTNER, org_ref="org-of-claim")
    with fresh():
        claim = one(Claim, claim_ref)
        claim.org_ref, claim.words = "org-of-claim", "我送"
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        note_progress(claim, "周六放学后送到", to_claimant=True, actor=staff.coordinator, now=now())
        db.session.commit()
        title = one(Offer, entry).title
    partner = sign_in(account, locale="zh_Hans")
    pages = ((partner, f"/claims/{claim_ref}"), (client, f"/board/claims/{token}"))
    for browser, page in pages:
        text = browser.get(page).get_data(as_text=True)
        assert title in text
        assert "周六放学后送到" in text
    assert title in partner.get("/claims").get_data(as_text=True)
    with fresh():
        end_offers(Offer.ref == entry, reason="同意已撤回", actor=staff.coordinator, now=now())
        db.session.commit()
    for browser, page in (*pages, (partner, "/claims")):
        text = browser.get(page).get_data(as_text=True)
        assert title not in text
        assert "周六放学后送到" not in text


def test_two_claims_in_the_same_second_both_wait_and_a_taken_offer_takes_none(client, fresh, staff, entry):
    first, _t = claimed(fresh, entry, "k-1")
    claimed(fresh, entry, "k-2")
    with fresh():
        claim = one(Claim, first)
        vet_claim(claim, note="已核实", actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        db.session.commit()
    assert "已有人认领" in client.get(f"/board/{entry}/claims/new").get_data(as_text=True)
    ask(client, entry, send="1", client_key="form-key-0002")
    late = ask(client, entry, client_key="form-key-0002", code=code_sent(fresh)[-1])
    assert late.status_code == 422
    assert "已有人认领" in late.get_data(as_text=True)


def test_of_200_tries_at_once_for_five_offers_exactly_five_are_approved(app, fresh, staff, children):
    """T15 of safety.md: three rounds here, many in tests/soak."""
    for number in range(3):
        race_for_five(app, fresh, staff, children, number)


def test_a_code_is_good_for_ten_minutes(client, fresh, entry):
    ask(client, entry, send="1")
    with fresh():
        db.session.scalars(select(PhoneCode)).one().until_at = now() - timedelta(seconds=1)
        db.session.commit()
    assert ask(client, entry, code=code_sent(fresh)[0]).status_code == 422
