"""What tests of concerns share."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.safeguarding.models import Concern, DutyListEntry
from portal.safeguarding.operations import acknowledge, raise_concern
from portal.safeguarding.rules import Urgency

SENTENCE = "她手臂上有新伤，哨兵句。"


@pytest.fixture
def lead(made):
    """The safeguarding lead of the district."""
    return made.account(Role.SAFEGUARDING_LEAD, name="高守护")


@pytest.fixture
def on_duty(made):
    """`on_duty(account, …)` puts people on the district's duty list, in this order."""

    def put(*accounts, at="371302"):
        for position, account in enumerate(accounts, 1):
            made.save(
                DutyListEntry(
                    region_path=made.path(at), position=position, account_ref=account.ref, phone=f"1390000000{position}"
                )
            )

    return put


@pytest.fixture
def a_concern(made, fresh):
    """Raise a concern as an operation: gives its ref."""

    def put(by, *, child=None, named=(), taken_by=None, **more):
        with fresh():
            concern = raise_concern(
                client_key=more.pop("client_key", "key-1"), text=SENTENCE, urgency=more.pop("urgency", Urgency.NOW),
                child_ref=child.ref if child else "", named=[n.ref for n in named], actor=made.actor(by),
                now=now(), **more,
            )  # fmt: skip
            if taken_by is not None:
                acknowledge(concern, actor=made.actor(taken_by), now=now())
            db.session.commit()
            return concern.ref

    return put


@pytest.fixture
def load(fresh):
    """Read a concern with a new connection."""

    def read(ref):
        with fresh():
            concern = db.session.scalar(select(Concern).where(Concern.ref == ref))
            db.session.expunge(concern)
            return concern

    return read


@pytest.fixture
def stands_in(made):
    """Somebody stands in for somebody today."""
    from portal.access.models import Deputy

    def name(deputy, person):
        made.save(
            Deputy(account_ref=person.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now())
        )

    return name
