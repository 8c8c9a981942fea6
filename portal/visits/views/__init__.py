"""Pages of this room: who is due, a visit on the phone, what was seen, the overview and the quiet review."""

from portal.visits.views import due, listing, overview, pocket, shared, showing, writing
from portal.visits.views.blueprint import bp
from portal.web.flow import Portal

PAGES = (due, listing, overview, pocket, showing, writing)
"""Imported for their routes."""


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.extend(shared.NAV)
    app.registries.today.append(shared.today_of)
    app.registries.cards.append(shared.cards_of)
    app.registries.child_panels.append(shared.panel_of)
    app.registries.timeline.append(shared.timeline_of)
