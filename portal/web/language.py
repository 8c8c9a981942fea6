"""Language: Simplified Chinese first, English second; dates and moments as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.support import Translations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, force_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from portal.config import PACKAGE
from portal.kernel.actor import ROLE_WORDS, Role
from portal.kernel.clock import zone
from portal.kernel.errors import DomainError
from portal.kernel.states import Word

__all__ = ["_", "_l", "clock", "day", "day_span", "gettext", "minutes", "moment", "ngettext", "sentence", "speaking"]

LOCALES = {"zh_Hans": ("zh-Hans", "简体中文"), "en": ("en", "English")}
DEFAULT = "zh_Hans"
WEEKDAYS = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TIME_BEGINS, TIME_SAYS, TIME_ENDS = Markup('<time datetime="'), Markup('">'), Markup("</time>")
"""What is put between these is escaped; adding is three times as fast as formatting."""
DIRECTORY = str(PACKAGE / "translations")
MOST_KEPT = 8192
"""Messages kept looked up per language: more than the house has, so that only made-up ones are not kept."""


class Catalogue(dict[str, str]):
    """The messages of one language, each looked up once. What has no translation stays as it is."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.words = Translations.load(DIRECTORY, [code])

    def __missing__(self, message: str) -> str:
        found = str(self.words.gettext(message)) if message else ""
        if len(self) < MOST_KEPT:
            self[message] = found
        return found


@lru_cache(maxsize=len(LOCALES))
def catalogue(code: str) -> Catalogue:
    """The messages of one language, read from disk once per process."""
    return Catalogue(code)


def gettext(message: str, /, **facts: Any) -> str:
    """A message in the language of this moment. By hand: the usual function looks up five contexts for each word."""
    text = catalogue(locale())[message]
    return text % facts if facts else text


def ngettext(singular: str, plural: str, num: int, /, **facts: Any) -> str:
    """A message that depends on a number, which it may name as %(num)s."""
    return str(catalogue(locale()).words.ngettext(singular, plural, num)) % {"num": num, **facts}


class Later(LazyString):
    """A message that is translated when it is shown. On a page it is text, whatever its facts are."""

    def __html__(self) -> str:
        return str(escape(str(self)))


def lazy_gettext(message: str, /, **facts: Any) -> Any:
    """A message for labels that are declared before anybody reads them."""
    return Later(gettext, message, **facts)


@pass_eval_context
def _on_page(around: EvalContext, message: str, /, **facts: Any) -> str:
    """`_` in templates. Facts are escaped on pages; a lone per cent sign is written twice, as everywhere."""
    text = catalogue(locale())[message]
    if around.autoescape:
        text = Markup(text)
    return text % facts if facts or "%" in text else text


@pass_eval_context
def _number_on_page(around: EvalContext, singular: str, plural: str, num: int, /, **facts: Any) -> str:
    """`ngettext` in templates."""
    text = str(catalogue(locale()).words.ngettext(singular, plural, num))
    return (Markup(text) if around.autoescape else text) % {"num": num, **facts}


_ = gettext
_l = lazy_gettext


def negotiate(header: str) -> str:
    """The best of our two locales for an Accept-Language header.

    By hand: the usual best match sends `zh-CN` to English, because it does not know that it is written in Hans.
    """
    best, best_quality = DEFAULT, -1.0
    for part in header.split(","):
        tag, _sep, rest = part.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
        except ValueError:
            continue
        found = "zh_Hans" if tag.lower().startswith("zh") else "en" if tag.lower().startswith("en") else ""
        if found and quality > best_quality:
            best, best_quality = found, quality
    return best


def locale() -> str:
    """The locale of this moment: what `speaking` says, else the visitor's choice, the account's, or the browser's.

    A job speaks the default one; without any application (a declaration being read) messages stay as they are written.
    """
    if not has_app_context():
        return "en"
    chosen = g.get("locale")
    if chosen is None:
        if not has_request_context():
            return DEFAULT
        chosen = request.cookies.get("locale", "")
        if chosen not in LOCALES:
            actor = g.get("actor")
            chosen = actor.locale if actor is not None else negotiate(request.headers.get("Accept-Language", ""))
        chosen = g.locale = chosen if chosen in LOCALES else DEFAULT
    return str(chosen)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Translate into this locale inside the block (mail to somebody who reads another language)."""
    before = g.get("locale")
    g.locale = code
    try:
        with force_locale(code):
            yield
    finally:
        if before is None:
            g.pop("locale", None)
        else:
            g.locale = before


def _speaks_chinese() -> bool:
    return locale() == "zh_Hans"


def day(value: date | None) -> Markup:
    """2026-11-23（周一） or Mon 23 Nov 2026, as a `time` element; nothing for None."""
    if value is None:
        return Markup("")
    if isinstance(value, datetime):
        value = value.astimezone(zone()).date()
    return TIME_BEGINS + value.isoformat() + TIME_SAYS + _day_words(value, locale()) + TIME_ENDS


def day_text(value: date) -> str:
    """A day in words without markup."""
    return _day_words(value, locale())


@lru_cache(maxsize=4096)
def _day_words(value: date, code: str) -> str:
    if code == "zh_Hans":
        return f"{value.isoformat()}（周{WEEKDAYS[value.weekday()]}）"
    return f"{WEEKDAYS_EN[value.weekday()]} {value.day} {MONTHS_EN[value.month - 1]} {value.year}"


def clock(value: datetime | None) -> str:
    """10:42, local."""
    return "" if value is None else value.astimezone(zone()).strftime("%H:%M")


def moment(value: datetime | None) -> Markup:
    """Day and time, local, as a `time` element."""
    if value is None:
        return Markup("")
    local = value.astimezone(zone())
    words = f"{_day_words(local.date(), locale())} {local.strftime('%H:%M')}"
    return TIME_BEGINS + local.isoformat(timespec="seconds") + TIME_SAYS + words + TIME_ENDS


def minutes(value: int | None) -> str:
    """A length in minutes, in words."""
    return "" if value is None else _("%(number)d min", number=value)


def day_span(first: date | None, last: date | None) -> Markup:
    """From one day to another; an open end is said as such."""
    if first is None:
        return Markup("")
    if last is None:
        return Markup(_("since %(day)s", day=day(first)))
    return Markup("{0} – {1}").format(day(first), day(last))


def sentence(error: DomainError) -> str:
    """A DomainError in the reader's language."""
    facts: dict[str, Any] = {
        k: gettext(v)
        if isinstance(v, Word)
        else day_text(v)
        if isinstance(v, date) and not isinstance(v, datetime)
        else v
        for k, v in error.facts.items()
    }
    return str(gettext(error.message, **facts))


def role_words(role: Role) -> str:
    """A role's name in the reader's language."""
    return str(gettext(ROLE_WORDS[role]))


def init_language(app: Flask) -> None:
    """Set up translation and the date filters."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = DIRECTORY
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    Babel(app, locale_selector=locale)
    app.jinja_env.filters.update(
        day=day, day_text=day_text, moment=moment, clock=clock, minutes=minutes, t=gettext, role_words=role_words
    )
    app.jinja_env.globals.update(
        {"_": _on_page, "gettext": _on_page, "ngettext": _number_on_page},
        day_span=day_span, speaks_chinese=_speaks_chinese,
    )  # fmt: skip
