"""Pairs without contact: a follow-up for the coordinator first, an alert later."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.access.queries import holders
from portal.duties.models import Duty, DutyState
from portal.duties.operations import open_duty
from portal.kernel.actor import Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.mentoring.overview import silent_pairs
from portal.mentoring.rules import CALL_DAYS, Silence, silence
from portal.notices.operations import tell
from portal.places.settings import in_force

EVERYWHERE = ("/",)
MOST_AT_ONCE = 5000


def raise_silence(now: datetime) -> int:
    """Open what is owed about pairs without contact; gives how many duties were opened. The caller commits.

    At the follow-up limit the coordinator owes a call, at the alert limit all coordinators of the region are told too.
    Any number of runs is one duty and one alert for each silence; `note_contact` and a new log end it. Called by the
    worker's sweep.
    """
    limits, day = in_force(), local_day(now)
    follow_up, alert = limits["silent_follow_up_days"], limits["silent_alert_days"]
    found = silent_pairs(EVERYWHERE, day - timedelta(days=follow_up), most=MOST_AT_ONCE)
    owed = set(
        session().scalars(
            select(Duty.key).where(Duty.kind.in_(("silent-pair", "silent-alert")), Duty.state == DutyState.OWED)
        )
    )
    opened = 0
    for pair in found:
        how = silence(pair.last_contact_on, pair.started_on, day, follow_up_days=follow_up, alert_days=alert)
        wanted = {"silent-pair"} | ({"silent-alert"} if how is Silence.ALERT else set())
        for kind in sorted(k for k in wanted if f"{k}:{pair.ref}" not in owed):
            due = now if kind == "silent-alert" else now + timedelta(days=CALL_DAYS)
            open_duty(
                f"{kind}:{pair.ref}",
                kind=kind,
                subject_kind="pairing",
                subject_ref=pair.ref,
                owner_role=Role.COORDINATOR,
                path=pair.region_path,
                child_ref=pair.child_ref,
                url=f"/pairings/{pair.ref}",
                due_at=due,
                now=now,
            )
            opened += 1
            if kind == "silent-alert":
                people = [h.ref for h in holders(Role.COORDINATOR, pair.region_path)]
                tell(
                    "silent-pair", to=people, now=now, url=f"/pairings/{pair.ref}", days=str((day - pair.since_on).days)
                )
    return opened
