"""`make bench`: the portal's pages beside the minimal stack, in one run; only the ratios count."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench import equal_answers, limit, programme
from bench.measure import Result, measure
from bench.processes import Footprint, Served, footprints
from bench.rows import Sides, pages

SMALL = 1000
"""Children in the programme whose first page row 9 is compared with."""
MOST_STATEMENTS = 12
RESULTS = Path(__file__).with_name("RESULTS.md")


def table(results: list[Result]) -> list[str]:
    """The results as lines of a Markdown table."""
    lines = [
        "| # | Work | Limit, ms | Portal, ms | Ratio | Goal | Statements | Weight, kB gzip |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        row = result.row
        goal = f"≤ {row.goal:g}" if row.goal else "–"
        if result.project_ms is None or result.ratio is None:
            measured = f"{result.limit_ms:.2f} | – | – | {goal} | – | –"
        else:
            ratio = f"{result.ratio:.2f}{'' if result.kept else ' **missed**'}"
            weight = f"{result.weight_bytes / 1000:.1f}"
            statements = f"{result.statements}{' **too many**' if result.statements > MOST_STATEMENTS else ''}"
            measured = f"{result.limit_ms:.2f} | {result.project_ms:.2f} | {ratio} | {goal} | {statements} | {weight}"
        lines.append(f"| {row.number} | {row.work} | {measured} |")
    return lines


def footprint_lines(name: str, found: Footprint) -> list[str]:
    """Start and memory of one application, as lines of a list."""
    return [f"- {name}: first answer after {found.start_seconds:.2f} s, {found.memory_mb:.0f} MB with two workers"]


def keep(path: Path, lines: list[str]) -> None:
    """Put a section into the file of results, in place of the one with the same heading."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Measured\n"
    sections = [s for s in text.split("\n## ")[1:] if s.split("\n", 1)[0] != lines[0].removeprefix("## ")]
    sections.append("\n".join(lines).removeprefix("## "))
    sections.sort(key=lambda section: (int(section.split(" ", 1)[0]), section.split("\n", 1)[0]))
    path.write_text("# Measured\n\n## " + "\n\n## ".join(s.strip() for s in sections) + "\n", encoding="utf-8")


def machine() -> str:
    """What was measured on, in one line, without naming anybody's machine."""
    model = "unknown processor"
    if (info := Path("/proc/cpuinfo")).exists():
        model = next((x.split(":", 1)[1].strip() for x in info.read_text().splitlines() if "model name" in x), model)
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"


def main() -> int:
    """Measure, print, and with --write keep the table; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="children in the programme (default: 1000)")
    parser.add_argument("--rounds", type=int, default=200, help="timed calls of each page (default: 200)")
    parser.add_argument("--database", default="", help="address of an empty database; default: SQLite in a new folder")
    parser.add_argument("--write", action="store_true", help="write the table to bench/RESULTS.md")
    chosen = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/limit.sqlite"
        limit.fill(url, chosen.size)
        app = limit.create_app(url)
        own = f"sqlite:///{folder}/portal.sqlite" if url.startswith("sqlite") else url
        portal = programme.make(own, Path(folder), chosen.size)
        small = portal
        if chosen.size != SMALL:
            small = programme.make(f"sqlite:///{folder}/small.sqlite", Path(folder), SMALL)
        sides = Sides(limit=app.test_client(), portal=portal, small=small)
        results = [measure(row, chosen.rounds) for row in pages(sides)]
        answers = equal_answers.compare(portal)
        app.extensions["engine"].dispose()
        minimal = Served("bench.limit:create_app()", "/children", {"LIMIT_DATABASE_URL": url})
        config = portal.app.portal_config
        environ = {
            "PORTAL_DATABASE_URL": own, "PORTAL_SECRET_KEY": config.secret_key, "PORTAL_FIELD_KEYS": config.field_keys,
            "PORTAL_INDEX_KEY": config.index_key, "PORTAL_INSTANCE": folder,
        }  # fmt: skip
        limit_footprint, forked, portal_footprint = footprints(
            minimal,
            replace(minimal, options=("--preload",)),
            Served("portal.serving:application()", "/sign-in", environ, ("--config", "python:portal.serving")),
        )

    start = portal_footprint.start_seconds / limit_footprint.start_seconds
    memory = portal_footprint.memory_mb / limit_footprint.memory_mb
    kind = url.split(":", 1)[0].split("+", 1)[0]
    lines = [
        f"## {chosen.size} children, {kind}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {kind}, medians of {chosen.rounds} calls.",
        "",
        *table(results),
        "",
        *footprint_lines("minimal stack", limit_footprint),
        *footprint_lines("minimal stack, loaded before gunicorn forks", forked),
        *footprint_lines("portal as it is recommended, loaded before gunicorn forks", portal_footprint),
        *(
            f"- {pair.work}: known {pair.known_ms:.2f} ms, unknown {pair.unknown_ms:.2f} ms, {pair.apart_ms:.2f} ms "
            f"apart (goal ≤ {equal_answers.MOST_APART_MS:g}){'' if pair.kept else ' **missed**'}"
            for pair in answers
        ),
        f"- start {start:.2f} × the minimal stack (goal ≤ 1.25), memory {memory:.2f} × (goal ≤ 1.3)",
    ]
    print("\n".join(lines))
    if chosen.write:
        keep(RESULTS, lines)
    return 0 if all(measured.kept for measured in (*results, *answers)) else 1


if __name__ == "__main__":
    sys.exit(main())
