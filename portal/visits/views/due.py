"""Who is due: the list that is the phone's home of the people next door, nearest first."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import or_

from portal.children.models import Child
from portal.children.rules import RISK_TONES, RISK_WORDS
from portal.children.sight import REGION_ROLES
from portal.duties.models import Duty
from portal.kernel.actor import Actor
from portal.kernel.clock import today
from portal.kernel.db import within
from portal.places.queries import regions_below
from portal.visits import policy, queries
from portal.visits.forms import DueFilter
from portal.visits.rules import STANDING_TONES, STANDING_WORDS, TOWN
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.lists import Sort, keyset
from portal.web.pages import page

SORTS = (Sort("due", (Duty.due_at, Duty.id)), Sort("child", (Child.initials, Duty.id)))


def villages_of(actor: Actor) -> dict[str, tuple[str, str]]:
    """The villages by which a list can be narrowed (code → name, path); nothing where there is only one."""
    found = {
        region.path.rstrip("/").rpartition("/")[2]: (region.name, region.path)
        for path in actor.paths(*REGION_ROLES)
        for region in regions_below(path, "village")
    }
    return found if len(found) > 1 else {}


@bp.get("/visits")
@allow(*policy.VISITORS)
def index() -> ResponseReturnValue:
    """Whose visit is due."""
    actor: Actor = g.actor
    interval = queries.interval_of(actor)
    filters = DueFilter(request.args)
    villages = villages_of(actor)
    if villages:
        filters.village.offer([(code, name) for code, (name, _path) in villages.items()])
    else:
        del filters.village
    filters.validate()
    chosen: dict[str, Any] = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.due_rows(actor, interval)
    if words := chosen.get("q"):
        statement = statement.where(
            or_(Child.name.contains(words, autoescape=True), Child.initials.startswith(words.lower(), autoescape=True))
        )
    if place := villages.get(chosen.get("village") or ""):
        statement = statement.where(within(Child.region_path, (place[1],)))
    if standing := chosen.get("standing"):
        statement = statement.where(queries.by_standing(standing, today()))
    listing = keyset(statement, sorts=SORTS, filters=filters)
    return page(
        "visits/index.html", listing=listing, counts=queries.counts_due(actor, interval), words=STANDING_WORDS,
        tones=STANDING_TONES, shown=shown, whole=actor.has(*REGION_ROLES), risk_words=RISK_WORDS,
        risk_tones=RISK_TONES, town=interval is TOWN, subnav=shown.subnav_of(actor, "due"),
    )  # fmt: skip
