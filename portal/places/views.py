"""Pages of places and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kernel.actor import STAFF, Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.words import N_
from portal.places import operations, queries
from portal.places.forms import (
    DayForm,
    RegionEditForm,
    RegionForm,
    RegionImportForm,
    setting_form,
    setting_words,
    value_of,
)
from portal.places.models import DayOff
from portal.places.policy import can_keep
from portal.places.rules import LEVELS
from portal.places.settings import BY_NAME, SETTINGS, Declared, in_force
from portal.places.working_days import known_years
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page, submitted, tell
from portal.web.registries import NavItem, ToDo

bp = Blueprint("places", __name__)
LARGEST_FILE = 2 * 1024 * 1024


@bp.get("/regions")
@allow(Role.ADMIN, *STAFF)
def regions() -> ResponseReturnValue:
    """The region tree as far as the actor sees it."""
    rows = queries.tree_below(g.actor)
    depth = {r.id: 0 for r in rows}
    for row in rows:
        depth[row.id] = depth.get(row.parent_id, -1) + 1
    return page(
        "places/regions.html", rows=rows, depth=depth, levels=LEVELS, keeps=g.actor.has(Role.ADMIN),
        kept_paths=g.actor.paths(Role.ADMIN),
    )  # fmt: skip


@bp.route("/regions/import", methods=["GET", "POST"])
@allow(Role.ADMIN)
def regions_import() -> ResponseReturnValue:
    """Read a region tree from a file."""
    form = RegionImportForm()

    def read() -> None:
        data = form.file.data.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise DomainError(N_("The file is larger than 2 MB."), field="file")
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise DomainError(N_("The file is neither UTF-8 nor GB18030 text."), field="file")
        if "\0" in text:
            raise DomainError(N_("The file is no text."), field="file")
        added, changed = operations.import_regions(text, actor=g.actor, now=now())
        tell(_("%(added)d regions are new, %(changed)d have changed.", added=added, changed=changed), "success")

    if submitted(form, read):
        return redirect(url_for(".regions"), 303)
    return page("places/region_import.html", form=form)


@bp.route("/regions/<ref>/new", methods=["GET", "POST"])
@allow(Role.ADMIN)
def region_new(ref: str) -> ResponseReturnValue:
    """A new region below another."""
    parent = queries.region_or_404(g.actor, ref)
    form = RegionForm()
    if submitted(form, lambda: operations.add_region(parent, **form.answers(), actor=g.actor, now=now())):
        tell(_("“%(name)s” was added.", name=form.name.data), "success")
        return redirect(url_for(".regions"), 303)
    return page("places/region_new.html", form=form, parent=parent)


@bp.route("/regions/<ref>", methods=["GET", "POST"])
@allow(Role.ADMIN)
def region(ref: str) -> ResponseReturnValue:
    """One region."""
    place = queries.region_or_404(g.actor, ref)
    form = RegionEditForm(obj=place)
    if submitted(form, lambda: operations.edit_region(place, **form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(url_for(".regions"), 303)
    return page("places/region.html", form=form, place=place, keeps=can_keep(g.actor, place))


@bp.get("/settings")
@allow(Role.ADMIN, Role.COORDINATOR, Role.AUDITOR)
def settings() -> ResponseReturnValue:
    """All settings by group, with what is in force."""
    groups: dict[str, list[Declared]] = {}
    for declared in SETTINGS:
        groups.setdefault(declared.group, []).append(declared)
    return page(
        "places/settings.html", groups=groups, values=in_force(), words=setting_words, changes=g.actor.has(Role.ADMIN)
    )  # fmt: skip


@bp.route("/settings/<name>", methods=["GET", "POST"])
@allow(Role.ADMIN)
def setting_edit(name: str) -> ResponseReturnValue:
    """One setting: its value from a day on, and what it was."""
    declared = BY_NAME.get(name)
    if declared is None:
        raise NotFound
    current = in_force()[name]
    form: Any = setting_form(declared, current)

    def change() -> None:
        operations.change_setting(
            name, value_of(form, declared, current), from_on=form.from_on.data, reason=form.reason.data, actor=g.actor,
            now=now(),
        )  # fmt: skip

    if submitted(form, change):
        tell(_("Saved."), "success")
        return redirect(url_for(".settings"), 303)
    history = queries.history_of(name)
    return page("places/setting.html", form=form, declared=declared, history=history, words=setting_words)


@bp.route("/settings/calendar", methods=["GET", "POST"])
@allow(Role.ADMIN)
def calendar() -> ResponseReturnValue:
    """Corrections of the holiday calendar."""
    form = DayForm()
    if submitted(
        form,
        lambda: operations.correct_day(
            form.on.data or today(),
            is_workday=form.is_workday.data == "yes",
            label=form.label.data or "",
            actor=g.actor,
            now=now(),
        ),
    ):
        tell(_("Saved."), "success")
        return redirect(url_for(".calendar"), 303)
    first, last = known_years()
    return page(
        "places/calendar.html", form=form, days=queries.days_off(), first=first, last=last, this_year=today().year
    )


@bp.post("/settings/calendar/<ref>/removal")
@allow(Role.ADMIN)
def calendar_removal(ref: str) -> ResponseReturnValue:
    """Take a correction back."""
    day = session().query(DayOff).filter(DayOff.ref == ref).one_or_none()
    if day is None:
        raise NotFound
    if submitted(Form(), lambda: operations.forget_correction(day, actor=g.actor, now=now())):
        tell(_("Taken back."), "success")
    return redirect(url_for(".calendar"), 303)


def checklist(actor: Actor) -> Iterable[ToDo]:
    """First steps of an administrator."""
    if actor.has(Role.ADMIN):
        villages = any(r.level == "village" for r in queries.tree_below(actor))
        yield ToDo(_("Bring in the region tree, down to the villages"), url_for("places.regions_import"), villages)


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.registries.nav.append(NavItem("places.regions", N_("Regions"), "map", frozenset({Role.ADMIN}), order=70))
    app.registries.nav.append(
        NavItem("places.settings", N_("Settings"), "gear", frozenset({Role.ADMIN, Role.COORDINATOR}), order=72)
    )
    app.registries.checklist.append(checklist)
