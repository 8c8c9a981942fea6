"""What access puts on pages of everybody: people in the search box, roles that wait on today, the first steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import url_for
from sqlalchemy import func, select

from portal.access import queries
from portal.access.models import Account
from portal.access.policy import SECOND_PERSONS, visible_to
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.web.language import _, day_text, role_words
from portal.web.registries import Found, TodayItem, ToDo

MOST_FOUND = 8


def search_people(actor: Actor, words: str) -> Sequence[Found]:
    """Accounts that the actor keeps or sees."""
    if not words or not actor.has(Role.ADMIN, Role.COORDINATOR):
        return []
    rows = (
        session()
        .execute(
            queries.people_of(actor).where(queries.named(words)).order_by(Account.name, Account.id).limit(MOST_FOUND)
        )
        .all()
    )
    names = queries.region_names(row.region_path for row in rows)
    return [
        Found(_("Person"), row.name, names.get(row.region_path, ""), url_for("access.person", ref=row.ref))
        for row in rows
    ]


def roles_to_confirm(actor: Actor) -> Iterable[TodayItem]:
    """Roles for which the actor may be the second person."""
    if not actor.has(*SECOND_PERSONS):
        return
    for grant, account, can in queries.roles_waiting(actor):
        if can:
            why = _("A role waits for a second person: %(role)s", role=role_words(grant.role))
            when = _("asked %(day)s", day=day_text(local_day(grant.asked_at)))
            yield TodayItem(
                account.name, why, when, url_for("access.roles"), _("Look"), "amber", "lock", (40, grant.ref)
            )


def first_people(actor: Actor) -> Iterable[ToDo]:
    """An administrator's first step: another one, so that roles find a second person."""
    if not actor.has(Role.ADMIN):
        return
    number = session().scalar(select(func.count()).select_from(visible_to(actor).subquery())) or 0
    yield ToDo(_("Invite the first people"), url_for("access.person_new"), number > 1)
