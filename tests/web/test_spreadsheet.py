"""T8: no cell of an export is ever a formula, in both formats."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from portal.web.export import cell_text, spreadsheet

RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    " =1+1",
    "　=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
]


@pytest.mark.parametrize("text", RISKY)
def test_a_csv_cell_that_looks_like_a_formula_is_text(app, text):
    with app.test_request_context():
        answer = spreadsheet("x", ["h"], [[text]], kind="csv", watermark="=w")
    raw = answer.get_data()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[1][0] == "'" + text
    assert rows[2][0] == "'=w"


def test_an_excel_cell_is_text_and_reads_back_as_typed(app):
    with app.test_request_context():
        answer = spreadsheet("名单", ["头"], [[t] for t in RISKY], kind="xlsx", watermark="谁，何时，为何")
    data = answer.get_data()
    assert "filename*=UTF-8''%E5%90%8D%E5%8D%95.xlsx" in answer.headers["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1 : len(RISKY) + 1]] == [t.replace("\r", "\r") for t in RISKY]
    import zipfile

    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "谁，何时，为何" in "".join(str(c) for row in sheet for c in row)


def test_days_and_moments_are_local_and_readable():
    assert cell_text(date(2026, 11, 23)) == "2026-11-23"
    assert cell_text(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "2026-11-24 07:30"
    assert cell_text(None) == ""
