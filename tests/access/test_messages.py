"""What an invitation and a reset say."""

from __future__ import annotations

import pytest

from portal.kernel.clock import now
from portal.kernel.outbox import Channel
from portal.notices.wording import letter
from portal.web.language import speaking


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_a_message_says_who_what_and_until_when(app, kind, channel):
    facts = {"link": f"/{kind}s/tokentoken", "name": "王小梅", "ends_at": now().isoformat()}
    with app.test_request_context(), speaking("en"):
        said = letter(kind, channel, facts)
    assert f"http://127.0.0.1:8000/{kind}s/tokentoken" in said.body
    assert str(now().astimezone().year) in said.body
    assert bool(said.subject) is (channel is Channel.MAIL)
