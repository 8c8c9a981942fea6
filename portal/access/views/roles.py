"""Roles: what each one is, which wait for a second person, granting, refusing, ending."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access import queries
from portal.access.forms import ReasonForm
from portal.access.operations import roles as operations
from portal.access.role_words import EXPLAINED
from portal.access.views.blueprint import bp
from portal.kernel.actor import SEES_CASES, Role
from portal.kernel.clock import now
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import local_next, page, tell


@bp.get("/roles")
@allow(Role.ADMIN, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
def roles() -> ResponseReturnValue:
    """Roles that wait, and what every role is."""
    waiting = queries.roles_waiting(g.actor)
    return page(
        "access/roles.html", waiting=waiting, names=queries.names_of(grant.asked_by for grant, _a, _c in waiting),
        places=queries.region_names(grant.path or account.region_path for grant, account, _c in waiting),
        explained=EXPLAINED, sees_cases=SEES_CASES,
    )  # fmt: skip


@bp.post("/roles/<ref>/confirmation")
@allow(Role.ADMIN, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
def role_confirmation(ref: str) -> ResponseReturnValue:
    """Be the second person."""
    grant, account = queries.grant_or_404(g.actor, ref)
    operations.grant_role(grant, account, actor=g.actor, now=now())
    tell(_("The role is given, and the auditor is told."), "success")
    return redirect(local_next(url_for(".roles")), 303)


@bp.post("/roles/<ref>/refusal")
@allow(Role.ADMIN, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
def role_refusal(ref: str) -> ResponseReturnValue:
    """Refuse, or take back what one asked for."""
    grant, account = queries.grant_or_404(g.actor, ref)
    operations.refuse_role(grant, account, reason=ReasonForm().reason.data or "", actor=g.actor, now=now())
    tell(_("The role is refused."), "success")
    return redirect(local_next(url_for(".roles")), 303)


@bp.post("/roles/<ref>/ending")
@allow(Role.ADMIN)
def role_ending(ref: str) -> ResponseReturnValue:
    """End a role at once."""
    grant, account = queries.grant_or_404(g.actor, ref)
    operations.end_role(grant, account, actor=g.actor, now=now(), reason=ReasonForm().reason.data or "")
    tell(_("The role is ended, from this moment."), "success")
    return redirect(url_for(".person", ref=account.ref), 303)
