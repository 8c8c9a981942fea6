"""Pages of this room: what one owes, and its lines on the phone's today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, g, request
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of, region_names
from portal.duties import queries
from portal.duties.forms import DutyFilter
from portal.duties.models import Duty
from portal.duties.words import words_of
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day, now, today
from portal.kernel.words import N_
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _, clock, day_text, ngettext
from portal.web.lists import Sort, keyset
from portal.web.pages import page
from portal.web.registries import NavItem, TodayItem

bp = Blueprint("duties", __name__)
SOON = timedelta(days=7)
"""What is due later does not stand on today's page."""
SHOWN_SINGLY = 3
"""More duties of one kind are one line with their number."""
SHOWN_BY_ROOMS = frozenset(
    {
        "concern-acknowledge",
        "credential-expires",
        "silent-pair",
        "silent-alert",
        "log-review",
        "log-answer",
        "mentor-ask",
        "need-handle",
        "need-confirm",
        "need-overdue",
    }
)
"""Their rooms put these onto today's page with names that this room does not know."""


@bp.get("/duties")
@allow(signed_in=True)
def index() -> ResponseReturnValue:
    """What one owes, and what those owe whom one stands in for; due first."""
    filters = DutyFilter(formdata=request.args)
    moment = now()
    statement = queries.list_of(
        g.actor, overdue_at=moment if filters.overdue.data else None, own=bool(filters.mine.data)
    )
    listing = keyset(statement, sorts=[Sort("due", (Duty.due_at, Duty.id))], filters=filters)
    others = names_of(r.owner_ref for r in listing.rows if r.owner_ref and r.owner_ref != g.actor.account_ref)
    places = region_names({r.path for r in listing.rows if r.path})
    return page(
        "duties/index.html", listing=listing, words=words_of, others=others, places=places, moment=moment,
        who=_called(g.actor, listing.rows),
    )  # fmt: skip


def _called(actor: Actor, rows: Iterable[Any]) -> dict[str, str]:
    """Whom each of these duties is about, by its ref, as far as the reader may know the name: lines that all say
    the same would have to be opened one by one."""
    app: Any = current_app
    about = {r.ref: ("child", r.child_ref) if r.child_ref else (r.subject_kind, r.subject_ref) for r in rows}
    names: dict[tuple[str, str], str] = {}
    for kind, ask in app.registries.called.items():
        if refs := {ref for k, ref in about.values() if k == kind}:
            names |= {(kind, ref): name for ref, name in ask(actor, refs).items()}
    return {ref: names[one] for ref, one in about.items() if one in names}


def due_words(duty: Any) -> str:
    """When it is due, in few words."""
    day = local_day(duty.due_at)
    if duty.due_at <= now():
        late = (today() - day).days
        return str(_("overdue") if late < 1 else ngettext("%(num)s day overdue", "%(num)s days overdue", late))
    return str(_("today %(time)s", time=clock(duty.due_at)) if day == today() else _("by %(day)s", day=day_text(day)))


def today_of(actor: Actor) -> Iterable[TodayItem]:
    """What one owes now or within the week: each by itself, or one line for many of a kind."""
    moment = now()
    # Hidden ones are shown by safeguarding itself, to everybody who is asked and not to the first one alone.
    soon = queries.first_owed(actor, moment + SOON, most=100)
    owed = [d for d in soon if d.kind not in SHOWN_BY_ROOMS]
    for kind, of_kind in groupby(sorted(owed, key=lambda d: d.kind), key=lambda d: d.kind):
        duties = sorted(of_kind, key=lambda d: d.due_at)
        words = words_of(kind)
        many = len(duties) > SHOWN_SINGLY
        for duty in duties[: 1 if many else SHOWN_SINGLY]:
            late = duty.due_at <= moment
            what = _(words.what)
            yield TodayItem(
                who=_("%(what)s (%(number)d)", what=what, number=len(duties)) if many else what, why=_(words.why),
                when=due_words(duty), url="/duties" if many or not duty.url else duty.url, action=_(words.action),
                tone="red" if late else "amber", icon=words.icon, order=(10 if late else 30, duty.due_at.isoformat()),
            )  # fmt: skip


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.today.append(today_of)
    app.registries.nav.append(NavItem("duties.index", N_("What I owe"), "list", order=60, menu=True))
