"""The lists: the region's referrals for its staff, the inbox of an organisation, and both as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session, within
from portal.needs.rules import KIND_WORDS, NeedKind
from portal.needs.views.listing import places_of
from portal.notices.operations import tell as notify
from portal.partners.policy import OF_PARTNERS
from portal.referrals import queries
from portal.referrals.forms import InboxFilter, ReferralFilter
from portal.referrals.models import Referral
from portal.referrals.rules import (
    DECLINE_WORDS,
    LIVE,
    OUTCOME_WORDS,
    TRY_NEXT,
    ReferralState,
)
from portal.referrals.views import shown
from portal.referrals.views.blueprint import bp
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.forms import FilterForm
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted

READERS = (*REGION_ROLES, *OF_PARTNERS)
S = ReferralState
RUNNING = (S.DRAFTED, *LIVE)
SORTS = (
    Sort("made", (Referral.drafted_at, Referral.id), descending=True),
    Sort("answer", (queries.ANSWER_BY, Referral.id)),
    Sort("child", (Child.initials.label("child_initials"), Referral.id)),
    Sort("org", (Referral.org_name, Referral.id)),
)
INBOX_SORTS = (SORTS[1], SORTS[0])
VIEW_STATES = {
    None: RUNNING, "asked": (S.ASKED,), "confirm": (S.COMPLETED,), "next": TRY_NEXT,
    "ended": tuple(s for s in S if s not in RUNNING),
}  # fmt: skip


def as_receiver(actor: Actor) -> bool:
    """Whether this is the list of an organisation: for who works in one, and for who is staff too when asked for."""
    return not actor.has(*REGION_ROLES) or (actor.has(*OF_PARTNERS) and request.args.get("box") == "in")


def _chosen(filters: FilterForm) -> dict[str, Any]:
    return {name: field.data for name, field in filters._fields.items() if not field.errors and field.data}


def _narrowed(actor: Actor) -> tuple[Select[*tuple[Any, ...]], ReferralFilter]:
    """The staff's list as the address narrows it, with the filters."""
    filters = ReferralFilter(request.args)
    places = places_of(actor)
    filters.place.offer([(code, name) for code, (name, _path) in places.items()])
    filters.validate()
    chosen = _chosen(filters)
    statement = queries.list_of(actor)
    if chosen.get("state"):
        statement = statement.where(Referral.state == chosen["state"])
    elif states := VIEW_STATES.get(chosen.get("view")):
        statement = statement.where(Referral.state.in_(states))
    if words := chosen.get("q"):
        alike = (
            Child.name.contains(words, autoescape=True), Child.initials.startswith(words.lower(), autoescape=True),
        )  # fmt: skip
        statement = statement.where(or_(*alike))
    if words := chosen.get("org"):
        statement = statement.where(Referral.org_name.contains(words, autoescape=True))
    if chosen.get("kind"):
        statement = statement.where(Referral.kind == chosen["kind"].value)
    if place := places.get(chosen.get("place") or ""):
        statement = statement.where(within(Referral.region_path, (place[1],)))
    return statement, filters


def _inbox(actor: Actor) -> tuple[Select[*tuple[Any, ...]], InboxFilter]:
    """The organisation's list as the address narrows it, with the filters."""
    filters = InboxFilter(request.args)
    filters.validate()
    chosen = _chosen(filters)
    statement = queries.inbox_of(actor)
    if chosen.get("state"):
        statement = statement.where(Referral.state == chosen["state"])
    if chosen.get("kind"):
        statement = statement.where(Referral.kind == chosen["kind"].value)
    return statement, filters


@bp.get("/referrals")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """What went where and how it stands; for an organisation its inbox with the clocks."""
    both = g.actor.has(*REGION_ROLES) and g.actor.has(*OF_PARTNERS)
    if as_receiver(g.actor):
        statement, inbox_filters = _inbox(g.actor)
        listing = keyset(statement, sorts=INBOX_SORTS, filters=inbox_filters, export_url=url_for(".export"))
        deletions = queries.deletions_open(g.actor)
        return page("referrals/inbox.html", listing=listing, shown=shown, deletions=deletions, both=both)
    statement, filters = _narrowed(g.actor)
    listing = keyset(statement, sorts=SORTS, filters=filters, export_url=url_for(".export"))
    return page("referrals/index.html", listing=listing, shown=shown, both=both)


@bp.route("/referrals/export", methods=["GET", "POST"])
@allow(*READERS)
def export() -> ResponseReturnValue:
    """The same list as a file, with a reason. What is shared, said or reached does not leave."""
    inbox = as_receiver(g.actor)
    statement: Select[*tuple[Any, ...]] = _inbox(g.actor)[0] if inbox else _narrowed(g.actor)[0]
    rows = session().execute(statement.order_by(Referral.id.desc()).limit(MOST_ROWS + 1)).all()
    query = request.query_string.decode()
    back = url_for(".index") + ("?" + query if query else "")
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("referrals/export.html", form=form, number=MOST_ROWS, back=back, status=422)
    if submitted(form, lambda: _note_export(g.actor, form, len(rows))):
        heads = [_("Number"), _("Need"), _("Organisation"), _("Service"), _("State"), _("Sent out"), _("Outcome")]
        if not inbox:
            heads += [_("Child"), _("Village"), _("Why declined"), _("Confirmed")]
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s", who=g.actor.name, when=moment(now()).striptags(),
            reason=form.reason.data,
        )  # fmt: skip
        return spreadsheet(_("referrals"), heads, _cells(rows, inbox), kind=form.kind.data, watermark=mark)
    return page("referrals/export.html", form=form, number=len(rows), back=back)


def _cells(rows: Sequence[Any], inbox: bool) -> list[list[Any]]:
    cells = []
    for r in rows:
        cell = [
            shown.number(r), _(KIND_WORDS[NeedKind(r.kind)]), r.org_name, r.service_name,
            shown.state_words(r, received=inbox), r.sent_at, _(OUTCOME_WORDS[r.outcome]) if r.outcome else "",
        ]  # fmt: skip
        if not inbox:
            declined = _(DECLINE_WORDS[r.decline_reason]) if r.decline_reason else ""
            cell += [r.child_name, r.village, declined, r.confirmed_at]
        cells.append(cell)
    return cells


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record("referrals-exported", own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    paths = actor.paths(*REGION_ROLES) or ((own.region_path,) if own is not None and own.region_path else ())
    told = sorted({row.ref for path in paths for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)
