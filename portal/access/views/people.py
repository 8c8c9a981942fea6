"""People: the list, somebody new, one person's page, ending and coming back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from portal.access import queries
from portal.access.addresses import phone_words
from portal.access.forms import STANDINGS, EditPersonForm, NewPersonForm, PeopleFilters, ReasonForm, RoleForm
from portal.access.models import Account, GrantState
from portal.access.operations import accounts, invite, links, roles
from portal.access.policy import can_end, can_grant, can_keep, can_send_link
from portal.access.views.blueprint import bp
from portal.audit.operations import record
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotAllowed, Stale, require
from portal.kernel.secrets import opened
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.flow import Portal
from portal.web.language import _, role_words
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell

SORTS = (
    Sort("name", (Account.name, Account.id)),
    Sort("created_at", (Account.created_at, Account.id), descending=True),
)
TONES = {"active": "green", "invited": "amber", "ended": "neutral"}


def _list_of_people() -> tuple[Any, PeopleFilters]:
    """The statement of the list with the filters of this address."""
    filters = PeopleFilters(request.args)
    filters.validate()
    statement = queries.people_of(g.actor)
    if filters.q.data:
        statement = statement.where(queries.named(filters.q.data))
    if filters.role.data in tuple(Role):
        statement = statement.where(queries.holding(Role(filters.role.data)))
    if filters.standing.data in STANDINGS:
        statement = statement.where(queries.in_standing(filters.standing.data))
    return statement, filters


def _standing(row: Any) -> str:
    return "ended" if not row.is_active else "active" if row.has_password else "invited"


def _shown(rows: Any) -> list[dict[str, Any]]:
    """Rows of the list in words, with two more statements for all of them."""
    held = queries.roles_of(row.id for row in rows)
    names = queries.region_names(row.region_path for row in rows)
    found = []
    for row in rows:
        standing = _standing(row)
        found.append(
            {
                "ref": row.ref,
                "name": row.name,
                "roles": list(
                    dict.fromkeys(
                        role_words(r.role)
                        if r.state is GrantState.GRANTED
                        else _("%(role)s (asked)", role=role_words(r.role))
                        for r in held.get(row.id, ())
                    )
                ),
                "region": names.get(row.region_path, ""),
                "email": row.email or "",
                "phone": phone_words(opened(Account.phone_sealed, row.ref, row.phone_sealed)),
                "standing": standing,
                "tone": TONES[standing],
                "created_at": row.created_at,
            }
        )
    return found


@bp.get("/people")
@allow(Role.ADMIN, Role.COORDINATOR)
def people() -> ResponseReturnValue:
    """Everybody with an account in the actor's regions."""
    statement, filters = _list_of_people()
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".people_export"))
    return page("access/people.html", listing=listing, rows=_shown(listing.rows), keeps=g.actor.has(Role.ADMIN))


@bp.route("/people/export", methods=["GET", "POST"])
@allow(Role.ADMIN, Role.COORDINATOR)
def people_export() -> ResponseReturnValue:
    """The same list as a file, for a reason that is kept."""
    statement, _filters = _list_of_people()
    form = ExportForm()
    if form.validate_on_submit():
        rows = session().execute(statement.order_by(Account.name, Account.id).limit(MOST_ROWS + 1)).all()
        if len(rows) > MOST_ROWS:
            form.blame(None, _("More than %(most)d rows. Narrow the list first.", most=MOST_ROWS))
        else:
            moment = now()
            kept = session().get_one(Account, queries.own_id(g.actor))
            record("people-exported", kept, actor=g.actor, now=moment, reason=form.reason.data or "", rows=len(rows))
            words = {k: _(v) for k, v in STANDINGS.items()}
            lines = (
                (
                    r["name"],
                    "、".join(r["roles"]),
                    r["region"],
                    r["email"],
                    r["phone"],
                    words[r["standing"]],
                    r["created_at"],
                )
                for r in _shown(rows)
            )
            heads = [
                _("Name"),
                _("Roles"),
                _("Belongs to"),
                _("Mail address"),
                _("Phone number"),
                _("State"),
                _("Account since"),
            ]
            mark = f"{g.actor.name} · {moment:%Y-%m-%d %H:%M} UTC · {form.reason.data}"
            return spreadsheet(_("people"), heads, lines, kind=form.kind.data or "xlsx", watermark=mark)
    return page("access/people_export.html", form=form)


