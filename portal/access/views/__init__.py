"""Pages of access, one file per noun."""

from __future__ import annotations

from portal.access import passwords
from portal.access.addresses import phone_words
from portal.access.views import demo, elsewhere, links, mine, people, roles, sign_ins
from portal.access.views.blueprint import bp
from portal.kernel.actor import STAFF, Role
from portal.kernel.words import N_
from portal.web.flow import Portal
from portal.web.registries import NavItem

PAGES = (sign_ins, links, mine, people, roles, demo)
"""Importing them puts their pages on the blueprint."""


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    passwords.use_strength(**app.config.get("PASSWORD_STRENGTH", {}))
    app.register_blueprint(bp)
    app.jinja_env.filters["phone"] = phone_words
    keepers = frozenset({Role.ADMIN, Role.COORDINATOR})
    app.registries.nav += [
        NavItem("access.people", N_("People"), "users", roles=keepers, order=70, tab=True),
        NavItem("access.roles", N_("Roles"), "lock", roles=keepers | {Role.SAFEGUARDING_LEAD}, order=71),
        NavItem("access.account", N_("My account"), "user", order=90, menu=True),
        NavItem("access.sessions", N_("My devices"), "lock", order=91, menu=True),
        NavItem("access.deputies_of_mine", N_("My deputies"), "users", roles=STAFF, order=92, menu=True),
    ]
    app.registries.search.append(elsewhere.search_people)
    app.registries.today.append(elsewhere.roles_to_confirm)
    app.registries.checklist.append(elsewhere.first_people)
