"""Offers, batches and claims as the tests of this room need them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.board.operations.batch import newest_batch, publish
from portal.board.operations.claims import Claimant, make_claim
from portal.board.operations.offers import prepare_offer, put_on_board
from portal.board.rules import ClaimantKind
from portal.children.models import Child
from portal.kernel.clock import now
from portal.kernel.db import db
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
