"""The duty list: read by coordinators, kept by safeguarding leads."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import region_names
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.places.settings import setting
from portal.safeguarding import operations, policy, queries
from portal.safeguarding.forms import DutyForm
from portal.safeguarding.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


@bp.route("/duty-list", methods=["GET", "POST"])
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def duty_list() -> ResponseReturnValue:
    """Who is asked first when somebody is worried, by region; a lead adds people to the lists of the own regions."""
    kept = g.actor.paths(Role.SAFEGUARDING_LEAD)
    path = request.args.get("region", "")
    path = path if path in kept else (kept[0] if kept else "")
    form = DutyForm()
    form.person.offer(queries.people_for_duty(path).items() if path else ())
    if kept and submitted(
        form,
        lambda: operations.add_to_duty_list(
            path=path, account_ref=form.person.data, phone=form.phone.data, hours=form.hours.data or "", actor=g.actor,
            now=now(),
        ),
    ):  # fmt: skip
        tell(_("Saved."), "success")
        return redirect(url_for(".duty_list", region=path if len(kept) > 1 else None), 303)
    rows = queries.lists_seen(g.actor)
    paths = list(dict.fromkeys([*kept, *(e.region_path for e, _name, _active in rows)]))
    lists = [
        (one, policy.can_keep_list(g.actor, one), [(e, n, a) for e, n, a in rows if e.region_path == one])
        for one in paths
    ]
    return page(
        "safeguarding/duty_list.html", form=form, lists=lists, names=region_names(paths), path=path, kept=kept,
        last_name=setting("last_resort_name"), last_phone=setting("last_resort_phone"),
    )  # fmt: skip


@bp.post("/duty-list/<ref>/position")
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def position(ref: str) -> ResponseReturnValue:
    """One place up or down."""
    entry = queries.entry_or_404(g.actor, ref)
    operations.move_on_duty_list(entry, up=request.form.get("way") == "up", actor=g.actor, now=now())
    return redirect(url_for(".duty_list"), 303)


@bp.post("/duty-list/<ref>/removal")
@allow(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
def removal(ref: str) -> ResponseReturnValue:
    """Take somebody off."""
    entry = queries.entry_or_404(g.actor, ref)
    operations.remove_from_duty_list(entry, actor=g.actor, now=now())
    tell(_("Taken off the duty list."), "success")
    return redirect(url_for(".duty_list"), 303)
