"""What stands around every page of a file: the reader's fields, the head, the tabs; and the log of the read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.interfaces import ORMOption

from portal.audit.operations import record_read
from portal.children import queries
from portal.children.models import Child
from portal.children.shown import Shown, shown
from portal.children.sight import REGION_ROLES, right_of, seen_fields
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.errors import NotFound
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page

bp = Blueprint("children", __name__)

READERS = frozenset({*REGION_ROLES, Role.GRID_WORKER, Role.SAFEGUARDING_LEAD, Role.CONFIRMER, Role.MENTOR})
"""Roles that see children: by region, or by a row of the ledger."""
WORKERS = REGION_ROLES
"""Roles that write into files."""


def read(
    ref: str, *needs: str, what: str = "child-read", load: tuple[ORMOption, ...] = ()
) -> tuple[Child, frozenset[str]]:
    """The child and the reader's fields, the read noted in the log. Raises NotFound for a child, or a part of its file
    (`needs`, field names), that the reader may not see: the two are never told apart."""
    actor: Actor = g.actor
    child = queries.child_or_404(actor, ref, *load)
    fields = seen_fields(actor, child)
    if not fields.issuperset(needs):
        raise NotFound
    why, whose = right_of(actor, child)
    record_read(what, kind="child", ref=child.ref, about_ref=child.ref, region_path=child.region_path, why=why,
                actor=actor, now=now(), hidden=why == "concern", in_place_of=whose)  # fmt: skip
    return child, fields


def form_of(ref: str, needs: str = "history") -> tuple[Child, frozenset[str]]:
    """The child for a small form, and the reader's fields. Showing the form is a read; sending it writes a row of its
    own. Raises NotFound for a child or a part that the reader may not see."""
    if request.method == "GET":
        return read(ref, needs)
    child = queries.child_or_404(g.actor, ref)
    fields = seen_fields(g.actor, child)
    if needs not in fields:
        raise NotFound
    return child, fields


def tabs(child: Shown, current: str) -> list[tuple[str, str, bool]]:
    """The parts of the file that this reader sees: (label, address, is current)."""
    base = f"/children/{child.ref}"
    parts = [
        ("history", "timeline", _("Timeline"), base),
        ("history", "profile", _("Profile"), f"{base}/profile"),
        ("plan", "plan", _("Plan and support"), f"{base}/plan"),
        ("history", "carers", _("Carers and consents"), f"{base}/carers"),
        ("parents", "parents", _("Parents' facts"), f"{base}/parents"),
        ("who_looked", "looks", _("Who looked"), f"{base}/looks"),
    ]
    return [(label, url, key == current) for needs, key, label, url in parts if child.sees(needs)]


def file_page(
    template: str, child: Child, fields: frozenset[str], current: str, *, form: Form | None = None, **facts: Any
) -> ResponseReturnValue:
    """A page of the file with its head and tabs."""
    seen = facts.pop("seen", None) or shown(child, fields)
    return page(f"children/{template}", form=form, child=seen, parts=tabs(seen, current), **facts)


def form_page(
    child: Child, fields: frozenset[str], form: Form, title: str, *, back: str, save: str = "", intro: str = "",
    tone: str = "blue",
    hints: dict[str, str] | None = None, danger: bool = False, status: int = 200, **facts: Any,
) -> ResponseReturnValue:  # fmt: skip
    """A small form about one part of the file. `back` is the tab to return to ('' for the timeline)."""
    seen = shown(child, fields)
    return page(
        "children/form.html", form=form, child=seen, title=title, back=f"/children/{child.ref}/{back}".rstrip("/"),
        save=save or _("Save"),
        intro=intro, tone=tone, hints=hints or {}, danger=danger, status=status, **facts,
    )  # fmt: skip
