"""Preparing an offer: words, the preview of what the public will see, putting it on the board, taking it off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.board import policy, queries
from portal.board.forms import OfferForm, SureForm, WordsForm
from portal.board.looks import own_of, shown_as
from portal.board.models import Offer
from portal.board.operations import ending, offers
from portal.board.rules import HIDDEN_WORDS, WISH, Cell, Hidden, OfferState, Slip
from portal.board.views import shown
from portal.board.views.blueprint import bp
from portal.children.models import Child
from portal.children.queries import child_or_404, standing_consent
from portal.children.rules import Purpose
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, right_of, seen_fields
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.errors import NotFound, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.policy import can_offer
from portal.needs.queries import need_or_404
from portal.places.queries import town_name
from portal.web.access import allow
from portal.web.forms import Form, clean_text
from portal.web.language import _
from portal.web.pages import page, submitted, tell


@dataclass(frozen=True)
class Preview:
    """What the public would see, and what keeps it from seeing it."""

    entry: dict[str, Any] | None
    coarser: str = ""
    slip: Slip | None = None
    hidden: Hidden | None = None
    no_consent: bool = False


def preview_of(child: Child, kind: str, title: str, body: str) -> Preview:
    """How the next batch would show these words about this child."""
    cell: Cell | None = shown_as(child, kind, now=now())
    slip = next(iter(own_of(child).slips(title, body)), None)
    no_consent = standing_consent(child.id, Purpose.BOARD, today()) is None
    if cell is None:
        return Preview(None, slip=slip, hidden=Hidden.FEW, no_consent=no_consent)
    entry = {
        "title": title, "body": body, "kind": kind, "town_name": town_name(cell.town) if cell.town else "",
        "band": cell.band,
    }  # fmt: skip
    return Preview(entry, shown.why_coarser(cell), slip, None, no_consent)


def _about() -> tuple[Child, Need | None]:
    """The child and the need that the address names; a wish has no need."""
    if need_ref := request.values.get("need", ""):
        need = need_or_404(g.actor, need_ref)
        require(can_offer(g.actor, need))
        return need.child, need
    child = child_or_404(g.actor, request.values.get("child", ""))
    require(policy.can_prepare(g.actor, child.region_path))
    return child, None


@bp.route("/offers/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def new_offer() -> ResponseReturnValue:
    """Write the words for the public about a need of the district, or about a small wish."""
    child, need = _about()
    form = OfferForm()
    made: list[Offer] = []

    def keep() -> None:
        made.append(
            offers.prepare_offer(
                child, need, title=form.title.data or "", body=form.body.data or "", actor=g.actor, now=now()
            )
        )

    if submitted(form, keep):
        tell(_("Prepared. Read it once more as the public will, then put it on the board."), "success")
        return redirect(url_for(".offer", ref=made[0].ref), 303)
    return _writing(form, child, need, _("Offer it to the public") if need else _("Offer a small wish"))


def _writing(form: OfferForm, child: Child, need: Need | None, title: str, back: str = "") -> ResponseReturnValue:
    kind = need.kind.value if need else WISH
    return page(
        "board/offer_form.html", form=form, title=title, label=_label(child), shown=shown, kind=kind,
        preview=preview_of(child, kind, form.title.data or "", form.body.data or ""), hidden_words=HIDDEN_WORDS,
        needed=need.text if need else "", back=back or (f"/needs/{need.ref}" if need else f"/children/{child.ref}"),
        about={"need": need.ref} if need else {"child": child.ref},
    )  # fmt: skip


def _label(child: Child) -> str:
    return label_of(child, seen_fields(g.actor, child))


@bp.post("/offers/previews")
@allow(Role.COORDINATOR)
def preview() -> ResponseReturnValue:
    """What the public would see, while somebody types. Nothing is kept."""
    child, need = _about()
    title, body = (clean_text(request.form.get(name, ""))[:500] for name in ("title", "body"))
    found = preview_of(child, need.kind.value if need else WISH, title, body)
    return page("board/_preview.html", preview=found, shown=shown, hidden_words=HIDDEN_WORDS)


@bp.get("/offers/<ref>")
@allow(*REGION_ROLES)
def offer(ref: str) -> ResponseReturnValue:
    """One offer: what the public sees, where it stands, who wants to help, what can be done next."""
    found = queries.offer_or_404(g.actor, ref)
    why, whose = right_of(g.actor, found.child)
    record_read(
        "offer-read", kind="offer", ref=found.ref, about_ref=found.child_ref, region_path=found.region_path, why=why,
        in_place_of=whose, actor=g.actor, now=now(), hidden=why == "concern",
    )  # fmt: skip
    live = found.state in (OfferState.PREVIEWED, OfferState.OFFERED)
    claims = queries.claims_of(g.actor, found)
    return page(
        "board/offer.html", offer=found, label=_label(found.child), shown=shown, live=live,
        preview=preview_of(found.child, found.kind, found.title, found.body) if live else None,
        hidden_words=HIDDEN_WORDS, steps=steps_open_to(g.actor, found), claims=claims,
        names={c.ref: c.name for c in claims if policy.knows_claimant(g.actor, c)},
        may_word=found.state is OfferState.PREVIEWED and policy.can_prepare(g.actor, found.region_path),
    )  # fmt: skip


@bp.route("/offers/<ref>/words", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def words(ref: str) -> ResponseReturnValue:
    """Change the words before they are on the board."""
    found = queries.offer_or_404(g.actor, ref)
    require(found.state is OfferState.PREVIEWED and policy.can_prepare(g.actor, found.region_path))
    form = OfferForm(obj=found)

    def keep() -> None:
        offers.reword_offer(
            found, found.child, title=form.title.data or "", body=form.body.data or "", actor=g.actor, now=now()
        )

    if submitted(form, keep):
        tell(_("Saved."), "success")
        return redirect(url_for(".offer", ref=ref), 303)
    return _writing(form, found.child, found.need, _("Change the words"), back=f"/offers/{ref}")


@dataclass(frozen=True)
class Step:
    """One step in the words of its page: English message ids."""

    title: str
    hint: str
    button: str
    allowed: Callable[[Actor, Any], bool]
    run: Callable[[Any, Any, Actor, datetime], Any]
    form: type[Form] = WordsForm
    tone: str = "outline"


def _may_publish(actor: Actor, found: Any) -> bool:
    return found.state is OfferState.PREVIEWED and policy.can_prepare(actor, found.region_path)


STEPS = {
    "publication": Step(
        N_("Put it on the board"), N_("The next daily batch shows it to everybody, in these words and no others."),
        N_("Put it on the board"), _may_publish,
        lambda o, _f, a, t: offers.put_on_board(o, o.child, o.need, actor=a, now=t), SureForm, "primary",
    ),
    "taking-down": Step(
        N_("Take it down"), N_("Why? It is gone from the public pages at once, and the need is with the district."),
        N_("Take it down"), policy.can_take_down,
        lambda o, f, a, t: ending.take_down(o, reason=f.text.data, actor=a, now=t),
    ),
    "mistake": Step(
        N_("Entered by mistake"), N_("It stays in the record and in the log; whoever wants to help is told."),
        N_("Mark as a mistake"), policy.can_undo,
        lambda o, f, a, t: ending.enter_offer_in_error(o, reason=f.text.data, actor=a, now=t), tone="quiet",
    ),
}  # fmt: skip


def steps_open_to(actor: Actor, found: Offer) -> dict[str, Step]:
    """What this person may do with it now, by the step's name."""
    return {name: step for name, step in STEPS.items() if step.allowed(actor, found)}


@bp.route("/offers/<ref>/steps/<name>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def offer_step(ref: str, name: str) -> ResponseReturnValue:
    """Take one step."""
    found = queries.offer_or_404(g.actor, ref)
    declared = STEPS.get(name)
    if declared is None:
        raise NotFound
    require(declared.allowed(g.actor, found))
    form: Any = declared.form()
    if submitted(form, lambda: declared.run(found, form, g.actor, now())):
        tell(_("Saved. %(state)s", state=shown.offer_words(found)), "success")
        return redirect(url_for(".offer", ref=ref), 303)
    return page(
        "board/step.html", form=form, step=declared, url=f"/offers/{ref}", title=found.title, kind="offers",
        entry=preview_of(found.child, found.kind, found.title, found.body).entry if name == "publication" else None,
        shown=shown, confirms=False,
    )  # fmt: skip
