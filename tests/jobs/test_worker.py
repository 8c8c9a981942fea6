"""The worker seals, sends and sweeps; what breaks in one step stops no other; one process at a time; a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from portal import jobs
from portal.audit.chain import verify
from portal.audit.operations import record
from portal.kernel.actor import SYSTEM
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage, OutboxState, queue
from portal.notices.models import Notice
from tests.conftest import KEYS, ON_POSTGRES
from tests.notices.conftest import configured, mail_to, server

__all__ = ["configured", "mail_to", "server"]


def until(true: Any, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def working(app: Any, monkeypatch: Any) -> Any:
    """Starts the worker in this process; it is stopped after the test."""
    monkeypatch.setattr(jobs, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "LOCK_RETRY_SECONDS", 0.05)
    stops = []

    def start() -> threading.Event:
        stops.append(jobs.start_inside(app))
        return stops[-1]

    yield start
    for stop in stops:
        stop.set()
    assert until(lambda: not [t for t in threading.enumerate() if t.name.startswith("worker")])


def write_a_row(app: Any, made: Any) -> None:
    account = made.account()
    with app.app_context():
        record("account-edited", account, actor=SYSTEM, now=now())
        queue(
            "mentor-answered",
            channel=Channel.MAIL,
            address="lin@example.org",
            facts={"url": "/"},
            now=now(),
            locale="en",
        )
        db.session.commit()


def test_it_seals_and_sends_within_seconds(app: Any, made: Any, mail_to: Any, working: Any) -> None:
    working()
    write_a_row(app, made)

    def done() -> bool:
        with app.app_context():
            return verify(now=now()).rows >= 1 and db.session.query(OutboxMessage).one().state is OutboxState.SENT

    assert until(done)
    assert len(mail_to.taken) == 1


def test_a_silent_mail_server_delays_no_seal_and_no_page(
    app: Any, made: Any, mail_to: Any, working: Any, sign_in: Any
) -> None:
    mail_to.mood = "silent"
    write_a_row(app, made)
    browser = sign_in(made.account())
    working()

    def sealed() -> bool:
        with app.app_context():
            return verify(now=now()).rows >= 1

    assert until(sealed, 2)
    began = time.monotonic()
    assert browser.get("/notices/pulse").status_code == 200
    assert time.monotonic() - began < 1


def test_a_broken_step_stops_no_other_and_waits(app: Any, monkeypatch: Any, caplog: Any) -> None:
    ran = []

    def broken(_moment: Any) -> None:
        raise RuntimeError("broken")

    second = timedelta(seconds=1)
    monkeypatch.setattr(jobs, "SWEEPS", (jobs.Sweep("broken", second, broken), jobs.Sweep("whole", second, ran.append)))
    steps, moment = jobs.Steps(), now()
    jobs.sweep(app, moment, steps)
    assert ran == [moment]
    assert "broken" in caplog.text
    assert not steps.is_due("broken", moment + second)
    assert steps.is_due("broken", moment + 2 * second)
    jobs.sweep(app, moment + second, steps)
    assert len(ran) == 2


def test_what_a_broken_step_wrote_is_rolled_back(app: Any, made: Any, monkeypatch: Any, fresh: Any) -> None:
    account = made.account()

    def half(moment: Any) -> None:
        db.session.add(Notice(account_ref=account.ref, kind="duty-overdue", made_at=moment))
        db.session.flush()
        raise RuntimeError("half-way")

    monkeypatch.setattr(jobs, "SWEEPS", (jobs.Sweep("half", timedelta(seconds=1), half),))
    jobs.sweep(app, now())
    with fresh():
        assert db.session.query(Notice).count() == 0


def test_every_step_runs_on_an_empty_programme(app: Any, caplog: Any) -> None:
    jobs.sweep(app, now())
    assert "failed" not in caplog.text


def test_two_of_one_installation_take_turns(tmp_path: Any, monkeypatch: Any) -> None:
    """The lock belongs to an open file, so that two in one process meet it as two processes do."""
    monkeypatch.setattr(jobs, "LOCK_RETRY_SECONDS", 0.05)
    first, second = threading.Event(), threading.Event()
    with jobs.only_one(tmp_path, first) as ours:
        assert ours
        second.set()
        with jobs.only_one(tmp_path, second) as theirs:
            assert not theirs
    with jobs.only_one(tmp_path, second) as theirs:
        assert theirs


def test_it_ends_cleanly_on_sigterm(app: Any, tmp_path: Any, made: Any) -> None:
    write_a_row(app, made)
    environment = {
        **os.environ, "PORTAL_DATABASE_URL": app.portal_config.database_url, "PORTAL_INSTANCE": str(tmp_path),
        **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()},
    }  # fmt: skip
    command = [sys.executable, "-m", "portal.cli", "worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:

        def sealed() -> bool:
            with app.app_context():
                return verify(now=now()).rows >= 1

        assert until(sealed, 20)
        process.send_signal(signal.SIGTERM)
        _out, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_many_workers_send_each_message_once(app: Any, made: Any, mail_to: Any) -> None:
    for _turn in range(6):
        write_a_row(app, made)
    threads = [threading.Thread(target=jobs.send_messages, args=(app, Channel.MAIL)) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [m["Message-ID"] for m in mail_to.messages()]
    assert len(ids) == len(set(ids)) == 6, ON_POSTGRES
