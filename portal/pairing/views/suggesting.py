"""Who fits a child: suggestions with their reasons, "why not this one?", and the proposal."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.children.queries import child_or_404, standing_consent
from portal.children.rules import RISK_TONES, RISK_WORDS, Purpose
from portal.children.sight import right_of
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.errors import NotFound, require
from portal.kernel.people import SEX_WORDS, age_on
from portal.kernel.states import Word
from portal.pairing import operations, queries
from portal.pairing.fit import Reason, best, fit
from portal.pairing.forms import LookUpForm, ProposalForm
from portal.pairing.models import Pairing
from portal.pairing.rules import LIVE, PAIRING
from portal.pairing.views.blueprint import bp
from portal.volunteers.queries import volunteer_or_404
from portal.web.access import allow
from portal.web.language import _, locale
from portal.web.pages import page, submitted, tell

MOST = 20


def said(reason: Reason) -> str:
    """A reason in the reader's language."""
    comma = "、" if locale() == "zh_Hans" else ", "
    facts = {}
    for name, value in reason.facts.items():
        if isinstance(value, tuple):
            facts[name] = comma.join(_(str(w)) for w in value)
        else:
            facts[name] = _(str(value)) if isinstance(value, Word) else value  # type: ignore[assignment]
    return str(_(reason.message, **facts))


@bp.route("/pairings/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def new() -> ResponseReturnValue:
    """Suggestions for one child, or the children who wait for a mentor; a proposal on POST."""
    ref = request.values.get("child", "")
    if not ref:
        return page(
            "pairing/waiting.html",
            rows=queries.waiting_children(g.actor),
            age_on=age_on,
            today=today(),
            risks=RISK_WORDS,
            tones=RISK_TONES,
        )
    child = child_or_404(g.actor, ref)
    require(g.actor.coordinates(child.region_path))
    wish, day = queries.wish_of(child), today()
    form, look_up = ProposalForm(), LookUpForm(request.args)
    made: list[Pairing] = []

    def propose() -> None:
        volunteer = volunteer_or_404(g.actor, form.volunteer.data)
        one = next((c for c in queries.candidates_of(g.actor, volunteer.name) if c.ref == volunteer.ref), None)
        if one is None:
            raise NotFound
        why = "；".join(said(r) for r in fit(wish, one, day).reasons)
        made.append(operations.propose(child, volunteer, why=why, actor=g.actor, now=now()))

    if submitted(form, propose):
        tell(_("Proposed. Now talk with the child, the carer and the volunteer."), "success")
        return redirect(url_for(".show", ref=made[0].ref), 303)
    why, whose = right_of(g.actor, child)
    record_read(
        "suggestions-read",
        kind="child",
        ref=child.ref,
        about_ref=child.ref,
        region_path=child.region_path,
        why=why,
        in_place_of=whose,
        actor=g.actor,
        now=now(),
    )
    words = look_up.q.data or ""
    looked_up = [fit(wish, c, day) for c in queries.candidates_of(g.actor, words)] if words else []
    earlier = queries.of_child(child.id)
    return page(
        "pairing/new.html",
        form=form,
        child=child,
        age=age_on(child.born_on, day),
        wish=wish,
        fits=best(wish, queries.candidates_of(g.actor), day, most=MOST),
        look_up=look_up,
        looked_up=looked_up,
        said=said,
        earlier=earlier,
        live=next((p for p in earlier if p.state in LIVE), None),
        consented=standing_consent(child.id, Purpose.PAIRING, day) is not None,
        sex_words=SEX_WORDS,
        pair_words=PAIRING.words,
        pair_tones=PAIRING.tones,
    )
