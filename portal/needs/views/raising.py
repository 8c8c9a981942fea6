"""Raising a need from a child's file."""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from portal.children.queries import child_or_404
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, seen_fields
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import new_ref
from portal.kernel.errors import NotFound, require
from portal.needs import operations, policy
from portal.needs.forms import NeedForm
from portal.needs.models import Need
from portal.needs.views.blueprint import bp
from portal.places.settings import coded
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, refused, saved, submitted, tell, wants_json


@bp.route("/needs/new", methods=["GET", "POST"])
@allow(*REGION_ROLES, Role.GRID_WORKER)
def new() -> ResponseReturnValue:
    """Say what a child or its household lacks."""
    ref = request.values.get("child", "")
    if not ref:
        raise NotFound
    child = child_or_404(g.actor, ref)
    require(policy.can_raise(g.actor, child))
    form = NeedForm()
    form.dimension.offer(coded("support_dimensions"))
    key = request.form.get("client_key", "")[:40] or new_ref()
    made: list[Need] = []

    def keep() -> None:
        made.append(
            operations.raise_need(
                child, kind=form.kind.data, urgency=form.urgency.data, household=form.household.data,
                text=form.text.data or "", channel=form.channel.data, dimension=form.dimension.data or "",
                client_key=key, actor=g.actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, keep):
        tell(_("Raised. The village has it now."), "success")
        return saved(url_for(".show", ref=made[0].ref), key=key)
    if wants_json() and request.method == "POST":
        return refused(form)
    return page(
        "needs/new.html", form=form, key=key, child_ref=child.ref, label=label_of(child, seen_fields(g.actor, child))
    )
