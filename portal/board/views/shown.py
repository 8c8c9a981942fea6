"""How offers and claims are spoken of on pages."""

from __future__ import annotations

from typing import Any

from portal.board.rules import BAND_WORDS, CLAIM, OFFER, WISH, Cell, ClaimState
from portal.kernel.words import N_
from portal.needs.rules import KIND_WORDS
from portal.web.language import _

BOARD_KINDS: dict[str, str] = {**{kind.value: words for kind, words in KIND_WORDS.items()}, WISH: N_("Small wish")}
"""What an offer can be about, in words."""


def kind_words(kind: str) -> str:
    """The kind of an offer in the reader's language."""
    return _(BOARD_KINDS.get(kind, kind))


def band_words(band: str) -> str:
    """An age band in the reader's language; '' is not said."""
    return _(BAND_WORDS[band]) if band in BAND_WORDS else _("any age")  # type: ignore[index]


def town_words(name: str) -> str:
    """A town's name; '' is the whole district."""
    return name or _("the district")


def offer_words(row: Any) -> str:
    """An offer's state in the reader's language."""
    return _(OFFER.words[row.state])


def offer_tone(row: Any) -> str:
    """The colour of an offer's state."""
    return OFFER.tones.get(row.state, "neutral")


def claim_words(row: Any) -> str:
    """A claim's state in the reader's language."""
    return claim_state_words(row.state)


def claim_state_words(state: ClaimState) -> str:
    """A state of claims in the reader's language."""
    return _(CLAIM.words[state])


def claim_tone(row: Any) -> str:
    """The colour of a claim's state."""
    return CLAIM.tones.get(row.state, "neutral")


def why_coarser(cell: Cell) -> str:
    """Why the board says less than town and age band; '' when it says both."""
    if cell.town and cell.band:
        return ""
    if cell.town:
        return _("The age band is left out: fewer than five open files of this kind would fit it in this town.")
    if cell.band:
        return _("The town is left out: fewer than five open files of this kind would fit there.")
    return _("Town and age band are left out: fewer than five open files of this kind would fit either.")
