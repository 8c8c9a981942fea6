"""Prove that the wheel stands alone: install it away from the checkout, start it in an empty folder, fetch its page."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "deploy" / "requirements.lock"
READY = re.compile(r"http://127\.0\.0\.1:\d+")
START_SECONDS = 120
"""Long, since the first start loads the demo; the bench holds the real limit."""


def install(wheel: Path, folder: Path, home: dict[str, str]) -> Path:
    """Install the wheel and only what it needs to run; gives the `portal` command."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--require-hashes", "-r", LOCK], check=True, env=home, cwd=folder)
    subprocess.run([*pip, "--no-deps", wheel], check=True, env=home, cwd=folder)
    return folder / "bin" / "portal"


def address_of(server: subprocess.Popen[str], said: list[str]) -> str:
    """Read what the server prints until it names its address. Raises TimeoutError when it ends or stays silent."""
    found = threading.Event()

    def listen() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line)
            if READY.search(line):
                found.set()

    threading.Thread(target=listen, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None and not found.wait(0.2):
        pass
    if not found.is_set():
        raise TimeoutError("the portal did not say where it listens")
    return next(match[0] for line in said if (match := READY.search(line)))


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str) -> str:
    """The body of a page. Raises HTTPError for anything but success."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - always our own http address
        return str(answer.read().decode())


def main() -> int:
    """Install, start, fetch, stop; the exit code says whether all of it went well."""
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outside = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "PYTHON", "VIRTUAL_ENV"))}
        outside["HOME"] = name
        portal = install(wheel, folder / "venv", outside)
        (folder / "empty").mkdir()
        said: list[str] = []
        with subprocess.Popen(
            [portal, "run"],
            cwd=folder / "empty",
            env={**outside, "PORT": str(free_port())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as server:
            try:
                address = address_of(server, said)
                fetch(f"{address}/healthz")
                front = fetch(f"{address}/")
                style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', front)
                if "<h1" not in front or style is None:
                    raise ValueError("the front page has no heading or no style sheet")
                fetch(address + style[1].replace("&amp;", "&"))
            except (OSError, ValueError) as error:
                print(f"the wheel does not start: {error}\n{''.join(said[-40:])}", file=sys.stderr)
                return 1
            finally:
                server.send_signal(signal.SIGTERM)
                try:
                    server.wait(15)
                except subprocess.TimeoutExpired:
                    server.kill()
    print(f"{wheel.name}: installed elsewhere, started, front page and style sheet fetched")
    return 0


if __name__ == "__main__":
    sys.exit(main())
