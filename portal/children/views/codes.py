"""Children's cards: who has one, the sheets to print and their cover, a lost card, and what a finder sees."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.children import cards, policy
from portal.children.forms import CardFilters, NewCardForm
from portal.children.listing import regions_below
from portal.children.models import Child
from portal.children.operations import codes as operations
from portal.children.queries import child_or_404
from portal.children.rules import CODE_END_WORDS, CodeEnd, FieldSet
from portal.children.sight import REGION_ROLES, right_of, seen_sets
from portal.children.views.frame import WORKERS, bp
from portal.children.views.lists import chosen_in
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, now
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.words import N_
from portal.places.settings import setting
from portal.web.access import Locked, allow
from portal.web.flow import Portal
from portal.web.language import _, ngettext
from portal.web.lists import keyset
from portal.web.pages import page, tell
from portal.web.registries import Card

VISITORS = (Role.CASEWORKER, Role.GRID_WORKER, Role.SUPERVISOR)
"""Roles that go to the door: a scan leads them to the form of a visit."""


@bp.get("/children/codes")
@allow(*WORKERS)
def codes() -> ResponseReturnValue:
    """Who has a card and who has none, village by village, and the way to the sheets."""
    actor: Actor = g.actor
    form = CardFilters(request.args)
    paths = actor.paths(*REGION_ROLES)
    form.region.offer(regions_below(paths, request.args.get("region", "")))
    chosen = chosen_in(form)
    listing = keyset(cards.cards_list(actor, chosen), sorts=cards.SORTS, filters=form, size=cards.CARDS_ON_A_SHEET)
    return page("children/codes.html", listing=listing, region=chosen.get("region", ""), local_day=local_day)


@bp.post("/children/codes/issues")
@allow(*WORKERS)
def issues() -> ResponseReturnValue:
    """Give codes to the chosen children, or to all of a region, and show their sheets."""
    actor: Actor = g.actor
    refs, path = request.form.getlist("ref"), request.form.get("region", "")
    whole = bool(path) and request.form.get("do") == "region"
    children = cards.children_for_cards(actor, refs, path if whole else "")
    if not children:
        tell(_("Choose the children first."), "warning")
        return redirect(url_for(".codes", region=path or None), 303)
    if len(children) > cards.MOST_CARDS:
        raise DomainError(N_("At most %(most)d cards at once: choose a smaller place."), most=cards.MOST_CARDS)
    made = operations.issue_codes(children, actor=actor, now=now())
    if made:
        tell(ngettext("%(num)s new code was made.", "%(num)s new codes were made.", made), "success")
    where: dict[str, Any] = {"region": path} if whole else {"child": [child.ref for child in children]}
    return redirect(url_for(".card_sheets", **where), 303)


def _printed() -> list[cards.PrintedCard]:
    """The cards that the address names, each noted in the log as a look at the file. Raises NotFound for none."""
    app: Portal = current_app  # type: ignore[assignment]
    actor: Actor = g.actor
    found = cards.printed_cards(
        actor, request.args.getlist("child")[: cards.MOST_CARDS], request.args.get("region", ""),
        app.portal_config.public_url,
    )  # fmt: skip
    if not found:
        raise NotFound
    moment = now()
    for card in found:
        why, whose = right_of(actor, card.child)
        record_read(
            "card-read", kind="child", ref=card.child.ref, about_ref=card.child.ref,
            region_path=card.child.region_path, why=why, in_place_of=whose, actor=actor, now=moment,
        )  # fmt: skip
    return found


def _sheets(found: list[cards.PrintedCard]) -> list[list[cards.PrintedCard]]:
    size = cards.CARDS_ON_A_SHEET
    return [found[i : i + size] for i in range(0, len(found), size)]


def _chosen() -> dict[str, Any]:
    """The same choice for another page about it."""
    region = request.args.get("region", "")
    return {"region": region} if region else {"child": request.args.getlist("child")}


@bp.get("/children/codes/sheets")
@allow(*WORKERS)
def card_sheets() -> ResponseReturnValue:
    """Sheets of 24 cards to print: the QR code, the short code and the hotline, and nothing else."""
    return page(
        "children/card_sheets.html", sheets=_sheets(_printed()), hotline=setting("card_hotline"),
        cover_url=url_for(".card_cover", **_chosen()),
        pdf_url=url_for(".card_sheets_pdf", **_chosen()) if makes_pdf() else None,
    )  # fmt: skip


@bp.get("/children/codes/cover")
@allow(*WORKERS)
def card_cover() -> ResponseReturnValue:
    """The cover that the worker keeps: which card is whose."""
    found = _printed()
    return page(
        "children/card_cover.html", cards=found, pages=len(_sheets(found)),
        sheets_url=url_for(".card_sheets", **_chosen()),
    )  # fmt: skip


def makes_pdf() -> bool:
    """Whether this installation has WeasyPrint (the extra `pdf`)."""
    from importlib.util import find_spec

    return find_spec("weasyprint") is not None


@bp.get("/children/codes/sheets.pdf")
@allow(*WORKERS)
def card_sheets_pdf() -> ResponseReturnValue:
    """The same sheets as a PDF, where the installation can make one."""
    if not makes_pdf():
        raise NotFound
    import weasyprint

    app: Portal = current_app  # type: ignore[assignment]
    html = render_template("children/_card_pages.html", sheets=_sheets(_printed()), hotline=setting("card_hotline"))
    style = weasyprint.CSS(filename=f"{app.static_folder}/css/cards.css", media_type="print")
    answer = make_response(weasyprint.HTML(string=html, media_type="print").write_pdf(stylesheets=[style]))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename="cards.pdf")
    return answer


@bp.post("/children/<ref>/card")
@allow(*WORKERS)
def card(ref: str) -> ResponseReturnValue:
    """A child's first card, or a new one in place of a lost one, which is dead from then on; then the card to print."""
    child = child_or_404(g.actor, ref)
    form = NewCardForm()
    reason = form.reason.data if form.validate() else None
    if operations.code_of(child) is None:
        operations.issue_code(child, actor=g.actor, now=now())
        tell(_("The card is ready to print."), "success")
    else:
        if reason is None:
            raise DomainError(N_("Say what happened to the card."))
        operations.replace_code(child, reason=reason, actor=g.actor, now=now())
        tell(_("The old card leads nowhere any more. Print the new one."), "success")
    return redirect(url_for(".card_sheets", child=child.ref), 303)


