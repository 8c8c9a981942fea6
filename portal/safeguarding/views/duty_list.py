"""The duty list: read by coordinators, kept by safeguarding leads."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import region_names
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.places.settings import setting
from portal.safeguarding import operations, policy, queries
from portal.safeguarding.forms import DutyFilter, DutyForm
from portal.safeguarding.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.lists import Listing, here
from portal.web.pages import page, submitted, tell


@bp.route("/duty-list", methods=["GET", "POST"])
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def duty_list() -> ResponseReturnValue:
    """Who is asked first when somebody is worried: one list over the whole scope; a lead adds people to it."""
    kept = g.actor.paths(Role.SAFEGUARDING_LEAD)
    entries = queries.lists_seen(g.actor)
    paths = list(dict.fromkeys([*kept, *(e.region_path for e, _name, _active in entries)]))
    names = region_names(paths)
    filters = DutyFilter(request.args)
    filters.region.offer((path, names.get(path, path)) for path in paths)
    chosen = filters.region.data if filters.region.data in paths else ""
    path = chosen if chosen and policy.can_keep_list(g.actor, chosen) else next(iter(kept), "")
    form = DutyForm()
    form.person.offer(queries.people_for_duty(path).items() if path else ())
    if path and submitted(
        form,
        lambda: operations.add_to_duty_list(
            path=path, account_ref=form.person.data, phone=form.phone.data, hours=form.hours.data or "", actor=g.actor,
            now=now(),
        ),
    ):  # fmt: skip
        tell(_("Saved."), "success")
        return redirect(here(), 303)
    return page(
        "safeguarding/duty_list.html", form=form, names=names, path=path, several=len(paths) > 1,
        listing=Listing(_rows(entries, chosen), filters=filters),
        last_name=setting("last_resort_name"), last_phone=setting("last_resort_phone"),
    )  # fmt: skip


def _rows(entries: list[Any], chosen: str) -> list[dict[str, Any]]:
    """The lines of the list, region by region in the order in which people are asked; of one region when it is chosen.

    `number` is the place in the region's own order; `keeps` says that the reader may change it.
    """
    found = []
    for path, group in groupby(entries, key=lambda row: row[0].region_path):
        people = list(group)
        if chosen and path != chosen:
            continue
        keeps = policy.can_keep_list(g.actor, path)
        for number, (entry, name, active) in enumerate(people, 1):
            found.append(
                {"entry": entry, "name": name, "active": active, "number": number, "keeps": keeps, "first": number == 1,
                 "last": number == len(people)}
            )  # fmt: skip
    return found


@bp.post("/duty-list/<ref>/position")
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def position(ref: str) -> ResponseReturnValue:
    """One place up or down."""
    entry = queries.entry_or_404(g.actor, ref)
    operations.move_on_duty_list(entry, up=request.form.get("way") == "up", actor=g.actor, now=now())
    return redirect(url_for(".duty_list", region=request.args.get("region") or None), 303)


@bp.post("/duty-list/<ref>/removal")
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def removal(ref: str) -> ResponseReturnValue:
    """Take somebody off."""
    entry = queries.entry_or_404(g.actor, ref)
    operations.remove_from_duty_list(entry, actor=g.actor, now=now())
    tell(_("Taken off the duty list."), "success")
    return redirect(url_for(".duty_list", region=request.args.get("region") or None), 303)
