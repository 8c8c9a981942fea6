"""Export what I see: reason, log, watermark, no formula, no number, nobody from elsewhere."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from portal.children.views import lists
from portal.kernel.actor import Role

RISKY = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1", "＋1", "－1", "＠1")


def test_an_export_has_the_rows_of_the_list_a_watermark_and_a_row_in_the_log(made, sign_in, log):
    made.child(id_masked="3713**********0011")
    made.child(given_name="远方", name="张远方", at="371302109001")
    account = made.account(Role.SUPERVISOR, at="371302105", name="陈督导")
    answer = sign_in(account).post("/children/export", data={"reason": "季度走访安排", "kind": "csv"})
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "张晓雨" in answer.text
    assert "张远方" not in answer.text
    assert "0011" not in answer.text
    assert "陈督导" in answer.text.splitlines()[-1]
    assert "季度走访安排" in answer.text.splitlines()[-1]
    [row] = log("children-exported")
    assert (row.actor_ref, row.reason, row.facts["rows"]) == (account.ref, "季度走访安排", 1)


def test_the_filters_of_the_list_hold(made, sign_in):
    made.child()
    made.child(given_name="远方", name="张远方", initials="zyf")
    answer = sign_in(made.account(Role.COORDINATOR)).post("/children/export?q=zyf", data={"reason": "x", "kind": "csv"})
    assert "张远方" in answer.text
    assert "张晓雨" not in answer.text


@pytest.mark.parametrize("text", RISKY)
def test_no_cell_is_a_formula(made, sign_in, text):
    made.child(surname=text, given_name="", name=text)
    browser = sign_in(made.account(Role.COORDINATOR))
    sheet = browser.post("/children/export", data={"reason": text, "kind": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert book[1][1] == text
    plain = browser.post("/children/export", data={"reason": text, "kind": "csv"}).text
    assert f"'{text}" in plain


def test_without_a_reason_nothing_leaves(made, sign_in, log):
    made.child()
    answer = sign_in(made.account(Role.COORDINATOR)).post("/children/export", data={"kind": "csv"})
    assert answer.status_code == 422
    assert "晓雨" not in answer.text
    assert log("children-exported") == []


def test_too_many_rows_are_refused_with_a_sentence(made, sign_in, monkeypatch):
    monkeypatch.setattr(lists, "MOST_ROWS", 2)
    for _n in range(3):
        made.child()
    answer = sign_in(made.account(Role.COORDINATOR)).post("/children/export", data={"reason": "x", "kind": "csv"})
    assert answer.status_code == 422
    assert "More than 2 rows" in answer.text


def test_the_auditor_is_told_and_others_may_not_export(made, sign_in, rows):
    from portal.notices.models import Notice

    auditor = made.account(Role.AUDITOR)
    made.child()
    sign_in(made.account(Role.COORDINATOR)).post("/children/export", data={"reason": "x", "kind": "csv"})
    assert [n.account_ref for n in rows(Notice)] == [auditor.ref]
    assert sign_in(made.mentor()[0]).get("/children/export").status_code == 403
    assert sign_in(made.account(Role.GRID_WORKER)).get("/children/export").status_code == 403
