"""The lists of offers and of claims, and their exports."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.board import policy, queries
from portal.board.forms import ClaimFilter, OfferFilter
from portal.board.models import Claim, Offer
from portal.board.rules import CLAIMANT_WORDS, HIDDEN_WORDS
from portal.board.views import shown
from portal.board.views.blueprint import bp
from portal.board.views.deciding import READERS
from portal.children.models import Child
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.notices.operations import tell as notify
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted

OFFER_SORTS = (
    Sort("made", (Offer.prepared_at, Offer.id), descending=True),
    Sort("child", (Child.initials.label("child_initials"), Offer.id)),
    Sort("title", (Offer.title, Offer.id)),
)
CLAIM_SORTS = (Sort("made", (Claim.made_at, Claim.id), descending=True), Sort("title", (Offer.title, Claim.id)))


def _offers(actor: Actor) -> tuple[Select[*tuple[Any, ...]], OfferFilter]:
    filters = OfferFilter(request.args)
    filters.kind.offer([(kind, shown.kind_words(kind)) for kind in shown.BOARD_KINDS])
    filters.validate()
    chosen = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.offer_list_of(actor)
    if chosen.get("q"):
        statement = statement.where(Offer.title.contains(chosen["q"], autoescape=True))
    if chosen.get("state"):
        statement = statement.where(Offer.state == chosen["state"])
    if chosen.get("kind"):
        statement = statement.where(Offer.kind == chosen["kind"])
    return statement, filters


@bp.get("/offers")
@allow(*REGION_ROLES)
def offers() -> ResponseReturnValue:
    """Offers of the region, and why something is not shown."""
    statement, filters = _offers(g.actor)
    export_url = url_for(".export_offers") if g.actor.has(Role.COORDINATOR) else None
    listing = keyset(statement, sorts=OFFER_SORTS, filters=filters, export_url=export_url)
    looks = queries.looks_of([r.ref for r in listing.rows], now=now()) if listing.rows else {}
    return page("board/offers.html", listing=listing, shown=shown, looks=looks, hidden_words=HIDDEN_WORDS)


def _claims(actor: Actor) -> tuple[Select[*tuple[Any, ...]], ClaimFilter]:
    filters = ClaimFilter(request.args)
    filters.validate()
    chosen = {name: field.data for name, field in filters._fields.items() if not field.errors}
    statement = queries.claim_list_of(actor)
    if chosen.get("state"):
        statement = statement.where(Claim.state == chosen["state"])
    if chosen.get("claimant"):
        statement = statement.where(Claim.claimant == chosen["claimant"])
    return statement, filters


@bp.get("/claims")
@allow(*READERS)
def claims() -> ResponseReturnValue:
    """Claims that one decides on, asks the family about, or has made for one's organisation."""
    statement, filters = _claims(g.actor)
    exports = g.actor.has(*policy.DECIDERS)
    listing = keyset(
        statement, sorts=CLAIM_SORTS, filters=filters, export_url=url_for(".export_claims") if exports else None
    )
    return page(
        "board/claims.html", listing=listing, shown=shown, names=_known_names(g.actor, listing.rows),
        told=partial(policy.reads_offer, g.actor), kinds=CLAIMANT_WORDS,
        helps=not g.actor.has(*REGION_ROLES, Role.CONFIRMER),
    )  # fmt: skip


def _known_names(actor: Actor, rows: Sequence[Any]) -> dict[str, str]:
    known = [r.ref for r in rows if policy.knows_claimant(actor, r)]
    return queries.names_of_claims(known) if known else {}


@bp.route("/offers/export", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def export_offers() -> ResponseReturnValue:
    """The same list as a file, with a reason."""
    statement, _filters = _offers(g.actor)
    rows = session().execute(statement.order_by(Offer.id.desc()).limit(MOST_ROWS + 1)).all()
    heads = [_("Offer"), _("Kind"), _("Child"), _("State"), _("Prepared"), _("First shown"), _("Back after")]
    cells = [
        [
            r.title, shown.kind_words(r.kind), r.child_name, shown.offer_words(r), r.prepared_at, r.published_on,
            r.back_after,
        ]
        for r in rows[:MOST_ROWS]
    ]  # fmt: skip
    return _export("offers-exported", _("offers"), heads, cells, len(rows), ".offers")


@bp.route("/claims/export", methods=["GET", "POST"])
@allow(*policy.DECIDERS)
def export_claims() -> ResponseReturnValue:
    """The same list as a file, with a reason. Phone numbers do not leave."""
    statement, _filters = _claims(g.actor)
    rows = session().execute(statement.order_by(Claim.id.desc()).limit(MOST_ROWS + 1)).all()
    names = _known_names(g.actor, rows[:MOST_ROWS]) if request.method == "POST" else {}
    heads = [_("Offer"), _("Kind"), _("Claimant"), _("Who wants to help?"), _("State"), _("Asked on")]
    cells = [
        [
            r.title, shown.kind_words(r.kind), names.get(r.ref, ""), _(CLAIMANT_WORDS[r.claimant]),
            shown.claim_words(r), r.made_at,
        ]
        for r in rows[:MOST_ROWS]
    ]  # fmt: skip
    return _export("claims-exported", _("claims"), heads, cells, len(rows), ".claims")


def _export(
    what: str, name: str, heads: list[str], cells: list[list[Any]], number: int, back: str
) -> ResponseReturnValue:  # fmt: skip
    query = request.query_string.decode()
    back_url = url_for(back) + ("?" + query if query else "")
    facts: dict[str, Any] = {"name": name, "number": min(number, MOST_ROWS), "back": back_url}
    form = ExportForm()
    if number > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("board/export.html", form=form, **facts, status=422)
    if submitted(form, lambda: _note_export(g.actor, what, form, number)):
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=g.actor.name, when=moment(now()).striptags(), reason=form.reason.data,
        )  # fmt: skip
        return spreadsheet(name, heads, cells, kind=form.kind.data, watermark=mark)
    return page("board/export.html", form=form, **facts)


def _note_export(actor: Actor, what: str, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    reason = form.reason.data or ""
    record(what, own, actor=actor, now=now(), reason=reason, rows=number, kind=form.kind.data)
    told = sorted({row.ref for path in actor.paths(*policy.DECIDERS) for row in holders(Role.AUDITOR, path)})
    notify("export-made", to=told, now=now(), url="/audit", name=actor.name, rows=str(number), reason=reason)
