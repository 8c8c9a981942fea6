"""What stands around every page: one frame per language, roles and theme, kept as text with gaps for what differs."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import current_app, g, has_request_context, request, session, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup, escape

from portal.kernel.actor import Actor, Role
from portal.web.drawn import drawn
from portal.web.flow import Portal
from portal.web.language import LOCALES, gettext, locale, role_words
from portal.web.lists import init_lists
from portal.web.registries import NavItem

GAPS = ("csrf", "name", "initial", "account", "view_as", "quoted_path", "address", "unread", "unread_hidden")
"""What differs from request to request, and so is never kept: filled in, escaped, when a page is answered."""
BLOCKS = ("title", "head", "main", "scripts")
"""Where the page's own blocks stand in the frame."""
MOST_TOKENS = 4096
"""Signed tokens kept at most."""
MOST_FRAMES = 512
"""Frames kept at most, about 20 kB each; beyond that all are made anew."""


@lru_cache(maxsize=1)
def asset_version(folder: str) -> str:
    """A fingerprint of all static files, so that a new release is fetched and an old one is never asked for again."""
    total = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            total.update(path.name.encode() + str(path.stat().st_mtime_ns).encode())
    return total.hexdigest()[:10]


def static_url(path: str) -> str:
    """The versioned address of a static file, kept for ever by browsers."""
    return f"/static/{path}?v={asset_version(current_app.static_folder or '')}"