@bp.route("/people/new", methods=["GET", "POST"])
@allow(Role.ADMIN)
def person_new() -> ResponseReturnValue:
    """Somebody new: the invitation goes out at once."""
    form = NewPersonForm()
    form.region.offer(queries.regions_in(g.actor.paths(Role.ADMIN)))
    made: list[Account] = []

    def add() -> None:
        account, _token = invite(
            name=form.name.data or "",
            email=form.email.data or "",
            phone=form.phone.data or "",
            region_path=form.region.data,
            roles=[form.role.data] if form.role.data else [],
            actor=g.actor,
            now=now(),
        )
        made.append(account)

    if submitted(form, add):
        account = made[0]
        if account.email or account.phone:
            tell(
                _(
                    "%(name)s is invited. The link lasts %(days)d days.",
                    name=account.name,
                    days=setting("invitation_days"),
                ),
                "success",
            )
        else:
            tell(_("%(name)s has no address: print the invitation and hand it over.", name=account.name), "info")
        return redirect(url_for(".person", ref=account.ref), 303)
    return page("access/person_new.html", form=form)


@bp.get("/people/<ref>")
@allow(Role.ADMIN, Role.COORDINATOR)
def person(ref: str) -> ResponseReturnValue:
    """One person: addresses, roles with their history, invitation, sessions, deputies."""
    return _person_page(queries.account_or_404(g.actor, ref))


def _person_page(account: Account, role_form: RoleForm | None = None) -> BaseResponse:
    keeps, other = can_keep(g.actor, account), account.ref not in g.actor.persons()
    moment = now()
    grants = queries.grants_history(account)
    refs = {r for x in grants for r in (x.asked_by, x.granted_by, x.ended_by) if r}
    form = role_form or (RoleForm() if keeps and other and account.is_active else None)
    if form is not None and role_form is None:
        form.region.offer(queries.regions_in(g.actor.paths(Role.ADMIN)))
        form.region.data = account.region_path
    return page(
        "access/person.html",
        form=form,
        person=account,
        phone=phone_words(account.phone),
        region=queries.region_names([account.region_path]).get(account.region_path, ""),
        keeps=keeps,
        other=other,
        sends=can_send_link(g.actor, account) and other,
        standing="ended" if not account.is_active else "active" if account.password_hash else "invited",
        tones=TONES,
        standings=STANDINGS,
        grants=[
            (x, can_end(g.actor, x, account), x.state is GrantState.ASKED and can_grant(g.actor, x, account))
            for x in grants
        ],
        places=queries.region_names(x.path for x in grants),
        names=queries.names_of(refs),
        sessions=queries.count_sessions(account.id, moment - timedelta(hours=setting("session_hours"))),
        link=queries.last_link(account.id) if not account.password_hash else None,
        now=moment,
        deputies=[d for d in queries.deputies_seen_by(g.actor, moment) if account.ref in (d.account_ref, d.deputy_ref)],
    )


@bp.route("/people/<ref>/edit", methods=["GET", "POST"])
@allow(Role.ADMIN)
def person_edit(ref: str) -> ResponseReturnValue:
    """Name, addresses, region. When somebody else has saved meanwhile, both are shown."""
    account = queries.account_or_404(g.actor, ref)
    require(can_keep(g.actor, account))
    form = EditPersonForm(
        data={
            "name": account.name,
            "email": account.email or "",
            "phone": phone_words(account.phone),
            "region": account.region_path,
            "version": str(account.version),
        }
    )
    form.region.offer(queries.regions_in(g.actor.paths(Role.ADMIN)))
    try:
        if submitted(
            form,
            lambda: accounts.edit_account(
                account,
                name=form.name.data or "",
                email=form.email.data or "",
                phone=form.phone.data or "",
                region_path=form.region.data,
                version=_number(form.version.data),
                actor=g.actor,
                now=now(),
            ),
        ):
            tell(_("Saved."), "success")
            return redirect(url_for(".person", ref=ref), 303)
    except Stale:
        form.version.data = str(account.version)
        form.version.raw_data = [form.version.data]
        return page(
            "access/person_edit.html",
            form=form,
            person=account,
            status=409,
            theirs=account,
            their_phone=phone_words(account.phone),
            their_region=queries.region_names([account.region_path]),
        )
    return page("access/person_edit.html", form=form, person=account, theirs=None)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@bp.post("/people/<ref>/invitation")
