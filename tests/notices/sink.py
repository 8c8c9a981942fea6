"""A tiny mail server for tests, on a free port of this machine, that behaves as it is told."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any


class Sink(socketserver.ThreadingTCPServer):
    """Keeps what it was given. `mood`: `fine`, `silent` (accepts, never answers), `later` (451 after the text)."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mood = "fine"
        self.refused: set[str] = set()
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def messages(self) -> list[Message]:
        return [message_from_bytes(data, policy=default) for _sender, _to, data in self.taken]


class Conversation(socketserver.StreamRequestHandler):
    server: Sink

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.mood == "silent":
            time.sleep(5)
            return
        self.say("220 sink")
        sender, to = "", []
        for raw in iter(self.rfile.readline, b""):
            line = raw.decode().strip()
            verb = line[:4].upper()
            if verb in {"EHLO", "HELO", "RSET", "NOOP"}:
                self.say("250 sink")
            elif verb == "MAIL":
                sender, to = line, []
                self.say("250 ok")
            elif verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                if address in self.server.refused:
                    self.say("550 no such box <" + address + ">")
                else:
                    to.append(address)
                    self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                data = b"".join(iter(self.rfile.readline, b".\r\n"))
                if self.server.mood == "later":
                    self.say("451 later please")
                else:
                    self.server.taken.append((sender, to, data))
                    self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("500 what")


@contextmanager
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def decoded(message: Message) -> Any:
    """The text of a message, or of its first part."""
    part = message.get_body(("plain",)) if hasattr(message, "get_body") else message
    return part.get_content() if part is not None else ""
