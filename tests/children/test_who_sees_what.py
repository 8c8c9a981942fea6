"""Field sets by role: a canary stands in every field, and only the reader's own fields reach a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import AuditEntry
from portal.children.models import ChildSupport, FileNote, ParentFact, PlanGoal, RiskChange, Sight
from portal.children.rules import FIELDS, FieldSet, RiskLevel, fields_of
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db

VILLAGE_A, VILLAGE_B, TOWN_A, TOWN_B = "371302105001", "371302109001", "371302105", "371302109"
CANARY = {
    "surname": "诸葛", "name": "诸葛金雀", "alias": "小名黄鹂", "code": "7K3M9QXA", "id": "3713**********9999",
    "address": "燕子巷一号",
    "registered": "鹧鸪路二号", "school": "百灵小学", "health": "画眉过敏", "note": "喜鹊说的话", "risk": "斑鸠的理由",
    "goal": "学会布谷",
    "carer": "夜莺奶奶", "phone": "17000007777", "parents": "杜鹃判决书", "support": "扶心",
}  # fmt: skip


@pytest.fixture
def child(made):
    found = made.child(
        surname="诸葛", given_name="金雀", name="诸葛金雀", alias="小名黄鹂", code="7K3M9QXA", initials="zgjq",
        given_initials="jq",
        id_masked="3713**********9999", id_number="371399201503150020", address="燕子巷一号",
        registered_address="鹧鸪路二号",
        school="百灵小学", health="画眉过敏",
    )  # fmt: skip
    with made.app.app_context():
        from portal.children.models import Carer

        carer = db.session.query(Carer).filter_by(child_id=found.id).one()
        carer.name, carer.phone = "夜莺奶奶", "17000007777"
        db.session.commit()
    moment = now()
    made.save(FileNote(child_id=found.id, text="喜鹊说的话", written_by="x", written_at=moment))
    made.save(
        RiskChange(child_id=found.id, after=RiskLevel.RED, reason="斑鸠的理由", changed_by="x", changed_at=moment),
    )
    made.save(
        PlanGoal(child_id=found.id, dimension="mind", goal="学会布谷", review_on=today(), made_at=moment, made_by="x")
    )
    made.save(ChildSupport(child_id=found.id, dimension="heart", from_on=today()))
    what = {"code": "PRISON", "since": "", "evidence": "杜鹃判决书", "remark": ""}
    made.save(ParentFact(child_id=found.id, parent="father", what=what, recorded_by="x", recorded_at=moment))
    return found


@dataclass(frozen=True)
class Reader:
    """Who reads, and which canaries that person may meet on any page of the file."""

    role: Role
    at: str
    sight: FieldSet | None
    meets: frozenset[str]


WHOLE = frozenset(CANARY) - {"parents"}
READERS = {
    "coordinator": Reader(Role.COORDINATOR, "371302", None, WHOLE | {"parents"}),
    "supervisor": Reader(Role.SUPERVISOR, TOWN_A, None, WHOLE),
    "caseworker": Reader(Role.CASEWORKER, VILLAGE_A, None, WHOLE),
    "handler of a concern": Reader(Role.SAFEGUARDING_LEAD, "371302", FieldSet.CONCERN, WHOLE),
    "grid worker": Reader(
        Role.GRID_WORKER, VILLAGE_A, FieldSet.DOOR, frozenset({"surname", "name", "address", "carer", "phone"})
    ),
    "mentor": Reader(Role.MENTOR, "371302", FieldSet.MENTOR, frozenset({"alias", "support"})),
    "confirmer with parents' facts": Reader(
        Role.CONFIRMER, "371302", FieldSet.PARENTS, frozenset({"surname", "name", "parents"})
    ),
}
PAGES = ("", "/profile", "/plan", "/carers", "/parents", "/looks")


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_every_page_holds_the_readers_fields_and_no_other(made, sign_in, child, who, locale):
    reader = READERS[who]
    account = made.account(reader.role, at=reader.at)
    if reader.sight is not None:
        kind = (
            "pairing" if reader.sight is FieldSet.MENTOR else "concern" if reader.sight is FieldSet.CONCERN else "child"
        )
        made.sight(child, account.ref, reader.sight, kind, child.ref)
    browser = sign_in(account, locale=locale)
    answers = [browser.get(f"/children/{child.ref}{page}") for page in PAGES]
    everything = "".join(a.text + str(a.headers) for a in answers) + browser.get("/children").text
    canary = CANARY | ({"support": "Emotional support"} if locale == "en" else {})
    met = {name for name, words in canary.items() if words in everything}
    assert met == reader.meets
    assert "371399201503150020" not in everything
    assert answers[0].status_code == 200


OUTSIDERS = [
    (Role.CASEWORKER, "371302105002"), (Role.CASEWORKER, VILLAGE_B), (Role.SUPERVISOR, TOWN_B), (Role.COORDINATOR,
                                                                                                 TOWN_B),
    (Role.GRID_WORKER, VILLAGE_A), (Role.MENTOR, "371302"), (Role.SAFEGUARDING_LEAD, "371302"), (Role.CONFIRMER,
                                                                                                 "371302"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "at"), OUTSIDERS)
def test_everybody_else_gets_404_on_every_route_and_method(made, sign_in, child, role, at, app):
    browser = sign_in(made.account(role, at=at))
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/children/<ref>"):
            continue
        url = rule.rule.replace("<ref>", child.ref).replace("<name>", "identity")
        url = "/".join("x" * 16 if part.startswith("<") else part for part in url.split("/"))
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            answer = browser.open(url, method=method, data={"reason": "x", "text": "x"})
            allowed = app.view_functions[rule.endpoint].access_rule.roles
            assert answer.status_code == (404 if role in allowed else 403), (method, url)
            assert not any(words in answer.text for words in CANARY.values() if words != "扶心"), (method, url)


@pytest.mark.parametrize("how", ["ended", "past", "future"])
def test_sight_holds_from_its_beginning_to_its_end_only(made, sign_in, child, how):
    account = made.account(Role.MENTOR)
    more: dict[str, Any] = {
        "ended": {"ended_at": now()},
        "past": {"until_at": now() - timedelta(minutes=1)},
        "future": {},
    }[how]
    sight = made.sight(child, account.ref, FieldSet.MENTOR, "pairing", "p", **more)
    if how == "future":
        with made.app.app_context():
            db.session.get(Sight, sight.id).from_at = now() + timedelta(hours=1)
            db.session.commit()
    assert sign_in(account).get(f"/children/{child.ref}").status_code == 404
    assert "黄鹂" not in sign_in(account).get("/children").text


def test_a_deputy_inherits_assignments_but_neither_pairs_nor_parents_facts(made, sign_in, child):
    from portal.access.models import Deputy

    away, deputy = made.account(Role.GRID_WORKER, at=VILLAGE_A), made.account(Role.GRID_WORKER, at=VILLAGE_B)
    made.save(Deputy(account_ref=away.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now()))
    for fields, kind in ((FieldSet.MENTOR, "pairing"), (FieldSet.PARENTS, "child")):
        made.sight(child, away.ref, fields, kind, child.ref)
        assert sign_in(deputy).get(f"/children/{child.ref}").status_code == 404
    made.sight(child, away.ref, FieldSet.DOOR, "child", child.ref)
    answer = sign_in(deputy).get(f"/children/{child.ref}")
    assert "燕子巷一号" in answer.text
    assert sign_in(deputy).get(f"/children/{child.ref}/parents").status_code == 404


def test_every_read_is_in_the_log_with_its_right(made, sign_in, child, log, rows):
    caseworker = made.account(Role.CASEWORKER, at=VILLAGE_A)
    sign_in(caseworker).get(f"/children/{child.ref}")
    mentor = made.account(Role.MENTOR)
    made.sight(child, mentor.ref, FieldSet.MENTOR, "pairing", "p")
    sign_in(mentor).get(f"/children/{child.ref}")
    sign_in(made.account(Role.COORDINATOR)).get(f"/children/{child.ref}/parents")
    assert [(r.actor_ref, r.why, r.about_ref) for r in log("child-read")] == [
        (caseworker.ref, "caseworker", child.ref), (mentor.ref, "pairing", child.ref),
    ]  # fmt: skip
    assert [r.why for r in log("parents-read")] == ["coordinator"]
    sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B)).get(f"/children/{child.ref}")
    assert len([r for r in rows(AuditEntry) if r.what == "child-read"]) == 2


def test_who_looked_says_who_when_and_by_what_right_and_hides_concerns(made, sign_in, child):
    caseworker = made.account(Role.CASEWORKER, at=VILLAGE_A, name="刘春梅")
    lead = made.account(Role.SAFEGUARDING_LEAD, name="保护负责人甲")
    made.sight(child, lead.ref, FieldSet.CONCERN, "concern", "c")
    sign_in(caseworker).get(f"/children/{child.ref}")
    sign_in(lead).get(f"/children/{child.ref}")
    text = sign_in(made.account(Role.COORDINATOR)).get(f"/children/{child.ref}/looks").text
    assert "刘春梅" in text
    assert "Caseworker" in text
    assert "read the file" in text
    assert "保护负责人甲" not in text


def test_fields_of_several_sets_add_up():
    assert fields_of(frozenset({FieldSet.MENTOR, FieldSet.DOOR})) == FIELDS[FieldSet.MENTOR] | FIELDS[FieldSet.DOOR]
    assert "parents" not in FIELDS[FieldSet.FULL]
    assert fields_of(frozenset()) == frozenset()


def test_showing_a_form_with_what_the_file_says_is_a_read(made, sign_in, child, log):
    browser = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    assert "燕子巷一号" in browser.get(f"/children/{child.ref}/parts/addresses").text
    assert [r.about_ref for r in log("child-read")] == [child.ref]