class Component(Template):
    """A template whose macros are made once. The usual one compares all global names at every import of every page, in
    case a template was loaded with globals of its own; here none is."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module(None)


class Piece:
    """A part of the frame between two blocks: text with gaps. What fills a gap is never looked at again."""

    def __init__(self, text: str, mark: str) -> None:
        # The mark is random in each process, so that nothing anybody typed can look like a gap.
        self.parts = re.split(f"{mark}gap-([a-z_]+)-", text)
        self.gaps = [(i, self.parts[i]) for i in range(1, len(self.parts), 2)]

    def marked(self, mark: str) -> Markup:
        """The text with its marks, to become a part of a longer one."""
        parts = self.parts.copy()
        for i, name in self.gaps:
            parts[i] = f"{mark}gap-{name}-"
        return Markup("".join(parts))

    def filled(self, values: Mapping[str, str]) -> Markup:
        """The text with its gaps filled. `values` are escaped already."""
        parts = self.parts.copy()
        for i, name in self.gaps:
            parts[i] = values[name]
        return Markup("".join(parts))


@dataclass(frozen=True)
class Around:
    """What is around the page of this request: its prepared frame, and what fills the gaps, escaped already."""

    actor: Actor | None
    settings: dict[str, Any]
    unread: int
    key: tuple[Any, ...]
    pieces: list[Piece]
    gaps: dict[str, str]


class Frames:
    """The prepared frames of one application. `settings()` gives the settings in force, `unread(actor)` a count."""

    def __init__(self, app: Portal, settings: Any = dict, unread: Any = None) -> None:
        self.app = app
        self.settings = settings
        self.unread = unread
        self.mark = secrets.token_hex(12)
        self.kept: dict[tuple[Any, ...], list[Piece]] = {}
        self.pages: dict[Any, Piece] = {}
        """Whole pages, see `kept`."""
        self.known: frozenset[str] | None = None

    def around(self) -> Around:
        """For this request. After an error nothing is asked of the database."""
        broken = g.get("broken")
        actor: Actor | None = None if broken else g.get("actor")
        values = {} if broken else self.settings()
        theme = g.get("theme", "auto")
        waiting = self.unread(actor) if actor and not g.get("locked") else 0
        address = request.path + ("?" + request.query_string.decode("ascii", "replace") if request.query_string else "")
        gaps: dict[str, str] = {
            "csrf": escape(csrf_token()),
            "name": escape(actor.name) if actor else "",
            "initial": escape(actor.initial) if actor else "",
            "account": escape(actor.account_ref) if actor else "",
            "view_as": escape(actor.name) if actor else "",
            "quoted_path": escape(quote(request.path)),
            "address": escape(address),
            "unread": str(waiting) if waiting < 100 else "99+",
            "unread_hidden": "" if waiting else " hidden",
        }
        key = self.key(actor, theme, values)
        return Around(actor, values, waiting, key, self._kept(key, actor, theme, values), gaps)

    def key(self, actor: Actor | None, theme: str, settings: dict[str, Any]) -> tuple[Any, ...]:
        """Everything that the kept text depends on."""
        return (
            locale(), actor.roles if actor else None, theme, bool(actor and actor.view_as), self._section(),
            tuple(settings.get("hotlines", HOTLINES)), product_name(settings), settings.get("idle_minutes", 15),
        )  # fmt: skip

    def frame(self, actor: Actor | None, theme: str, settings: dict[str, Any]) -> list[Piece]:
        """The pieces for this reader."""
        return self._kept(self.key(actor, theme, settings), actor, theme, settings)

    def _kept(
        self, key: tuple[Any, ...], actor: Actor | None, theme: str, settings: dict[str, Any]
    ) -> list[Piece]:  # fmt: skip
        pieces = self.kept.get(key)
        if pieces is None:
            if len(self.kept) >= MOST_FRAMES:
                self.kept.clear()
            pieces = self.kept[key] = self._prepare(actor, theme, settings, self._section())
        return pieces

    def _section(self) -> str:
        section = "/" + request.path.lstrip("/").split("/", 1)[0]
        return section if section in self.sections() else ""

    def sections(self) -> frozenset[str]:
        """The addresses in the navigation, since only these are marked as the current one."""
        if self.known is None:
            self.known = frozenset(url_for(item.endpoint) for item in self.app.registries.nav)
        return self.known

    def _prepare(self, actor: Actor | None, theme: str, settings: dict[str, Any], section: str) -> list[Piece]:
        gap = {name: f"{self.mark}gap-{name}-" for name in GAPS}
        block = dict.fromkeys(BLOCKS, f"{self.mark}block")
        code = locale()
        other = "en" if code == "zh_Hans" else "zh_Hans"
        roles = sorted(actor.roles, key=list(Role).index) if actor else []
        text = self.app.jinja_env.get_template("layout/frame.html").render(
            **block, **{name: gap[name] for name in ("csrf", "quoted_path", "address", "unread", "unread_hidden")},
            actor={"name": gap["name"], "initial": gap["initial"]} if actor else None,
            account_key=gap["account"] if actor else "", view_as=gap["view_as"] if actor and actor.view_as else None,
            role_label=("、" if code == "zh_Hans" else ", ").join(role_words(r) for r in roles),
            product_name=product_name(settings), hotlines=hotlines_of(settings),
            idle_minutes=settings.get("idle_minutes", 15),
            theme=theme, demo=self.app.portal_config.demo, locale_tag=LOCALES[code][0], other_locale=other,
            other_locale_name=LOCALES[other][1],
            **{place: self._navigation(actor, place, section) for place in ("nav", "tabs", "menu")},
        )  # fmt: skip
        pieces = [Piece(part, self.mark) for part in text.split(f"{self.mark}block")]
        if len(pieces) != len(BLOCKS) + 1:
            raise RuntimeError("layout/frame.html must hold each block once")
        return pieces

    def _navigation(self, actor: Actor | None, place: str, section: str) -> Markup:
        """The list items of one navigation (`nav`, `tabs`, `menu`), with the current one marked."""
        if actor is None:
            return Markup("")
        icon = self.app.jinja_env.get_template("components/icon.html").module.icon  # type: ignore[attr-defined]
        parts, marked = [], False
        for item in self._items(actor.roles, place):
            label = gettext(item.short or item.label) if place == "tabs" else gettext(item.label)
            drawn = icon(item.icon, 24 if place == "tabs" else 20) if place != "nav" else ""
            words = Markup("<span>{}</span>").format(label) if place == "tabs" else escape(label)
            only = Markup(' class="menu-extra"') if place == "menu" and not item.menu else ""
            url = url_for(item.endpoint)
            here = Markup(' aria-current="page"') if url == section and not marked else ""
            marked = marked or bool(here)
            parts.append(Markup('<li{}><a href="{}"{}>{}{}</a></li>').format(only, url, here, drawn, words))
        return Markup("").join(parts)

    def _items(self, roles: frozenset[Role], place: str) -> list[NavItem]:
        nav = self.app.registries.nav
        seen = sorted((i for i in nav if not i.roles or not i.roles.isdisjoint(roles)), key=lambda i: i.order)
        if place == "nav":
            return [i for i in seen if not i.menu]
        tabs = [i for i in seen if i.tab][:4]
        return tabs if place == "tabs" else [i for i in seen if i not in tabs]


HOTLINES = ("110 110", "120 120", "12345 12345")
"""Shown when even the settings cannot be read."""

HOTLINES_EN = {
    "报警": "Police", "急救": "Ambulance", "政务服务便民热线": "City hotline", "青少年服务热线": "Youth hotline",
}  # fmt: skip
"""The national lines in English; a line of the administrator's own stands as it was written."""


