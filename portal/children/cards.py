"""Children's cards: who has one, and the sheets of them. Every read starts at `visible_to`."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, select

from portal.children.listing import CHILD, COLUMNS, REGION, c
from portal.children.models import Child, ChildCode
from portal.children.rules import OPEN_STATES
from portal.children.short_codes import grouped
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor
from portal.kernel.db import session, within
from portal.kernel.secrets import opened
from portal.web.lists import Sort

CODE = ChildCode.__table__
LIVE = and_(CODE.c.child_id == c.id, CODE.c.ended_at.is_(None))
CARDS_ON_A_SHEET = 24
MOST_CARDS = 10 * CARDS_ON_A_SHEET
"""Cards that one print may have."""
SORTS = (Sort("village", (c.region_path, c.initials, c.id)), Sort("name", (c.initials, c.id)))


class PrintedCard(NamedTuple):
    """One card with what the cover says of it. `qr` is an inline picture without style; `page`, `row` and `place` say
    where on the sheets the card lies."""

    child: Any
    qr: Markup
    short: str
    page: int
    row: int
    place: int


def _worked_on(actor: Actor) -> ColumnElement[bool]:
    """Open files of the actor's own regions: whoever works on them hands out the cards."""
    return and_(within(c.region_path, actor.paths(*REGION_ROLES)), c.state.in_(OPEN_STATES))


def cards_list(actor: Actor, chosen: dict[str, Any]) -> Any:
    """Children of the actor's regions with the day on which their card was issued, None without one."""
    statement: Any = (
        select(*COLUMNS, CODE.c.issued_at).select_from(CHILD.outerjoin(CODE, LIVE))
        .join(REGION, REGION.c.id == c.region_id).where(_worked_on(actor))
    )  # fmt: skip
    if path := chosen.get("region"):
        statement = statement.where(within(c.region_path, (path,)))
    if has := chosen.get("card"):
        statement = statement.where(CODE.c.id.is_not(None) if has == "with" else CODE.c.id.is_(None))
    return statement


def children_for_cards(actor: Actor, refs: list[str], path: str = "") -> list[Child]:
    """The chosen children, or all of a region, whom the actor works on: in the order of the sheets."""
    chosen = within(c.region_path, (path,)) if path else c.ref.in_(refs)
    statement = select(Child).where(_worked_on(actor), chosen).order_by(*SORTS[0].columns).limit(MOST_CARDS + 1)
    return list(session().scalars(statement))


def printed_cards(actor: Actor, refs: list[str], path: str, public_url: str) -> list[PrintedCard]:
    """The cards of chosen children, or of a whole region, in the order of the sheets; those without a code are left
    out. The view logs each of them as a read of the file."""
    chosen = within(c.region_path, (path,)) if path else c.ref.in_(refs)
    rows = session().execute(
        select(*COLUMNS, CODE.c.ref.label("code_ref"), CODE.c.token_sealed, CODE.c.short_sealed)
        .select_from(CHILD.join(CODE, LIVE)).join(REGION, REGION.c.id == c.region_id)
        .where(_worked_on(actor), chosen).order_by(*SORTS[0].columns).limit(MOST_CARDS)
    )  # fmt: skip
    found = []
    for number, row in enumerate(rows):
        token = opened(ChildCode.token_sealed, row.code_ref, row.token_sealed)
        short = grouped(opened(ChildCode.short_sealed, row.code_ref, row.short_sealed))
        on_sheet = number % CARDS_ON_A_SHEET
        found.append(
            PrintedCard(
                row, qr_picture(f"{public_url}/c/{token}"), short, number // CARDS_ON_A_SHEET + 1, on_sheet // 3 + 1,
                on_sheet % 3 + 1,
            )
        )  # fmt: skip
    return found


def qr_picture(address: str) -> Markup:
    """A QR code as an inline picture, medium error correction, with the quiet zone of four modules that readers need.
    Source: ISO/IEC 18004."""
    import segno

    return Markup(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, svgclass="qr", lineclass=None))
