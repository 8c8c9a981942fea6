"""The worker: small loops over the chain, the outbox and what the clock brings. A row is the truth; nothing is lost.

Each loop has a thread of its own, so that a silent mail server delays neither the sealing of the log nor an alert's
next person. Each step runs in its own application context and transaction; what breaks in one is logged, tried again
after a pause that grows, and stops no other.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from portal.access import throttles
from portal.audit.chain import seal
from portal.board.operations.batch import publish
from portal.board.operations.offers import return_unclaimed
from portal.duties.sweep import sweep as tell_overdue
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, db
from portal.kernel.outbox import Channel
from portal.mentoring.operations.drafts import forget_discarded
from portal.mentoring.operations.silence import raise_silence
from portal.needs.operations import climb_overdue
from portal.notices.delivery import deliver, forget_sent
from portal.partners.operations import remind_unassured
from portal.referrals.operations import remind_and_expire
from portal.safeguarding.operations import escalate
from portal.visits.operations.plan import plan_all
from portal.volunteers.operations import expire_credentials
from portal.web.flow import Portal

log = logging.getLogger("portal")
PULSE_SECONDS = 1.0
LONGEST_PAUSE = timedelta(minutes=1)
LOCK_RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Sweep:
    """What the clock brings: a function of the moment, run every so often. The worker commits; twice is harmless."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


SWEEPS: tuple[Sweep, ...] = (
    Sweep("concerns", timedelta(seconds=5), escalate),
    Sweep("overdue duties", timedelta(minutes=1), tell_overdue),
    Sweep("overdue needs", timedelta(minutes=1), climb_overdue),
    Sweep("board", timedelta(minutes=10), publish),
    Sweep("unclaimed offers", timedelta(hours=1), return_unclaimed),
    Sweep("unanswered referrals", timedelta(minutes=1), remind_and_expire),
    Sweep("plan of visits", timedelta(hours=1), plan_all),
    Sweep("silent pairs", timedelta(hours=1), raise_silence),
    Sweep("discarded drafts", timedelta(hours=1), forget_discarded),
    Sweep("credentials", timedelta(hours=1), expire_credentials),
    Sweep("unconfirmed services", timedelta(hours=1), remind_unassured),
    Sweep("sent messages", timedelta(hours=6), forget_sent),
    Sweep("throttles", timedelta(hours=6), throttles.sweep),
)


class Steps:
    """When each step is due next, and how long one that breaks is left alone."""

    def __init__(self) -> None:
        self._not_before: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}

    def is_due(self, name: str, moment: datetime) -> bool:
        """Whether it is time."""
        return name not in self._not_before or moment >= self._not_before[name]

    def run(self, name: str, step: Callable[[], object], moment: datetime, every: timedelta) -> None:
        """Run a step; an error is logged and the step waits, longer each time."""
        try:
            step()
        except Exception:
            # Caught broadly here alone: one broken step must stop neither the others nor the worker.
            failures = self._failures[name] = self._failures.get(name, 0) + 1
            log.exception("the worker's step %r failed", name)
            every = max(every, min(timedelta(seconds=1 << min(failures, 10)), LONGEST_PAUSE))
        else:
            self._failures.pop(name, None)
        self._not_before[name] = moment + every


def sweep(app: Portal, moment: datetime, steps: Steps | None = None) -> None:
    """One round of what the clock brings: every step that is due, each in a transaction of its own."""
    steps = steps or Steps()
    for item in SWEEPS:
        if steps.is_due(item.name, moment):

            def step(item: Sweep = item) -> None:
                with app.app_context():
                    begin_writing()
                    item.run(moment)
                    db.session.commit()

            steps.run(item.name, step, moment, item.every)


def seal_log(app: Portal, moment: datetime) -> None:
    """Give what is committed its place in the chain."""
    with app.app_context():
        seal(now=moment)


def send_messages(app: Portal, channel: Channel) -> None:
    """One round over a channel of the outbox. The language spoken belongs to a request, so a round stands for one."""
    with app.request_context({"REQUEST_METHOD": "GET", "PATH_INFO": "/", **_place(app)}):
        deliver(channel)


def _place(app: Portal) -> dict[str, str]:
    scheme, _sep, rest = app.portal_config.public_url.partition("://")
    return {"wsgi.url_scheme": scheme, "HTTP_HOST": rest.split("/")[0], "SERVER_NAME": "worker", "SERVER_PORT": "80"}


def loops(app: Portal) -> dict[str, Callable[[Steps], None]]:
    """The worker's loops by name: what each does once a second."""

    def once(name: str, step: Callable[[datetime], None]) -> Callable[[Steps], None]:
        def turn(steps: Steps) -> None:
            moment = now()
            if steps.is_due(name, moment):
                steps.run(name, lambda: step(moment), moment, timedelta(0))

        return turn

    return {
        "seal": once("seal", lambda moment: seal_log(app, moment)),
        "mail": once("mail", lambda _moment: send_messages(app, Channel.MAIL)),
        "sms": once("sms", lambda _moment: send_messages(app, Channel.SMS)),
        "sweep": lambda steps: sweep(app, now(), steps),
    }


def work(app: Portal, stop: threading.Event) -> None:
    """Run every loop until `stop` is set; what is being done then is finished first."""

    def turn_round(turn: Callable[[Steps], None]) -> None:
        steps = Steps()
        while not stop.is_set():
            turn(steps)
            stop.wait(PULSE_SECONDS)

    threads = [
        threading.Thread(target=turn_round, args=(turn,), name=f"worker-{name}", daemon=True)
        for name, turn in loops(app).items()
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(timeout=app.portal_config.mail_timeout_seconds * 2)


@contextlib.contextmanager
def only_one(folder: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait until no other process of this installation works, by a lock that ends with its process.

    Gives False when `stop` was set while waiting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file: IO[str]
    with (folder / "worker.lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if stop.wait(LOCK_RETRY_SECONDS):
                    yield False
                    return
        yield True


def _work_alone(app: Portal, stop: threading.Event) -> None:
    with only_one(app.portal_config.instance, stop) as ours:
        if ours:
            work(app, stop)


def start_inside(app: Portal) -> threading.Event:
    """Run the worker in threads of this process; the event stops it. One process per installation works at a time."""
    stop = threading.Event()
    threading.Thread(target=_work_alone, args=(app, stop), name="worker", daemon=True).start()
    return stop


def run_worker(app: Portal) -> None:
    """Work until SIGTERM or SIGINT, then finish what is being done. On PostgreSQL as many as one likes may run."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    log.info("the worker is ready")
    if app.portal_config.database_url.startswith("sqlite"):
        _work_alone(app, stop)
    else:
        work(app, stop)
    log.info("the worker has stopped")
