"""Families of the demo: where they live, who looks after the children, what is known of the parents. For staff only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.children.rules import CarerCapacity, Category, ParentCode, Relation
from portal.demo.content.identity import TownShare, phone, street_address
from portal.demo.content.names import carer_of, full_name, given_name, surname
from portal.demo.people import DEMO_TOWN
from portal.demo.places import Places, Town
from portal.demo.store import Row, Store

FILES = 583
"""Open ones and those that have ended. 为500余名困境儿童逐一建档立卡: source-article.txt."""
CATEGORIES = (
    (Category.ORPHAN, 11), (Category.DEFACTO, 37), (Category.DISTRESSED, 33), (Category.LEFT_BEHIND, 13),
    (Category.MIGRANT, 3), (Category.NOT_YET, 3),
)  # fmt: skip
GROWING_UP = 0.015
"""Of the families, a few more whose eldest is about to come of age."""
P = ParentCode
PARENTS: dict[Category, tuple[tuple[ParentCode, ParentCode], ...]] = {
    Category.ORPHAN: ((P.DEAD, P.DEAD), (P.DEAD, P.MISSING), (P.UNTRACEABLE, P.UNTRACEABLE)),
    Category.DEFACTO: (
        (P.DEAD, P.LOST), (P.DEAD, P.SEVERE_DISABILITY), (P.PRISON, P.LOST), (P.SEVERE_DISABILITY, P.SEVERE_DISABILITY),
        (P.DEAD, P.PRISON), (P.SEVERE_ILLNESS, P.LOST), (P.DETOX, P.LOST), (P.PRISON, P.SEVERE_ILLNESS),
    ),
    Category.LEFT_BEHIND: ((P.AWAY, P.AWAY),),
}  # fmt: skip
EVIDENCE: dict[ParentCode, str] = {
    P.DEAD: "死亡证明、户口销户页", P.MISSING: "法院宣告失踪判决书", P.SEVERE_DISABILITY: "残疾人证（二级）",
    P.SEVERE_ILLNESS: "三甲医院诊断证明", P.PRISON: "刑事判决书", P.DETOX: "强制隔离戒毒决定书",
    P.LOST: "公安报警回执，查找满六个月", P.UNTRACEABLE: "公安机关查找证明", P.AWAY: "村委会证明",
}  # fmt: skip
CODE_WORDS: dict[ParentCode, str] = {
    P.DEAD: "", P.MISSING: "", P.SEVERE_DISABILITY: "不能独立照料孩子。", P.SEVERE_ILLNESS: "长期治疗中。",
    P.PRISON: "刑期三年以上。", P.DETOX: "期限两年。", P.LOST: "多年没有联系，未履行抚养责任。", P.UNTRACEABLE: "",
    P.AWAY: "外省务工，春节回家。",
}  # fmt: skip
GRAND = {"grandmother": ("grandfather", "male"), "grandfather": ("grandmother", "female")}


@dataclass
class CarerPerson:
    """Somebody who looks after the children of a family, one person for all of them."""

    name: str
    relation: Relation
    called: str
    phone: str
    is_guardian: bool
    lives_with: bool = True
    capacity: CarerCapacity = CarerCapacity.ABLE


@dataclass
class Family:
    """Children who share a house, carers and parents. `kept` families stay open: people of the demo meet them."""

    town: TownShare
    village: Row
    address: str
    surname: str
    category: Category
    opened_on: date
    births: list[date]
    carers: list[CarerPerson] = field(default_factory=list)
    no_guardian: bool = False
    in_institution: bool = False
    moved_in: bool = False
    kept: bool = False
    parents: dict[str, tuple[ParentCode, date | None]] = field(default_factory=dict)

    @property
    def consent_by(self) -> str:
        """Who signs: the guardian, or the village committee that stands in for one."""
        guardian = next((c.name for c in self.carers if c.is_guardian), "")
        return guardian or f"{self.village['name']}村民委员会（临时监护）"

    @property
    def called(self) -> str:
        """What the children call whoever looks after them."""
        return self.carers[0].called


def evidence_of(code: ParentCode) -> str:
    """The paper that proves a condition."""
    return EVIDENCE.get(code, "")


def parents_of(family: Family) -> dict[str, tuple[ParentCode, date | None]]:
    """What is known of father and mother: condition and since when."""
    return family.parents


def families(store: Store, places: Places) -> list[Family]:
    """Families enough for the demo's files, towns in their shares; the first three children have just moved in."""
    made = [_moved_in(store, places.town(DEMO_TOWN))]
    quotas = {town.share.code: round(FILES * town.share.files / 1000) for town in places.towns}
    quotas[DEMO_TOWN] -= len(made[0].births)
    for town in places.towns:
        left = quotas[town.share.code]
        while left > 0:
            number = min(left, store.rng.choices((1, 2, 3), (84, 13, 3))[0])
            made.append(_family(store, town, number))
            left -= number
    return made


def _moved_in(store: Store, town: Town) -> Family:
    """2023年6月，3名儿童随祖父母将户籍迁来义堂镇: source-article.txt. Three months before the demo's day."""
    family = Family(
        town.share, town.villages[1], street_address(store.rng, town.villages[1]["name"]), "王", Category.DEFACTO,
        store.day(96), [store.day(int(years * 365.25) + 40) for years in (13, 10, 7)], moved_in=True, kept=True,
    )  # fmt: skip
    family.carers = _couple(store, family, "grandmother", "祖母")
    family.parents = {"father": (P.DEAD, store.day(900)), "mother": (P.LOST, store.day(820))}
    return family


