"""What a day does to credentials: people are told at 60, 30 and 7 days, and go back to being checked afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import StateMove
from portal.duties.models import Duty
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.operations import expire_credentials
from portal.volunteers.rules import CredentialKind, VolunteerState


def runs_out_in(fresh: Any, days: int) -> None:
    with fresh():
        check = db.session.query(Credential).where(Credential.kind == CredentialKind.OFFENCE_CHECK).one()
        check.until_on = today() + timedelta(days=days)
        db.session.commit()


def sweep(fresh: Any, later: int = 0) -> int:
    with fresh():
        moved = expire_credentials(now() + timedelta(days=later))
        db.session.commit()
        return moved


def told(fresh: Any, account: Any) -> int:
    with fresh():
        return (
            db.session.query(Notice)
            .where(Notice.account_ref == account.ref, Notice.kind == "credential-expires")
            .count()
        )


def test_coordinator_and_volunteer_are_told_once_at_60_30_and_7_days(made: Any, fresh: Any) -> None:
    coordinator = made.account(Role.COORDINATOR)
    account, _v = made.mentor()
    runs_out_in(fresh, 65)
    for later, number in ((0, 0), (5, 1), (6, 1), (35, 2), (50, 2), (58, 3), (65, 3)):
        assert sweep(fresh, later) == 0
        assert sweep(fresh, later) == 0
        assert (told(fresh, account), told(fresh, coordinator)) == (number, number), later
    with fresh():
        assert db.session.query(Duty).where(Duty.kind == "credential-expires").count() == 1


@pytest.mark.parametrize("state", [VolunteerState.READY, VolunteerState.ON_LEAVE])
def test_the_day_after_the_last_one_somebody_is_checked_again(state: VolunteerState, made: Any, fresh: Any) -> None:
    _account, v = made.mentor(state=state)
    runs_out_in(fresh, 3)
    assert sweep(fresh, 3) == 0
    assert sweep(fresh, 4) == 1
    assert sweep(fresh, 4) == 0
    with fresh():
        assert db.session.get(Volunteer, v.id).state is VolunteerState.VETTING
        step = db.session.query(StateMove).one()
        assert (step.source, step.actor_ref, step.reason) == (state.value, "system", "A credential has expired.")
