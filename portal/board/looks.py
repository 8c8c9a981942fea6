"""How the public would see an offer: the files that the count knows, the words, and why something is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.board.models import Offer
from portal.board.rules import Cell, File, Hidden, Slip, Wording, band_of, slips
from portal.children.models import Carer, Child, Consent
from portal.children.queries import stands
from portal.children.rules import OPEN_STATES, Purpose
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.needs.models import Need
from portal.needs.rules import NeedState
from portal.places.models import Region

TOWNS = ("town", "street")
_BELOW = ("街道", "社区", "镇", "乡", "村")


def known_files(today: date) -> dict[int, File]:
    """Every open file as the count knows it, by child id, with the kinds of need that it has or had."""
    kinds: dict[int, set[str]] = {}
    for child_id, kind in session().execute(
        select(Need.child_id, Need.kind)
        .where(Need.state.not_in((NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR)))
        .distinct()
    ):
        kinds.setdefault(child_id, set()).add(kind.value)
    towns = set(session().scalars(select(Region.path).where(Region.level.in_(TOWNS))))
    rows = session().execute(select(Child.id, Child.region_path, Child.born_on).where(Child.state.in_(OPEN_STATES)))
    return {
        row.id: File(_town_of(row.region_path, towns), band_of(row.born_on, today), frozenset(kinds.get(row.id, ())))
        for row in rows
    }


def _above(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:i]) + "/" for i in range(len(parts), 0, -1)]


def _town_of(path: str, towns: set[str]) -> str:
    return next((p for p in _above(path) if p in towns), "")


@dataclass(frozen=True)
class Own:
    """What a public text about one child must not hold."""

    names: tuple[str, ...]
    places: tuple[str, ...]

    def slips(self, *texts: str) -> list[Slip]:
        """What in these texts could point at the child."""
        return slips("\n".join(texts), names=self.names, places=self.places)


def own_words(children: Sequence[Child]) -> dict[int, Own]:
    """The names in each child's file, and every place from its town down, with its school; by child id."""
    carers: dict[int, list[str]] = {}
    ids = [c.id for c in children]
    for child_id, name in session().execute(select(Carer.child_id, Carer.name).where(Carer.child_id.in_(ids))):
        carers.setdefault(child_id, []).append(name)
    registered = [c.registered_region_id for c in children if c.registered_region_id]
    paths = {p for c in children for p in _above(c.region_path)}
    regions = session().execute(
        select(Region.id, Region.path, Region.name, Region.name_en, Region.level).where(
            Region.path.in_(paths) | Region.id.in_(registered)
        )
    )
    by_path, by_id = {}, {}
    for row in regions:
        by_id[row.id] = row
        if row.level in (*TOWNS, "village", "community"):
            by_path[row.path] = row
    found = {}
    for child in children:
        rows = [by_path[p] for p in _above(child.region_path) if p in by_path]
        rows += [by_id[child.registered_region_id]] if child.registered_region_id in by_id else []
        given = [child.given_name] if len(child.given_name) > 1 else []
        names = [child.name, child.alias, *given, *carers.get(child.id, ())]
        places = [n for row in rows for n in (row.name, _stem(row.name), row.name_en)] + [child.school]
        found[child.id] = Own(tuple(n for n in names if n), tuple(p for p in places if p))
    return found


def _stem(name: str) -> str:
    """义堂镇 → 义堂: people leave the last word out."""
    return next((name.removesuffix(end) for end in _BELOW if name.endswith(end) and len(name) > len(end) + 1), "")


@dataclass(frozen=True)
class Look:
    """How the next batch would word an offer. `cell` is None where it shows nothing, and `hidden` says why; `slip` is
    what was found in the words."""

    cell: Cell | None
    hidden: Hidden | None = None
    slip: Slip | None = None

    @property
    def is_fine(self) -> bool:
        """Whether town and age band are both said."""
        return self.cell is not None and bool(self.cell.town and self.cell.band)


def looks(rows: Iterable[tuple[Offer, Child]], *, today: date) -> dict[str, Look]:
    """How the batch of a day would show each of these offers, by ref. Costs the same for one as for many."""
    pairs = list(rows)
    if not pairs:
        return {}
    files, own = known_files(today), own_words([child for _offer, child in pairs])
    consented = _consented([child for _offer, child in pairs], today)
    wording = {kind: Wording(files.values(), kind) for kind in {offer.kind for offer, _child in pairs}}
    found = {}
    for offer, child in pairs:
        file = files.get(child.id)
        slip = next(iter(own[child.id].slips(offer.title, offer.body)), None)
        cell = wording[offer.kind].of(file.town, file.band) if file else None
        if file is None:
            found[offer.ref] = Look(None, Hidden.FILE)
        elif child.id not in consented:
            found[offer.ref] = Look(None, Hidden.CONSENT)
        elif slip is not None:
            found[offer.ref] = Look(None, Hidden.WORDS, slip)
        else:
            found[offer.ref] = Look(cell, None if cell else Hidden.FEW)
    return found


def _consented(children: Sequence[Child], today: date) -> set[int]:
    """Ids of the children for whom a consent for the board stands, and one for the programme."""
    born = {c.id: c.born_on for c in children}
    given = session().scalars(
        select(Consent).where(Consent.child_id.in_(born), Consent.purpose.in_((Purpose.BOARD, Purpose.FILE)))
    )
    standing = {(c.child_id, c.purpose) for c in given if stands(c, born[c.child_id], today)}
    return {i for i in born if {(i, Purpose.BOARD), (i, Purpose.FILE)} <= standing}


def shown_as(child: Child, kind: str, *, now: datetime) -> Cell | None:
    """How the board would word the child's cell in the next batch; None when nothing may be shown."""
    files = known_files(local_day(now))
    mine = files.get(child.id)
    return Wording(files.values(), kind).of(mine.town, mine.band) if mine else None


def own_of(child: Child) -> Own:
    """What a public text about this child must not hold."""
    return own_words([child])[child.id]
