"""Mail that arrives: whatever the server does, nothing is lost, doubled unseen, or sent to somebody else."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.outbox import Channel, OutboxState
from portal.notices import delivery
from portal.notices.models import Notice
from tests.notices.sink import decoded, free_port


def test_a_mail_arrives_in_its_readers_language(mail_to: Any, queued: Any, round_of: Any, row: Any) -> None:
    ref = queued(locale="en")
    queued(locale="zh_Hans", address="chen@example.org")
    assert round_of() == 2
    english, chinese = mail_to.messages()
    assert english["Subject"] == "The coordinator has answered your request."
    assert english["To"] == "lin@example.org"
    assert english["Message-ID"] == f"<{ref}@127.0.0.1>"
    assert "http://127.0.0.1:8000/notices" in decoded(english)
    assert chinese["Subject"] != english["Subject"]
    assert mail_to.taken[0][1] == ["lin@example.org"]
    assert row(ref).state is OutboxState.SENT
    assert (row(ref).facts, row(ref).address) == (None, "")
    assert round_of() == 0
    assert mail_to.connections == 1


def test_a_black_hole_delays_nobody_and_loses_nothing(
    mail_to: Any, queued: Any, round_of: Any, row: Any, made: Any, sign_in: Any
) -> None:
    mail_to.mood = "silent"
    refs = [queued(), queued()]
    browser = sign_in(made.account())
    began = time.monotonic()
    assert round_of() == 0
    assert time.monotonic() - began < 3
    assert mail_to.connections == 1
    assert browser.get("/notices").status_code == 200
    assert [row(r).tries for r in refs] == [1, 0]
    assert row(refs[0]).last_error == "SMTPServerDisconnected"
    mail_to.mood = "fine"
    with standing_at(now() + timedelta(minutes=2)):
        assert round_of() == 2


def test_a_refused_connection_is_tried_again(
    configured: Any, server: Any, queued: Any, round_of: Any, row: Any
) -> None:
    configured(mail_server="127.0.0.1", mail_port=free_port(), mail_timeout_seconds=0.3)
    ref = queued()
    assert round_of() == 0
    assert row(ref).last_error == "ConnectionRefusedError"
    assert row(ref).due_at > now()
    configured(mail_port=server.port)
    assert round_of() == 0
    with standing_at(row(ref).due_at):
        assert round_of() == 1
    assert server.messages()[0]["Message-ID"] == f"<{ref}@127.0.0.1>"


def test_451_is_tried_again_with_the_same_message_id(mail_to: Any, queued: Any, round_of: Any, row: Any) -> None:
    mail_to.mood = "later"
    ref = queued()
    assert round_of() == 0
    assert row(ref).last_error == "SMTPDataError 451"
    mail_to.mood = "fine"
    with standing_at(now() + timedelta(minutes=1)):
        assert round_of() == 1
    assert [m["Message-ID"] for m in mail_to.messages()] == [f"<{ref}@127.0.0.1>"]


def test_a_worker_killed_after_sending_sends_the_same_message_again(
    mail_to: Any, queued: Any, round_of: Any, row: Any, monkeypatch: Any
) -> None:
    ref = queued()

    def killed(*_how: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        round_of()
    monkeypatch.undo()
    assert row(ref).state is OutboxState.WAITING
    assert round_of() == 0
    with standing_at(now() + delivery.LEASE + timedelta(seconds=1)):
        assert round_of() == 1
    first, second = mail_to.messages()
    assert first["Message-ID"] == second["Message-ID"] == f"<{ref}@127.0.0.1>"
    assert first["Date"] == second["Date"]
    assert row(ref).state is OutboxState.SENT


def test_one_refused_address_does_not_stop_the_others(mail_to: Any, queued: Any, round_of: Any, row: Any) -> None:
    mail_to.refused.add("gone@example.org")
    bad = queued(address="gone@example.org")
    queued(address="here@example.org")
    assert round_of() == 1
    assert row(bad).last_error == "SMTPRecipientsRefused 550"
    assert "gone@example.org" not in row(bad).last_error


def test_alerts_go_first_and_wait_a_minute_at_most(mail_to: Any, queued: Any, round_of: Any) -> None:
    queued()
    queued("concern", urgent=True)
    round_of()
    assert "concern" in mail_to.messages()[0]["Subject"]
    assert delivery.wait_after(1, urgent=True) == timedelta(seconds=5)
    assert max(delivery.wait_after(n, urgent=True) for n in range(1, 40)) == timedelta(minutes=1)
    assert max(delivery.wait_after(n, urgent=False) for n in range(1, 40)) == timedelta(hours=1)


def test_it_is_given_up_after_days_and_the_administrator_is_told(
    app: Any, made: Any, configured: Any, queued: Any, round_of: Any, row: Any, fresh: Any
) -> None:
    configured(mail_server="127.0.0.1", mail_port=free_port())
    person, admin = made.account(name="林某"), made.account(Role.ADMIN)
    ref = queued(account_ref=person.ref)
    with standing_at(now() + delivery.GIVE_UP_AFTER + timedelta(hours=1)):
        assert round_of() == 0
    assert row(ref).state is OutboxState.GIVEN_UP
    with fresh():
        notice = Notice.query.one()
        assert (notice.account_ref, notice.kind, notice.facts) == (admin.ref, "message-undelivered", {"name": "林某"})


def test_no_text_becomes_a_header(mail_to: Any, queued: Any, round_of: Any) -> None:
    """T11: CR, LF and Bcc in every fact; the envelope stays as intended."""
    evil = "x\r\nBcc: all@example.org\r\n\r\nbody\x00\x0b\u2028"
    kinds = (
        "mentor-asks",
        "log-returned",
        "pairing-changed",
        "session-moved",
        "calendar-invitation",
        "invitation",
        "concern",
    )
    for kind in kinds:
        names = ("name", "what", "day", "child", "state", "place", "method", "starts_at", "link", "url", "reason")
        queued(kind, facts=dict.fromkeys(names, evil))
    assert round_of() == len(kinds)
    for (_sender, to, _data), message in zip(mail_to.taken, mail_to.messages(), strict=True):
        assert to == ["lin@example.org"]
        assert message["To"] == "lin@example.org"
        assert message["Bcc"] is None
        assert "\n" not in message["Subject"]


def test_a_calendar_message_says_what_it_asks_for(mail_to: Any, queued: Any, round_of: Any) -> None:
    text = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:陪伴\r\nEND:VCALENDAR\r\n"
    facts = {
        "ics": text,
        "method": "CANCEL",
        "what": "Session · XY",
        "place": "home",
        "starts_at": now().isoformat(),
        "url": "/x",
    }
    queued("calendar-invitation", facts=facts)
    round_of()
    message = mail_to.messages()[0]
    part = next(p for p in message.walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "CANCEL"
    assert "SUMMARY:陪伴" in part.get_content()
    assert message["Subject"].startswith("Cancelled: Session · XY")


def test_without_a_server_messages_wait(queued: Any, round_of: Any, row: Any) -> None:
    ref = queued()
    assert round_of() == 0
    assert (row(ref).state, row(ref).tries) == (OutboxState.WAITING, 0)


def test_a_message_that_cannot_be_written_does_not_stop_the_others(
    app: Any, mail_to: Any, queued: Any, round_of: Any, row: Any, caplog: Any
) -> None:
    from portal.kernel.db import db
    from portal.kernel.outbox import OutboxMessage

    bad = queued()
    with app.app_context():
        message = db.session.query(OutboxMessage).filter_by(ref=bad).one()
        message.facts_sealed = b"\x02k1" + b"0" * 40
        db.session.commit()
    queued()
    assert round_of() == 1
    assert row(bad).last_error == "CannotOpen"


def test_an_sms_says_nothing_in_the_log(app: Any, queued: Any, round_of: Any, row: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    ref = queued("concern", channel=Channel.SMS, address="13900000000")
    assert round_of(Channel.SMS) == 1
    assert row(ref).state is OutboxState.SENT
    assert "sms sent" in caplog.text
    assert "13900000000" not in caplog.text
    assert "concern" not in caplog.text


def test_the_same_key_is_one_message(queued: Any) -> None:
    assert queued(key="once") == queued(key="once")


def test_without_an_sms_provider_it_is_tried_again_and_given_up_in_the_end(
    app: Any, made: Any, configured: Any, queued: Any, round_of: Any, row: Any, fresh: Any
) -> None:
    configured()
    app.extensions["sms"] = None
    person, admin = made.account(), made.account(Role.ADMIN)
    ref = queued(channel=Channel.SMS, address="13900000000", account_ref=person.ref)
    assert round_of(Channel.SMS) == 0
    assert (row(ref).state, row(ref).last_error) == (OutboxState.WAITING, "ConnectionError")
    with standing_at(now() + delivery.GIVE_UP_AFTER + timedelta(hours=1)):
        round_of(Channel.SMS)
    assert row(ref).state is OutboxState.GIVEN_UP
    with fresh():
        assert Notice.query.one().account_ref == admin.ref
