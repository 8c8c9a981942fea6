"""Which lists can be kept as a view, and what of an address is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from portal.kernel.words import N_

LONGEST_NAME = 40
LONGEST_QUERY = 1000
MOST_VIEWS = 30
"""Saved views of one person."""
LISTS = {
    "children.index": N_("Children"),
    "volunteers.index": N_("Volunteers"),
    "pairing.index": N_("Pairs"),
    "mentoring.index": N_("Session logs"),
    "needs.index": N_("Needs"),
    "board.offers": N_("Offers"),
    "board.claims": N_("Claims"),
    "visits.index": N_("Visits due"),
    "visits.records": N_("Visits made"),
    "referrals.index": N_("Referrals"),
    "safeguarding.concerns": N_("Concerns"),
    "safeguarding.complaints": N_("Complaints"),
    "safeguarding.duty_list": N_("Duty list"),
    "duties.index": N_("What I owe"),
    "notices.index": N_("Notices"),
    "partners.index": N_("Organisations"),
    "access.people": N_("People"),
    "audit.index": N_("Audit log"),
}
"""The lists with filters, by endpoint, each with its title."""
SEARCHED = frozenset({"q", "who"})
"""Filters into which names of people are typed."""
NOT_KEPT = SEARCHED | {"after", "before", "csrf_token"}
"""Besides names: the place in the list, which the next row makes another one."""
_NAME = re.compile(r"[a-z][a-z_]{0,29}")


def kept_query(pairs: Iterable[tuple[str, str]]) -> str:
    """What of a list's query is worth keeping, encoded anew; '' when nothing is."""
    return urlencode([(n, v) for n, v in pairs if v and n not in NOT_KEPT and _NAME.fullmatch(n)])
