"""The board as anybody reads it: from the day's batch alone, without looking for a visitor, kept as bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.board.models import BoardBatch
from portal.board.rules import ANY, BAND_WORDS
from portal.board.views import shown
from portal.board.views.atom import feed_of
from portal.board.views.blueprint import bp
from portal.board.views.picture import picture_of
from portal.kernel.db import db
from portal.places import settings
from portal.web.access import allow
from portal.web.chrome import asset_version, hotlines_of, product_name
from portal.web.language import LOCALES, _, day, locale

PAGE_ENTRIES = 24
MOST_BODIES = 256
"""Answers kept as bytes at most, 10 to 60 kB each."""
NEWEST = (
    select(BoardBatch.id, BoardBatch.on_day, BoardBatch.made_at, settings.AS_TEXT.label("settings"))
    .order_by(BoardBatch.on_day.desc())
    .limit(1)
)
_kept: OrderedDict[str, bytes] = OrderedDict()


@dataclass(frozen=True)
class Content:
    """What a batch holds."""

    entries: list[dict[str, Any]]
    numbers: dict[str, Any]

    @property
    def towns(self) -> dict[str, str]:
        """The towns that are said in it, code to name."""
        return dict(sorted({(code_of(e["town"]), e["town_name"]) for e in self.entries if e["town"]}))


def code_of(path: str) -> str:
    """The code of a region, the last part of its path."""
    return path.strip("/").rpartition("/")[2]


_content: dict[tuple[int, datetime | None], Content] = {}


@dataclass(frozen=True)
class Batch:
    """What the public sees now, without its entries, which are only read when an answer is not kept yet."""

    id: int
    made_at: datetime | None
    settings: str

    def content(self) -> Content:
        """The entries and the sums, read once in each process and kept until the board changes."""
        key = (self.id, self.made_at)
        kept = _content.get(key)
        if kept is None:
            with db.engine.connect() as connection:
                row = connection.execute(
                    select(BoardBatch.entries, BoardBatch.numbers).where(BoardBatch.id == self.id)
                ).one_or_none()
            kept = Content(row.entries, row.numbers) if row else Content([], {})
            _content.clear()
            _content[key] = kept
        return kept

    def entry(self, ref: str) -> dict[str, Any] | None:
        """The entry with this ref."""
        return next((e for e in self.content().entries if e["ref"] == ref), None)


def current_batch() -> Batch:
    """The newest batch, in a statement of its own: this view stands before any session. Its settings hold from here."""
    with db.engine.connect() as connection:
        row = connection.execute(NEWEST).one_or_none()
    batch = Batch(row.id, row.made_at, row.settings or "") if row else Batch(0, None, "")
    settings.take(batch.settings)
    return batch


def answered(batch: Batch, mimetype: str, *what: str, body: Callable[[], bytes | None]) -> Response:
    """The answer kept for this batch, language and address, or made now; 304 when the reader has it.

    `body` gives None for what is not on the board.
    """
    known = "\0".join([str(batch.id), str(batch.made_at), batch.settings, locale(), asset_version(_static()), *what])
    etag = hashlib.sha256(known.encode()).hexdigest()[:32]
    # Asked again each time, so that what was taken down is gone at once.
    headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if request.if_none_match.contains_weak(etag):
        return Response(status=304, headers=headers)
    found = _kept.get(etag)
    if found is None:
        found = body()
        if found is None:
            return Response(_page("board/gone.html"), 404, mimetype="text/html", headers={"Cache-Control": "no-store"})
        _kept[etag] = found
        while len(_kept) > MOST_BODIES:
            _kept.popitem(last=False)
    return Response(found, headers=headers, content_type=mimetype)


def _static() -> str:
    return current_app.static_folder or ""


def speak() -> str:
    """Use the language that the address names, for links that people pass on; gives its part of an address."""
    wanted = request.args.get("lang", "")
    if wanted in LOCALES:
        g.locale = wanted
        return wanted
    return ""


def _page(template: str, lang: str = "", asked: dict[str, str] | None = None, **facts: Any) -> bytes:
    """A page without anybody's session: no token, no name, nothing that differs from reader to reader."""
    other = "en" if locale() == "zh_Hans" else "zh_Hans"
    values = settings.in_force()
    text = current_app.jinja_env.get_template(template).render(
        product_name=product_name(values), hotlines=hotlines_of(values), locale_tag=LOCALES[locale()][0],
        other_name=LOCALES[other][1], other_tag=LOCALES[other][0], shown=shown,
        other_url=f"{request.path}?{urlencode({**(asked or {}), 'lang': other})}", lang=f"?lang={lang}" if lang else "",
        lang_name=lang, demo=current_app.portal_config.demo, **facts,  # type: ignore[attr-defined]
    )  # fmt: skip
    return text.encode()


