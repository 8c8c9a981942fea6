"""Pages of this room: the public directory and its JSON, organisations as staff and their own people keep them."""

from portal.kernel.actor import Role
from portal.kernel.words import N_
from portal.partners.policy import READERS
from portal.partners.views import awards, directory, hsds, keeping, listing, offering, people, undertakings
from portal.partners.views.blueprint import bp
from portal.web.flow import Portal
from portal.web.registries import NavItem

__all__ = ["awards", "directory", "hsds", "keeping", "offering", "people", "register", "undertakings"]


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav += [
        NavItem("partners.index", N_("Organisations"), "home", frozenset(READERS), order=45),
        NavItem(
            "partners.mine", N_("My organisation"), "home", frozenset({Role.PARTNER, Role.PARTNER_MANAGER}), order=46
        ),
    ]
    app.registries.search.append(listing.find)
