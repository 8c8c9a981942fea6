"""The front page, each role's today, search, saved views, and what machines ask for: health, the worker script,
security.txt."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal.home import operations, queries
from portal.home.forms import ViewForm
from portal.home.rules import LISTS, SEARCHED, kept_query
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.kernel.words import N_
from portal.web.access import allow, rule_of
from portal.web.flow import Portal
from portal.web.forms import clean_text
from portal.web.language import _, day_text
from portal.web.pages import local_next, page, submitted, tell
from portal.web.registries import NavItem

bp = Blueprint("home", __name__)
SHORTEST_SEARCH = 1
LONGEST_SEARCH = 60


def _portal() -> Portal:
    app: Portal = current_app  # type: ignore[assignment]
    return app


@bp.get("/")
@allow(anybody=True)
def front() -> ResponseReturnValue:
    """The signed-in go to their today; strangers see what this is."""
    if g.actor is not None:
        return redirect(url_for(".today"), 303)
    return page("home/front.html")


@bp.get("/today")
@allow(signed_in=True)
def today() -> ResponseReturnValue:
    """Today: who and why; below it what is worth knowing."""
    registries = _portal().registries
    items = queries.today_items(registries, g.actor)
    local = now()
    return page(
        "home/today.html", items=items[: queries.MOST_ITEMS], more=max(0, len(items) - queries.MOST_ITEMS),
        cards=queries.home_cards(registries, g.actor), todo=queries.first_steps(registries, g.actor),
        today=day_text(queries.today_of(local)),
    )  # fmt: skip


@bp.get("/search")
@allow(signed_in=True)
def search() -> ResponseReturnValue:
    """One search box: every room's results, by what the reader may see."""
    words = clean_text(request.args.get("q", ""))[:LONGEST_SEARCH]
    found = queries.search(_portal().registries, g.actor, words) if len(words) >= SHORTEST_SEARCH else []
    return page("home/search.html", words=words, found=found)


def _lists() -> dict[str, str]:
    """The lists that the actor may open: address → title."""
    open_to_me = (
        (e, title) for e, title in LISTS.items() if (rule := rule_of(current_app, e)) and rule.admits(g.actor)
    )
    return {url_for(endpoint): title for endpoint, title in open_to_me}


@bp.get("/my/views")
@allow(signed_in=True)
def saved_views() -> ResponseReturnValue:
    """One's saved views, of one list when its path is asked for."""
    return _views_page()


def _views_page(**facts: Any) -> ResponseReturnValue:
    lists = _lists()
    path = request.args.get("path", "")
    path = path if path in lists else ""
    rows = [
        {
            "ref": r.ref, "name": r.name, "list": lists.get(r.path),
            "url": f"{r.path}?{r.query}" if r.path in lists else None,
        }
        for r in queries.saved_views(g.actor, path)
    ]  # fmt: skip
    return page("home/saved_views.html", rows=rows, path=path, title=lists.get(path), **facts)


@bp.post("/my/views")
@allow(signed_in=True)
def save_view() -> ResponseReturnValue:
    """Keep the filters and the sorting of a list; only of a list that the person may open."""
    address = local_next("")
    parts = urlsplit(address)
    if parts.path not in _lists():
        raise NotFound
    query = kept_query((n, clean_text(v)) for n, v in parse_qsl(parts.query))
    form = ViewForm()

    def operation() -> None:
        operations.save_view(form.name.data or "", path=parts.path, query=query, actor=g.actor, now=now())

    if not submitted(form, operation):
        return _views_page(form=form, address=address)
    tell(_("Saved. You find it under “Saved views”."), "success")
    return redirect(address, 303)


@bp.post("/my/views/<ref>/name")
@allow(signed_in=True)
def rename_view(ref: str) -> ResponseReturnValue:
    """Give one's own view another name."""
    view = queries.view_or_404(g.actor, ref)
    form = ViewForm()
    if submitted(form, lambda: operations.rename_view(view, form.name.data or "")):
        return redirect(url_for(".saved_views"), 303)
    return _views_page(form=form, renaming=ref)


@bp.post("/my/views/<ref>/removal")
@allow(signed_in=True)
def remove_view(ref: str) -> ResponseReturnValue:
    """Take one's own view away."""
    operations.remove_view(queries.view_or_404(g.actor, ref))
    tell(_("The view was removed."), "success")
    return redirect(url_for(".saved_views"), 303)


def view_to_keep() -> str:
    """For a list's page: what of its query could be kept as a view; '' when nothing is chosen."""
    return kept_query(request.args.items(multi=True))


@bp.get("/offline")
@allow(anybody=True)
def offline() -> ResponseReturnValue:
    """What a phone shows without a connection; kept by its service worker, the same for everybody."""
    answer = page("errors/offline.html")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@bp.get("/sw.js")
@allow(anybody=True)
def service_worker() -> ResponseReturnValue:
    """The service worker, served from the top so that it may answer for every page."""
    script = (Path(current_app.static_folder or "") / "js" / "sw.js").read_bytes()
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/healthz")
@allow(anybody=True)
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(ok=True)


@bp.get("/readyz")
@allow(anybody=True)
def readyz() -> ResponseReturnValue:
    """The database answers too, and how long it took, in milliseconds."""
    began = time.perf_counter()
    session().execute(text("SELECT 1"))
    return jsonify(ok=True, database_ms=round((time.perf_counter() - began) * 1000, 1))


@bp.get("/.well-known/security.txt")
@allow(anybody=True)
def security_txt() -> ResponseReturnValue:
    """Where to report a weakness (RFC 9116)."""
    base = _portal().portal_config.public_url
    ends = (now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {base}/complaints/new",
        f"Expires: {ends}",
        "Preferred-Languages: zh, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def register(app: Portal) -> None:
    """Put the pages into the application."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(view_to_keep=view_to_keep, searched_in_lists=SEARCHED)
    app.registries.nav += [
        NavItem("home.today", N_("Today"), "home", order=1, tab=True, short=N_("Home")),
        NavItem("home.saved_views", N_("Saved views"), "filter", order=65, menu=True),
    ]
