"""Errors that carry a meaning for a person. Operations raise them; pages turn them into sentences and status codes."""

from __future__ import annotations


class DomainError(Exception):
    """Something a person can mend. `message` is an English message id with `%(fact)s` in it, translated when shown.

    `field` names the form field that it is about, where there is one.
    """

    def __init__(self, message: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.facts = facts

    def __str__(self) -> str:
        return self.message % self.facts if self.facts else self.message


class NotAllowed(Exception):
    """The actor may know of the record but may not do this. Answered with 403."""


class NotFound(Exception):
    """No such record, or none that the actor may know of: the two are never told apart. Answered with 404."""


class TooMany(Exception):
    """A limit is reached. `retry_after_seconds` says when to come back. Answered with 429."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"retry after {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class Stale(Exception):
    """Somebody else changed the record since it was read. Answered with 409, with both texts where there are texts."""


def require(allowed: bool) -> None:
    """Raise NotAllowed unless `allowed`."""
    if not allowed:
        raise NotAllowed
