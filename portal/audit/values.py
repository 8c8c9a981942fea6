"""Changed personal values in the log, encrypted under a key per person: erase the key and they are gone."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry, AuditKey
from portal.kernel.db import session
from portal.kernel.secrets import vault


def seal_values(
    values: dict[str, Any], about_ref: str, entry_ref: str, now: datetime, db: Session | None = None
) -> bytes:
    """Encrypt changed personal values under the key of the person they are about."""
    held = db or session()
    key = held.scalar(select(AuditKey).where(AuditKey.about_ref == about_ref))
    if key is None:
        key = AuditKey(about_ref=about_ref, created_at=now, key_sealed=b"")
        fresh = AESGCM.generate_key(256)
        key.key_sealed = vault().seal(base64.b64encode(fresh).decode(), f"audit_key:key_sealed:{about_ref}")
        held.add(key)
    raw = base64.b64decode(vault().open(bytes(key.key_sealed), f"audit_key:key_sealed:{about_ref}"))
    nonce = secrets.token_bytes(12)
    text = json.dumps(values, ensure_ascii=False, default=str)
    return nonce + AESGCM(raw).encrypt(nonce, text.encode(), entry_ref.encode())


def open_values(entry: AuditEntry) -> dict[str, Any] | None:
    """The changed values of a row; None when there are none or their key was erased."""
    if not entry.values_sealed:
        return None
    about = entry.about_ref or entry.subject_ref
    key = session().scalar(select(AuditKey).where(AuditKey.about_ref == about))
    if key is None:
        return None
    raw = base64.b64decode(vault().open(bytes(key.key_sealed), f"audit_key:key_sealed:{about}"))
    sealed = bytes(entry.values_sealed)
    return dict(json.loads(AESGCM(raw).decrypt(sealed[:12], sealed[12:], entry.ref.encode())))


def erase_values(about_ref: str) -> None:
    """Erase a person's key: every value of theirs in the log is gone, the chain still verifies. The caller commits."""
    key = session().scalar(select(AuditKey).where(AuditKey.about_ref == about_ref))
    if key is not None:
        session().delete(key)
