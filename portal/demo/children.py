"""The demo's child files: families in invented villages, each child with a whole file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.children.models import (
    Carer,
    Child,
    ChildSupport,
    Consent,
    FileNote,
    ParentFact,
    PlanGoal,
    RiskChange,
    Sight,
)
from portal.children.operations.files import CROCKFORD
from portal.children.rules import (
    ASSENT_FROM,
    OPEN_STATES,
    FieldSet,
    FileState,
    GoalState,
    Purpose,
    RiskLevel,
    Schooling,
    ages_out_from,
)
from portal.demo.content import children as words
from portal.demo.content.identity import id_number
from portal.demo.content.names import NICKNAMES, given_name
from portal.demo.content.session_notes import fill
from portal.demo.families import CODE_WORDS, Family, evidence_of, families, parents_of
from portal.demo.people import Staff
from portal.demo.places import Places
from portal.demo.schooling import fits_year, schooling_of, schooling_then
from portal.demo.store import Row, Store
from portal.kernel.people import Sex, age_on, comes_of_age_on, masked_id
from portal.kernel.secrets import vault
from portal.places.pinyin import initials

CLOSED, TRANSFERRED, IN_ERROR = 31, 10, 2
RISKS = ((RiskLevel.RED, 3), (RiskLevel.YELLOW, 17), (RiskLevel.BLUE, 42), (RiskLevel.GREEN, 38))
OTHER_CONSENTS = ((Purpose.MEDIA, 0.24), (Purpose.CAMP, 0.36), (Purpose.REFERRAL, 0.9), (Purpose.BOARD, 0.4))
CLOSED_BECAUSE = (
    "监护恢复，连续半年稳定，经研究结案。",
    "已由亲属依法收养。",
    "家庭生活好转，不再符合条件，按程序结案。",
)
ABOUT_RISK = ("下调风险", "上调风险", "出生日期一处笔误", "结对志愿者首次见面", "入户建档")
ABOUT_SCHOOL = ("班主任", "转学", "到校", "同学", "升学", "餐费")


@dataclass
class Kid:
    """A child of the demo, with what pairs and logs ask about."""

    row: Row
    family: Family
    consent_on: date | None = None
    """When the pairing was consented to; None without."""
    may_call: bool = False

    @property
    def called(self) -> str:
        """What a mentor calls the child."""
        return str(self.row["alias"] or self.row["given_name"])

    @property
    def is_open(self) -> bool:
        """Whether the file is open."""
        return self.row["state"] in OPEN_STATES

    def fill(self, text: str) -> str:
        """Put the child's people into a sentence. Where the words before happen to end in the family name, a comma
        parts the two, so that no mentor reads the whole name."""
        said = fill(text, given_name=self.called, sex=self.row["sex"].value, carer=self.family.called)
        return said.replace(str(self.row["name"]), f"{self.row['surname']}，{self.row['given_name']}")

    def age(self, on: date) -> int:
        """Full years on a day."""
        return age_on(self.row["born_on"], on)


def add_children(store: Store, places: Places, staff: Staff) -> list[Kid]:
    """Every file. The last ones are closed, transferred and entered by mistake."""
    kids = [_add_child(store, staff, family, born) for family in families(store, places) for born in family.births]
    ends = [FileState.CLOSED] * CLOSED + [FileState.TRANSFERRED] * TRANSFERRED + [FileState.ENTERED_IN_ERROR] * IN_ERROR
    # Only long-standing files of the older end: those of the family that everybody visits in the demo stay open.
    fit = [
        k
        for k in kids
        if not k.family.kept and k.row["opened_on"] < store.day(330) and k.row["state"] is FileState.OPEN
    ]
    for kid, state in zip(store.rng.sample(fit, len(ends)), ends, strict=True):
        _end(store, staff, kid, state)
    for kid in kids:
        if kid.is_open:
            _assign(store, staff, kid)
    return kids


def _add_child(store: Store, staff: Staff, family: Family, born: date) -> Kid:
    rng = store.rng
    sex = Sex.FEMALE if rng.random() < 0.48 else Sex.MALE
    given = given_name(rng, sex.value, born.year)
    alias = "小" + given if len(given) == 1 else rng.choice(NICKNAMES) if rng.random() < 0.14 else ""
    name = family.surname + given
    number = store.once("child", lambda: id_number(rng, born, sex.value))
    age = age_on(born, store.as_of)
    schooling, school, grade = schooling_of(rng, family.town, born, store.as_of)
    opened = max(family.opened_on, born + timedelta(days=rng.randint(200, 900)))
    opened = min(opened, store.day(20))
    caseworker = staff.near(family.village["path"])
    risk = rng.choices([r for r, _ in RISKS], [w for _, w in RISKS])[0]
    row = store.add(
        Child, code=store.once("code", lambda: "".join(rng.choice(CROCKFORD) for _ in range(8))),
        surname=family.surname, given_name=given, name=name, alias=alias,
        initials=initials(name, len(family.surname)), given_initials=initials(given, 0), sex=sex, born_on=born,
        id_number=number, id_masked=masked_id(number), id_index=vault().blind(number, "id-number"),
        region_id=family.village["id"], region_path=family.village["path"], address=family.address,
        registered_region_id=family.village["id"] if not family.moved_in else None,
        registered_address="外区迁入，户籍已随祖父母落户" if family.moved_in else family.address,
        schooling=schooling, school=school, grade=grade,
        boards=schooling in (Schooling.MIDDLE, Schooling.HIGH, Schooling.VOCATIONAL) and rng.random() < 0.4,
        health=words.health(rng) if rng.random() < 0.7 else None, category=family.category, risk=risk,
        risk_since_on=opened, no_guardian=family.no_guardian, in_institution=family.in_institution,
        wants_mentor=age >= 4 and rng.random() < 0.97, mentor_sex=sex if age >= 10 and rng.random() < 0.16 else None,
        state=FileState.AGEING_OUT if ages_out_from(born) <= store.as_of else FileState.OPEN, opened_on=opened,
        created_at=store.moment(opened), created_by=caseworker["ref"],
    )  # fmt: skip
    kid = Kid(row, family)
    store.note_move(Child, row["ref"], "", FileState.OPEN.value, by=caseworker, at=row["created_at"])
    store.log(
        "child-opened", Child, row, by=caseworker, at=row["created_at"], about=row["ref"], in_spite_of_similar=False
    )
    if row["state"] is FileState.AGEING_OUT:
        _move(
            store,
            kid,
            FileState.OPEN,
            FileState.AGEING_OUT,
            by=caseworker,
            on=max(ages_out_from(born), opened, store.day(80)),
            reason="",
        )
    _add_carers(store, kid)
    _add_consents(store, kid, caseworker)
    _add_parents(store, kid, caseworker)
    _add_risk(store, kid, caseworker)
    _add_plan(store, kid, caseworker)
    _add_notes(store, kid, caseworker)
    return kid


def _move(store: Store, kid: Kid, before: FileState, after: FileState, *, by: Row, on: date, reason: str) -> None:
    at = store.moment(on)
    store.note_move(Child, kid.row["ref"], before.value, after.value, by=by, at=at, reason=reason)
    store.log(
        "child-moved",
        Child,
        kid.row,
        by=by,
        at=at,
        about=kid.row["ref"],
        reason=reason,
        source=before.value,
        target=after.value,
    )


def _end(store: Store, staff: Staff, kid: Kid, state: FileState) -> None:
    by, on = staff.coordinators[0], store.day(store.rng.randint(10, 200))
    notes = {
        FileState.CLOSED: CLOSED_BECAUSE,
        FileState.TRANSFERRED: ("随父母迁往外省，档案已移交当地。",),
        FileState.ENTERED_IN_ERROR: ("重复建档，合并到另一份。",),
    }[state]
    _move(store, kid, kid.row["state"], state, by=by, on=on, reason=store.rng.choice(notes))
    kid.row["state"], kid.row["closed_on"] = state, on


def _add_carers(store: Store, kid: Kid) -> None:
    for person in kid.family.carers:
        store.add(
            Carer, child_id=kid.row["id"], name=person.name, relation=person.relation, phone=person.phone,
            phone_index=vault().blind(person.phone, "phone") if person.phone else None, is_guardian=person.is_guardian,
            lives_with=person.lives_with, capacity=person.capacity, from_on=kid.row["opened_on"],
        )  # fmt: skip


def _add_consents(store: Store, kid: Kid, by: Row) -> None:
    rng, opened = store.rng, kid.row["opened_on"]
    _consent(store, kid, Purpose.FILE, opened, by)
    if kid.row["wants_mentor"] and rng.random() < 0.97:
        kid.consent_on = opened + timedelta(days=rng.randint(0, 20))
        kid.consent_on = _consent(store, kid, Purpose.PAIRING, min(kid.consent_on, store.day(2)), by)
        kid.may_call = kid.family.carers[0].phone != "" and rng.random() < 0.8
        if kid.may_call:
            _consent(store, kid, Purpose.CARER_PHONE, kid.consent_on, by)
    for purpose, share in OTHER_CONSENTS:
        if rng.random() < share:
            _consent(
                store,
                kid,
                purpose,
                opened + timedelta(days=rng.randint(0, 15)),
                by,
                taken_back=purpose is Purpose.MEDIA and rng.random() < 0.12,
            )


def _consent(store: Store, kid: Kid, purpose: Purpose, on: date, by: Row, *, taken_back: bool = False) -> date:
    """The day of the consent that stands now: a young person who came of age was asked again."""
    grown = comes_of_age_on(kid.row["born_on"])
    own = grown <= store.as_of
    on = min(max(on, grown) if own else on, store.day(1) if not own or grown < store.as_of else store.as_of)
    ended = min(on + timedelta(days=store.rng.randint(30, 200)), store.day(3)) if taken_back else None
    if ended is not None and ended < on:
        ended = None
    given_by = kid.row["name"] if own else kid.family.consent_by
    store.add(
        Consent, child_id=kid.row["id"], purpose=purpose, given_by=given_by, given_on=on, own=own,
        assent=True if not own and kid.age(on) >= ASSENT_FROM else None, recorded_by=by["ref"],
        recorded_at=store.moment(on), withdrawn_on=ended, withdrawn_at=store.moment(ended) if ended else None,
        withdrawn_by=by["ref"] if ended else "", withdrawn_reason="撤回影像同意，原有照片已删除。" if ended else "",
    )  # fmt: skip
    return on


def _add_parents(store: Store, kid: Kid, by: Row) -> None:
    for parent, (code, since) in parents_of(kid.family).items():
        store.add(
            ParentFact, child_id=kid.row["id"], parent=parent, recorded_by=by["ref"],
            recorded_at=kid.row["created_at"],
            what={
                "code": code.value, "since": since.isoformat() if since else "", "evidence": evidence_of(code),
                "remark": CODE_WORDS[code],
            },
        )  # fmt: skip


def _add_risk(store: Store, kid: Kid, by: Row) -> None:
    rng, row = store.rng, kid.row
    steps = [row["risk"]]
    if rng.random() < 0.28 and row["opened_on"] < store.day(200):
        steps.insert(0, rng.choice([r for r, _ in RISKS if r is not row["risk"]]))
    before, day = None, row["opened_on"]
    for number, level in enumerate(steps):
        if number:
            day = row["opened_on"] + timedelta(days=rng.randint(90, (store.as_of - row["opened_on"]).days - 10))
            row["risk_since_on"] = day
        at = row["created_at"] if number == 0 else store.moment(day)
        store.add(
            RiskChange, child_id=row["id"], before=before, after=level,
            reason=rng.choice(words.RISK_REASONS[level.value]), changed_by=by["ref"], changer_name=by["name"],
            changed_at=at,
        )  # fmt: skip
        if number:
            store.log("risk-changed", Child, row, by=by, at=at, about=row["ref"], before=before, after=level.value)
        before = level


def _add_plan(store: Store, kid: Kid, by: Row) -> None:
    rng, row = store.rng, kid.row
    dimensions = rng.sample(list(words.GOALS), rng.choices((1, 2, 3), (35, 45, 20))[0])
    for dimension in dimensions:
        store.add(ChildSupport, child_id=row["id"], dimension=dimension, from_on=row["opened_on"])
        if rng.random() < 0.7:
            made = min(row["opened_on"] + timedelta(days=rng.randint(5, 40)), store.day(4))
            reached = made < store.day(200) and rng.random() < 0.3
            store.add(
                PlanGoal, child_id=row["id"], dimension=dimension, goal=rng.choice(words.GOALS[dimension][1]),
                review_on=made + timedelta(days=180) if reached else store.as_of + timedelta(days=rng.randint(-6, 150)),
                state=GoalState.REACHED if reached else GoalState.OPEN,
                outcome="做到了，孩子自己也说有变化。" if reached else "", made_at=store.moment(made),
                made_by=by["ref"], ended_at=store.moment(made + timedelta(days=180)) if reached else None,
            )  # fmt: skip


def _add_notes(store: Store, kid: Kid, by: Row) -> None:
    rng, row = store.rng, kid.row
    learns = row["schooling"] in (Schooling.PRIMARY, Schooling.MIDDLE, Schooling.HIGH)
    fit = [
        n for n in words.TIMELINE_REMARKS
        if not any(w in n for w in ABOUT_RISK) and (learns or not any(w in n for w in ABOUT_SCHOOL))
    ]  # fmt: skip
    then, grade = schooling_then(row["schooling"], row["born_on"], row["opened_on"])
    about_school = [t for t in words.SCHOOLING[then.value] if fits_year(t, grade)]
    texts = [words.TIMELINE_REMARKS[0].replace("，孩子在写作业", "") + rng.choice(about_school)]
    texts += rng.sample(fit, rng.choices((0, 1, 2, 3), (20, 40, 27, 13))[0])
    if kid.family.moved_in:
        texts[0] = "随祖父母迁入，户籍手续办结，已入户核实。"
    days = sorted(rng.randint(1, max(1, (store.as_of - row["opened_on"]).days - 2)) for _ in texts[1:])
    if kid.consent_on and rng.random() < 0.3:
        texts.append("当面逐条解释后签字，留存纸质原件。")
        days.append(max((kid.consent_on - row["opened_on"]).days, 0))
    for text, after in zip(texts, (0, *days), strict=True):
        store.add(
            FileNote, child_id=row["id"], text=text, written_by=by["ref"], writer_name=by["name"],
            written_at=row["created_at"] if after == 0 else store.moment(row["opened_on"] + timedelta(days=after)),
        )  # fmt: skip


def _assign(store: Store, staff: Staff, kid: Kid) -> None:
    """Four files of five are assigned to a grid worker of their town."""
    if store.rng.random() >= 0.8:
        return
    town_path = kid.family.village["path"].rsplit("/", 2)[0] + "/"
    worker = staff.grid_workers[town_path][kid.row["id"] % 2]
    store.add(
        Sight, child_id=kid.row["id"], account_ref=worker["ref"], fields=FieldSet.DOOR, because_kind="child",
        because_ref=kid.row["ref"], from_at=kid.row["created_at"],
        granted_by=staff.near(kid.family.village["path"])["ref"],
    )  # fmt: skip
