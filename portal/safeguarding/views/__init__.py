"""Pages of this room: concerns, the duty list, complaints, the notice on privacy."""

from __future__ import annotations

from portal.safeguarding.views import complaints, concerns, duty_list, raising, shared
from portal.safeguarding.views.blueprint import bp
from portal.web.flow import Portal

__all__ = ["bp", "complaints", "concerns", "duty_list", "raising", "register"]


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.extend(shared.NAV)
    app.registries.timeline.append(shared.timeline)
    app.registries.today.append(shared.today)
    app.registries.cards.append(shared.cards)