def _family(store: Store, town: Town, number: int) -> Family:
    rng = store.rng
    # The demo caseworker's village is the first of its town and a little larger than the others.
    weights = [3 if town.share.code == DEMO_TOWN and v is town.villages[0] else 1 for v in town.villages]
    village = rng.choices(town.villages, weights)[0]
    category = rng.choices([c for c, _ in CATEGORIES], [w for _, w in CATEGORIES])[0]
    opened = store.day(int(rng.triangular(45, 1100, 520)))
    family = Family(
        town.share,
        village,
        street_address(rng, village["name"]),
        surname(rng),
        category,
        opened,
        _births(store, number, category),
    )
    family.opened_on = max(family.opened_on, max(family.births) + timedelta(days=260))
    family.in_institution = category is Category.ORPHAN and rng.random() < 0.14
    family.no_guardian = (
        not family.in_institution and category in (Category.ORPHAN, Category.DEFACTO) and rng.random() < 0.05
    )
    family.kept = town.share.code == DEMO_TOWN and village is town.villages[0]
    _add_carers(store, family)
    _add_parents(store, family)
    return family


def _births(store: Store, number: int, category: Category) -> list[date]:
    rng = store.rng
    # Left behind and migrant are words for those under 16. Source: domain.md, Eligibility.
    young = category in (Category.LEFT_BEHIND, Category.MIGRANT)
    years = rng.triangular(3.2, 15.6 if young else 18.2, 10 if young else 13)
    if not young and rng.random() < GROWING_UP:
        years = rng.uniform(17.55, 18.4)
    found = []
    for _ in range(number):
        found.append(store.day(int(years * 365.25)))
        years = years - rng.uniform(1.3, 3.5) if years > 6 else years + rng.uniform(1.3, 3)
    return found


def _add_carers(store: Store, family: Family) -> None:
    rng = store.rng
    if family.in_institution:
        family.carers = [
            CarerPerson(
                "兰山示例儿童福利院",
                Relation.INSTITUTION,
                "家里人",
                "170000" + f"{rng.randrange(100000):05d}",
                is_guardian=True,
            )
        ]
        return
    relation, word, called, sex = carer_of(rng)
    while _cannot_be(family, relation):
        relation, word, called, sex = carer_of(rng)
    if relation in GRAND and rng.random() < 0.5:
        family.carers = _couple(store, family, relation, word)
        return
    family.carers = [_person(store, family, relation, word, called, sex)]
    if (
        family.category in (Category.DISTRESSED, Category.NOT_YET)
        and relation not in ("mother", "father")
        and rng.random() < 0.4
    ):
        other = _person(store, family, "mother", "母亲", "妈妈", "female", guardian=False)
        other.capacity, other.lives_with, other.phone = CarerCapacity.LIMITED, True, ""
        family.carers.append(other)


def _cannot_be(family: Family, relation: str) -> bool:
    no_parents = family.category in (Category.ORPHAN, Category.DEFACTO, Category.LEFT_BEHIND)
    return (relation in ("mother", "father") and no_parents) or (relation == "sibling" and len(family.births) > 1)


def _couple(store: Store, family: Family, relation: str, word: str) -> list[CarerPerson]:
    other, sex = GRAND[relation]
    words = {"grandmother": ("祖母", "奶奶", "female"), "grandfather": ("祖父", "爷爷", "male")}
    first = _person(store, family, relation, word, words[relation][1], words[relation][2])
    second = _person(store, family, other, words[other][0], words[other][1], sex, guardian=False)
    second.phone = second.phone if store.rng.random() < 0.4 else ""
    return [first, second]


def _person(
    store: Store, family: Family, relation: str, word: str, called: str, sex: str, *, guardian: bool = True
) -> CarerPerson:
    rng = store.rng
    year = store.as_of.year - (
        rng.randint(60, 76)
        if "grand" in relation
        else rng.randint(20, 26)
        if relation == "sibling"
        else rng.randint(33, 52)
    )
    woman = sex == "female"
    same = relation in ("grandfather", "father", "sibling") or word in ("姑姑", "伯父", "叔叔")
    kind = "female" if woman else "male"
    name = family.surname + given_name(rng, kind, year) if same else full_name(rng, kind, year)  # type: ignore[arg-type]
    old = "grand" in relation
    return CarerPerson(
        name, Relation(relation), called, store.once("carer phone", lambda: phone(rng)),
        is_guardian=guardian and not family.no_guardian,
        capacity=rng.choices(list(CarerCapacity), (58, 40, 2) if old else (86, 13, 1))[0],
    )  # fmt: skip


def _add_parents(store: Store, family: Family) -> None:
    rng, youngest = store.rng, max(family.births)
    found: tuple[ParentCode | None, ParentCode | None] = (None, None)
    if family.category in PARENTS:
        found = rng.choice(PARENTS[family.category])
    elif family.category is Category.DISTRESSED and rng.random() < 0.55:
        found = (rng.choice((P.SEVERE_ILLNESS, P.SEVERE_DISABILITY)), None)
    if rng.random() < 0.25:
        found = found[::-1]
    # After the youngest was born and well before the file was opened, so that every condition's time has run.
    latest = max(youngest + timedelta(days=20), min(family.opened_on, store.day(30)) - timedelta(days=230))
    for parent, code in zip(("father", "mother"), found, strict=True):
        if code is not None:
            span = max(1, (latest - youngest).days - 10)
            since = youngest + timedelta(days=10 + rng.randrange(span)) if code is not P.UNTRACEABLE else None
            family.parents[parent] = (code, since)
