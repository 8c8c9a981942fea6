"""What a phone keeps to work without signal: a page that knows nobody, and a short label and a day for each child."""

from __future__ import annotations

from flask import g, jsonify
from flask.typing import ResponseReturnValue

from portal.children.sight import REGION_ROLES
from portal.kernel.clock import local_day
from portal.visits import policy, queries
from portal.visits.forms import VisitForm
from portal.visits.rules import KIND_WORDS, VisitKind
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import LOCALES, _
from portal.web.pages import page


@bp.get("/visits/pocket")
@allow(anybody=True)
def pocket() -> ResponseReturnValue:
    """The list and the form as a phone shows them without a connection, the same for everybody."""
    form = VisitForm(formdata=None)
    # Whose interval a plain visit fulfils, the server knows by who sends it.
    form.kind.choices = [(kind.value, _(KIND_WORDS[kind])) for kind in (VisitKind.CARE, VisitKind.JOINT)]
    return page("visits/pocket.html", form=form)


@bp.get("/visits/scan")
@allow(*policy.VISITORS)
def scan() -> ResponseReturnValue:
    """The camera, and the short code for where there is none."""
    return page("visits/scan.html")


@bp.get("/visits/pocket/<locale>")
@allow(anybody=True)
def pocket_in(locale: str) -> ResponseReturnValue:
    """The same in one language, since the phone asks for it without cookies."""
    g.locale = locale if locale in LOCALES else None
    return pocket()


@bp.get("/visits/plan")
@allow(*policy.VISITORS)
def plan() -> ResponseReturnValue:
    """All that a phone keeps of the plan, for 48 hours at most: what a child is called, its village, and the day."""
    whole = g.actor.has(*REGION_ROLES)
    rows = queries.first_due(g.actor, queries.interval_of(g.actor), queries.KEPT_ON_PHONE)
    return jsonify(
        account=g.actor.account_ref,
        children=[
            {
                "ref": row.ref,
                "label": _("%(name)s · %(village)s", name=shown.short_label(row, whole=whole), village=row.village),
                "due": local_day(row.due_at).isoformat(),
            }
            for row in rows
        ],
    )
