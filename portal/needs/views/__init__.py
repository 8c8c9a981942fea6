"""Pages of this room: the queue of each level, what one has raised, one need with its way, its steps, raising one."""

from portal.needs.views import listing, raising, shared, showing, stepping
from portal.needs.views.blueprint import bp
from portal.web.flow import Portal

PAGES = (listing, raising, showing, stepping)
"""Imported for their routes."""


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.extend(shared.NAV)
    app.registries.search.append(shared.found)
    app.registries.timeline.append(shared.timeline_of)
    app.registries.today.append(shared.today_of)
    app.registries.cards.append(shared.cards_of)
    app.registries.child_panels.append(shared.panel_of)
