"""The outbox: what is to leave the house, written in the transaction that it tells of and delivered later.

A row is the truth: a killed worker loses nothing. The address and the text are sealed, since they may name a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import InsertUnlessThere, IntPk, Model, Moment, Ref, new_ref, session, state_column
from portal.kernel.secrets import Sealed, SealedJson, sealed_for


class Channel(StrEnum):
    """How a message leaves."""

    MAIL = "mail"
    SMS = "sms"


class OutboxState(StrEnum):
    """Waiting rows are tried again until they are sent or a person gives them up."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


class OutboxMessage(Model):
    """One message to one address. `key` makes queueing twice harmless; `message_id` stays the same over all tries."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_due", "due_at", sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    channel: Mapped[Channel] = state_column(Channel)
    kind: Mapped[str] = mapped_column(String(60))
    account_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    locale: Mapped[str] = mapped_column(String(12), default="zh_Hans")
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[OutboxState] = state_column(OutboxState, OutboxState.WAITING)
    urgent: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Moment]
    created_at: Mapped[Moment]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    address = Sealed("address_sealed")
    facts = SealedJson("facts_sealed")


def queue(
    kind: str,
    *,
    channel: Channel,
    address: str,
    facts: dict[str, str],
    now: datetime,
    account_ref: str = "",
    locale: str = "zh_Hans",
    key: str = "",
    urgent: bool = False,
) -> OutboxMessage:
    """Put one message into the outbox, in the caller's transaction.

    `kind` names the template under `templates/mail/` (its first line is the subject) or a kind of notice; `facts` are
    plain texts for it. A key that was queued before gives the message that stands. The caller commits.
    """
    if key and (standing := session().scalar(select(OutboxMessage).where(OutboxMessage.key == key))) is not None:
        return standing
    message = OutboxMessage(
        channel=channel, kind=kind, account_ref=account_ref, locale=locale, address=address, facts=facts,
        due_at=now, created_at=now, urgent=urgent,
    )  # fmt: skip
    message.key = key or message.ref
    session().add(message)
    return message


@dataclass(frozen=True, slots=True)
class Letter:
    """Where one of many messages goes; the rest is as for `queue`."""

    channel: Channel
    address: str
    account_ref: str
    locale: str
    key: str = ""


_MANY = InsertUnlessThere(OutboxMessage.__table__, ["key"])


def queue_all(kind: str, letters: Iterable[Letter], *, facts: dict[str, str], now: datetime, urgent: bool) -> None:
    """Put the same message to several addresses into the outbox, in one statement. The caller commits."""
    text_of_facts = json.dumps(facts, ensure_ascii=False)
    rows = []
    for letter in letters:
        ref = new_ref()
        rows.append(
            {
                "ref": ref, "key": letter.key or ref, "channel": letter.channel, "kind": kind,
                "account_ref": letter.account_ref, "locale": letter.locale,
                "address_sealed": sealed_for(OutboxMessage.address_sealed, ref, letter.address),
                "facts_sealed": sealed_for(OutboxMessage.facts_sealed, ref, text_of_facts),
                "urgent": urgent, "due_at": now, "created_at": now,
            }
        )  # fmt: skip
    if rows:
        _MANY.run(rows)
