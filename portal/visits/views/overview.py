"""For supervisors and coordinators: what is due per village, and what a person looks at once more. No ranking of
workers anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from portal.kernel.clock import now
from portal.visits import policy, queries
from portal.visits.forms import SignFilter
from portal.visits.rules import SIGN_WORDS, Sign, signs
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.lists import Listing
from portal.web.pages import page

MOST_SHOWN = 100


@bp.get("/visits/overview")
@allow(*policy.REVIEWERS)
def overview() -> ResponseReturnValue:
    """Open files and visits due, soon and overdue, village by village."""
    rows = queries.counts_by_village(g.actor.paths(*policy.REVIEWERS))
    totals = {name: sum(getattr(r, name) or 0 for r in rows) for name in ("files", "overdue", "soon", "town_overdue")}
    return page("visits/overview.html", rows=rows, totals=totals, subnav=shown.subnav_of(g.actor, "overview"))


@dataclass(frozen=True)
class Looked:
    """A visit with why it is looked at."""

    row: Any
    signs: list[Sign]


@bp.get("/visits/review")
@allow(*policy.REVIEWERS)
def review() -> ResponseReturnValue:
    """Visits of the last 60 days that a person looks at once more, the newest first, without points."""
    filters = SignFilter(request.args)
    filters.validate()
    wanted = filters.sign.data if not filters.sign.errors else None
    seen = bool(filters.seen.data)
    rows = sorted(queries.to_look_over(g.actor, now() - queries.LOOKED_BACK), key=lambda r: r.author_ref)
    found: list[Looked] = []
    for _author, own in groupby(rows, key=lambda r: r.author_ref):
        mine = list(own)
        why = signs(mine)
        found += [Looked(row, sorted(why[row.ref])) for row in mine if row.ref in why]
    found = [f for f in found if (f.row.looked_at is not None) == seen and (wanted is None or wanted in f.signs)]
    found.sort(key=lambda f: (f.row.at, f.row.id), reverse=True)
    return page(
        "visits/review.html", listing=Listing(found[:MOST_SHOWN], filters=filters), more=len(found) - MOST_SHOWN,
        words={sign: _(text) for sign, text in SIGN_WORDS.items()}, shown=shown,
        subnav=shown.subnav_of(g.actor, "review"), call_back=Sign.CALL_BACK,
    )  # fmt: skip
