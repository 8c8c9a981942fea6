"""Pages of this room: the lists of both sides, preparing one, one referral for each side, its steps, deletion."""

from portal.referrals.views import listing, preparing, shared, showing, stepping, talking
from portal.referrals.views.blueprint import bp
from portal.web.flow import Portal

PAGES = (listing, preparing, showing, stepping, talking)
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
    app.registries.need_panels.append(shared.need_panel_of)
