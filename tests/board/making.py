"""Offers, batches and claims as the tests of this room need them."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from portal.board.models import Claim
from portal.board.operations.batch import newest_batch, publish
from portal.board.operations.claims import Claimant, approve_claim, make_claim, vet_claim
from portal.board.operations.offers import prepare_offer, put_on_board
from portal.board.rules import ClaimantKind, ClaimState
from portal.children.models import Child
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import Need

HELPER = Claimant(ClaimantKind.PERSON, "爱心人士", "13900000077", "我可以送一张书桌")


def offered(fresh, staff, child, need_ref, *, title="一张书桌", body="给一个孩子写作业用", put=True):
    with fresh():
        child = db.session.get(Child, child.id)
        need = db.session.scalars(select(Need).where(Need.ref == need_ref)).one()
        offer = prepare_offer(child, need, title=title, body=body, actor=staff.coordinator, now=now())
        if put:
            put_on_board(offer, child, need, actor=staff.coordinator, now=now())
        db.session.commit()
        return offer.ref


def published(fresh, days=0):
    with fresh():
        publish(now() + timedelta(days=days))
        db.session.commit()
        return newest_batch().entries


def claimed(fresh, offer_ref, key="claim-key-1"):
    with fresh():
        claim, token = make_claim(key, offer_ref, HELPER, actor=None, now=now())
        db.session.commit()
        return claim.ref, token


def one(model, ref):
    return db.session.scalars(select(model).where(model.ref == ref)).one()


def wished(fresh, staff, child, *, title="一个足球", body="放学后踢"):
    """A small wish that the next batch shows."""
    with fresh():
        child = db.session.get(Child, child.id)
        offer = prepare_offer(child, None, title=title, body=body, actor=staff.coordinator, now=now())
        put_on_board(offer, child, None, actor=staff.coordinator, now=now())
        db.session.commit()
        return offer.ref


def race_for_five(app, fresh, staff, children, number):
    """Each of five offers has four vetted claims, and each is approved ten times in parallel: five are approved."""
    offers = [wished(fresh, staff, children[0], title=f"愿望{'甲乙丙丁戊'[n]}") for n in range(5)]
    published(fresh, days=number)
    refs = [claimed(fresh, ref, f"{ref}-{n}")[0] for ref in offers for n in range(4)]
    with fresh():
        for ref in refs:
            vet_claim(one(Claim, ref), note="已核实", actor=staff.coordinator, now=now())
        db.session.commit()
    tries = refs * 10
    gate, answers, lock = threading.Barrier(20), [], threading.Lock()

    def decide(mine):
        gate.wait()
        for ref in mine:
            with app.app_context():
                try:
                    begin_writing()
                    approve_claim(one(Claim, ref), actor=staff.confirmer, now=now())
                    db.session.commit()
                    said = "approved"
                except (DomainError, NotAllowed, StaleDataError) as error:
                    db.session.rollback()
                    said = type(error).__name__
            with lock:
                answers.append(said)

    threads = [threading.Thread(target=decide, args=(tries[n::20],)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    assert answers.count("approved") == 5
    with fresh():
        mine = select(Claim.offer_id).where(Claim.state == ClaimState.APPROVED, Claim.ref.in_(refs))
        running = db.session.scalars(mine).all()
        assert len(running) == len(set(running)) == 5
