"""What of a file reaches a page: a plain object that holds the reader's fields and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.children.models import Carer, Child
from portal.children.rules import CATEGORY_WORDS, CHILD_FILE, RELATION_WORDS, RISK_TONES, RISK_WORDS, SCHOOLING_WORDS
from portal.kernel.clock import today
from portal.kernel.people import SEX_WORDS, age_on
from portal.web.language import _, ngettext


@dataclass(frozen=True)
class ShownCarer:
    """A carer as staff or a grid worker sees one. `phone` is None where phones are not seen."""

    ref: str
    name: str
    relation: str
    phone: str | None
    is_guardian: bool
    lives_with: bool
    ended_on: date | None
    row: Carer | None = None
    """The whole row, only for readers of the whole file."""


@dataclass(frozen=True)
class Shown:
    """A file by a reader's fields: what the reader may not see is None. `label` is what the reader may call
    the child."""

    ref: str
    fields: frozenset[str]
    label: str
    about: str
    age: int | None = None
    sex: str | None = None
    name: str | None = None
    alias: str | None = None
    code: str | None = None
    born_on: date | None = None
    id_masked: str | None = None
    village: str | None = None
    address: str | None = None
    registered: str | None = None
    registered_address: str | None = None
    schooling: str | None = None
    school: str | None = None
    grade: str | None = None
    boards: bool | None = None
    health: str | None = None
    category: str | None = None
    risk: str | None = None
    risk_tone: str | None = None
    risk_since_on: date | None = None
    no_guardian: bool | None = None
    in_institution: bool | None = None
    wants_mentor: bool | None = None
    mentor_sex: str | None = None
    has_mentor: bool | None = None
    state: str | None = None
    tone: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    carers: list[ShownCarer] = field(default_factory=list)

    def sees(self, name: str) -> bool:
        """Whether the reader sees a field or part."""
        return name in self.fields

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole file, as staff see it."""
        return "history" in self.fields


def label_of(child: Any, fields: frozenset[str]) -> str:
    """What a reader may call the child: the name, or what the mentor may say, or only that it is a child's file."""
    if "name" in fields:
        return str(child.name)
    if "alias" in fields:
        return str(child.alias or child.given_name)
    return str(child.given_name) if "given_name" in fields else str(_("A child's file"))


def shown(child: Child, fields: frozenset[str], carers: list[Carer] | None = None) -> Shown:
    """Build what a page may show. `carers` only where the page shows them."""
    age = age_on(child.born_on, today())
    values: dict[str, Any] = {}

    def put(needs: str, **more: Any) -> None:
        if needs in fields:
            values.update(more)

    put("name", name=child.name)
    put("alias", alias=child.alias)
    put("code", code=child.code)
    put("age", age=age)
    put("sex", sex=_(SEX_WORDS[child.sex]))
    put("born_on", born_on=child.born_on)
    put("id_masked", id_masked=child.id_masked)
    put("region", village=child.region.name)
    put("state", state=_(CHILD_FILE.words[child.state]), tone=CHILD_FILE.tones.get(child.state, "neutral"),
        opened_on=child.opened_on, closed_on=child.closed_on)  # fmt: skip
    put("category", category=_(CATEGORY_WORDS[child.category]))
    put("risk", risk=_(RISK_WORDS[child.risk]), risk_tone=RISK_TONES[child.risk], risk_since_on=child.risk_since_on)
    put("schooling", schooling=_(SCHOOLING_WORDS[child.schooling]), grade=child.grade, boards=child.boards)
    put("school", school=child.school)
    put("plan", wants_mentor=child.wants_mentor, has_mentor=child.has_live_pairing,
        mentor_sex=_(SEX_WORDS[child.mentor_sex]) if child.mentor_sex else "")  # fmt: skip
    if "history" in fields and "carers" in fields:
        values.update(no_guardian=child.no_guardian, in_institution=child.in_institution)
    if carers is not None and "carers" in fields:
        values["carers"] = [_shown_carer(c, fields) for c in carers if c.ended_on is None or "history" in fields]
    about = [
        values.get("sex"),
        ngettext("%(num)s year old", "%(num)s years old", age) if "age" in fields else None,
        values.get("village"),
    ]
    return Shown(child.ref, fields, label_of(child, fields), " · ".join(str(a) for a in about if a), **values)


def with_addresses(child: Child, fields: frozenset[str]) -> dict[str, Any]:
    """Sealed parts, opened only for the page that shows them and only by the reader's fields."""
    found: dict[str, Any] = {}
    if "address" in fields:
        found["address"] = child.address
    if "registered_address" in fields:
        found["registered_address"] = child.registered_address
        found["registered"] = child.registered_region.name if child.registered_region else ""
    if "health" in fields:
        found["health"] = child.health
    return found


def _shown_carer(carer: Carer, fields: frozenset[str]) -> ShownCarer:
    return ShownCarer(
        carer.ref, carer.name, _(RELATION_WORDS[carer.relation]), carer.phone if "carer_phone" in fields else None,
        carer.is_guardian, carer.lives_with, carer.ended_on, carer if "history" in fields else None,
    )  # fmt: skip
