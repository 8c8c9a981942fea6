"""The file's lifecycle: every pair of states, who may, with which reason, and what follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.audit.models import StateMove
from portal.children.models import Child, Sight
from portal.children.rules import CHILD_FILE, FieldSet, FileState, ages_out_from
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.events import child_left, child_moved

S = FileState
DECLARED = {
    (S.OPEN, S.AGEING_OUT), (S.OPEN, S.CLOSED), (S.OPEN, S.TRANSFERRED), (S.OPEN, S.ENTERED_IN_ERROR),
    (S.AGEING_OUT, S.CLOSED), (S.AGEING_OUT, S.TRANSFERRED), (S.AGEING_OUT, S.ENTERED_IN_ERROR),
    (S.CLOSED, S.OPEN), (S.CLOSED, S.ENTERED_IN_ERROR), (S.TRANSFERRED, S.ENTERED_IN_ERROR),
}  # fmt: skip
VILLAGE_A = "371302105001"


def grown() -> date:
    return date(today().year - 18, today().month, 1)


@pytest.fixture
def heard():
    told: list[str] = []

    def hear(sender: Child, **_more: object) -> None:
        told.append(sender.ref)

    child_left.connect(hear)
    yield told
    child_left.disconnect(hear)


@pytest.mark.parametrize("source", list(S))
@pytest.mark.parametrize("target", list(S))
def test_every_pair_of_states(made, sign_in, now_saved, source, target):
    child = made.child(state=source, born_on=grown())
    answer = sign_in(made.account(Role.COORDINATOR)).post(
        f"/children/{child.ref}/state", data={"target": target, "reason": "搬家"}
    )
    if source is S.ENTERED_IN_ERROR:
        assert answer.status_code == 404
    elif (source, target) in DECLARED:
        assert answer.status_code == 303
        assert now_saved(child).state is target
    else:
        assert answer.status_code == 422
        assert now_saved(child).state is source
    assert {(m.source, m.target) for m in CHILD_FILE.moves} == DECLARED


def test_a_move_keeps_who_when_from_to_and_why(made, sign_in, rows, log, heard, now_saved):
    child = made.child()
    account = made.account(Role.COORDINATOR, name="陈敏")
    door = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    browser = sign_in(account)
    assert (
        browser.post(f"/children/{child.ref}/state", data={"target": "closed", "reason": "随父母迁往青岛"}).status_code
        == 303
    )
    [move] = rows(StateMove)
    assert (move.source, move.target, move.reason, move.actor_name) == ("open", "closed", "随父母迁往青岛", "陈敏")
    assert log("child-moved")[0].reason == "随父母迁往青岛"
    assert heard == [child.ref]
    assert rows(Sight)[0].ended_at is not None
    assert now_saved(child).closed_on == today()
    assert "随父母迁往青岛" in browser.get(f"/children/{child.ref}").text
    browser.post(f"/children/{child.ref}/state", data={"target": "open", "reason": "回来了"})
    assert now_saved(child).closed_on is None
    assert heard == [child.ref]


@pytest.mark.parametrize("target", ["closed", "transferred", "entered_in_error"])
def test_a_reason_is_needed_and_a_running_pair_stands_in_the_way(made, sign_in, now_saved, target):
    child = made.child(has_live_pairing=True)
    browser = sign_in(made.account(Role.COORDINATOR))
    assert "Give a reason." in browser.post(f"/children/{child.ref}/state", data={"target": target}).text
    answer = browser.post(f"/children/{child.ref}/state", data={"target": target, "reason": "x"})
    assert answer.status_code == 422
    assert "End the running pairing first." in answer.text
    assert now_saved(child).state is S.OPEN


def test_entered_by_mistake_leaves_every_list_and_stays_in_the_log(made, sign_in, log):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR))
    answer = browser.post(f"/children/{child.ref}/state", data={"target": "entered_in_error", "reason": "重复"})
    assert answer.location == "/children"
    assert browser.get(f"/children/{child.ref}").status_code == 404
    assert "晓雨" not in browser.get("/children").text
    assert log("child-moved")[0].reason == "重复"


def test_growing_up_from_17_and_a_half_by_the_caseworker(made, sign_in, now_saved):
    browser = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    young = made.child(born_on=date(today().year - 12, 1, 1))
    answer = browser.post(f"/children/{young.ref}/state", data={"target": "ageing_out"})
    assert answer.status_code == 422
    assert "from 17½ on" in answer.text
    old = made.child(born_on=grown())
    assert browser.post(f"/children/{old.ref}/state", data={"target": "ageing_out"}).status_code == 303
    assert now_saved(old).state is S.AGEING_OUT
    assert browser.post(f"/children/{old.ref}/state", data={"target": "closed", "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("born_on", "day"),
    [
        (date(2009, 5, 23), date(2026, 11, 23)),
        (date(2009, 8, 31), date(2027, 2, 28)),
        (date(2008, 8, 29), date(2026, 2, 28)),
        (date(2008, 2, 29), date(2025, 8, 29)),
        (date(2009, 12, 1), date(2027, 6, 1)),
    ],
)
def test_17_and_a_half_years(born_on, day):
    assert ages_out_from(born_on) == day


def test_the_caseworkers_today_prompts_growing_up_and_the_own_consent(made, app):
    from portal.children.prompts import due_today

    made.child(given_name="十七", name="张十七", born_on=today() - timedelta(days=6430))
    made.child(given_name="十八", name="张十八", born_on=grown())
    made.child(given_name="十二", name="张十二")
    caseworker = made.actor(made.account(Role.CASEWORKER, at=VILLAGE_A))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = {i.who: i.why for i in due_today(caseworker)}
    assert found == {"张十七": "17½: talk about growing up", "张十八": "18 now: ask for the own consent"}


def test_moving_house_hands_the_file_to_the_other_village(made, sign_in, now_saved, rows, log):
    child = made.child()
    told = []

    def hear(sender: Child, before: str, **_more: object) -> None:
        told.append((sender.region_path, before))

    child_moved.connect(hear)
    door = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    old, new = made.account(Role.CASEWORKER, at=VILLAGE_A), made.account(Role.CASEWORKER, at="371302109001")
    data = {"region": made.regions()["371302109001"].ref, "reason": "随祖父母迁入"}
    supervisor = sign_in(made.account(Role.SUPERVISOR, at="371302105"))
    assert supervisor.post(f"/children/{child.ref}/village", data=data).status_code == 422
    answer = sign_in(made.account(Role.COORDINATOR)).post(f"/children/{child.ref}/village", data=data)
    child_moved.disconnect(hear)
    assert answer.status_code == 303
    assert now_saved(child).region_path == made.path("371302109001")
    assert told == [(made.path("371302109001"), made.path(VILLAGE_A))]
    assert sign_in(old).get(f"/children/{child.ref}").status_code == 404
    assert sign_in(door).get(f"/children/{child.ref}").status_code == 404
    assert sign_in(new).get(f"/children/{child.ref}").status_code == 200
    assert log("child-moved-house")[0].reason == "随祖父母迁入"


def test_a_caseworker_does_not_move_a_file_away(made, sign_in):
    child = made.child()
    assert sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A)).get(f"/children/{child.ref}/village").status_code == 403


def test_a_grid_worker_is_assigned_and_taken_off(made, sign_in, rows):
    child = made.child()
    door, elsewhere = (
        made.account(Role.GRID_WORKER, at=VILLAGE_A, name="周建国"),
        made.account(Role.GRID_WORKER, at="371302109001"),
    )
    browser = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    url = f"/children/{child.ref}/assignments"
    assert browser.post(url, data={"person": elsewhere.ref}).status_code == 422
    assert browser.post(url, data={"person": door.ref}).status_code == 303
    assert browser.post(url, data={"person": door.ref}).status_code == 422
    assert sign_in(door).get(f"/children/{child.ref}").status_code == 200
    assert "周建国" in browser.get(f"/children/{child.ref}/carers").text
    [sight] = rows(Sight)
    assert browser.post(f"/children/{child.ref}/grants/{sight.ref}/ending").status_code == 303
    assert sign_in(door).get(f"/children/{child.ref}").status_code == 404


def test_what_follows_from_a_pair_is_not_ended_by_hand(made, sign_in, rows):
    _account, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    [sight] = rows(Sight)
    answer = sign_in(made.account(Role.COORDINATOR)).post(f"/children/{child.ref}/grants/{sight.ref}/ending")
    assert answer.status_code == 422
    assert rows(Sight)[0].ended_at is None


def test_a_race_for_one_number_is_a_sentence(made, app):
    """Two people enter the same number at once: the database keeps one, the other is told."""
    from portal.children import queries
    from portal.children.operations import files
    from portal.kernel.people import Sex
    from portal.kernel.secrets import vault
    from portal.places.models import Region
    from tests.children.conftest import id_number

    born_on = date(2015, 6, 1)
    number = id_number(born_on)
    made.child(id_index=vault().blind(number, "id-number"), born_on=born_on)
    actor = made.actor(made.account(Role.COORDINATOR))
    with app.app_context(), pytest.MonkeyPatch.context() as blind:
        blind.setattr(queries, "same_number", lambda *_a: None)
        region = db.session.query(Region).filter_by(code=VILLAGE_A).one()
        with pytest.raises(files.NumberKnown):
            files.open_file(
                surname="李", given_name="四", sex=Sex.FEMALE, born_on=born_on, region=region, risk="green",
                id_number=number, actor=actor, now=now(),
            )  # fmt: skip
