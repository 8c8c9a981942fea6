"""The demo's rows on their way into the database: refs from one seed, sealed fields, one bulk insert per table.

Objects would take minutes: sealing goes straight to the vault and rows are plain dictionaries. What a room's own
operation would have left behind stands in each dictionary; `tests/demo` proves it against the room's guards.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, text, update

from portal.access.models import Account
from portal.audit.models import AuditEntry, StateMove
from portal.board.models import Claim, Offer
from portal.calendars.models import Booking
from portal.children.models import Child, FileNote
from portal.kernel.clock import start_of
from portal.kernel.db import Base, Model, db, session
from portal.kernel.secrets import Sealed, SealedJson, vault
from portal.mentoring.models import SessionLog
from portal.needs.models import Need
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.partners.models import Organisation, Programme, Project, Service
from portal.places.models import Region
from portal.referrals.models import Referral
from portal.safeguarding.models import Concern
from portal.visits.models import Visit
from portal.volunteers.models import Volunteer

Row = dict[str, Any]
Text = TypeVar("Text", bound=str)
POINTED_AT = (
    Region, Account, Volunteer, Child, Pairing, SessionLog, Concern, Booking, Organisation, Service, Programme, Project,
    Visit, Need, Referral, Offer, Claim,
)  # fmt: skip
"""Tables that others point at by number: their rows get it here; the others' numbers are the database's."""
BY_TIME = {StateMove: "at", AuditEntry: "at", Notice: "made_at", FileNote: "written_at"}
"""Tables read in the order of their numbers: written in the order of time."""
AT_ONCE = 2000


class Store:
    """Everything of one demo, drawn from one seed. `now` is its day's first moment: all that happened is before."""

    def __init__(self, *, as_of: date, seed: int) -> None:
        self.rng = random.Random(seed)
        self.as_of = as_of
        self.now = start_of(as_of)
        self.rows: dict[type[Base], list[Row]] = {}
        self.later: list[tuple[type[Base], int, Row]] = []
        self.password_hash = ""
        self._taken: dict[str, set[str]] = {}
        self._sealed: dict[type[Base], dict[str, tuple[str, bool]]] = {}

    def ref(self) -> str:
        """A public name of a row, 96 bits of this seed: the same in every demo of the seed."""
        return base64.urlsafe_b64encode(self.rng.randbytes(12)).decode()

    def once(self, purpose: str, draw: Callable[[], Text]) -> Text:
        """Draw until the text has not been drawn for this purpose before."""
        taken = self._taken.setdefault(purpose, set())
        while (found := draw()) in taken:
            pass
        taken.add(found)
        return found

    def day(self, days_ago: int) -> date:
        """So many days before the demo's day."""
        return self.as_of - timedelta(days=days_ago)

    def moment(self, day: date, hour: int = -1) -> datetime:
        """A moment of a day at work (8 to 18 o'clock unless an hour is given), always before `now`."""
        rng = self.rng
        minutes = (rng.randint(8, 17) if hour < 0 else hour) * 60 + rng.randrange(60)
        return min(start_of(day) + timedelta(minutes=minutes), self.now - timedelta(minutes=rng.randint(5, 180)))

    def add(self, model: type[Base], **values: Any) -> Row:
        """One more row. Sealed attributes are given as plain text; `ref` is drawn unless given."""
        rows = self.rows.setdefault(model, [])
        row: Row = {"id": len(rows) + 1} if model in POINTED_AT else {}
        if hasattr(model, "ref"):
            row["ref"] = values.pop("ref", "") or self.ref()
        for name, (column, is_json) in self._sealed_of(model).items():
            if name in values:
                value = values.pop(name)
                plain = json.dumps(value, ensure_ascii=False) if is_json and value is not None else value
                row[column] = self.seal(model, column, row["ref"], plain) if plain else None
        row.update(values)
        rows.append(row)
        return row

    def seal(self, model: type[Base], column: str, ref: str, text: str) -> bytes:
        """A text encrypted for its own column and row, as `Sealed` does it."""
        return vault().seal(text, f"{model.__tablename__}:{column}:{ref}")

    def note_move(
        self, model: type[Base], ref: str, source: str, target: str, *, by: Row, at: datetime, reason: str = ""
    ) -> None:
        """One step of a record's way."""
        self.add(
            StateMove, subject_kind=model.__tablename__, subject_ref=ref, source=source, target=target, reason=reason,
            actor_ref=by["ref"], actor_name=by["name"], at=at,
        )  # fmt: skip

    def went(self, model: type[Base], row: Row, way: list[tuple[str, Row, datetime, str]], *, about: str) -> None:
        """A whole way of a record, from nothing to where it stands: (state, by, at, reason) for each step; the moves
        after the first stand in the log too."""
        before = ""
        for state, by, at, reason in way:
            self.note_move(model, row["ref"], before, state, by=by, at=at, reason=reason)
            if before:
                what = f"{model.__tablename__.replace('_', '-')}-moved"
                self.log(what, model, row, by=by, at=at, about=about, reason=reason, source=before, target=state)
            before = state

    def log(
        self, what: str, model: type[Base], row: Row, *, by: Row, at: datetime, about: str = "", **more: Any
    ) -> None:
        """One row of the log. What is no column of it goes into its facts."""
        columns = {k: more.pop(k) for k in ("reason", "why", "hidden", "origin") if k in more}
        self.add(
            AuditEntry, at=at, actor_ref=by["ref"], what=what, subject_kind=model.__tablename__, subject_ref=row["ref"],
            about_ref=about, region_path=row.get("region_path", ""), facts=more, **columns,
        )  # fmt: skip

    def _sealed_of(self, model: type[Base]) -> dict[str, tuple[str, bool]]:
        if model not in self._sealed:
            self._sealed[model] = {
                name: (value.column, isinstance(value, SealedJson))
                for name, value in vars(model).items()
                if isinstance(value, Sealed)
            }
        return self._sealed[model]

    def write(self) -> None:
        """Insert everything, parents first, then what the database allows only afterwards. The caller commits."""
        models = {model.__tablename__: model for model in self.rows}
        for table in Model.metadata.sorted_tables:
            model = models.get(table.name)
            if model is None:
                continue
            rows = self.rows[model]
            if model in BY_TIME:
                rows.sort(key=lambda row, at=BY_TIME[model]: row[at])  # type: ignore[misc]
            columns = [c for c in table.columns if c.key != "id" or model in POINTED_AT]
            fixed = {c.key: c.default.arg for c in columns if c.default is not None and c.default.is_scalar}  # type: ignore[attr-defined]
            made = {c.key: c.default.arg for c in columns if c.default is not None and c.default.is_callable}  # type: ignore[attr-defined]
            names = [c.key for c in columns]
            statement = insert(table)
            for first in range(0, len(rows), AT_ONCE):
                batch = [
                    {n: row[n] if n in row else made[n](None) if n in made else fixed.get(n) for n in names}
                    for row in rows[first : first + AT_ONCE]
                ]
                session().execute(statement, batch)
            if model in POINTED_AT and db.engine.dialect.name == "postgresql":
                session().execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": table.name, "last": len(rows)},
                )
        for model, number, values in self.later:
            session().execute(update(model.__table__).where(model.__table__.c.id == number).values(**values))  # type: ignore[arg-type]
