"""Pages of this room: the public board, claiming, the claimant's own page, preparing offers, deciding on claims."""

from portal.board.views import claiming, deciding, listing, preparing, public, shared
from portal.board.views.blueprint import bp
from portal.web.flow import Portal

PAGES = (claiming, deciding, listing, preparing, public)
"""Imported for their routes."""
ALONE = ("board.board", "board.entry", "board.atom")
"""Pages that look for nobody and begin no session. The picture costs more: its askers are counted."""


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.alone.update(ALONE)
    app.registries.nav.extend(shared.NAV)
    app.registries.cards.append(shared.cards_of)
    app.registries.need_panels.append(shared.need_panel)
    app.registries.child_panels.append(shared.child_panel)
