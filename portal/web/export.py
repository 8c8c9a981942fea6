"""Export what I see: XLSX and CSV in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flask import Response

from portal.kernel.clock import zone
from portal.web.forms import Form, One, Text
from portal.web.language import _l

MOST_ROWS = 5000
"""Rows in one export. More is refused with a sentence: a whole programme does not leave in one file."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class ExportForm(Form):
    """Why, and in which format."""

    reason = Text(_l("What is it for?"), limit=200, needed=_l("Say what the export is for; it is kept in the log."))
    kind = One(_l("Format"), [("xlsx", "Excel"), ("csv", "CSV")], default="xlsx")


def cell_text(value: Any) -> str:
    """A value as the text of a cell. Moments are local."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone()).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def safe_csv(value: Any) -> str:
    """Text that a spreadsheet will not run: a leading sign of a formula gets an apostrophe before it."""
    text = cell_text(value)
    return "'" + text if text.lstrip(" \u3000").startswith(RISKY) or text.startswith(RISKY) else text


def spreadsheet(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, kind: str, watermark: str
) -> Response:
    """A file to download. `watermark` (who, when, why) stands under the rows and in the file's properties.

    CSV has a byte order mark, so that Excel reads Chinese; XLSX cells are text, whole numbers or days, never formulas.
    """
    if kind == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([safe_csv(h) for h in heads])
        writer.writerows([safe_csv(v) for v in row] for row in rows)
        writer.writerow([safe_csv(watermark)])
        return _download(text.getvalue().encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"comments": watermark})
    sheet = book.add_worksheet()
    bold, dated = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    line = 0
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(line, column, value)
            elif isinstance(value, date) and not isinstance(value, datetime):
                sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), dated)  # noqa: DTZ001
            else:
                sheet.write_string(line, column, cell_text(value))
    sheet.write_string(line + 2, 0, watermark)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    sheet.set_footer("&L" + watermark.replace("&", "&&")[:200])
    book.close()
    return _download(
        target.getvalue(), f"{name}.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def _download(data: bytes, name: str, mimetype: str) -> Response:
    answer = Response(data, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
