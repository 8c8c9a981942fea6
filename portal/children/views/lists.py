"""The list of children, and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import select

from portal.access.models import Account
from portal.access.queries import holders
from portal.audit.operations import record
from portal.children import listing as children
from portal.children.forms import MENTOR_WORDS, ListFilters, OwnFilters
from portal.children.rules import CATEGORY_WORDS, CHILD_FILE, RISK_TONES, RISK_WORDS
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES
from portal.children.views.frame import READERS, WORKERS, bp
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.db import session
from portal.kernel.people import SEX_WORDS, Sex, age_on
from portal.notices.operations import tell as notify
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.forms import FilterForm
from portal.web.kept import kept_page
from portal.web.language import _, day_text, locale, moment
from portal.web.lists import Listing, Sort, keyset
from portal.web.pages import page, submitted

DOOR_SORTS = tuple(sort for sort in children.SORTS if sort.key in ("name", "village"))
"""Nobody sorts by what they may not see: not the whole date of birth, nor when the file was opened."""
OWN_SORTS = (Sort("age", (children.c.born_on, children.c.id), descending=True),)
PLACES = frozenset({"sort", "after", "before"})
"""What an address may name while nothing narrows the list."""
FILTERS = ("q", "region", "state", "risk", "category", "mentor", "ages")
BAR_KEPT_SECONDS = 60
"""How long the bar of a list without a choice is kept per language and scope: a new village comes a minute late."""
_bars: dict[tuple[str, tuple[str, ...], str], tuple[datetime, Markup]] = {}


@lru_cache(maxsize=4)
def words_in(_locale: str) -> dict[Any, str]:
    """The words of every closed list in the list, translated once per language."""
    lists = (SEX_WORDS, CATEGORY_WORDS, RISK_WORDS, CHILD_FILE.words, MENTOR_WORDS)
    return {(type(key), key): str(_(text)) for words in lists for key, text in words.items()}


@bp.get("/children")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The children whom the reader may know of, by the fields that the reader may see."""
    actor: Actor = g.actor
    reach = children.reach_of(actor)
    args = request.args
    asked = bool(args) and any(args.get(name) for name in FILTERS)
    form = _filters(reach) if asked else None
    statement = children.children_list(reach, chosen_in(form) if form else {}, today())
    by_region = actor.has(*REGION_ROLES)
    kind = "staff" if reach.is_staff else "door" if reach.is_door else "own"
    listing = keyset(
        statement, sorts={"staff": children.SORTS, "door": DOOR_SORTS, "own": OWN_SORTS}[kind], filters=form,
        export_url="/children/export" if by_region else None,
    )  # fmt: skip
    gaps = {
        "rows": rows_of(listing.rows, reach, kind), "bar": "" if asked else _bar(reach, listing),
        "next": listing.next_url, "previous": listing.previous_url, "export": listing.export_url,
    }  # fmt: skip
    gaps["keep"] = _drawn("keep_view") if gaps["bar"] and request.query_string else ""

    def facts(gap: Mapping[str, Any]) -> dict[str, Any]:
        ways = replace(
            listing, next_url=listing.next_url and gap["next"], previous_url=listing.previous_url and gap["previous"],
            export_url=listing.export_url and gap["export"],
        )  # fmt: skip
        return {
            "listing": ways, "rows": gap["rows"], "bar": gap["bar"], "keep": gap["keep"], "staff": reach.is_staff,
            "door": reach.is_door, "may_open": by_region,
        }  # fmt: skip

    if not listing.rows or not PLACES.issuperset(args):
        return page("children/index.html", **facts(gaps))
    key = (
        kind, by_region, listing.sort, listing.shown, bool(listing.next_url), bool(listing.previous_url),
        request.root_path,
    )  # fmt: skip
    return kept_page("children/index.html", key, gaps, facts)


def _drawn(macro: str, *what: Any) -> Markup:
    template: Any = current_app.jinja_env.get_template("components/filters.html")
    text: Markup = getattr(template.module, macro)(*what)
    return text


def _filters(reach: children.Reach) -> FilterForm:
    if not reach.is_staff:
        return OwnFilters(request.args)
    form = ListFilters(request.args)
    form.region.offer(children.regions_below(reach.paths, request.args.get("region", "")))
    return form


def _bar(reach: children.Reach, listing: Listing) -> Markup | str:
    """The filter bar of a list that nothing narrows: the same for everybody of one scope, so it is kept for a while."""
    if not reach.is_staff and len(reach.single) <= 3:
        return ""
    key, moment_ = (locale(), reach.paths, listing.sort), now()
    kept = _bars.get(key)
    if kept is None or not timedelta(0) <= moment_ - kept[0] < timedelta(seconds=BAR_KEPT_SECONDS):
        if len(_bars) > 500:
            _bars.clear()
        listing.filters = _filters(reach)
        kept = _bars[key] = (moment_, _drawn("bar", listing))
        listing.filters = None
    return kept[1]


def chosen_in(form: FilterForm) -> dict[str, Any]:
    """What was chosen, by name. What is no choice (an old or tampered address) is dropped, and the bar shows so."""
    form.validate()
    for field in form:
        if field.errors:
            field.data = None
    return {field.name: field.data for field in form if field.data}


def _macro(name: str) -> Any:
    template: Any = current_app.jinja_env.get_template("children/_cells.html")
    return getattr(template.module, name)


