"""Keeping and forgetting attachments. The room of the record has decided before that the actor may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from portal.audit.operations import record
from portal.files.documents import extension_of
from portal.files.models import Attachment
from portal.files.pictures import PILLOW_NAMES, as_plain_jpeg
from portal.files.rules import (
    LARGEST_BYTES,
    LONGEST_SIDE,
    LONGEST_SIDE_OF_PAPER,
    MIME_TYPES,
    MOST_OF_ONE_RECORD,
    AttachmentKind,
    clean_name,
    format_of,
)
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_


def keep_picture(
    data: bytes, *, subject_kind: str, subject_ref: str, child_ref: str = "", actor: Actor, now: datetime
) -> Attachment:
    """Keep a photo (JPEG, PNG, WebP or HEIC) as a JPEG of at most 1600 pixels, without metadata, sealed.

    `child_ref` is the child in it, for the log and for erasure. The caller commits. Raises DomainError, with
    `field="picture"`, for what is no picture, is cut off or too large, and when the record has too many already.
    Source: domain.md, Privacy 9.
    """
    _check_size(data, "picture")
    form = format_of(data)
    if form not in PILLOW_NAMES:
        raise DomainError(N_("This is not a picture. Choose a photo (JPG, PNG, WebP or HEIC)."), field="picture")
    try:
        content = as_plain_jpeg(data, form, LONGEST_SIDE)
    except DomainError as error:
        raise DomainError(error.message, field="picture") from error
    return _keep(
        AttachmentKind.PICTURE, content, "", "jpg", "picture", subject_kind, subject_ref, child_ref, actor, now
    )


def keep_document(
    data: bytes, filename: str, *, subject_kind: str, subject_ref: str, child_ref: str = "", actor: Actor, now: datetime
) -> Attachment:
    """Keep a PDF, Word or Excel file as it is, or a photographed paper as a JPEG without metadata; sealed.

    What it is, is decided by its content; the name is cleaned and gets the extension that is true. The caller commits.
    Raises DomainError, with `field="document"`, for anything else, what is cut off or above 10 MB, and macros.
    """
    _check_size(data, "document")
    form = format_of(data)
    try:
        if form in PILLOW_NAMES:
            content, extension = as_plain_jpeg(data, form, LONGEST_SIDE_OF_PAPER), "jpg"
        else:
            content, extension = data, extension_of(data, form)
    except DomainError as error:
        raise DomainError(error.message, field="document") from error
    name = clean_name(filename, extension)
    return _keep(
        AttachmentKind.DOCUMENT, content, name, extension, "document", subject_kind, subject_ref, child_ref, actor, now
    )


def _check_size(data: bytes, field: str) -> None:
    if not data:
        raise DomainError(N_("This file is empty."), field=field)
    if len(data) > LARGEST_BYTES:
        raise DomainError(N_("This file is larger than %(most)d MB."), field=field, most=LARGEST_BYTES // (1024 * 1024))


def _keep(
    kind: AttachmentKind, content: bytes, name: str, extension: str, field: str, subject_kind: str, subject_ref: str,
    child_ref: str, actor: Actor, now: datetime,
) -> Attachment:  # fmt: skip
    standing = select(func.count()).where(
        Attachment.subject_kind == subject_kind, Attachment.subject_ref == subject_ref
    )
    if (session().scalar(standing) or 0) >= MOST_OF_ONE_RECORD:
        raise DomainError(N_("There are %(most)d files here already."), field=field, most=MOST_OF_ONE_RECORD)
    kept = Attachment(
        subject_kind=subject_kind, subject_ref=subject_ref, child_ref=child_ref, kind=kind, name=name,
        mime=MIME_TYPES[extension], size=len(content), content=content, made_at=now, made_by=actor.account_ref,
    )  # fmt: skip
    session().add(kept)
    record("attachment-kept", kept, actor=actor, now=now, kind=extension, size=kept.size, of=subject_kind)
    return kept


def forget_attachments(subject_kind: str, subject_ref: str, *, actor: Actor, now: datetime) -> int:
    """Delete all attachments of a record for good, and say in the log how many. Twice is harmless. The caller commits.

    Used when a record is withdrawn, erased, or sharing must end.
    """
    mine = (Attachment.subject_kind == subject_kind, Attachment.subject_ref == subject_ref)
    found = list(session().scalars(select(Attachment).where(*mine)))
    for kept in found:
        record("attachment-forgotten", kept, actor=actor, now=now, of=subject_kind)
    session().flush()
    session().execute(delete(Attachment).where(*mine))
    return len(found)
