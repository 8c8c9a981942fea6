"""Offers and claims: what may stand on the board, the daily batch, and that of many claims one is approved."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.board.models import Claim, Offer
from portal.board.operations.claims import (
    approve_claim,
    confirm_claim,
    dispute_claim,
    hand_over,
    make_claim,
    vet_claim,
)
from portal.board.operations.codes import is_right_code, send_code
from portal.board.operations.offers import return_unclaimed
from portal.board.rules import ClaimState, OfferState
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError, NotAllowed, NotFound, TooMany
from portal.kernel.outbox import OutboxMessage
from portal.needs.models import Need
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from tests.board.making import HELPER, claimed, offered, one, published


def test_the_board_shows_need_town_and_band_and_nothing_else(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    (entry,) = published(fresh)
    assert set(entry) == {"ref", "kind", "town", "town_name", "band", "title", "body", "since"}
    assert (entry["ref"], entry["kind"]) == (ref, "material")
    assert children[0].name not in str(entry)
    assert children[0].ref not in str(entry)
    with fresh():
        assert one(Need, need).state is NeedState.OFFERED


def test_the_board_changes_once_a_day_in_batches(fresh, staff, children, need):
    assert published(fresh) == []
    offered(fresh, staff, children[0], need)
    assert published(fresh) == []
    assert len(published(fresh, days=1)) == 1


def test_fewer_than_five_files_are_never_shown(fresh, staff, children, need, made):
    with fresh():
        for other in db.session.scalars(select(Need).where(Need.ref != need)).all()[:1]:
            other.state = NeedState.WITHDRAWN
        db.session.commit()
    with pytest.raises(DomainError, match="Fewer than"):
        offered(fresh, staff, children[0], need)


def test_without_the_guardians_consent_nothing_goes_on_the_board(fresh, staff, children, need, made):
    with fresh():
        for consent in (children[0].__class__.consents.property.mapper.class_.__table__,):
            db.session.execute(consent.delete())
        db.session.commit()
    with pytest.raises(DomainError, match="consent"):
        offered(fresh, staff, children[0], need)


@pytest.mark.parametrize("title", ["给小甲一张书桌", "张小甲的书桌", "孤儿的书桌", "三年级孩子的书桌"])
def test_a_careless_redaction_is_stopped(fresh, staff, children, need, title):
    with pytest.raises(DomainError, match="point at"):
        offered(fresh, staff, children[0], need, title=title, put=False)


def test_what_is_not_in_a_batch_cannot_be_claimed(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    with pytest.raises(NotFound), fresh():
        make_claim("k1", ref, HELPER, actor=None, now=now())


def test_a_claim_is_vetted_approved_by_another_person_and_confirmed_by_the_family(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    claim_ref, token = claimed(fresh, ref)
    assert token
    with fresh():
        claim = one(Claim, claim_ref)
        with pytest.raises(DomainError, match="who it is"):
            approve_claim(claim, actor=staff.confirmer, now=now())
    with fresh():
        claim = one(Claim, claim_ref)
        vet_claim(claim, note="已电话核实身份", actor=staff.coordinator, now=now())
        with pytest.raises(NotAllowed):
            approve_claim(claim, actor=staff.coordinator, now=now())
        approve_claim(claim, actor=staff.confirmer, now=now())
        hand_over(claim, note="周六送到", actor=staff.coordinator, now=now())
        db.session.commit()
        assert one(Need, need).state is NeedState.RESOLVED
    with fresh():
        claim = one(Claim, claim_ref)
        dispute_claim(claim, reason="桌腿断了", actor=staff.caseworker, now=now())
        assert one(Need, need).state is not NeedState.RESOLVED
        hand_over(claim, note="换了一张", actor=staff.coordinator, now=now())
        with pytest.raises(DomainError, match="point at"):
            confirm_claim(
                claim, by=ConfirmedBy.CASEWORKER, met=NeedOutcome.MET, thanks="三年级的孩子谢谢您",
                actor=staff.caseworker, now=now(),
            )  # fmt: skip
        confirm_claim(
            claim, by=ConfirmedBy.CASEWORKER, met=NeedOutcome.MET, thanks="书桌很好用，谢谢您！", actor=staff.caseworker,
            now=now(),
        )  # fmt: skip
        db.session.commit()
    with fresh():
        assert one(Need, need).state is NeedState.MET
        assert one(Offer, ref).state is OfferState.FULFILLED


def test_of_many_claims_approved_at_once_exactly_one_is(app, fresh, staff, children, need):
    """T15 of safety.md."""
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    refs = [claimed(fresh, ref, f"key-{n}")[0] for n in range(5)]
    with fresh():
        for claim_ref in refs:
            vet_claim(one(Claim, claim_ref), note="已核实", actor=staff.coordinator, now=now())
        db.session.commit()
    gate, answers = threading.Barrier(len(refs)), []

    def decide(claim_ref):
        gate.wait()
        with app.app_context():
            try:
                begin_writing()
                approve_claim(one(Claim, claim_ref), actor=staff.confirmer, now=now())
                db.session.commit()
                answers.append("approved")
            except DomainError:
                answers.append("taken")

    threads = [threading.Thread(target=decide, args=(claim_ref,)) for claim_ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["approved", *["taken"] * 4]
    with fresh():
        approved = select(func.count()).select_from(Claim).where(Claim.state == ClaimState.APPROVED)
        assert db.session.scalar(approved) == 1


def test_the_same_claim_sent_again_is_one(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    first, token = claimed(fresh, ref)
    assert token
    assert claimed(fresh, ref) == (first, token)


def test_unclaimed_after_thirty_days_it_goes_back_to_the_district(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    with fresh():
        assert return_unclaimed(now() + timedelta(days=29)) == 0
        assert return_unclaimed(now() + timedelta(days=31)) == 1
        db.session.commit()
    with fresh():
        assert one(Offer, ref).state is OfferState.BACK
        assert one(Need, need).state is NeedState.AT_DISTRICT


def test_a_phone_code_is_good_once_for_ten_minutes_and_five_tries(fresh, made):
    phone = "13900000088"

    def sent():
        return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first().facts["code"]

    with fresh():
        send_code(phone, locale="zh_Hans", now=now())
        code = sent()
        assert not is_right_code(phone, "x" + code[1:], now=now())
        assert not is_right_code(phone, code, now=now() + timedelta(minutes=11))
        assert is_right_code(phone, code, now=now())
        assert not is_right_code(phone, code, now=now())
        send_code(phone, locale="zh_Hans", now=now())
        code = sent()
        for _n in range(5):
            assert not is_right_code(phone, "nothing", now=now())
        assert not is_right_code(phone, code, now=now())
        send_code(phone, locale="zh_Hans", now=now())
        with pytest.raises(TooMany):
            send_code(phone, locale="zh_Hans", now=now())
