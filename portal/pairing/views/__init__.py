"""Pages of this room: the list, suggestions, one pair for staff and for its mentor, its steps, what mentors ask."""

from portal.kernel.actor import Role
from portal.kernel.words import N_
from portal.pairing.views import asking, listing, shared, showing, stepping, suggesting
from portal.pairing.views.blueprint import bp
from portal.web.flow import Portal
from portal.web.registries import NavItem

PAGES = (asking, listing, showing, stepping, suggesting)
"""Imported for their routes."""


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.append(
        NavItem("pairing.index", N_("Pairs"), "heart", frozenset({Role.COORDINATOR, Role.SUPERVISOR}), order=25)
    )
    app.registries.timeline.append(shared.timeline_of)
    app.registries.today.append(shared.today_of)
    app.registries.child_panels.append(shared.panel_of)
