"""What two goals could cost at the very least: `python -m bench.floor`.

Row 10: the CPU time of importing the libraries that the project's stack fixes, beside those of the minimal stack.
Row 5: the statements that the rules demand of a sent log (sign-in, pair, log, part, step, audit, duty, notice, outbox, in
one durable transaction), as Core statements with no gate, no form, no encryption and no page around them.
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, redirect, request
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from bench import limit

STACKS = {
    "minimal: flask, sqlalchemy": "import flask, sqlalchemy",
    "the fixed stack": "import flask, flask_login, flask_sqlalchemy, flask_wtf, flask_mail, wtforms",
}
WRITTEN = ("log", "part", "step", "audit", "duty", "notice", "outbox")
READ = ("sign_in", "pair")
ROWS = 1000
ROUNDS = 300


def import_seconds(rounds: int = 12) -> dict[str, float]:
    """The least CPU time of a fresh interpreter that imports each stack, in seconds."""
    best = dict.fromkeys(STACKS, 1e9)
    for _round in range(rounds):
        for name, code in STACKS.items():
            process = subprocess.Popen([sys.executable, "-c", code])
            _pid, _status, usage = os.wait4(process.pid, 0)
            best[name] = min(best[name], usage.ru_utime + usage.ru_stime)
    return best


def post_app(engine: Engine) -> Flask:
    """An application whose one page runs the statements of a sent log."""
    metadata = MetaData()
    tables = {
        name: Table(
            f"floor_{name}",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("ref", String(24), unique=True),
            Column("owner", String(60), index=True),
            Column("about", String(60), index=True),
            Column("text", Text),
            Column("at", DateTime(timezone=True)),
        )
        for name in (*READ, *WRITTEN)
    }
    metadata.create_all(engine)

    def row(ref: str) -> dict[str, Any]:
        return {"ref": ref, "owner": "somebody", "about": "something", "text": "", "at": datetime.now(UTC)}

    with engine.begin() as connection:
        for name in READ:
            connection.execute(insert(tables[name]), [row(f"{name}{n}") for n in range(ROWS)])
    reads = {name: select(tables[name]).where(tables[name].c.ref == bindparam("wanted")) for name in READ}
    writes = {name: insert(tables[name]) for name in WRITTEN}
    ends = [
        update(tables[name]).where(tables[name].c.ref == bindparam("wanted")).values(text="done")
        for name in ("pair", "duty")
    ]
    app = Flask("bench.floor", static_folder=None)

    @app.post("/post")
    def post() -> Any:
        with engine.begin() as connection:
            for name, statement in reads.items():
                connection.execute(statement, {"wanted": f"{name}5"}).all()
            for write in writes.values():
                connection.execute(write, row(secrets.token_hex(8)) | {"text": request.form["text"]})
            for end in ends:
                connection.execute(end, {"wanted": "pair5"})
        return redirect("/children", 303)

    return app


def post_times(rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """Milliseconds of each post, taken in turns: with the statements of a sent log, and of the minimal stack."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'floor.sqlite'}"
        limit.fill(url, ROWS)
        whole = post_app(limit.make_engine(url)).test_client()
        least = limit.create_app(url).test_client()
        form = {"pairing": "1", "on": "2026-01-01", "length": "60", "way": "in_person", "text": "一起读了绘本"}

        def timed(call: Callable[[], Any]) -> float:
            began = time.perf_counter()
            call()
            return (time.perf_counter() - began) * 1000

        pairs = [
            (timed(lambda: whole.post("/post", data=form)), timed(lambda: least.post("/post", data=form)))
            for _round in range(rounds)
        ]
    return [p[0] for p in pairs], [p[1] for p in pairs]


def main() -> None:
    """Print both floors."""
    seconds = import_seconds()
    base = seconds["minimal: flask, sqlalchemy"]
    for name, value in seconds.items():
        print(f"imports, {name}: {value:.2f} s of CPU, {value / base:.2f} x")
    whole, least = post_times()
    print(
        f"statements of a sent log: median {statistics.median(whole):.2f} ms beside {statistics.median(least):.2f}, "
        f"{statistics.median(whole) / statistics.median(least):.2f} x; best {min(whole) / min(least):.2f} x"
    )


if __name__ == "__main__":
    main()
