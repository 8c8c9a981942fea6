"""The pages of needs: the queue of each level, raising one, its steps, and the export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from portal.audit.models import AuditEntry
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import NeedChannel, NeedKind, NeedState, NeedUrgency
from portal.web.registries import Card
from tests.factories import VILLAGE_A2, VILLAGE_B
from tests.needs.conftest import MONDAY


def text_of(browser, address):
    """The main part of a page that opens."""
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]


def test_every_page_of_a_need_opens_in_both_languages(levels, raised, sign_in):
    ref = raised(urgency=NeedUrgency.URGENT, household=True)
    for locale in ("zh_Hans", "en"):
        browser = sign_in(levels.district, locale=locale)
        for address in (
            "/needs", "/needs?view=all",
            "/needs?view=open&level=village&kind=medical&urgent=y&household=y&q=zxy&sort=-due", "/needs?view=ended",
            "/needs?view=confirm", "/needs?overdue=y", "/needs?sort=child", "/needs?sort=-raised", "/needs?after=x",
            "/needs?level=nonsense&kind=nonsense&place=nonsense", "/needs/raised", f"/needs/{ref}", "/needs/export",
            f"/needs/{ref}/steps/resolution", f"/needs/{ref}/steps/escalation", f"/needs/{ref}/steps/note",
            f"/needs/new?child={levels.child.ref}", f"/children/{levels.child.ref}", "/today", "/search?q=zxy",
        ):  # fmt: skip
            text_of(browser, address)
        assert f"/needs/{ref}" in text_of(browser, "/search?q=zxy")
        assert f"/needs/{ref}" in text_of(browser, f"/children/{levels.child.ref}")
        assert "右眼看不清黑板" in text_of(browser, f"/needs/{ref}")


def test_each_level_finds_its_own_queue_by_due_date(levels, raised, run, sign_in):
    late, soon, up = raised(now=MONDAY), raised(), raised()
    run("escalate_need", up, levels.actor(levels.village), note="做不了")
    village = text_of(sign_in(levels.village), "/needs")
    assert village.index(late) < village.index(soon)
    assert up not in village
    town = text_of(sign_in(levels.town), "/needs")
    assert up in town
    assert late not in town
    assert "No need waits for you" in text_of(sign_in(levels.district), "/needs")
    assert all(ref in text_of(sign_in(levels.district), "/needs?view=open") for ref in (late, soon, up))


def test_what_is_resolved_waits_for_the_caseworker_who_asks_the_family(levels, raised, run, sign_in):
    ref = raised()
    run("resolve_need", ref, levels.actor(levels.district), note="办好了")
    assert ref in text_of(sign_in(levels.village), "/needs")
    assert ref not in text_of(sign_in(levels.district), "/needs")
    assert "Is it met?" in text_of(sign_in(levels.village), "/today")


def test_filters_narrow_by_place_kind_household_and_delay(made, levels, raised, sign_in):
    other = made.child(at=VILLAGE_B, given_name="远山")
    one = raised(kind=NeedKind.LEGAL, household=True, now=MONDAY)
    two = raised(by=levels.district, child=other)
    browser = sign_in(levels.district)
    for query, shown, hidden in (
        ("kind=legal", one, two), ("household=y", one, two), ("overdue=y", one, two), ("place=371302109", two, one),
        ("q=远山", two, one),
    ):  # fmt: skip
        text = text_of(browser, f"/needs?view=open&{query}")
        assert shown in text, query
        assert hidden not in text, query


def test_a_need_is_raised_from_the_file_and_the_same_form_twice_is_one(levels, sign_in, fresh):
    browser = sign_in(levels.village)
    form = {"kind": "material", "text": "缺一张床", "urgency": "urgent", "channel": "carer", "household": "y",
            "client_key": "form-1"}  # fmt: skip
    address = f"/needs/new?child={levels.child.ref}"
    first, second = browser.post(address, data=form), browser.post(address, data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    with fresh():
        need = db.session.query(Need).one()
        assert (need.kind, need.urgency, need.channel, need.household, need.dimension, need.text) == (
            NeedKind.MATERIAL, NeedUrgency.URGENT, NeedChannel.CARER, True, "livelihood", "缺一张床"
        )  # fmt: skip
        assert b"\xe7\xbc\xba" not in need.text_sealed


@pytest.mark.parametrize(
    "wrong", [{"kind": ""}, {"kind": "nonsense"}, {"text": " "}, {"text": "长" * 2001}, {"dimension": "nonsense"}]
)
def test_bad_input_is_a_sentence_and_the_words_stay(levels, sign_in, fresh, wrong):
    form = {"kind": "material", "text": "缺一张床", "urgency": "ordinary", "channel": "carer"} | wrong
    answer = sign_in(levels.village).post(f"/needs/new?child={levels.child.ref}", data=form)
    assert answer.status_code == 422
    with fresh():
        assert db.session.query(Need).count() == 0


def test_without_a_child_or_for_a_foreign_one_there_is_nothing_to_raise(made, levels, sign_in):
    foreign = made.child(at=VILLAGE_A2)
    browser = sign_in(levels.village)
    assert browser.get("/needs/new").status_code == 404
    assert browser.get(f"/needs/new?child={foreign.ref}").status_code == 404


def test_from_the_phones_outbox_the_answer_says_what_was_saved(levels, sign_in):
    form = {"kind": "material", "text": "缺一张床", "urgency": "ordinary", "channel": "carer", "client_key": "form-9"}
    browser, json = sign_in(levels.village), {"Accept": "application/json"}
    address = f"/needs/new?child={levels.child.ref}"
    assert browser.post(address, data=form, headers=json).get_json()["saved"] == "form-9"
    refused = browser.post(address, data=form | {"kind": "", "client_key": "form-10"}, headers=json)
    assert refused.status_code == 422
    assert "kind" in refused.get_json()["errors"]


def test_the_steps_of_a_need_by_their_pages(levels, raised, sign_in, seen):
    ref = raised()
    village, town = sign_in(levels.village), sign_in(levels.town)
    step = f"/needs/{ref}/steps"
    assert village.post(f"{step}/escalation", data={"note": "", "seen": "village"}).status_code == 422
    assert village.post(f"{step}/escalation", data={"note": "做不了", "seen": "village"}).status_code == 303
    assert town.post(f"{step}/note", data={"note": "已联系卫生院"}).status_code == 303
    assert "已联系卫生院" in text_of(village, f"/needs/{ref}")
    assert town.post(f"{step}/resolution", data={"note": "配了眼镜"}).status_code == 303
    assert town.post(f"{step}/confirmation", data={"outcome": "met", "confirmed_by": "caseworker"}).status_code in (
        403,
        422,
    )
    assert village.post(f"{step}/confirmation", data={"outcome": "met"}).status_code == 422
    assert village.post(f"{step}/confirmation", data={"outcome": "unmet", "confirmed_by": "carer"}).status_code == 422
    assert (
        village.post(f"{step}/confirmation", data={"outcome": "met", "confirmed_by": "caseworker"}).status_code == 303
    )
    assert seen(ref).state is NeedState.MET
    assert village.get(f"{step}/nonsense").status_code == 404


def test_who_was_slower_keeps_the_words(levels, raised, run, sign_in, seen):
    ref = raised()
    run("escalate_need", ref, levels.actor(levels.town), note="镇里直接办")
    answer = sign_in(levels.village).post(
        f"/needs/{ref}/steps/escalation", data={"note": "写了很久", "seen": "village"}
    )
    assert answer.status_code == 422
    assert "写了很久" in answer.get_data(as_text=True)
    assert seen(ref).state is NeedState.AT_TOWN


def test_the_coordinator_who_presses_twice_passes_on_once(levels, raised, sign_in, seen):
    ref = raised()
    browser = sign_in(levels.district)
    form = {"note": "做不了", "seen": "village"}
    assert browser.post(f"/needs/{ref}/steps/escalation", data=form).status_code == 303
    assert browser.post(f"/needs/{ref}/steps/escalation", data=form).status_code == 422
    assert seen(ref).state is NeedState.AT_TOWN


def test_the_export_is_what_i_see_with_a_reason_in_the_log_and_without_what_was_written(
    levels, raised, run, sign_in, fresh
):
    raised()
    gone = raised(kind=NeedKind.LEGAL)
    run("withdraw_need", gone, levels.actor(levels.village), reason="不用了")
    browser = sign_in(levels.village)
    assert browser.post("/needs/export", data={"reason": "", "kind": "csv"}).status_code == 422
    answer = browser.post("/needs/export?view=open", data={"reason": "给镇里开会", "kind": "csv"})
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[1][0] == "张晓雨"
    assert "右眼看不清黑板" not in answer.get_data().decode("utf-8-sig")
    assert browser.post("/needs/export", data={"reason": "存档", "kind": "xlsx"}).get_data()[:2] == b"PK"
    with fresh():
        kept = db.session.query(AuditEntry).filter_by(what="needs-exported").order_by(AuditEntry.id).all()
        assert [(k.reason, k.facts["rows"]) for k in kept] == [("给镇里开会", 1), ("存档", 1)]


def test_rooms_above_put_their_panels_on_the_page_for_who_reads_it_whole(app, levels, raised, sign_in):
    mentor, volunteer = levels.made.mentor()
    levels.made.pairing(levels.child, volunteer)
    ref = raised(by=mentor)

    def panel(_actor, need):
        return Card(f"panel of {need.ref}", "needs/card.html", {"numbers": {}, "words": {}})

    app.registries.need_panels.append(panel)
    try:
        assert f"panel of {ref}" in text_of(sign_in(levels.village), f"/needs/{ref}")
        assert f"panel of {ref}" not in text_of(sign_in(mentor), f"/needs/{ref}")
    finally:
        app.registries.need_panels.remove(panel)


def test_the_timeline_of_the_file_tells_the_way_of_a_need(levels, raised, run, sign_in):
    ref = raised()
    run("resolve_need", ref, levels.actor(levels.village), note="办好了")
    text = text_of(sign_in(levels.district), f"/children/{levels.child.ref}")
    assert "resolved, to be confirmed" in text
    assert "办好了" not in text, "words stay with the need"


def test_hostile_text_is_shown_as_text(levels, raised, run, sign_in):
    ref = raised(text="<script>alert(1)</script>{{7*7}}")
    run("remark_on_need", ref, levels.actor(levels.village), note="</li><img src=x onerror=alert(1)>")
    text = text_of(sign_in(levels.district), f"/needs/{ref}")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "{{7*7}}" in text


def test_today_names_the_nearest_and_says_when_there_are_more(levels, raised, sign_in):
    for days in range(7):
        raised(now=now() - timedelta(days=20 + days))
    text = text_of(sign_in(levels.village), "/today")
    assert text.count("Need: medical help") == 5
    assert "More needs wait" in text
