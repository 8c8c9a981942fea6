"""Kill the portal under load and count what it had acknowledged: few rounds in the suite, many in `make soak`."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from portal.access.models import AccountSession
from portal.app import create_app
from portal.audit.chain import seal, verify
from portal.audit.models import AuditEntry
from portal.children.models import FileNote
from portal.config import from_environment
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.secrets import new_token, token_hash
from portal.migrate import upgrade
from tests.factories import Factory

WRITERS = 4


class Installation:
    """An installation of its own in a folder: one coordinator who is signed in, one child whose file takes notes."""

    def __init__(self, folder: Path) -> None:
        self.environ = {**os.environ, "PORTAL_INSTANCE": str(folder), "PYTHONUNBUFFERED": "1"}
        for name in ("PORTAL_DEMO", "PORTAL_PRODUCTION", "PORTAL_DATABASE_URL"):
            self.environ.pop(name, None)
        config = from_environment(self.environ)
        upgrade(config.database_url)
        self.app = create_app(config, TESTING=True)
        made = Factory(self.app)
        child, coordinator = made.child(), made.account(Role.COORDINATOR)
        self.path, token = f"/children/{child.ref}", new_token()
        made.save(
            AccountSession(account_id=coordinator.id, token_hash=token_hash(token), created_at=now(), seen_at=now())
        )
        browser = self.app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        page = browser.get(self.path).get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        kept = browser.get_cookie("portal")
        assert kept is not None
        self.csrf, self.cookie = found[1], f"portal={kept.value}"
        with self.app.app_context():
            db.engine.dispose()

    @contextmanager
    def served(self) -> Iterator[tuple[subprocess.Popen[str], int]]:
        """The portal in a process of its own on a free port; killed at the end if it still runs."""
        command = [sys.executable, "-m", "portal.cli", "run", "--port", "0", "--no-demo"]
        process = subprocess.Popen(
            command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, int(line.strip().rsplit(":", 1)[1])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()

    def note(self, port: int, text: str) -> bool:
        """Write one note over HTTP; True when the portal said that it is saved."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            body = urlencode({"csrf_token": self.csrf, "text": text, "note": text})
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
            connection.request("POST", f"{self.path}/notes", body, headers)
            return connection.getresponse().status in (302, 303)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill_under_load(self, rounds: int, seconds: float) -> list[str]:
        """Several writers at once, the process killed in the middle, again and again; gives what was acknowledged."""
        acknowledged: list[str] = []
        numbers = itertools.count()

        def write(port: int, stop: threading.Event) -> None:
            while not stop.is_set():
                text = f"note {next(numbers)}"
                if self.note(port, text):
                    acknowledged.append(text)

        for _ in range(rounds):
            stop = threading.Event()
            with self.served() as (process, port):
                threads = [threading.Thread(target=write, args=(port, stop)) for _ in range(WRITERS)]
                for thread in threads:
                    thread.start()
                time.sleep(seconds)
                process.send_signal(signal.SIGKILL)
                stop.set()
                for thread in threads:
                    thread.join()
        return acknowledged

    def check(self, acknowledged: list[str]) -> None:
        """Everything acknowledged is there once, with its row of the log; the chain holds."""
        with self.app.app_context():
            notes = [n.text for n in db.session.query(FileNote)]
            rows = db.session.query(AuditEntry).filter_by(what="note-written").count()
            while seal(now=now()):
                pass
            sound = verify(now=now()).sound
            db.session.rollback()
            db.engine.dispose()
        assert len(acknowledged) == len(set(acknowledged))
        assert set(acknowledged) <= set(notes), "an acknowledged note is lost"
        assert len(notes) == len(set(notes)), "a note is there twice"
        assert rows == len(notes), "a note has no row of the log, or a row has no note"
        assert sound
