"""Raising a concern, by anybody who is signed in; and the receipt, which is all that the reporter keeps."""

from __future__ import annotations

import re

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from portal.children.models import Child
from portal.kernel.actor import STAFF, Actor
from portal.kernel.clock import now
from portal.kernel.db import new_ref
from portal.places.settings import setting
from portal.safeguarding import operations, queries
from portal.safeguarding.forms import ConcernForm
from portal.safeguarding.models import Concern
from portal.safeguarding.operations.chain import clock_of
from portal.safeguarding.rules import WAITING
from portal.safeguarding.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import local_next, page, refused, saved, submitted, wants_json

FILE_PAGE = re.compile(r"^/children/([\w-]{8,24})(?:/|\?|$)")
FEW = 6
MOST_PEOPLE = 12
MOST_NAMED = 10


def _came_from() -> str:
    """The page of ours on which the button was pressed, '' for none."""
    found = request.args.get("from", "")
    ours = found.startswith("/") and not found.startswith("//") and "\\" not in found
    return found if ours and all(32 < ord(c) < 127 for c in found) else ""


def _called(actor: Actor, child: Child) -> str:
    """The child's name as this reporter may read it."""
    sees_name = actor.covers(child.region_path, *STAFF)
    return child.name if sees_name else child.mentor_name


@bp.route("/concerns/new", methods=["GET", "POST"])
@allow(signed_in=True)
def concern_new() -> ResponseReturnValue:
    """One sentence and how urgent it is; all else may be left out."""
    actor: Actor = g.actor
    form = ConcernForm()
    key = request.form.get("client_key", "")[:40] or new_ref()
    raised: list[Concern] = []

    def keep() -> None:
        raised.append(
            operations.raise_concern(
                client_key=key, text=form.text.data, urgency=form.urgency.data, child_ref=(form.child.data or "")[:24],
                named=[ref[:24] for ref in (form.named.data or [])[:MOST_NAMED]], freeze=form.freeze.data,
                with_line=form.with_line.data, actor=actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, keep):
        return saved(url_for(".receipt", ref=raised[0].ref), key=key)
    if wants_json() and request.method == "POST":
        return refused(form)
    came_from = _came_from()
    hinted = FILE_PAGE.match(came_from)
    child = queries.child_to_choose(actor, request.args.get("child", "") or (hinted[1] if hinted else ""))
    children = [child] if child else queries.children_to_choose(actor, FEW)
    form.child.choices = [(c.ref, _called(actor, c)) for c in children] + [("", _("No particular child"))]
    if form.child.data is None:
        form.child.data = children[0].ref if len(children) == 1 else ""
    around = queries.people_around(
        actor, child or (children[0] if len(children) == 1 else None), queries.home_path(actor)
    )
    form.named.choices = list(around.items())[:MOST_PEOPLE]
    return page(
        "safeguarding/concern_new.html", form=form, key=key, back=local_next(came_from or "/"), children=children,
        can_pause=actor.has(*STAFF),
    )  # fmt: skip


@bp.get("/concerns/<ref>/receipt")
@allow(signed_in=True)
def receipt(ref: str) -> ResponseReturnValue:
    """What happens next and by when. It says nothing of the course: the reporter is not shown the concern again."""
    concern = queries.raised_by_me(g.actor, ref)
    return page(
        "safeguarding/receipt.html", raised_at=concern.raised_at, by=concern.raised_at + clock_of(concern.urgency),
        nobody=concern.state in WAITING and not concern.asked_ref and not concern.handler_ref,
        last_name=setting("last_resort_name"), last_phone=setting("last_resort_phone"),
    )  # fmt: skip
