"""The pages of visits: what is due, a visit from the form, the records, the overview, the quiet review."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.children.models import Child, RiskChange
from portal.children.operations.codes import issue_code
from portal.children.operations.files import move_house
from portal.children.rules import FieldSet, RiskLevel
from portal.files.models import Attachment
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.needs.models import Need
from portal.places.models import Region
from portal.safeguarding.models import Concern
from portal.visits.models import Visit
from portal.visits.rules import VisitState
from tests.factories import TOWN_B, VILLAGE_A, VILLAGE_B

KEY = "visit-key-0001"
JSON = {"Accept": "application/json"}


def text_of(answer):
    return answer.get_data(as_text=True)


def post(browser, child, *, key=KEY, **fields):
    data = {"client_key": key, "child": child.ref, **fields}
    return browser.post("/visits/new", data=data, headers=JSON)


def count(fresh, model):
    with fresh():
        return db.session.scalar(select(func.count()).select_from(model))


def test_every_page_of_visits_opens_and_names_the_child(made, sign_in, worker, supervisor, child, planned):
    planned()
    visit = made.visit(child, worker, text="孩子很好，院子收拾干净了。", worrying=True)
    pages = ("/visits", "/visits?standing=overdue&q=zxy&sort=-due", "/visits/list?worrying=y&q=zxy&sort=child",
             "/visits/list?kind=care&since=2020-01-01&until=2100-01-01&attempt=y", f"/visits/{visit.ref}",
             f"/visits/new?child={child.ref}", f"/children/{child.ref}", "/visits/export", "/today", "/visits/plan",
             "/visits/pocket", "/visits/pocket/en")  # fmt: skip
    for reader, more in ((worker, ()), (supervisor, ("/visits/overview", "/visits/review", "/visits/review?seen=y"))):
        browser = sign_in(reader)
        for address in pages + more:
            assert browser.get(address).status_code == 200, address
    assert child.name in text_of(sign_in(worker).get("/visits"))
    shown = text_of(sign_in(worker).get(f"/visits/{visit.ref}"))
    assert "院子收拾干净了" in shown
    assert f"/visits/{visit.ref}" in text_of(sign_in(worker).get(f"/children/{child.ref}"))


def test_all_is_well_is_one_button_and_says_when_the_next_visit_is(made, sign_in, worker, child, planned, fresh):
    planned()
    browser = sign_in(worker)
    answer = post(browser, child, well="1")
    assert answer.json == {"saved": KEY, "next": "/visits"}
    home = text_of(browser.get("/visits"))
    assert (today() + timedelta(days=30)).isoformat() in home
    with fresh():
        visit = db.session.scalars(select(Visit)).one()
        assert not visit.worrying
        assert visit.seen["met"] == ["child", "carer"]
        assert {e.what for e in db.session.scalars(select(AuditEntry))} >= {"visit-kept"}


def test_a_visit_can_be_taken_back_at_once_and_only_by_its_author(made, sign_in, worker, supervisor, child, fresh):
    post(sign_in(worker), child, well="1")
    with fresh():
        ref = db.session.scalars(select(Visit.ref)).one()
    assert sign_in(supervisor).post(f"/visits/{ref}/removal").status_code == 403
    assert sign_in(worker).post(f"/visits/{ref}/removal").status_code == 303
    with fresh():
        assert db.session.scalars(select(Visit.state)).one() is VisitState.ENTERED_IN_ERROR


def test_a_visit_with_chips_a_need_and_no_typed_word(sign_in, worker, child, fresh):
    answer = post(
        sign_in(worker, locale="zh_Hans"), child, met=["child", "carer"], health="unwell", need=["medical", "material"],
        need_urgency="urgent",
    )  # fmt: skip
    assert answer.json["saved"] == KEY
    with fresh():
        needs = db.session.scalars(select(Need).order_by(Need.kind)).all()
        visit = db.session.scalars(select(Visit)).one()
        assert set(visit.need_refs.split()) == {n.ref for n in needs}
        assert len(needs) == 2
        assert all(n.text for n in needs)
        assert all(n.urgency.value == "urgent" for n in needs)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "met"),
        ({"met": ["nobody", "child"]}, "met"),
        ({"met": ["child"]}, "health"),
        ({"met": ["child"], "health": "no-such-word"}, "health"),
        ({"met": ["child"], "health": "fine", "kind": "joint"}, "joint_with"),
        ({"met": ["child"], "health": "fine", "need_text": "眼镜"}, "need"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_kept(sign_in, worker, child, fresh, fields, field):
    answer = post(sign_in(worker), child, **fields)
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert count(fresh, Visit) == 0


def test_a_strange_key_or_clock_is_no_error_of_the_server(sign_in, worker, child, fresh):
    assert post(sign_in(worker), child, key="x", well="1").status_code == 400
    answer = post(sign_in(worker), child, well="1", device_at="99999999999999999", device_sent_at="yesterday")
    assert answer.json["saved"] == KEY
    assert count(fresh, Visit) == 1


def test_a_phone_whose_clock_is_a_day_wrong_is_flagged_and_its_visit_has_the_right_day(sign_in, worker, child, fresh):
    """T13 of safety.md."""
    wrong = now() + timedelta(days=1)
    at, sent = (str(int(m.timestamp() * 1000)) for m in (wrong - timedelta(minutes=30), wrong))
    browser = sign_in(worker)
    assert post(browser, child, well="1", device_at=at, device_sent_at=sent, offline="1").json["saved"] == KEY
    with fresh():
        visit = db.session.scalars(select(Visit)).one()
        assert visit.clock_off
        assert abs(visit.at - now() + timedelta(minutes=30)) < timedelta(minutes=1)
        assert abs(visit.device_at - wrong + timedelta(minutes=30)) < timedelta(minutes=1)
    assert "clock was wrong" in text_of(browser.get(f"/visits/{visit.ref}"))


def concerns(fresh):
    with fresh():
        return [(c.child_ref, c.text, c.urgency.value) for c in db.session.scalars(select(Concern))]


def test_an_emergency_survives_a_visit_that_is_refused_and_is_raised_once(sign_in, worker, child, fresh):
    browser = sign_in(worker)
    alarm = {"emergency": "孩子被打，流血了", "met": ["child", "nobody"]}
    for _time in range(3):
        answer = post(browser, child, **alarm)
        assert answer.status_code == 422
        assert "The alarm is with the person on duty already" in str(answer.json["errors"])
    assert concerns(fresh) == [(child.ref, "孩子被打，流血了", "now")]
    assert count(fresh, Visit) == 0
    mended = post(browser, child, emergency=alarm["emergency"], met=["child"], health="ill")
    assert mended.json["saved"] == KEY
    assert len(concerns(fresh)) == 1
    assert count(fresh, Visit) == 1


def test_an_emergency_of_a_child_that_is_no_longer_mine_survives_and_is_raised_once(made, sign_in, worker, fresh):
    elsewhere = made.child(at=VILLAGE_B)
    for _time in range(2):
        answer = post(sign_in(worker), elsewhere, emergency="孩子被锁在家里", met=["child"], health="ill", offline="1")
        assert answer.status_code == 422
        assert "list" in str(answer.json["errors"])
        assert elsewhere.name not in text_of(answer)
    assert concerns(fresh) == [(elsewhere.ref, "孩子被锁在家里", "now")]
    assert count(fresh, Visit) == 0


def test_the_alarm_alone_needs_no_visit(sign_in, worker, child, fresh):
    browser = sign_in(worker)
    answer = post(browser, child, emergency="煤气中毒", alarm="1")
    assert answer.json["saved"] == KEY
    assert post(browser, child, emergency="煤气中毒", alarm="1").json["saved"] == KEY
    assert concerns(fresh) == [(child.ref, "煤气中毒", "now")]
    assert count(fresh, Visit) == 0
    assert "110" in text_of(browser.get("/visits"))


def test_a_visit_that_waited_for_a_child_no_longer_mine_says_so_and_names_nobody(made, sign_in, worker, fresh):
    elsewhere = made.child(at=VILLAGE_B)
    answer = sign_in(worker).post(
        "/visits/new", data={"client_key": KEY, "child": elsewhere.ref, "well": "1", "text": "院里没人应门"}
    )
    assert answer.status_code == 422
    assert "院里没人应门" in text_of(answer)
    assert elsewhere.name not in text_of(answer)
    missing = sign_in(worker).get("/visits/new?child=nothing")
    assert sign_in(worker).get(f"/visits/new?child={elsewhere.ref}").status_code == missing.status_code == 404


def photo_of(size=(40, 30), form="JPEG"):
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", size, "green").save(data, form)
    return data.getvalue()


def test_a_photo_is_kept_and_shown_to_who_may_read_the_visit(made, sign_in, worker, child, fresh):
    browser = sign_in(worker)
    data = {"client_key": KEY, "child": child.ref, "well": "1", "picture": (io.BytesIO(photo_of()), "IMG.jpg")}
    assert browser.post("/visits/new", data=data, headers=JSON).json["saved"] == KEY
    with fresh():
        visit, photo = db.session.scalars(select(Visit.ref)).one(), db.session.scalars(select(Attachment.ref)).one()
    assert f"/visits/{visit}/photos/{photo}" in text_of(browser.get(f"/visits/{visit}"))
    shown = browser.get(f"/visits/{visit}/photos/{photo}")
    assert shown.mimetype == "image/jpeg"
    assert "no-store" in shown.headers["Cache-Control"]
    other = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B))
    assert other.get(f"/visits/{visit}/photos/{photo}").status_code == 404
    assert browser.get(f"/visits/{visit}/photos/nothing").status_code == 404


def test_what_is_no_picture_is_refused_with_a_sentence_and_the_visit_is_not_kept(sign_in, worker, child, fresh):
    data = {"client_key": KEY, "child": child.ref, "well": "1", "picture": (io.BytesIO(b"%PDF-1.4 nothing"), "a.jpg")}
    answer = sign_in(worker).post("/visits/new", data=data, headers=JSON)
    assert answer.status_code == 422
    assert "picture" in answer.json["errors"]
    assert count(fresh, Visit) == 0


def test_opening_the_form_and_a_visit_is_a_look_that_is_logged(made, sign_in, worker, grid_worker, child, fresh):
    visit = made.visit(child, grid_worker)
    for reader in (worker, grid_worker):
        browser = sign_in(reader)
        browser.get(f"/visits/new?child={child.ref}")
        browser.get(f"/visits/{visit.ref}")
    with fresh():
        rows = db.session.execute(
            select(AuditEntry.actor_ref, AuditEntry.what, AuditEntry.why).where(AuditEntry.about_ref == child.ref)
        ).all()
    assert {(worker.ref, "child-read", "caseworker"), (worker.ref, "visit-read", "caseworker"),
            (grid_worker.ref, "child-read", "role_grant"), (grid_worker.ref, "visit-read", "role_grant")} <= {
        tuple(r) for r in rows
    }  # fmt: skip


def test_who_reads_visits(made, sign_in, worker, supervisor, grid_worker, child):
    """Staff of the region; a grid worker the own ones of children still assigned; nobody else."""
    visit, own = made.visit(child, worker), made.visit(child, grid_worker)
    expected = {
        worker: (200, 200), supervisor: (200, 200), made.account(Role.COORDINATOR): (200, 200),
        grid_worker: (404, 200), made.account(Role.CASEWORKER, at=VILLAGE_B): (404, 404),
        made.account(Role.SUPERVISOR, at=TOWN_B): (404, 404), made.account(Role.MENTOR): (403, 403),
        made.account(Role.GRID_WORKER, at=VILLAGE_A): (404, 404), made.account(Role.ADMIN): (403, 403),
    }  # fmt: skip
    for reader, answers in expected.items():
        browser = sign_in(reader)
        found = tuple(browser.get(f"/visits/{v.ref}").status_code for v in (visit, own))
        assert found == answers, reader.name


def test_when_an_assignment_ends_the_child_and_the_own_visits_are_gone_at_once(made, sign_in, child, planned):
    planned()
    former = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    made.sight(child, former.ref, FieldSet.DOOR, "role_grant", "gone", ended_at=now() - timedelta(hours=1))
    visit = made.visit(child, former)
    browser = sign_in(former)
    assert browser.get(f"/visits/{visit.ref}").status_code == 404
    assert browser.get(f"/visits/new?child={child.ref}").status_code == 404
    assert child.name not in text_of(browser.get("/visits"))
    assert browser.get("/visits/plan").json["children"] == []
    assert post(browser, child, well="1").status_code == 422


def test_who_handles_a_concern_reads_the_visits_of_that_file(made, sign_in, worker, child):
    visit = made.visit(child, worker, text="床上有瘀青的孩子")
    handler = made.account(Role.SAFEGUARDING_LEAD)
    assert sign_in(handler).get(f"/visits/{visit.ref}").status_code == 404
    made.sight(child, handler.ref, FieldSet.CONCERN, "concern", "c")
    assert "瘀青" in text_of(sign_in(handler).get(f"/visits/{visit.ref}"))


def test_a_grid_worker_s_list_has_assigned_children_alone_and_no_risk(made, sign_in, grid_worker, child, planned):
    other = made.child(at=VILLAGE_A, name="别家孩子")
    planned()
    listed = text_of(sign_in(grid_worker).get("/visits"))
    assert child.name in listed
    assert other.name not in listed
    assert "yellow" not in listed


def test_the_home_of_who_visits_is_the_list_with_the_nearest_first(made, sign_in, worker, planned):
    late = made.child(at=VILLAGE_A, name="后来", risk=RiskLevel.RED, opened_on=today() - timedelta(days=5))
    later = made.child(at=VILLAGE_A, name="先到", risk=RiskLevel.RED, opened_on=today() - timedelta(days=30))
    planned()
    home = text_of(sign_in(worker).get("/today"))
    main = home.partition("<main")[2]
    assert main.index(later.name) < main.index(late.name)
    assert f"/visits/new?child={late.ref}" in main
    assert "/visits/scan" in main


def test_a_supervisor_s_list_is_the_town_s_own_clock(made, sign_in, supervisor, child, planned):
    planned()
    browser = sign_in(supervisor)
    assert (today()).isoformat() in text_of(browser.get("/visits"))
    assert post(browser, child, well="1").json["saved"] == KEY
    listed = text_of(browser.get("/visits/list"))
    assert "Town check" in listed
    assert (today() + timedelta(days=90)).isoformat() in text_of(browser.get("/visits"))


def test_why_the_risk_was_changed_stands_beside_the_plan(made, sign_in, worker, grid_worker, child, planned):
    planned()
    made.save(
        RiskChange(child_id=child.id, before=RiskLevel.GREEN, after=RiskLevel.YELLOW, reason="奶奶住院了",
                   changed_by=worker.ref, changed_at=now())
    )  # fmt: skip
    assert "奶奶住院了" in text_of(sign_in(worker).get(f"/children/{child.ref}"))
    assert "奶奶住院了" not in text_of(sign_in(grid_worker).get(f"/children/{child.ref}"))


def test_the_overview_counts_children_by_village_and_names_no_worker(made, sign_in, supervisor, worker, planned):
    made.child(at=VILLAGE_A, risk=RiskLevel.RED, opened_on=today() - timedelta(days=30))
    made.child(at=VILLAGE_B)
    made.visit(made.child(at=VILLAGE_A), worker)
    planned()
    shown = text_of(sign_in(supervisor).get("/visits/overview")).partition("<main")[2]
    assert "1 overdue" in shown
    assert worker.name not in shown
    assert shown.count("<tr>") == 2


def test_the_quiet_review_shows_signs_without_points_and_a_look_takes_it_off(
    made, sign_in, worker, supervisor, child, fresh
):
    other = made.child(at=VILLAGE_A)
    visits = [made.visit(c, worker, text_print="same", household_print=c.ref) for c in (child, other)]
    browser = sign_in(supervisor)
    shown = text_of(browser.get("/visits/review?sign=same_text"))
    assert all(f"/visits/{v.ref}#look" in shown for v in visits)
    assert "point" not in shown.partition("<main")[2].lower()
    assert sign_in(worker).get("/visits/review").status_code == 403
    assert sign_in(worker).post(f"/visits/{visits[0].ref}/look", data={"note": "x"}).status_code == 403
    assert browser.post(f"/visits/{visits[0].ref}/look", data={"note": "打过电话，家里很好"}).status_code == 303
    assert f"/visits/{visits[0].ref}#look" not in text_of(browser.get("/visits/review"))
    assert f"/visits/{visits[0].ref}#look" in text_of(browser.get("/visits/review?seen=y"))
    assert "打过电话" in text_of(browser.get(f"/visits/{visits[0].ref}"))
    assert "打过电话" not in text_of(sign_in(worker).get(f"/visits/{visits[0].ref}"))


def test_nobody_looks_over_what_they_wrote_themselves(made, sign_in, supervisor, child):
    visit = made.visit(child, supervisor)
    assert sign_in(supervisor).post(f"/visits/{visit.ref}/look", data={"note": ""}).status_code == 403


def test_a_visit_is_struck_out_with_a_reason_and_stays_readable(made, sign_in, worker, child, fresh):
    visit = made.visit(child, worker)
    browser = sign_in(worker)
    assert browser.post(f"/visits/{visit.ref}/mistake", data={"reason": ""}).status_code == 422
    assert browser.post(f"/visits/{visit.ref}/mistake", data={"reason": "走错门"}).status_code == 303
    assert "mistake" in text_of(browser.get(f"/visits/{visit.ref}"))
    assert browser.post(f"/visits/{visit.ref}/mistake", data={"reason": "again"}).status_code == 403
    # The child's page counts what was seen, not what was struck out.
    assert f"/visits/{visit.ref}" not in text_of(browser.get(f"/children/{child.ref}"))


def test_the_export_asks_why_and_holds_no_word_of_the_door(made, sign_in, worker, child, fresh):
    made.visit(child, worker, text="=HYPERLINK(1)", author_name="=1+1")
    browser = sign_in(worker)
    assert browser.post("/visits/export", data={"kind": "csv"}).status_code == 422
    answer = browser.post("/visits/export", data={"kind": "csv", "reason": "街道例会"})
    sheet = answer.data.decode("utf-8-sig")
    assert child.name in sheet
    assert "HYPERLINK" not in sheet
    assert "'=1+1" in sheet
    with fresh():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.what == "visits-exported")).one().reason


def test_the_phone_keeps_a_short_label_and_a_day_and_nothing_else(made, sign_in, worker, grid_worker, child, planned):
    planned()
    kept = sign_in(worker).get("/visits/plan").json
    assert kept["account"] == worker.ref
    assert [set(c) for c in kept["children"]] == [{"ref", "label", "due"}]
    assert child.name not in str(kept)
    assert (child.alias or child.given_name) in kept["children"][0]["label"]
    assert sign_in(grid_worker).get("/visits/plan").json["children"][0]["label"].startswith(child.given_name)
    assert sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B)).get("/visits/plan").json["children"] == []


def test_the_pocket_page_knows_nobody(client, sign_in, worker):
    stranger, known = client.get("/visits/pocket/en"), sign_in(worker).get("/visits/pocket/en")
    assert stranger.data == known.data
    assert "csrf_token" not in text_of(stranger)


def test_a_moved_child_takes_its_visits_along(made, sign_in, worker, child, fresh):
    visit = made.visit(child, worker)
    mover = made.actor(made.account(Role.COORDINATOR))
    with fresh():
        region = db.session.scalars(select(Region).where(Region.path == made.regions()[VILLAGE_B].path)).one()
        moved = db.session.get(Child, child.id)
        move_house(moved, region, reason="随奶奶搬家", actor=mover, now=now())
        db.session.commit()
    assert sign_in(worker).get(f"/visits/{visit.ref}").status_code == 404
    assert sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B)).get(f"/visits/{visit.ref}").status_code == 200


@pytest.fixture
def card(made, fresh, worker, child):
    """The card of the child: its token and its short code."""
    with fresh():
        code = issue_code(db.session.get(Child, child.id), actor=made.actor(worker), now=now())
        token, short = code.token, code.short
        db.session.commit()
    return token, short


def test_a_card_opens_the_form_by_token_and_by_typed_code(sign_in, worker, child, card):
    token, short = card
    browser = sign_in(worker)
    for code in (token, short, short.lower(), f" {short} "):
        answer = browser.get("/visits/new", query_string={"code": code})
        assert answer.status_code == 200, code
        assert child.ref in text_of(answer)


def test_a_card_that_is_unknown_mistyped_or_not_mine_gets_the_same_answer(made, sign_in, card, fresh):
    token, short = card
    stranger = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_B))
    answers = {code: stranger.get("/visits/new", query_string={"code": code}) for code in (token, short, "no-such")}
    assert {a.status_code for a in answers.values()} == {404}
    bodies = {text_of(a).partition("<main")[2].partition("</main>")[0] for a in answers.values()}
    assert len(bodies) == 1
    assert "short-code" in bodies.pop()


def test_a_visit_by_card_that_waited_finds_its_child_or_stays_with_a_sentence(sign_in, worker, child, card, fresh):
    token, _short = card
    browser = sign_in(worker)
    data = {"client_key": KEY, "child": "", "code": "gone" * 8, "well": "1", "offline": "1"}
    refused = browser.post("/visits/new", data=data, headers=JSON)
    assert refused.status_code == 422
    assert "card" in str(refused.json["errors"])
    assert browser.post("/visits/new", data=data | {"code": token}, headers=JSON).json["saved"] == KEY
    with fresh():
        assert db.session.scalars(select(Visit.child_ref)).one() == child.ref


def test_an_emergency_by_a_card_that_leads_nowhere_is_raised_once(sign_in, worker, fresh):
    browser = sign_in(worker)
    data = {"client_key": KEY, "child": "", "code": "gone" * 8, "emergency": "有人落水", "met": ["child"]}
    for _time in range(2):
        assert browser.post("/visits/new", data=data, headers=JSON).status_code == 422
    assert concerns(fresh) == [("", "有人落水", "now")]


def test_an_emergency_by_a_dead_card_says_which_child_once_the_entry_is_mended(sign_in, worker, child, fresh):
    """What went out without a child is not all that the person on duty learns: the mended entry names the child."""
    browser, words = sign_in(worker), "有人落水"
    dead = {"client_key": KEY, "child": "", "code": "gone" * 8, "emergency": words, "met": ["child"]}
    browser.post("/visits/new", data=dead, headers=JSON)
    for _ in range(2):
        post(browser, child, emergency=words, met=["child"], health="ill")
    with fresh():
        assert db.session.scalars(select(Concern.child_ref).order_by(Concern.id)).all() == ["", child.ref]
