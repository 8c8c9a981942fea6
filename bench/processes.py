"""What a server costs before anybody asks it anything: time to the first answer, memory of all its processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """An application as gunicorn names it, a page that anybody may see, and its settings."""

    app: str
    path: str
    environ: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """More of gunicorn's command line."""


@dataclass(frozen=True)
class Footprint:
    """Seconds from the process's start to its first whole answer; proportional memory in MB after a few requests."""

    start_seconds: float
    memory_mb: float


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mb(root: int) -> float:
    """Proportional set size of a process and all below it, in MB: shared pages are counted once. Linux only."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        parents.setdefault(int(text.rsplit(")", 1)[1].split()[1]), []).append(int(text.split(" ", 1)[0]))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def footprints(*all_served: Served, starts: int = 8, requests: int = 50) -> list[Footprint]:
    """Start applications in turns under gunicorn with two workers; of each its best start and its median memory.

    Their compiled bytecode is kept between the starts, as it is where the portal is installed, whatever the environment
    of this process says. Raises TimeoutError when one does not answer within a minute.
    """
    found: list[list[Footprint]] = [[] for _ in all_served]
    with tempfile.TemporaryDirectory() as bytecode:
        for _ in range(starts):
            for served, seen in zip(all_served, found, strict=True):
                environ = {
                    **os.environ, **served.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": "",
                }  # fmt: skip
                seen.append(_one_start(served, environ, requests))
    return [Footprint(min(f.start_seconds for f in seen), median(f.memory_mb for f in seen)) for seen in found]


def _one_start(served: Served, environ: dict[str, str], requests: int) -> Footprint:
    port = free_port()
    url = f"http://127.0.0.1:{port}{served.path}"
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--workers", "2", "--log-level", "error"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", *served.options, served.app], env=environ
    ) as server:
        try:
            while True:
                try:
                    urllib.request.urlopen(url, timeout=5).read()
                    break
                except (urllib.error.URLError, ConnectionError):
                    if time.perf_counter() - began > START_SECONDS or server.poll() is not None:
                        raise TimeoutError(f"{served.app} does not answer") from None
                    time.sleep(0.01)
            taken = time.perf_counter() - began
            # gunicorn starts its second process up to a tenth of a second after the first one.
            time.sleep(0.3)
            for _ in range(requests):
                urllib.request.urlopen(url, timeout=5).read()
            return Footprint(taken, memory_mb(server.pid))
        finally:
            server.send_signal(signal.SIGTERM)
