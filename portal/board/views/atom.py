"""The board as an Atom feed (RFC 4287). Whatever was typed is text in it and never markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from xml.etree import ElementTree as ET

from portal.kernel.clock import zone

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    element.text = _NOT_XML.sub("", text) or None
    return element


def feed_of(
    entries: Sequence[dict[str, Any]], *, title: str, language: str, made_at: datetime | None, url: str, own_url: str,
    line: Callable[[dict[str, Any]], str],
) -> bytes:  # fmt: skip
    """The entries of a batch as a feed. `line` says kind, place and age of an entry in words."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _put(feed, "id", own_url)
    _put(feed, "title", title)
    _put(feed, "updated", (made_at or BEGINNING).isoformat(timespec="seconds"))
    _put(_put(feed, "author"), "name", title)
    _put(feed, "link", rel="self", type="application/atom+xml", href=own_url)
    _put(feed, "link", rel="alternate", type="text/html", href=url)
    for entry in entries:
        since = datetime.combine(date.fromisoformat(entry["since"]), time(), zone()).isoformat()
        item = _put(feed, "entry")
        _put(item, "id", f"{url}/{entry['ref']}")
        _put(item, "title", entry["title"], type="text")
        _put(item, "updated", since)
        _put(item, "published", since)
        _put(item, "link", rel="alternate", type="text/html", href=f"{url}/{entry['ref']}")
        _put(item, "category", term=entry["kind"])
        _put(item, "summary", "\n".join(filter(None, (line(entry), entry["body"]))), type="text")
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body
