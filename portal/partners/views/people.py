"""People of an organisation: contacts, invitations, leaving."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.partners import operations, queries
from portal.partners.forms import ContactForm, InvitationForm
from portal.partners.models import Contact, Organisation
from portal.partners.policy import can_describe, visible_to
from portal.partners.views.blueprint import bp
from portal.web.access import allow
from portal.web.forms import Form, Text
from portal.web.language import _, _l
from portal.web.pages import page, submitted, tell


class LeavingForm(Form):
    """Why somebody has left."""

    reason = Text(_l("Reason"), limit=300, needed=True)


def _contact(ref: str) -> Contact:
    seen = visible_to(g.actor).with_only_columns(Organisation.id)
    found = session().scalar(
        select(Contact)
        .where(Contact.ref == ref, Contact.organisation_id.in_(seen))
        .options(selectinload(Contact.organisation))
    )
    if found is None or not can_describe(g.actor, found.organisation):
        raise NotFound
    return found


@bp.route("/organisations/<ref>/contacts/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def contact_new(ref: str) -> ResponseReturnValue:
    """Enter a person."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_describe(g.actor, organisation))
    form = ContactForm()
    if submitted(form, lambda: operations.add_contact(organisation, answers=form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("partners/simple_form.html", form=form, organisation=organisation, heading=_("Add a person"))


@bp.route("/contacts/<ref>", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def contact(ref: str) -> ResponseReturnValue:
    """Change what is known of a person, and whether it is public."""
    found = _contact(ref)
    form = ContactForm(data={n: getattr(found, n) for n in ("name", "title", "phone", "email", "public")})
    if submitted(form, lambda: operations.edit_contact(found, answers=form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=found.organisation.ref), 303)
    return page("partners/simple_form.html", form=form, organisation=found.organisation, heading=_("Change a person"))


@bp.route("/contacts/<ref>/invitation", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def invitation(ref: str) -> ResponseReturnValue:
    """Invite somebody to sign in for the organisation."""
    found = _contact(ref)
    form = InvitationForm()
    if submitted(
        form,
        lambda: operations.invite_contact(found, manages=form.manages.data == "yes", actor=g.actor, now=now()),
    ):
        tell(_("The role is asked for. It begins when a second person has confirmed it."), "success")
        return redirect(url_for(".show", ref=found.organisation.ref), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=found.organisation,
        heading=_("Invite %(name)s", name=found.name),
    )  # fmt: skip


@bp.post("/contacts/<ref>/removal")
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def contact_removal(ref: str) -> ResponseReturnValue:
    """Somebody has left."""
    found, form = _contact(ref), LeavingForm()
    if submitted(form, lambda: operations.end_contact(found, reason=form.reason.data, actor=g.actor, now=now())):
        tell(_("Taken out. The roles here have ended."), "success")
    else:
        for message in [*form.form_errors, *form.reason.errors]:
            tell(str(message), "error")
    return redirect(url_for(".show", ref=found.organisation.ref), 303)
