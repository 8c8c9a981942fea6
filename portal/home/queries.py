"""Reading for the home pages: what every room has put into the registries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.home.models import SavedView
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.web.registries import Card, Found, Registries, TodayItem, ToDo

MOST_ITEMS = 12
MOST_FOUND = 40


def today_of(moment: datetime) -> date:
    """The local day of a moment."""
    return local_day(moment)


def today_items(registries: Registries, actor: Actor) -> list[TodayItem]:
    """Everything due, the most pressing first."""
    return sorted((i for provide in registries.today for i in provide(actor)), key=lambda i: i.order)


def home_cards(registries: Registries, actor: Actor) -> list[Card]:
    """The cards of the actor's home."""
    return sorted((c for provide in registries.cards for c in provide(actor)), key=lambda c: c.order)


def first_steps(registries: Registries, actor: Actor) -> list[ToDo]:
    """The first-run checklist; nothing once all is done."""
    steps = [t for provide in registries.checklist for t in provide(actor)]
    return steps if any(not t.done for t in steps) else []


def search(registries: Registries, actor: Actor, words: str) -> list[Found]:
    """What every room finds for these words, each by what the actor may see there."""
    return [f for provide in registries.search for f in provide(actor, words)][:MOST_FOUND]


def saved_views(actor: Actor, path: str = "") -> Sequence[Any]:
    """One's own saved views as columns, by list and name; those of one list when its path is given."""
    statement = select(SavedView.ref, SavedView.name, SavedView.path, SavedView.query).where(
        SavedView.account_ref == actor.account_ref
    )
    if path:
        statement = statement.where(SavedView.path == path)
    return session().execute(statement.order_by(SavedView.path, SavedView.name, SavedView.id)).all()


def view_or_404(actor: Actor, ref: str) -> SavedView:
    """One's own saved view. Raises NotFound for anybody else's."""
    view = session().scalar(select(SavedView).where(SavedView.ref == ref, SavedView.account_ref == actor.account_ref))
    if view is None:
        raise NotFound
    return view
