"""Reads of attachments. The room of the record has decided before that the reader may see the record."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import undefer

from portal.files.models import Attachment
from portal.files.rules import AttachmentKind
from portal.kernel.db import session
from portal.kernel.secrets import opened


class Kept(NamedTuple):
    """What a list shows of an attachment: everything but its content. `size` in bytes."""

    ref: str
    kind: AttachmentKind
    name: str
    mime: str
    size: int
    made_at: datetime
    made_by: str


def attachments_of(subject_kind: str, subject_ref: str) -> list[Kept]:
    """The attachments of one record, in the order in which they came."""
    a = Attachment
    rows = session().execute(
        select(a.ref, a.kind, a.name_sealed, a.mime, a.size, a.made_at, a.made_by)
        .where(a.subject_kind == subject_kind, a.subject_ref == subject_ref)
        .order_by(a.id)
    )
    return [
        Kept(r.ref, r.kind, opened(a.name_sealed, r.ref, r.name_sealed), r.mime, r.size, r.made_at, r.made_by)
        for r in rows
    ]


def attachment(ref: str, *, subject_kind: str, subject_ref: str) -> Attachment | None:
    """One attachment of one record with its content; None for a ref that is another record's."""
    return session().scalar(
        select(Attachment)
        .where(Attachment.ref == ref, Attachment.subject_kind == subject_kind, Attachment.subject_ref == subject_ref)
        .options(undefer(Attachment.content_sealed))
    )
