"""How a view answers: a page, a saved form, a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g, jsonify, make_response, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.web.forms import Form
from portal.web.language import sentence


def page(template: str, *, form: Form | None = None, status: int = 200, **facts: Any) -> Response:
    """Render a page: 422 when the form on it is to be mended."""
    if form is not None and form.is_submitted() and form.wrong:
        status = 422
    return make_response(render_template(template, form=form, **facts), status)


def submitted(form: Form, operation: Callable[[], Any], *, alone: bool = False) -> bool:
    """Run the operation when the form was sent and is right; say whether it was done.

    What the operation refuses stands on the form, which is shown again as typed; nothing of it is kept. `alone` says
    that the view has written nothing before and shows no object that it read before: then the whole transaction is
    given up, and no savepoint is needed.
    """
    if not form.validate_on_submit():
        return False
    current = db.session()
    try:
        if alone:
            operation()
        else:
            with current.begin_nested():
                operation()
    except DomainError as error:
        if alone:
            current.rollback()
        form.blame(error.field, sentence(error))
        return False
    return True


def wants_json() -> bool:
    """Whether the page's own script asks, for an answer that it can tell from a page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def saved(url: str, *, key: str = "") -> BaseResponse:
    """After a form is saved: a redirect, or for the outbox a JSON answer that names the key."""
    if wants_json():
        return jsonify(saved=key or request.form.get("client_key", ""), next=url)
    return redirect(url, 303)


def refused(form: Form) -> BaseResponse:
    """For the outbox: what is to be mended, by field, as JSON with status 422."""
    answer = jsonify(errors={name or "": [str(e) for e in errors] for name, errors in form.errors.items()})
    answer.status_code = 422
    return answer


def tell(message: str, category: str = "done") -> None:
    """A sentence on the next page; once, however many forms a phone has sent before it shows a page."""
    if (category, message) not in session.get("_flashes", ()):
        flash(message, category)


def local_next(default: str) -> str:
    """Where to go afterwards: the `next` of the request when it is a path of ours, else the default."""
    wanted = request.values.get("next", "")
    if (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and "\\" not in wanted
        and all(32 < ord(c) < 127 for c in wanted)
    ):
        return wanted
    return default


def home_url() -> str:
    """The signed-in person's first page."""
    return url_for("home.today") if g.get("actor") else url_for("home.front")


def problem(status: int, template: str | None = None, **facts: Any) -> Response:
    """An error page in the product's voice, or a short JSON for scripts."""
    if wants_json():
        answer = jsonify(error=status, **{k: v for k, v in facts.items() if isinstance(v, (str, int, bool))})
        answer.status_code = status
        return answer
    return make_response(render_template(template or f"errors/{status}.html", **facts), status)


def http_problem(error: HTTPException) -> BaseResponse:
    """Any HTTP error: in our voice where we have a page for it."""
    known = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500}
    status = error.code or 500
    if error.response is not None:
        return error.get_response()
    return problem(404 if status == 405 else status if status in known else 400 if status < 500 else 500)
