"""The same entry sent many times at the same moment is one row. Source: safety.md, T13."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from portal.kernel.db import db
from portal.mentoring.models import SessionLog, SessionPart

AT_ONCE = 12


def test_sent_at_once_it_is_one_row_and_one_answer(sign_in, world, filled, fresh):
    browsers = [sign_in(world.mentor) for _ in range(AT_ONCE)]
    data = filled()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(
            pool.map(lambda b: b.post("/sessions/new", data=data, headers={"Accept": "application/json"}), browsers)
        )
    assert {a.status_code for a in answers} == {200}
    assert len({a.json["next"] for a in answers}) == 1
    with fresh():
        assert [db.session.scalar(select(func.count()).select_from(t)) for t in (SessionLog, SessionPart)] == [1, 1]


def test_two_devices_saving_at_once_never_both_win(sign_in, world, fresh):
    url = "/sessions/drafts/phone-key-00000001"
    version = sign_in(world.mentor).post(url, json={"fields": {"did": "起头"}, "version": 0}).json["version"]
    browsers = [(i, sign_in(world.mentor)) for i in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda b: b[1].post(url, json={"fields": {"did": f"设备{b[0]}"}, "version": version}), browsers)
        )
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409, 409]
    winner = next(i for i, a in enumerate(answers) if a.status_code == 200)
    with fresh():
        assert db.session.scalars(select(SessionLog)).one().typed == {"did": f"设备{winner}"}
