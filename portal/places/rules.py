"""Closed lists of places. Pure."""

from __future__ import annotations

from portal.kernel.words import N_

LEVELS = {
    "province": N_("province"), "city": N_("city"), "district": N_("district"), "town": N_("town or street"),
    "village": N_("village or neighbourhood"),
}  # fmt: skip