@lru_cache(maxsize=4096)
def _shared(code: str, category: Any, risk: Any, paired: bool, state: Any, opened_on: date) -> Markup:
    """The cells that many rows share, from the category on: drawn once for each kind of row and language."""
    words = words_in(code)
    drawn: Markup = _macro("cells")(
        words[type(category), category], words[type(risk), risk], RISK_TONES[risk],
        words[str, "with"] if paired else "", words[type(state), state], CHILD_FILE.tones.get(state, "neutral"),
        day_text(opened_on),
    )  # fmt: skip
    return drawn


@lru_cache(maxsize=1)
def _unseen() -> Markup:
    """The same cells of a row of which they may not be seen."""
    drawn: Markup = _macro("cells")("", "", "", "", "", "", "")
    return drawn


@lru_cache(maxsize=8)
def _row(kind: str, _locale: str) -> str:
    """A row of the list with a `%s` for each of its words, drawn once per kind and language."""
    gap = Markup("\0")
    gaps = {"staff": 5, "door": 4, "own": 5}[kind]
    return str(_macro(f"{kind}_row")(*[gap] * gaps)).replace("%", "%%").replace("\0", "%s")


def rows_of(rows: Any, reach: children.Reach, kind: str) -> Markup:
    """The rows of the list, each with no more than its reader's fields."""
    code, day = locale(), today()
    words, single, paths = words_in(code), reach.single, reach.paths
    sexes = {sex: words[Sex, sex] for sex in Sex}
    kept: dict[Any, frozenset[str]] = {}
    found: list[tuple[str, str, str, str, Markup]] = []
    for row in rows:
        # Taken apart at once: each look at a column by its name costs as much as an escape.
        (id_, ref, _code, name, _given, _alias, _initials, sex, born_on, region_path, category, risk, state, paired,
         opened_on, village) = row  # fmt: skip
        sets = (single.get(id_), region_path.startswith(paths))
        fields = kept.get(sets)
        if fields is None:
            fields = kept[sets] = reach.fields(row)
        about = f"{sexes[sex]} · {age_on(born_on, day)}" if "sex" in fields else ""
        if "history" in fields:
            found.append((ref, name, about, village, _shared(code, category, risk, paired, state, opened_on)))
        else:
            found.append((ref, label_of(row, fields), about, village if "region" in fields else "", _unseen()))
    return _drawn_rows(found, kind, code)


def _drawn_rows(found: list[tuple[str, str, str, str, Markup]], kind: str, code: str) -> Markup:
    # Names hardly ever need escaping, and that is seen at once for all of them.
    words = "".join([word for row in found for word in row[:4]])
    if escape(words) != words:
        found = [(escape(a), escape(b), escape(c), escape(d), shared) for a, b, c, d, shared in found]
    pattern = _row(kind, code)
    if kind == "own":
        return Markup("".join([pattern % (ref, label, about, ref, label) for ref, label, about, _v, _s in found]))
    if kind == "door":
        return Markup("".join([pattern % row[:4] for row in found]))
    return Markup("".join([pattern % row for row in found]))


@bp.route("/children/export", methods=["GET", "POST"])
@allow(*WORKERS)
def export() -> ResponseReturnValue:
    """Export what I see: whole files of the reader's own region only, no identity numbers, with a reason."""
    actor: Actor = g.actor
    reach = children.Reach(actor.paths(*REGION_ROLES), {})
    form = ExportForm()
    statement = children.children_list(reach, chosen_in(_filters(reach)), today())
    rows = (
        session()
        .execute(statement.order_by(children.c.region_path, children.c.initials, children.c.id).limit(MOST_ROWS + 1))
        .all()
    )
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("children/export.html", form=form, number=MOST_ROWS, status=422)
    if submitted(form, lambda: _note_export(actor, form, len(rows))):
        heads = [
            _("Code"),
            _("Name"),
            _("Sex"),
            _("Date of birth"),
            _("Age"),
            _("Village"),
            _("Category"),
            _("Risk"),
            _("Mentor"),
            _("State"),
            _("Opened"),
        ]
        watermark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s",
            who=actor.name,
            when=moment(now()).striptags(),
            reason=form.reason.data,
        )
        return spreadsheet(_("children"), heads, _sheet(rows), kind=form.kind.data, watermark=watermark)
    return page("children/export.html", form=form, number=len(rows))


def _sheet(rows: Any) -> list[list[Any]]:
    words, day = words_in(locale()), today()
    return [
        [r.code, r.name, words[type(r.sex), r.sex], r.born_on, age_on(r.born_on, day), r.village,
         words[type(r.category), r.category],
         words[type(r.risk), r.risk], words[str, "with" if r.has_live_pairing else "without"],
         words[type(r.state), r.state], r.opened_on]
        for r in rows
    ]  # fmt: skip


def _note_export(actor: Actor, form: ExportForm, number: int) -> None:
    own = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    record(
        "children-exported",
        own,
        actor=actor,
        now=now(),
        reason=form.reason.data or "",
        rows=number,
        kind=form.kind.data,
    )
    told = {row.ref for path in actor.paths(*REGION_ROLES) for row in holders(Role.AUDITOR, path)}
    notify(
        "export-made",
        to=sorted(told),
        now=now(),
        url="/audit",
        name=actor.name,
        rows=str(number),
        reason=form.reason.data or "",
    )
