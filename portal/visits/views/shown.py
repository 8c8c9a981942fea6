"""How visits and their days are spoken of on pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.children.shown import label_of
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, today
from portal.visits import policy
from portal.visits.models import Visit
from portal.visits.rules import (
    KIND_WORDS,
    MET_WORDS,
    SEEN,
    STANDING_TONES,
    WORRYING,
    Met,
    Standing,
    VisitKind,
    standing,
)
from portal.web.language import _, ngettext


def stands(due_at: datetime) -> Standing:
    """Where a visit due at this moment stands today."""
    return standing(local_day(due_at), today())


def due_words(due_at: datetime) -> str:
    """Since when or when, in few words."""
    day = local_day(due_at)
    distance = (day - today()).days
    if distance < 0:
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", -distance))
    if distance == 0:
        return str(_("today"))
    return str(ngettext("in %(num)s day", "in %(num)s days", distance))


def due_tone(due_at: datetime) -> str:
    """The colour of these words."""
    return STANDING_TONES.get(stands(due_at), "neutral")


def short_label(row: Any, *, whole: bool) -> str:
    """What a phone may keep of a child's name: what it is called, without its surname. `whole` for staff of the
    region, who also read the alias."""
    return str((row.alias if whole else "") or row.given_name)


def subnav_of(actor: Actor, current: str) -> list[tuple[str, str, bool]]:
    """The pages of this room that this person may open."""
    items = []
    if actor.has(*policy.VISITORS):
        items.append(("due", _("Visits due"), "/visits"))
    items.append(("list", _("Visits made"), "/visits/list"))
    if actor.has(*policy.REVIEWERS):
        items.append(("overview", _("Villages"), "/visits/overview"))
        items.append(("review", _("Quiet review"), "/visits/review"))
    return [(label, url, name == current) for name, label, url in items] if len(items) > 1 else []


def kinds_for(actor: Actor) -> list[tuple[str, str]]:
    """Whose interval this person can fulfil: the supervisor's own, or the caseworker's, or both together."""
    care, town = actor.has(*policy.AT_THE_DOOR), actor.has(Role.SUPERVISOR)
    kinds = [*([VisitKind.CARE] if care else []), *([VisitKind.TOWN] if town else []), VisitKind.JOINT]
    return [(kind.value, str(_(KIND_WORDS[kind]))) for kind in kinds]


def seen_lines(visit: Visit) -> list[tuple[str, str, bool]]:
    """What was seen, as (area, words, whether it is worrying)."""
    seen = visit.seen or {}
    return [
        (str(_(label)), str(_(words[seen[area]])), seen[area] in WORRYING[area])
        for area, (label, words) in SEEN.items()
        if seen.get(area) in words
    ]


def met_words(visit: Visit) -> str:
    """Who was met."""
    known = set(Met)
    found = [str(_(MET_WORDS[Met(code)])) for code in (visit.seen or {}).get("met", []) if code in known]
    return "、".join(found)


def kind_words(kind: VisitKind) -> str:
    """Whose visit, in the reader's language."""
    return str(_(KIND_WORDS[kind]))


def day_of(moment: datetime) -> date:
    """The local day of a moment."""
    return local_day(moment)


__all__ = [
    "day_of", "due_tone", "due_words", "kind_words", "kinds_for", "label_of", "met_words", "seen_lines", "short_label",
    "stands", "subnav_of",
]  # fmt: skip
