"""What the house loads at its start, and what its processes share: checked in fresh interpreters, without a clock."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from portal.app import create_app
from portal.config import Config, resource
from portal.migrate import alembic_config, newest, upgrade
from tests.conftest import KEYS

HEAVY = (
    "PIL", "alembic", "calamine", "chinese_calendar", "flask_mail", "icalendar", "mako", "openpyxl", "phonenumbers", "pypinyin",
    "python_calamine", "qrcode", "redis", "reportlab", "segno", "smtplib", "vobject", "waitress", "xlsxwriter", "portal.demo",
    "portal.jobs", "portal.doctor",
)  # fmt: skip
"""What some page or job needs, and no start."""


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """The settings of a new SQLite installation in this folder."""
    keys = {f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}
    own = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    url = f"sqlite:///{folder / 'portal.sqlite'}"
    return {**own, **keys, "PORTAL_INSTANCE": str(folder), "PORTAL_DATABASE_URL": url, **changes}


def told(program: str, folder: Path, **changes: str) -> Any:
    """What a fresh interpreter prints as JSON."""
    environ = environment(folder, **changes)
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_start_reads_nothing_that_only_some_page_needs(tmp_path):
    program = "import sys, json, portal.app; portal.app.create_app(); print(json.dumps(sorted(sys.modules)))"
    loaded = told(program, tmp_path)
    assert "portal.home.views" in loaded
    assert [m for m in loaded if m in HEAVY or m.startswith(tuple(f"{h}." for h in HEAVY))] == []


def test_asking_for_the_newest_revision_does_not_read_alembic(tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    program = (
        "import sys, os, json; from portal.migrate import is_current\n"
        "print(json.dumps([is_current(os.environ['PORTAL_DATABASE_URL']), 'alembic' in sys.modules]))"
    )
    assert told(program, tmp_path) == [True, False]
    empty = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert told(program, tmp_path, PORTAL_DATABASE_URL=empty) == [False, False]


def test_the_newest_revision_is_the_one_that_alembic_finds():
    assert newest() == set(ScriptDirectory.from_config(alembic_config("sqlite://")).get_heads())


def test_the_garbage_of_loading_is_looked_for_only_afterwards(tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    program = (
        "import gc, json; seen = []; gc.callbacks.append(lambda phase, info: seen.append(phase))\n"
        "from portal.serving import application; before = len(seen); application()\n"
        "print(json.dumps([len(seen) - before, gc.isenabled(), gc.get_freeze_count() > 100_000]))"
    )
    assert told(program, tmp_path) == [0, True, True]


def test_nothing_open_and_nothing_running_is_left_to_be_forked(tmp_path):
    """A connection or a held lock that two processes share would break both, or wait for ever."""
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    program = (
        "import json, os, threading, time; from portal.serving import application; app = application()\n"
        "from portal.kernel.db import db\n"
        "with app.app_context(): pool = db.engine.pool.checkedin() + db.engine.pool.checkedout()\n"
        "time.sleep(0.2); own = [t.name for t in threading.enumerate() if t is not threading.main_thread()]\n"
        "files = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if n.isdigit()\n"
        "  and os.path.exists(f'/proc/self/fd/{n}')]\n"
        "print(json.dumps([pool, own, [f for f in files if 'portal.sqlite' in f or 'worker.lock' in f]]))"
    )
    assert told(program, tmp_path, PORTAL_WORKER_INSIDE="1") == [0, [], []]


def test_a_database_that_is_away_stops_no_start(tmp_path):
    program = "import json; from portal.serving import application; application(); print(json.dumps('up'))"
    assert told(program, tmp_path) == "up"


@pytest.fixture
def served(tmp_path):
    """The recommended gunicorn with two processes and the worker inside, its address and its processes' numbers."""
    environ = environment(tmp_path, PORTAL_WORKER_INSIDE="1")
    upgrade(environ["PORTAL_DATABASE_URL"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.serving", "--workers", "2"]
    with subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"], env=environ, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}/healthz"
            until = time.monotonic() + 60
            while True:
                try:
                    urllib.request.urlopen(address, timeout=5).read()
                    break
                except OSError:
                    assert time.monotonic() < until
                    assert server.poll() is None
                    time.sleep(0.05)
            yield server, address, tmp_path
        finally:
            server.terminate()
            server.communicate(timeout=30)


def processes_below(root: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{root}/task/{root}/children").read_text().split()]


def opened(process: int, name: str) -> bool:
    """Whether a process holds this file open."""
    return any(os.path.realpath(f).endswith(name) for f in Path(f"/proc/{process}/fd").iterdir())


def test_the_worker_inside_runs_in_a_process_that_serves_and_the_first_one_holds_no_connection(served):
    server, address, _folder = served
    until = time.monotonic() + 20
    while time.monotonic() < until:
        urllib.request.urlopen(address, timeout=5).read()
        below = processes_below(server.pid)
        working = any(opened(p, "portal.sqlite") for p in below) and any(opened(p, "worker.lock") for p in below)
        if len(below) == 2 and working:
            break
        time.sleep(0.1)
    assert len(below) == 2
    assert any(opened(p, "worker.lock") for p in below)
    assert any(opened(p, "portal.sqlite") for p in below)
    assert not opened(server.pid, "portal.sqlite")
    assert not opened(server.pid, "worker.lock")
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1


def test_each_process_connects_for_itself(app):
    """After a fork the connections of the one before are left alone: none is taken, none is closed."""
    from portal.kernel.db import db
    from portal.serving import forget_connections

    with app.app_context():
        db.session.connection()
        db.session.rollback()
        before = db.engine.pool
        waiting = before.checkedin()
        forget_connections(app)
        assert db.engine.pool is not before
        assert db.engine.pool.checkedin() == 0
        assert before.checkedin() == waiting
        before.dispose()


# --- what is kept compiled -------------------------------------------------------------------------------------------


def configured(folder: Path) -> Config:
    url = f"sqlite:///{folder / 'portal.sqlite'}"
    return Config(database_url=url, instance=folder, **KEYS)


def test_a_second_start_compiles_no_template_anew(tmp_path, monkeypatch):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    first = create_app(configured(tmp_path))
    page = first.test_client().get("/sign-in").text
    folder = next((tmp_path / "templates").iterdir())
    assert folder.stat().st_mode & 0o077 == 0
    second = create_app(configured(tmp_path))
    compiled: list[str] = []
    real = type(second.jinja_env)._generate
    monkeypatch.setattr(
        type(second.jinja_env), "_generate", lambda env, source, name, *a, **k: (compiled.append(name), real(env, source, name, *a, **k))[1]
    )  # fmt: skip
    again = second.test_client().get("/sign-in").text
    assert compiled == []
    token = re.compile(r"[\w-]{20,}\.[\w-]+\.[\w-]+")
    assert token.sub("", again) == token.sub("", page)


@pytest.mark.parametrize("length", [0, 3, 40, 300])
def test_a_kept_template_that_was_cut_short_is_compiled_again(tmp_path, length):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    create_app(configured(tmp_path)).test_client().get("/sign-in")
    for file in (tmp_path / "templates").rglob("*.cache"):
        file.write_bytes(file.read_bytes()[:length])
    assert create_app(configured(tmp_path)).test_client().get("/sign-in").status_code == 200


def test_a_changed_template_is_never_answered_from_what_was_kept(tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    first, second = create_app(configured(tmp_path)), create_app(configured(tmp_path))
    source = resource("templates") / "components" / "icon.html"
    text = source.read_text(encoding="utf-8")
    for app, more in ((first, "{% set kept = 1 %}"), (second, "{% set kept = 2 %}")):
        app.jinja_env.loader.get_source = lambda env, name, more=more: (text + more, str(source), None)
        made = app.jinja_env.get_template("components/icon.html").module
        assert str(made.kept) == more[-4]


def test_an_instance_folder_that_cannot_be_written_only_keeps_nothing(tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    (tmp_path / "templates").write_text("in the way")
    assert create_app(configured(tmp_path)).test_client().get("/sign-in").status_code == 200


def test_addresses_are_built_as_ever(app):
    """The builders are made when wanted: with and without what is left over for the query."""
    with app.test_request_context("http://127.0.0.1/"):
        for adapter in (app.create_url_adapter(None), app.url_map.bind("127.0.0.1")):
            if adapter is None:
                continue
            assert adapter.build("access.sign_in", {"next": "/today?a=1"}) == "/sign-in?next=/today?a%3D1"
            assert adapter.build("access.sign_in", {}) == "/sign-in"
            assert adapter.build("static", {"filename": "a b.css"}) == "/static/a%20b.css"
            assert (
                adapter.build("static", {"filename": "a b.css", "v": "1"}, append_unknown=False) == "/static/a%20b.css"
            )
