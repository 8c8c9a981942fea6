"""Who may come to a page at all. Every view declares it; the application refuses to start when one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_request_context, request

from portal.kernel.actor import Actor, Role
from portal.kernel.errors import NotAllowed, NotFound

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """What a page asks of its visitor."""

    roles: frozenset[Role] = frozenset()
    anybody: bool = False
    """No sign-in is needed."""
    signed_in: bool = False
    """Any signed-in person."""
    while_locked: bool = False
    """Works on an idle-locked session too (unlock, sign-out, keep-alive of typed text)."""

    def admits(self, actor: Actor | None) -> bool:
        """Whether this visitor may come here."""
        return self.anybody or (actor is not None and (self.signed_in or not self.roles.isdisjoint(actor.roles)))


def allow(
    *roles: Role, signed_in: bool = False, anybody: bool = False, while_locked: bool = False
) -> Callable[[View], View]:
    """Declare who may come to a view: these roles, everybody who is signed in, or anybody."""
    rule = Rule(frozenset(roles), anybody=anybody, signed_in=signed_in, while_locked=while_locked)

    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """What an endpoint declared."""
    if endpoint.rpartition(".")[2] == "static":
        return Rule(anybody=True)
    return getattr(app.view_functions.get(endpoint), "access_rule", None)


def roles_asked() -> frozenset[Role]:
    """The roles that the page being answered asks for; none for a page open to everybody, and in a job."""
    rule = rule_of(current_app, request.endpoint) if has_request_context() and request.endpoint else None
    return rule.roles if rule is not None else frozenset()


def refuse_undeclared(app: Flask) -> None:
    """Raise RuntimeError naming the views that declare no access rule: the application must not start with them."""
    if missing := sorted(e for e in app.view_functions if rule_of(app, e) is None):
        raise RuntimeError("These views declare no access rule: " + ", ".join(missing))


class SignInNeeded(Exception):
    """The visitor is not signed in."""


class Locked(Exception):
    """The session is idle-locked: unlock first, nothing typed is lost."""


def check_access() -> None:
    """The gate, before every view. Unknown addresses fall through to 404.

    Raises SignInNeeded, Locked or NotAllowed.
    """
    if "\0" in request.path:
        raise NotFound
    if request.endpoint is None:
        return
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        raise NotAllowed
    if rule.anybody:
        return
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded
    if g.get("locked") and not rule.while_locked:
        raise Locked
    if not rule.admits(actor):
        raise NotAllowed
