"""Pages of this room: the register, one volunteer, one's own volunteering."""

from portal.kernel.actor import Role
from portal.kernel.words import N_
from portal.volunteers import queries
from portal.volunteers.policy import READERS
from portal.volunteers.views import keeping, listing, own
from portal.volunteers.views.blueprint import bp
from portal.web.flow import Portal
from portal.web.registries import NavItem

__all__ = ["keeping", "register"]


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav += [
        NavItem("volunteers.index", N_("Volunteers"), "users", frozenset(READERS), order=30),
        NavItem("volunteers.mine", N_("My volunteering"), "heart", frozenset({Role.MENTOR}), order=60, menu=True),
    ]
    app.registries.called["volunteer"] = queries.called
    app.registries.search.append(listing.find)
    app.registries.today.append(own.expiring_soon)