def product_name(settings: dict[str, Any]) -> str:
    """The portal's name in the reader's language."""
    name = settings.get("product_name_en" if locale() == "en" else "product_name")
    return str(name or "牵手 · Hand in Hand")


def hotlines_of(settings: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The help lines as (label, number, number to dial)."""
    return _hotlines(tuple(settings.get("hotlines", HOTLINES)), locale())


@lru_cache(maxsize=16)
def _hotlines(lines: tuple[str, ...], code: str) -> list[tuple[str, str, str]]:
    cut = [line.rpartition(" ") for line in lines]
    names = HOTLINES_EN if code == "en" else {}
    return [
        (names.get(label, label), number, "".join(c for c in number if c.isdigit() or c == "+"))
        for label, _sep, number in cut
    ]


_signed: dict[tuple[str, str], str] = {}


def csrf_token() -> str:
    """This browser's token for forms. Signed once and kept by the secret in its cookie, since it does not run out."""
    secret = session.get("csrf_token")
    if secret is None:
        return str(generate_csrf())
    key = (str(current_app.secret_key), secret)
    token = _signed.get(key)
    if token is None:
        if len(_signed) >= MOST_TOKENS:
            _signed.clear()
        token = _signed[key] = str(generate_csrf())
    # Where flask-wtf looks first, so that forms take the same one.
    g.csrf_token = token
    return token


def init_chrome(app: Portal, settings: Any, unread: Any) -> None:
    """Give every template its surroundings. `settings()` gives the settings in force, `unread(actor)` a count."""
    app.jinja_env.template_class = Component
    frames = app.extensions["portal-frames"] = Frames(app, settings, unread)

    def surroundings() -> dict[str, Any]:
        if not has_request_context():
            # A mail written by a job: no page is around it.
            return {"product_name": product_name(settings()), "locale_tag": LOCALES[locale()][0]}
        around = frames.around()
        actor = around.actor
        return {
            "frame": [piece.filled(around.gaps) for piece in around.pieces],
            "product_name": product_name(around.settings),
            "actor": actor,
            "locale_tag": LOCALES[locale()][0],
            "demo": app.portal_config.demo,
            "view_as": actor.name if actor and actor.view_as else None,
            "unread": around.unread,
            "hotlines": hotlines_of(around.settings),
            "filing_number": around.settings.get("filing_number", ""),
            "csrf_token": csrf_token,
        }

    app.context_processor(surroundings)
    init_lists(app)
    app.jinja_env.globals.update(static_url=static_url, drawn=drawn)
