"""Preparing what the public may read, putting it on the board, taking it down; and the daily batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move, note_move, record
from portal.board import policy
from portal.board.models import BoardBatch, Claim, Offer
from portal.board.rules import (
    UNCLAIMED_DAYS,
    WISH,
    ClaimState,
    File,
    K,
    OfferState,
    Slip,
    Wording,
    band_of,
    slips,
)
from portal.children.models import Child
from portal.children.queries import carers_of, standing_consent
from portal.children.rules import OPEN_STATES, FileState, Purpose
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import mark_offered, take_back
from portal.needs.policy import can_offer
from portal.needs.rules import NeedState
from portal.notices.operations import tell
from portal.places.models import Region
from portal.places.queries import town_name

O = OfferState  # noqa: E741 (as in the rules)
STANDING = (O.PREVIEWED, O.OFFERED, O.TAKEN)
ON_THE_BOARD = (O.OFFERED, O.TAKEN)
UNCLAIMED = N_("Nobody took it within the time.")


def known_files(today: date) -> list[tuple[int, File]]:
    """Every open file as the count knows it: (child id, file), with the kinds of need that it has or had."""
    kinds: dict[int, set[str]] = {}
    for child_id, kind in session().execute(
        select(Need.child_id, Need.kind)
        .where(Need.state.not_in((NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR)))
        .distinct()
    ):
        kinds.setdefault(child_id, set()).add(kind.value)
    towns = sorted(
        session().scalars(select(Region.path).where(Region.level.in_(("town", "street")))), key=len, reverse=True
    )

    def town_of(path: str) -> str:
        return next((t for t in towns if path.startswith(t)), "")

    rows = session().execute(select(Child.id, Child.region_path, Child.born_on).where(Child.state.in_(OPEN_STATES)))
    return [
        (row.id, File(town_of(row.region_path), band_of(row.born_on, today), frozenset(kinds.get(row.id, ()))))
        for row in rows
    ]


def names_in_file(child: Child) -> list[str]:
    """Every name that a public text about this child must not hold."""
    names = [child.name, child.alias, *(c.name for c in carers_of(child))]
    return [n for n in (*names, child.given_name if len(child.given_name) > 1 else "") if n]


def places_in_file(child: Child) -> list[str]:
    """Every place below the town that a public text must not hold: villages, the school."""
    villages = session().scalars(
        select(Region.name).where(Region.id.in_([child.region_id, child.registered_region_id]))
    )
    return [p for p in (*villages, child.school) if p]


def slips_of(child: Child, title: str, body: str) -> list[Slip]:
    """What in these words could point at the child."""
    return slips(f"{title}\n{body}", names=names_in_file(child), places=places_in_file(child))


def shown_as(child: Child, kind: str, *, now: datetime) -> dict[str, Any] | None:
    """How the board would word the child's cell in the next batch: `{town, town_name, band, fine}`; None when nothing
    may be shown. `fine` says that it is the finest wording."""
    today = local_day(now)
    files = known_files(today)
    mine = next((f for child_id, f in files if child_id == child.id), None)
    cell = Wording([f for _id, f in files], kind).of(mine.town, mine.band) if mine else None
    if cell is None or mine is None:
        return None
    return {
        "town": cell.town, "town_name": town_name(cell.town) if cell.town else "", "band": cell.band,
        "fine": bool(cell.town and cell.band),
    }  # fmt: skip


def prepare_offer(
    child: Child, need: Need | None, *, title: str, body: str, actor: Actor, now: datetime
) -> Offer:  # fmt: skip
    """Write the words for the public about a need, or a small wish of a child (`need` None). The caller commits.

    Raises NotAllowed, and DomainError for a need that cannot be offered now or has an offer, and for words that could
    point at the child.
    """
    require(policy.can_prepare(actor, child.region_path) and (need is None or can_offer(actor, need)))
    _check_words(child, title, body)
    offer = Offer(
        need_id=need.id if need else None, need_ref=need.ref if need else "", child_id=child.id, child_ref=child.ref,
        region_path=child.region_path, kind=need.kind.value if need else WISH, title=title, body=body,
        prepared_by=actor.account_ref, prepared_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(offer)
            session().flush()
    except IntegrityError:
        raise DomainError(N_("This need is being offered already.")) from None
    note_move(offer, "", O.PREVIEWED, actor=actor, now=now)
    record("offer-prepared", offer, actor=actor, now=now, about_ref=child.ref, kind=offer.kind)
    return offer


def reword_offer(offer: Offer, child: Child, *, title: str, body: str, actor: Actor, now: datetime) -> None:
    """Change the words before it is on the board. The caller commits. Raises as `prepare_offer`."""
    require(policy.can_prepare(actor, offer.region_path) and offer.state is O.PREVIEWED)
    _check_words(child, title, body)
    offer.title, offer.body = title, body
    record("offer-reworded", offer, actor=actor, now=now, about_ref=child.ref)


def _check_words(child: Child, title: str, body: str) -> None:
    """A careless redaction is stopped, and cannot be clicked away. Source: domain.md, Privacy 3; issue 3, The board."""
    if not title.strip():
        raise DomainError(N_("Say in a few words what is needed."), field="title")
    for part, field in ((title, "title"), (body, "body")):
        if found := slips_of(child, part, ""):
            raise DomainError(
                N_("This could point at the child: “%(found)s”. Leave it out."), field=field, found=found[0].found
            )


def put_on_board(offer: Offer, child: Child, need: Need | None, *, actor: Actor, now: datetime) -> None:
    """Let the next daily batch show it. The caller commits.

    Raises NotAllowed, and DomainError without a standing consent for the board, for words that could point at the
    child, and when even the coarsest wording would fit fewer than five open files.
    """
    require(policy.can_prepare(actor, offer.region_path))
    consent = standing_consent(child.id, Purpose.BOARD, local_day(now))
    if consent is None:
        raise DomainError(N_("There is no standing consent for the board. Ask the guardian first."))
    _check_words(child, offer.title, offer.body)
    if shown_as(child, offer.kind, now=now) is None:
        raise DomainError(
            N_(
                "Fewer than %(k)d open files have a need of this kind: the board would point at the child. "
                "Refer it to a partner, or offer it as a small wish."
            ),
            k=K,
        )
    move(offer, O.OFFERED, actor=actor, now=now)
    offer.consent_ref, offer.offered_at = consent.ref, now
    offer.back_after = now + timedelta(days=UNCLAIMED_DAYS)
    if need is not None:
        mark_offered(need, actor=actor, now=now)


def take_down(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """Back to the district, with a reason: gone with the next batch. The caller commits."""
    require(policy.can_take_down(actor, offer))
    send_back(offer, reason=reason, actor=actor, now=now)


def send_back(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """The offer ends, and its need is with the district again. The caller commits."""
    move(offer, O.BACK, actor=actor, now=now, reason=reason)
    offer.ended_at = now
    need = need_of(offer)
    if need is not None and need.state is NeedState.OFFERED:
        take_back(need, reason=reason, actor=actor, now=now)


def need_of(offer: Offer) -> Need | None:
    """The need that is offered, None for a wish."""
    return session().scalar(select(Need).where(Need.id == offer.need_id)) if offer.need_id else None


def hide_now(offers: Iterable[Offer], *, now: datetime) -> None:
    """Take offers out of what the public sees at once, without waiting for the batch: a consent has ended, or a file.

    The caller commits.
    """
    refs = {o.ref for o in offers}
    batch = newest_batch()
    if batch is None or not refs:
        return
    left = [e for e in batch.entries if e["ref"] not in refs]
    if len(left) != len(batch.entries):
        batch.entries, batch.made_at = left, now


def newest_batch() -> BoardBatch | None:
    """What the public sees."""
    return session().scalar(select(BoardBatch).order_by(BoardBatch.on_day.desc()).limit(1))


def publish(now: datetime) -> int:
    """Make the day's batch, once a day; gives how many offers it shows, 0 when today's stands already.

    An offer is shown when its child's file is open, the consent stands, nothing in its words points at anybody, and
    some wording fits five files. What is not shown says so on the coordinator's page. For the worker, which commits.
    Source: domain.md, Privacy 3.
    """
    today = local_day(now)
    if session().scalar(select(BoardBatch.id).where(BoardBatch.on_day == today)) is not None:
        return 0
    session().flush()
    rows = (
        session()
        .execute(
            select(Offer, Child)
            .join(Child, Child.id == Offer.child_id)
            .where(Offer.state == O.OFFERED, Child.state.in_(OPEN_STATES))
            .order_by(Offer.offered_at.desc(), Offer.id.desc())
        )
        .all()
    )
    files = known_files(today)
    by_child = dict(files)
    wording = {kind: Wording([f for _id, f in files], kind) for kind in {offer.kind for offer, _c in rows}}
    entries = []
    for offer, child in rows:
        file = by_child[child.id]
        cell = wording[offer.kind].of(file.town, file.band)
        stands = standing_consent(child.id, Purpose.BOARD, today) is not None
        if cell is None or not stands or slips_of(child, offer.title, offer.body):
            continue
        offer.published_on = offer.published_on or today
        entries.append(
            {
                "ref": offer.ref, "kind": offer.kind, "town": cell.town,
                "town_name": town_name(cell.town) if cell.town else "", "band": cell.band, "title": offer.title,
                "body": offer.body, "since": offer.published_on.isoformat(),
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
    offered = session().scalar(select(func.count()).select_from(Offer).where(Offer.offered_at.is_not(None))) or 0
    claimed = (
        session().scalar(select(func.count(func.distinct(Claim.offer_id))).where(Claim.approved_at.is_not(None))) or 0
    )
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


def return_unclaimed(now: datetime) -> int:
    """What nobody took in time goes back to the district, and the coordinators are told; gives how many.

    An offer with a claim that waits for a decision stays. For the worker, which commits; twice is harmless.
    Source: domain.md, Offer.
    """
    waiting = select(Claim.offer_id).where(Claim.state == ClaimState.MADE)
    over = session().scalars(
        select(Offer)
        .where(Offer.state == O.OFFERED, Offer.back_after <= now, Offer.id.not_in(waiting))
        .order_by(Offer.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    gone = 0
    for offer in over:
        send_back(offer, reason=UNCLAIMED, actor=SYSTEM, now=now)
        people = [h.ref for h in holders(Role.COORDINATOR, offer.region_path)]
        tell("offer-unclaimed", to=people, now=now, url=f"/offers/{offer.ref}")
        gone += 1
    return gone


def is_gone(child: Child) -> bool:
    """Whether nothing about this child may be offered any more."""
    return child.state not in OPEN_STATES or child.state is FileState.ENTERED_IN_ERROR
