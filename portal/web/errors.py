"""Errors as pages in the product's voice, in the reader's language, with nothing half-saved."""

from __future__ import annotations

import logging

from flask import Response, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed, NotFound, Stale, TooMany
from portal.web.access import Locked, SignInNeeded
from portal.web.flow import Portal, write_afterwards
from portal.web.language import sentence
from portal.web.pages import http_problem, problem, wants_json

log = logging.getLogger("portal")


def init_errors(app: Portal) -> None:
    """Connect every kind of error with its page."""

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> BaseResponse:
        return problem(404)

    @app.errorhandler(NotAllowed)
    def not_allowed(_error: NotAllowed) -> BaseResponse:
        return problem(403)

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> BaseResponse:
        db.session.rollback()
        return problem(422, sentence=sentence(error))

    @app.errorhandler(Stale)
    @app.errorhandler(StaleDataError)
    def stale(_error: Exception) -> BaseResponse:
        db.session.rollback()
        return problem(409)

    @app.errorhandler(IntegrityError)
    def conflict(error: IntegrityError) -> BaseResponse:
        db.session.rollback()
        log.warning("conflict: %s", type(error.orig).__name__)
        return problem(409)

    @app.errorhandler(TooMany)
    def too_many(error: TooMany) -> BaseResponse:
        answer = problem(429, retry_after_seconds=error.retry_after_seconds)
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
        return answer

    @app.errorhandler(SignInNeeded)
    def sign_in_needed(_error: SignInNeeded) -> BaseResponse:
        if wants_json() or request.method != "GET":
            return problem(401, next=request.full_path if request.method == "GET" else "")
        return redirect(url_for("access.sign_in", next=request.full_path.rstrip("?")), 303)

    @app.errorhandler(Locked)
    def locked(_error: Locked) -> BaseResponse:
        if wants_json() or request.method != "GET":
            return problem(401, locked=True, next="")
        return redirect(url_for("access.locked", next=request.full_path.rstrip("?")), 303)

    @app.errorhandler(CSRFError)
    def stale_token(_error: CSRFError) -> BaseResponse:
        db.session.rollback()
        write_afterwards()
        return problem(400, stale_form=True)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> BaseResponse:
        g.broken = True
        log.error("database: %s", type(error.orig).__name__)
        return problem(500)

    @app.errorhandler(SecurityError)
    def strange_host(_error: SecurityError) -> BaseResponse:
        # No page can be drawn: every address in it would carry the strange name.
        return Response("400 Bad Request\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> BaseResponse:
        return http_problem(error)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> BaseResponse:
        # Only here is everything caught: a person gets a page, the log gets the error, a test gets the exception.
        if app.testing and app.config.get("PROPAGATE"):
            raise error
        g.broken = True
        log.exception("an error on %s %s", request.method, request.path)
        return problem(500)