@allow(Role.ADMIN, Role.COORDINATOR)
def person_invitation(ref: str) -> ResponseReturnValue:
    """Send the invitation again, in one tap."""
    account = queries.account_or_404(g.actor, ref)
    links.send_invitation(account, actor=g.actor, now=now())
    if account.email or account.phone:
        tell(_("A new invitation is on its way; the earlier link has ended."), "success")
    else:
        tell(_("%(name)s has no address: print the invitation and hand it over.", name=account.name), "info")
    return redirect(url_for(".person", ref=ref), 303)


@bp.post("/people/<ref>/slip")
@allow(Role.ADMIN, Role.COORDINATOR)
def person_slip(ref: str) -> ResponseReturnValue:
    """A slip to print and hand over. Its code is shown this once, since only its hash is kept."""
    account = queries.account_or_404(g.actor, ref)
    app: Portal = current_app  # type: ignore[assignment]
    code, ends_at = links.print_slip(account, actor=g.actor, now=now())
    return page(
        "access/slip.html",
        person=account,
        code=links.slip_words(code),
        ends_at=ends_at,
        address=app.portal_config.public_url + url_for(".invitations"),
        days=setting("invitation_days"),
    )


@bp.post("/people/<ref>/ending")
@allow(Role.ADMIN)
def person_ending(ref: str) -> ResponseReturnValue:
    """Deactivate somebody; their very next request is refused."""
    account = queries.account_or_404(g.actor, ref)
    form = ReasonForm()
    accounts.end_account(account, reason=form.reason.data or "", actor=g.actor, now=now())
    tell(
        _("%(name)s can no longer sign in. Every device, link and calendar address has ended.", name=account.name),
        "success",
    )
    return redirect(url_for(".person", ref=ref), 303)


@bp.post("/people/<ref>/return")
@allow(Role.ADMIN)
def person_return(ref: str) -> ResponseReturnValue:
    """Reactivate somebody."""
    account = queries.account_or_404(g.actor, ref)
    accounts.bring_back(account, actor=g.actor, now=now())
    tell(_("%(name)s can sign in again. Roles that see cases wait for a second person.", name=account.name), "success")
    return redirect(url_for(".person", ref=ref), 303)


@bp.post("/people/<ref>/roles")
@allow(Role.ADMIN)
def person_roles(ref: str) -> ResponseReturnValue:
    """Ask for a role for somebody else."""
    account = queries.account_or_404(g.actor, ref)
    if account.ref in g.actor.persons():
        raise NotAllowed
    require(can_keep(g.actor, account))
    form = RoleForm()
    form.region.offer(queries.regions_in(g.actor.paths(Role.ADMIN)))
    made = []
    if submitted(
        form,
        lambda: made.append(
            roles.ask_role(
                account, form.role.data, path=form.region.data, reason=form.reason.data or "", actor=g.actor, now=now()
            )
        ),
    ):
        waits = made[0].state is GrantState.ASKED
        tell(_("Asked. A second person has to confirm it.") if waits else _("The role is given."), "success")
        return redirect(url_for(".person", ref=ref), 303)
    return _person_page(account, form)


@bp.get("/people/deputies")
@allow(Role.ADMIN, Role.COORDINATOR)
def people_deputies() -> ResponseReturnValue:
    """Who stands in for whom."""
    return page("access/people_deputies.html", rows=queries.deputies_seen_by(g.actor, now()))
