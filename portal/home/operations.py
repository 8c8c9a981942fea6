"""Keeping views of lists: one's own convenience, and so not audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.home.models import SavedView
from portal.home.rules import LONGEST_QUERY, MOST_VIEWS
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_

NAME_TAKEN = N_("You already have a view of this name for this list.")


def save_view(name: str, *, path: str, query: str, actor: Actor, now: datetime) -> SavedView:
    """Keep a list's filters and sorting under a name; the same name again takes the new ones. The caller commits.

    Raises DomainError when there is nothing to keep, too much of it, or too many views already.
    """
    if not query:
        raise DomainError(N_("Choose a filter or a sorting first, then save the view."))
    if len(query) > LONGEST_QUERY:
        raise DomainError(N_("These are too many filters to keep. Take some away."))
    mine = SavedView.account_ref == actor.account_ref
    standing = session().scalar(select(SavedView).where(mine, SavedView.path == path, SavedView.name == name))
    if standing is not None:
        standing.query = query
        return standing
    if (session().scalar(select(func.count()).where(mine)) or 0) >= MOST_VIEWS:
        raise DomainError(N_("You have %(most)d saved views. Remove one first."), most=MOST_VIEWS)
    view = SavedView(account_ref=actor.account_ref, name=name, path=path, query=query, made_at=now)
    session().add(view)
    _flush()
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Give one's own view another name. The caller commits. Raises DomainError when another one has it."""
    view.name = name
    _flush()


def remove_view(view: SavedView) -> None:
    """Take one's own view away. The caller commits."""
    session().delete(view)


def _flush() -> None:
    try:
        session().flush()
    except IntegrityError as error:
        if "saved_view" not in str(error.orig):
            raise
        raise DomainError(NAME_TAKEN, field="name") from error
