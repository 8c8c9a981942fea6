"""Pages of files."""

from __future__ import annotations

from portal.children import prompts
from portal.children.timeline import own_lines
from portal.children.views import codes, consents, files, lists, parents, parts, plan
from portal.children.views.frame import READERS, bp
from portal.kernel.words import N_
from portal.web.flow import Portal
from portal.web.registries import NavItem

__all__ = ["bp", "codes", "consents", "files", "lists", "parents", "parts", "plan", "register"]


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.append(
        NavItem("children.index", N_("Children"), "child", READERS, order=10, tab=True, short=N_("Child"))
    )
    app.registries.search.append(prompts.found)
    app.registries.timeline.append(own_lines)
    app.registries.called["child"] = prompts.called
    app.registries.child_panels.append(codes.card_panel)
    app.registries.today.append(prompts.due_today)
    app.registries.checklist.append(prompts.first_steps)
