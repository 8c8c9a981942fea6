"""Pages of sessions, one file per thing that a person does."""

from __future__ import annotations

from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Role
from portal.kernel.words import N_
from portal.mentoring.views import planned, reading, reviewing, today, writing
from portal.mentoring.views.blueprint import bp
from portal.web.flow import Portal
from portal.web.registries import NavItem

PAGES = (writing, reading, reviewing, planned)


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    registries = app.registries
    registries.nav += [
        NavItem(
            "mentoring.new", N_("Log a session"), "pen", frozenset({Role.MENTOR}), order=20, tab=True, short=N_("Log")
        ),
        NavItem("mentoring.index", N_("Session logs"), "list", frozenset({Role.MENTOR, *REGION_ROLES}), order=30),
        NavItem(
            "mentoring.planned_sessions",
            N_("Planned sessions"),
            "clock",
            frozenset({Role.MENTOR, Role.COORDINATOR}),
            order=55,
            menu=True,
        ),
    ]
    registries.timeline.append(today.timeline)
    registries.today.append(today.lines_of_today)
    registries.cards.append(today.cards)