def card_panel(actor: Actor, child: Child) -> Card | None:
    """The state of the card on the child's file, for those who hand it out."""
    if not policy.can_edit(actor, child):
        return None
    reasons = [(end.value, CODE_END_WORDS[end]) for end in CodeEnd if end is not CodeEnd.CHILD_LEFT]
    code = operations.code_of(child)
    since = local_day(code.issued_at) if code else None
    facts = {"code": code, "since": since, "child_ref": child.ref, "reasons": reasons}
    return Card(_("Card"), "children/card_panel.html", facts, order=60)


@bp.get("/c/<token>")
@allow(anybody=True)
def found_card(token: str) -> ResponseReturnValue:
    """What a card leads to: for whoever visits this child, the form of the visit; for everybody else one page, the
    same bytes whatever the code, for which nothing is looked up.

    Source: domain.md, Privacy 4; safety.md, T5.
    """
    actor: Actor | None = g.get("actor")
    if actor is not None and actor.has(*VISITORS):
        if g.get("locked"):
            raise Locked
        if _may_visit(actor, token):
            return redirect("/visits/new?code=" + token, 303)
    answer = make_response(render_template("children/found_card.html"))
    answer.headers["Cache-Control"] = "no-store"
    # Nothing that is asked for from this page may carry the address with the code.
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _may_visit(actor: Actor, token: str) -> bool:
    try:
        child = operations.child_by_code(actor, token)
    except NotFound:
        return False
    assigned = actor.has(Role.GRID_WORKER) and FieldSet.DOOR in seen_sets(actor, child)
    return assigned or actor.covers(child.region_path, Role.CASEWORKER, Role.SUPERVISOR)