def public_url(path: str) -> str:
    """The address of a page as people elsewhere type it."""
    return f"{current_app.portal_config.public_url.rstrip('/')}{path}"  # type: ignore[attr-defined]


@bp.get("/board")
@allow(anybody=True)
def board() -> ResponseReturnValue:
    """What the district offers to everybody, newest first, with filters; the sums on top."""
    lang, batch = speak(), current_batch()
    content = batch.content()
    kind, band = _known("kind", shown.BOARD_KINDS), _known("band", BAND_WORDS)
    town = _known("town", content.towns)
    fitting = [
        e for e in content.entries
        if kind in (ANY, e["kind"]) and band in (ANY, e["band"]) and town in (ANY, code_of(e["town"]))
    ]  # fmt: skip
    pages = max(-(-len(fitting) // PAGE_ENTRIES), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    chosen = {name: value for name, value in (("kind", kind), ("town", town), ("band", band)) if value}
    return answered(
        batch, "text/html; charset=utf-8", "board", kind, town, band, str(number), lang,
        body=partial(_board, batch, fitting, chosen, number, pages, lang),
    )  # fmt: skip


def _known(name: str, words: Any) -> str:
    wanted = request.args.get(name, "")
    return wanted if wanted in words else ANY


def _board(
    batch: Batch, fitting: list[dict[str, Any]], chosen: dict[str, str], number: int, pages: int, lang: str
) -> bytes:
    content = batch.content()

    def way(page: int) -> str:
        asked = {**chosen, "page": str(page), "lang": lang}
        return "/board?" + urlencode({k: v for k, v in asked.items() if v})

    return _page(
        "board/index.html", lang, chosen | {"page": str(number)},
        rows=fitting[(number - 1) * PAGE_ENTRIES : number * PAGE_ENTRIES],
        numbers=content.numbers, empty_board=not content.entries, chosen=chosen, towns=content.towns,
        kind=chosen.get("kind", ANY), town=chosen.get("town", ANY), band=chosen.get("band", ANY),
        kinds=[k for k in shown.BOARD_KINDS if any(e["kind"] == k for e in content.entries)],
        bands=[b.value for b in BAND_WORDS if any(e["band"] == b.value for e in content.entries)],
        number=number, pages=pages, previous_url=way(number - 1) if number > 1 else "",
        next_url=way(number + 1) if number < pages else "", made_at=batch.made_at,
    )  # fmt: skip


@bp.get("/board/<ref>")
@allow(anybody=True)
def entry(ref: str) -> ResponseReturnValue:
    """One offer, with its picture to pass on and the way to help."""
    lang, batch = speak(), current_batch()
    return answered(batch, "text/html; charset=utf-8", "entry", ref, lang, body=partial(_entry, batch, ref, lang))


def _entry(batch: Batch, ref: str, lang: str) -> bytes | None:
    found = batch.entry(ref)
    if found is None:
        return None
    picture = f"/board/{ref}/share.png?lang={locale()}"
    return _page(
        "board/entry.html", lang, entry=found, picture=picture, picture_url=public_url(picture),
        url=public_url(f"/board/{ref}"), since=day(date.fromisoformat(found["since"])),
    )  # fmt: skip


@bp.get("/board/<ref>/share.png")
@allow(anybody=True)
def share(ref: str) -> ResponseReturnValue:
    """The picture of an offer for WeChat: its words, and a QR code that leads to it."""
    speak()
    batch = current_batch()
    return answered(batch, "image/png", "share", ref, body=partial(_share, batch, ref))


def _share(batch: Batch, ref: str) -> bytes | None:
    found = batch.entry(ref)
    if found is None:
        return None
    return picture_of(
        title=found["title"], body=found["body"], line=_line(found),
        brand=product_name(settings.in_force()), call=_("Scan to read and to help"), url=public_url(f"/board/{ref}"),
    )  # fmt: skip


@bp.get("/board.atom")
@allow(anybody=True)
def atom() -> ResponseReturnValue:
    """The board as a feed."""
    speak()
    batch = current_batch()
    return answered(batch, "application/atom+xml; charset=utf-8", "atom", body=partial(_atom, batch))


def _atom(batch: Batch) -> bytes:
    title = _("%(product)s – help that is needed", product=product_name(settings.in_force()))
    return feed_of(
        batch.content().entries, title=title, language=LOCALES[locale()][0], made_at=batch.made_at,
        url=public_url("/board"), own_url=public_url("/board.atom"),
        line=_line,
    )  # fmt: skip


def _line(found: dict[str, Any]) -> str:
    place = f"{shown.town_words(found['town_name'])} · {shown.band_words(found['band'])}"
    return f"{shown.kind_words(found['kind'])} · {place}"
