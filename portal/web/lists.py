"""Lists: keyset pages, sorting and filters in the address, so that Back and a shared link show the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, request
from markupsafe import Markup
from sqlalchemy import Select, and_, bindparam, or_
from wtforms.fields.choices import SelectChoice

from portal.kernel.db import session
from portal.kernel.secrets import CannotOpen, vault
from portal.web.forms import FilterForm
from portal.web.language import locale

PAGE_ROWS = 25
MOST_BARS = 256
"""Filter bars kept as text at most, a few kB each."""
SAFE_IN_PATH = "/:@!$&'()*+,;=~"


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
READ = {"d": date.fromisoformat, "t": datetime.fromisoformat}
"""How a value of a position is read by its mark; the others are plain."""


@dataclass(frozen=True, eq=False)
class Sort:
    """One way to sort: a key in the address and the columns, none of them empty; the last one is unique."""

    key: str
    columns: tuple[Any, ...]
    descending: bool = False

    @cached_property
    def place(self) -> str:
        """What a position is sealed for."""
        return "position:" + ",".join([self.key, *(c.key for c in self.columns)])

    def mark(self, values: Sequence[Any]) -> str:
        """A position in a list, for its address. Sealed, since it holds what rows are sorted by: addresses stand in
        histories and logs, and a reader may see a row but not its date of birth."""
        plain = [
            [("t" if isinstance(v, datetime) else "d"), v.isoformat()] if isinstance(v, date) else ["", v]
            for v in values
        ]
        return base64.urlsafe_b64encode(vault().seal(_write(plain), self.place)).decode().rstrip("=")

    def position(self, mark: str) -> list[Any] | None:
        """The values that a page's address names; None when it was not written here for this sort."""
        try:
            plain = json.loads(vault().open(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)), self.place))
            values = [READ[kind](value) if kind else value for kind, value in plain]
        except (ValueError, TypeError, KeyError, IndexError, CannotOpen):
            return None
        fit = len(values) == len(self.columns) and all(
            isinstance(v, c.type.python_type) for v, c in zip(values, self.columns, strict=True)
        )
        return values if fit else None


@dataclass
class Listing:
    """One page of a list, with its ways on."""

    rows: Sequence[Any]
    sort: str = ""
    next_url: str | None = None
    previous_url: str | None = None
    filters: FilterForm | None = None
    export_url: str | None = None
    sorts: dict[str, Sort] = field(default_factory=dict)

    @property
    def shown(self) -> int:
        """How many rows this page shows."""
        return len(self.rows)

    @property
    def filtered(self) -> bool:
        """Whether any filter is set, so that an empty list can say why."""
        return self.filters is not None and any(bool(v) for v in self.filters.answers().values())

    def sort_url(self, key: str) -> str:
        """The same list sorted by this key; sorted by it already: the other way round."""
        return here(sort=f"-{key}" if self.sort == key else key, after=None, before=None)


def here(**changes: str | None) -> str:
    """This address with some of its query changed (None takes one away)."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    address = request.root_path + quote(request.path, safe=SAFE_IN_PATH)
    return f"{address}?{urlencode(pairs)}" if pairs else address


def bar_key(listing: Any) -> tuple[Any, ...] | None:
    """What the filter bar's text depends on while nothing is chosen in it; None when something is.

    Labels that are plain text were put there for this reader (names of places), so they are part of the key; the others
    are declared with the form and follow from its class and the language.
    """
    key: list[Any] = [type(listing.filters), locale(), listing.sort, request.root_path, request.path]
    for asked in listing.filters:
        if asked.data or any(asked.raw_data or ()):
            return None
        key.append(asked.name)
        if (choices := getattr(asked, "choices", None)) is not None:
            key.append(tuple(_choice_key(choice) for choice in choices))
    return tuple(key)


def _choice_key(choice: Any) -> Any:
    value, label = (choice.value, choice.label) if isinstance(choice, SelectChoice) else (choice[0], choice[1])
    return (value, label) if type(label) is str else value


_bars: dict[tuple[Any, ...], Markup] = {}


def bar_kept(key: tuple[Any, ...] | None) -> Markup | None:
    """The text of a filter bar that was made before."""
    return _bars.get(key) if key is not None else None


def keep_bar(key: tuple[Any, ...] | None, text: Markup) -> Markup:
    """Keep the text of a filter bar, and give it back."""
    if key is not None:
        if len(_bars) >= MOST_BARS:
            _bars.clear()
        _bars[key] = text
    return text


def _beyond(columns: tuple[Any, ...], descending: bool) -> Any:
    """Rows after a position, whose values are bound when it is asked (`_bound`)."""
    values = [bindparam(f"position_{i}", type_=column.type) for i, column in enumerate(columns)]
    steps = []
    for i, column in enumerate(columns):
        same = [c == v for c, v in zip(columns[:i], values[:i], strict=True)]
        steps.append(and_(*same, column < values[i] if descending else column > values[i]))
    # Said once more plainly, so that the index of the order is entered at this place and not read from its beginning.
    from_here = columns[0] <= values[0] if descending else columns[0] >= values[0]
    return and_(from_here, or_(*steps))


def _bound(position: list[Any] | None) -> dict[str, Any]:
    return {f"position_{i}": value for i, value in enumerate(position or ())}


@lru_cache(maxsize=64)
def _page_of(statement: Select[Any], sort: Sort, down: bool, rows: int, placed: bool) -> Select[Any]:
    """The statement of one page, kept by its object: a room that builds its list once saves this step too."""
    order = (column.desc() if down else column.asc() for column in sort.columns)
    if placed:
        statement = statement.where(_beyond(sort.columns, down))
    return statement.order_by(None).order_by(*order).limit(rows)


def keyset(
    statement: Select[Any], *, sorts: Sequence[Sort], filters: FilterForm | None = None, size: int = PAGE_ROWS,
    export_url: str | None = None,
) -> Listing:  # fmt: skip
    """One page of a select of columns, which must contain the sort columns. The first sort is the usual one.

    Costs the same on the first and on the last page: a position is compared, nothing is skipped over.
    """
    by_key = {s.key: s for s in sorts}
    wanted = request.args.get("sort", "")
    sort = by_key.get(wanted.removeprefix("-"), sorts[0])
    turned = wanted.startswith("-") and wanted[1:] in by_key
    descending = sort.descending != turned
    after, before = request.args.get("after", ""), request.args.get("before", "")
    backwards = bool(before) and not after
    position = sort.position(before if backwards else after) if after or before else None
    ordered_down = descending != backwards
    statement = _page_of(statement, sort, ordered_down, size + 1, position is not None)
    rows: Sequence[Any] = session().execute(statement, _bound(position)).all()
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows = rows[::-1]

    def mark(row: Any) -> str:
        return sort.mark([getattr(row, c.key) for c in sort.columns])

    listing = Listing(
        rows, sort=("-" if turned else "") + sort.key, filters=filters, sorts=by_key,
        export_url=export_url and export_url + ("?" + request.query_string.decode() if request.query_string else ""),
    )  # fmt: skip
    if rows and (more or backwards):
        listing.next_url = here(after=mark(rows[-1]), before=None)
    if rows and ((position is not None and not backwards) or (backwards and more)):
        listing.previous_url = here(before=mark(rows[0]), after=None)
    return listing


def init_lists(app: Flask) -> None:
    """Let templates keep the bars they made."""
    app.jinja_env.globals.update(bar_key=bar_key, bar_kept=bar_kept, keep_bar=keep_bar)
