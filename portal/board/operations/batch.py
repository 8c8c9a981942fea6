"""The daily batch: the public reads this and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.audit.operations import record
from portal.board.looks import looks
from portal.board.models import BoardBatch, Claim, Offer
from portal.board.rules import ClaimState, OfferState
from portal.children.models import Child
from portal.children.rules import OPEN_STATES
from portal.kernel.actor import SYSTEM
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.places.models import Region


def newest_batch() -> BoardBatch | None:
    """What the public sees."""
    return session().scalar(select(BoardBatch).order_by(BoardBatch.on_day.desc()).limit(1))


def hide_now(offers: Iterable[Offer], *, now: datetime) -> None:
    """Take offers out of what the public sees at once, without waiting for the batch: a consent has ended, or a file.

    The caller commits.
    """
    refs = {o.ref for o in offers}
    if not refs:
        return
    batch = session().scalar(
        select(BoardBatch)
        .order_by(BoardBatch.on_day.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        return
    left = [e for e in batch.entries if e["ref"] not in refs]
    if len(left) != len(batch.entries):
        batch.entries, batch.made_at = left, now


def publish(now: datetime) -> int:
    """Make the day's batch, once a day; gives how many offers it shows, 0 when today's stands already.

    An offer is shown when its child's file is open, the consent stands, nothing in its words points at anybody, and
    some wording fits five files. What is not shown says so on the coordinator's page. The offers are locked meanwhile,
    so that a consent that is withdrawn in this moment is seen by the batch or finds the batch. For the worker, which
    commits. Source: domain.md, Privacy 3.
    """
    today = local_day(now)
    if session().scalar(select(BoardBatch.id).where(BoardBatch.on_day >= today).limit(1)) is not None:
        return 0
    session().flush()
    rows = [
        (row.Offer, row.Child)
        for row in session().execute(
            select(Offer, Child)
            .join(Child, Child.id == Offer.child_id)
            .where(Offer.state == OfferState.OFFERED, Child.state.in_(OPEN_STATES))
            .order_by(Offer.offered_at.desc(), Offer.id.desc())
            .with_for_update(of=Offer)
        )
    ]
    seen = looks(rows, today=today)
    names: dict[str, Any] = dict(
        session()
        .execute(
            select(Region.path, Region.name).where(
                Region.path.in_({look.cell.town for look in seen.values() if look.cell})
            )
        )
        .all()
    )
    entries = []
    for offer, _child in rows:
        cell = seen[offer.ref].cell
        if cell is None:
            continue
        offer.published_on = offer.published_on or today
        entries.append(
            {
                "ref": offer.ref, "kind": offer.kind, "town": cell.town, "town_name": names.get(cell.town, ""),
                "band": cell.band, "title": offer.title, "body": offer.body, "since": offer.published_on.isoformat(),
            }
        )  # fmt: skip
    batch = BoardBatch(on_day=today, made_at=now, entries=entries, numbers=numbers())
    try:
        with session().begin_nested():
            session().add(batch)
            session().flush()
    except IntegrityError:
        return 0
    record("board-published", batch, actor=SYSTEM, now=now, offers=len(entries))
    return len(entries)


def numbers() -> dict[str, int | float | None]:
    """The sums on top of the board: ever offered, claimed, fulfilled, and the median of days from offer to help."""
    ever = Offer.offered_at.is_not(None) & (Offer.state != OfferState.ENTERED_IN_ERROR)
    offered = session().scalar(select(func.count()).select_from(Offer).where(ever)) or 0
    approved = Claim.approved_at.is_not(None) & (Claim.state != ClaimState.ENTERED_IN_ERROR)
    claimed = session().scalar(select(func.count(func.distinct(Claim.offer_id))).where(approved)) or 0
    helped: Sequence[Any] = (
        session()
        .execute(
            select(Offer.offered_at, Claim.fulfilled_at)
            .join(Claim, Claim.offer_id == Offer.id)
            .where(Claim.state.in_((ClaimState.FULFILLED, ClaimState.CONFIRMED)), Claim.fulfilled_at.is_not(None))
        )
        .all()
    )
    days = [(row.fulfilled_at - row.offered_at).days for row in helped if row.offered_at]
    return {
        "offered": offered, "claimed": claimed, "fulfilled": len(helped),
        "median_days": median(days) if days else None,
    }  # fmt: skip
