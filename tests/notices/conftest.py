"""What tests of messages stand on: an outbox, a server, a worker's round."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage, queue
from portal.notices.delivery import deliver
from portal.notices.outlets import init_mail
from tests.notices.sink import Sink, sink


@pytest.fixture
def server() -> Iterator[Sink]:
    """A mail server that takes everything."""
    with sink() as running:
        yield running


@pytest.fixture
def configured(app: Any) -> Iterator[Callable[..., None]]:
    """`configured(mail_server=…)` changes the application's settings for one test."""
    before, kept, config = app.portal_config, app.extensions.copy(), dict(app.config)

    def change(**settings: Any) -> None:
        app.portal_config = dataclasses.replace(app.portal_config, **settings)
        init_mail(app, app.portal_config)

    yield change
    app.portal_config = before
    app.extensions.update(kept)
    app.config.update(config)


@pytest.fixture
def mail_to(configured: Any, server: Sink) -> Sink:
    """The application sends to the test's server."""
    configured(mail_server="127.0.0.1", mail_port=server.port, mail_timeout_seconds=0.3)
    return server


@pytest.fixture
def queued(app: Any) -> Callable[..., str]:
    """Put one message into the outbox; gives its ref."""

    def put(
        kind: str = "mentor-answered",
        *,
        channel: Channel = Channel.MAIL,
        address: str = "lin@example.org",
        locale: str = "en",
        **more: Any,
    ) -> str:
        with app.app_context():
            facts = more.pop("facts", {"url": "/notices"})
            message = queue(kind, channel=channel, address=address, facts=facts, now=now(), locale=locale, **more)
            db.session.commit()
            return message.ref

    return put


@pytest.fixture
def round_of(app: Any) -> Callable[..., int]:
    """One round of the worker over a channel."""

    def go(channel: Channel = Channel.MAIL) -> int:
        with app.test_request_context():
            return deliver(channel)

    return go


@pytest.fixture
def row(app: Any) -> Callable[[str], OutboxMessage]:
    """A row of the outbox as a fresh connection reads it."""

    def read(ref: str) -> OutboxMessage:
        with app.app_context():
            message = db.session.query(OutboxMessage).filter_by(ref=ref).one()
            db.session.expunge(message)
            return message

    return read
