"""Where rooms put what belongs on shared pages, so that no page has to know every room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.kernel.actor import Actor, Role


@dataclass(frozen=True)
class NavItem:
    """One way in the navigation. `tab` puts it into the phone's bar too (five places at most)."""

    endpoint: str
    label: str
    """An English message id."""
    icon: str
    roles: frozenset[Role] = frozenset()
    """Who sees it; empty means everybody who is signed in."""
    order: int = 50
    tab: bool = False
    menu: bool = False
    """Stands in the account menu instead of the main navigation."""
    short: str = ""
    """A shorter label for the phone's bar."""


@dataclass(frozen=True)
class Found:
    """One search result, already limited to what the reader may see."""

    kind: str
    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a child's timeline. Texts are already in the reader's language and by the reader's fields."""

    at: datetime | date
    kind_label: str
    tone: str
    who: str
    text: str
    url: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class TodayItem:
    """One line of somebody's today: who, why, when, and one tap to do it."""

    who: str
    why: str
    when: str
    url: str
    action: str
    tone: str = "neutral"
    icon: str = "clock"
    order: tuple[int, str] = (50, "")


@dataclass(frozen=True)
class Card:
    """One card on somebody's home: a template of the room with its facts."""

    title: str
    template: str
    facts: dict[str, Any]
    order: int = 50


@dataclass(frozen=True)
class ToDo:
    """One line of the first-run checklist of a role."""

    label: str
    url: str
    done: bool


@dataclass
class Registries:
    """Everything that rooms have put in. One per application, made by the factory."""

    nav: list[NavItem] = field(default_factory=list)
    search: list[Callable[[Actor, str], Sequence[Found]]] = field(default_factory=list)
    timeline: list[Callable[[Actor, str, int], Iterable[TimelineEntry]]] = field(default_factory=list)
    """(actor, child ref, how many at most) → the newest entries of this room that the actor may see."""
    today: list[Callable[[Actor], Iterable[TodayItem]]] = field(default_factory=list)
    cards: list[Callable[[Actor], Iterable[Card]]] = field(default_factory=list)
    child_panels: list[Callable[[Actor, Any], Card | None]] = field(default_factory=list)
    """(actor, child as its file has loaded it) → a panel beside the child's file."""
    need_panels: list[Callable[[Actor, Any], Card | None]] = field(default_factory=list)
    """(actor, need as its page has loaded it) → a panel on the need's page, such as its referrals or its offer."""
    checklist: list[Callable[[Actor], Iterable[ToDo]]] = field(default_factory=list)
    names: Callable[[Iterable[str]], Mapping[str, str]] = lambda _refs: {}
    """Names of people by account ref, for rooms that stand below the accounts. Set by the factory."""
    called: dict[str, Callable[[Actor, Iterable[str]], Mapping[str, str]]] = field(default_factory=dict)
    """By the kind of a record, "child" or "volunteer": what this reader calls those of these refs who are seen."""
    places: Callable[[Iterable[str]], Mapping[str, str]] = lambda _paths: {}
    """Region paths as names from the top down, for rooms that stand below the regions. Set by the factory."""
    refs_named: Callable[[str], Sequence[str]] = lambda _name: ()
    """The account refs of people whose name contains this text. Set by the factory."""
