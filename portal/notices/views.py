"""Pages of this room: one's notices, one's choices, the pulse behind the bell, and the demo's messages."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel.clock import now
from portal.kernel.errors import NotFound
from portal.kernel.outbox import OutboxMessage, OutboxState
from portal.kernel.secrets import opened
from portal.kernel.words import N_
from portal.notices import operations, queries
from portal.notices.forms import CHANNELS, ChoicesForm, MessagesFilter, NoticeFilter
from portal.notices.models import Notice
from portal.notices.outlets import init_mail
from portal.notices.wording import letter, sentence_of
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _, speaking
from portal.web.lists import Sort, keyset
from portal.web.pages import local_next, page, saved, submitted, tell
from portal.web.registries import NavItem

bp = Blueprint("notices", __name__)


@bp.get("/notices")
@allow(signed_in=True)
def index() -> ResponseReturnValue:
    """One's notices, newest first."""
    filters = NoticeFilter(formdata=request.args)
    statement = queries.my_notices(g.actor, unread=bool(filters.unread.data), urgent=bool(filters.urgent.data))
    listing = keyset(statement, sorts=[Sort("new", (Notice.id,), descending=True)], filters=filters)
    words = {row.ref: sentence_of(row.kind, queries.facts_of(row)) for row in listing.rows}
    return page("notices/index.html", listing=listing, words=words)


@bp.get("/notices/pulse")
@allow(signed_in=True)
def pulse() -> ResponseReturnValue:
    """What the bell and the alert on every page ask for, every few seconds. Never extends the idle time."""
    unread = queries.unread_count(g.actor)
    rows = queries.urgent_unread(g.actor) if unread else []
    urgent = [{"title": sentence_of(r.kind, queries.facts_of(r)), "url": r.url or url_for(".index")} for r in rows]
    return jsonify(unread=unread, urgent=urgent)


@bp.post("/notices/<ref>/reading")
@allow(signed_in=True)
def read(ref: str) -> ResponseReturnValue:
    """Mark one as read, and go to what it is about."""
    notice = queries.notice_or_404(g.actor, ref)
    operations.read_notice(notice, actor=g.actor, now=now())
    return saved(local_next(notice.url or url_for(".index")))


@bp.post("/notices/reading")
@allow(signed_in=True)
def read_all() -> ResponseReturnValue:
    """Mark all but alerts as read."""
    operations.read_all(actor=g.actor, now=now())
    return redirect(url_for(".index"), 303)


@bp.route("/my/notices", methods=["GET", "POST"])
@allow(signed_in=True)
def choices() -> ResponseReturnValue:
    """What one is told by mail and SMS. On the page one is told everything; alerts cannot be turned down."""
    form = ChoicesForm()
    kinds = queries.kinds_for(g.actor)
    if submitted(form, lambda: operations.choose_all(kinds, set(form.want.data or ()), actor=g.actor)):
        tell(_("Saved. It holds from the next message on."), "success")
        return redirect(url_for(".choices"), 303)
    chosen, reach = queries.chosen_by(g.actor), queries.addresses_of(g.actor)
    return page("notices/choices.html", form=form, kinds=kinds, channels=CHANNELS, chosen=chosen, reach=reach)


@bp.get("/demo/messages")
@allow(anybody=True)
def messages() -> ResponseReturnValue:
    """In the demo: what mail and SMS would have said, since nothing leaves the house there."""
    if not current_app.portal_config.demo:  # type: ignore[attr-defined]
        raise NotFound
    filters = MessagesFilter(formdata=request.args)
    sorts = [Sort("new", (OutboxMessage.id,), descending=True)]
    listing = keyset(queries.outbox(filters.channel.data), sorts=sorts, filters=filters)
    return page("notices/messages.html", listing=listing, letters=[_letter(r) for r in listing.rows], channels=CHANNELS)


def _letter(row: Any) -> dict[str, Any]:
    text = opened(OutboxMessage.facts_sealed, row.ref, row.facts_sealed)
    with speaking(row.locale):
        words = letter(row.kind, row.channel, json.loads(text) if text else {})
    return {
        "channel": row.channel, "to": opened(OutboxMessage.address_sealed, row.ref, row.address_sealed),
        "subject": words.subject, "body": words.body, "at": row.created_at, "waits": row.state is OutboxState.WAITING,
    }  # fmt: skip


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    init_mail(app, app.portal_config)
    app.registries.nav.append(NavItem("notices.choices", N_("What I am told"), "bell", order=75, menu=True))
