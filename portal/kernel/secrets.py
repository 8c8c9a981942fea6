"""Field encryption, blind indexes and one-time tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import InstrumentedAttribute

NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed value was not sealed for this place, or its key is gone."""


class Vault:
    """The keys of one installation."""

    def __init__(self, field_keys: str, index_key: str) -> None:
        self._keys: dict[str, AESGCM] = {}
        self.current = ""
        for item in field_keys.split(","):
            name, _, key = item.strip().partition(":")
            self._keys[name] = AESGCM(base64.b64decode(key))
            self.current = self.current or name
        self._index_key = index_key.encode()

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt text for one place (`table:column:row`), so that it cannot be swapped with another row's."""
        return self.seal_bytes(text.encode(), place)

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        """Encrypt the content of a file for one place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        name = self.current.encode()
        sealed = self._keys[self.current].encrypt(nonce, content, place.encode())
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what was sealed for this place. Raises CannotOpen for another place or a key that is gone."""
        return self.open_bytes(sealed, place).decode()

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Decrypt the content of a file. Raises CannotOpen as `open` does."""
        length = sealed[0]
        name = sealed[1 : 1 + length].decode()
        nonce = sealed[1 + length : 1 + length + NONCE_BYTES]
        if name not in self._keys:
            raise CannotOpen(f"no key {name!r}")
        try:
            return self._keys[name].decrypt(nonce, sealed[1 + length + NONCE_BYTES :], place.encode())
        except InvalidTag as error:
            raise CannotOpen(place) from error

    def blind(self, text: str, purpose: str) -> str:
        """A keyed fingerprint by which an encrypted value can be found, useless without the key."""
        return hmac.new(self._index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()[:40]


_vaults: list[Vault] = []


def use_vault(vault: Vault) -> None:
    """Set the keys of this process."""
    _vaults[:] = [vault]


def vault() -> Vault:
    """The keys of this process. Raises IndexError before `use_vault`."""
    return _vaults[0]


class Sealed:
    """A text attribute that is encrypted at rest in another column, bound to the row by its `ref`.

    `phone = Sealed("phone_sealed")` beside `phone_sealed: Mapped[bytes | None]`. Reading gives the text, '' for none.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        return open_sealed(type(row).__tablename__, self.column, row.ref, getattr(row, self.column))

    def __set__(self, row: Any, value: str | None) -> None:
        setattr(row, self.column, vault().seal(value, self._place(row)) if value else None)

    def _place(self, row: Any) -> str:
        return f"{type(row).__tablename__}:{self.column}:{row.ref}"


def open_sealed(table: str, column: str, ref: str, sealed: bytes | None) -> str:
    """Open a sealed column that a list selected by itself. '' for an empty one."""
    return vault().open(bytes(sealed), f"{table}:{column}:{ref}") if sealed else ""


def opened(column: InstrumentedAttribute[Any], ref: str, sealed: bytes | None) -> str:
    """Open a sealed column, named by its attribute: `opened(Carer.phone_sealed, row.ref, row.phone_sealed)`."""
    return open_sealed(column.class_.__tablename__, column.key, ref, sealed)


def sealed_for(column: InstrumentedAttribute[Any], ref: str, text: str | None) -> bytes | None:
    """What to write into a sealed column of the row with this ref, where no object is made of it. None for no text."""
    return vault().seal(text, f"{column.class_.__tablename__}:{column.key}:{ref}") if text else None


class SealedJson(Sealed):
    """Like `Sealed`, for a small structure of plain JSON values. Reading gives None for nothing."""

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        text = super().__get__(row, owner)
        return json.loads(text) if text else None

    def __set__(self, row: Any, value: Any) -> None:
        super().__set__(row, None if value is None else json.dumps(value, ensure_ascii=False))


class SealedBytes(Sealed):
    """Like `Sealed`, for the content of a file. Reading gives b'' for nothing."""

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self.column)
        return vault().open_bytes(bytes(sealed), self._place(row)) if sealed else b""

    def __set__(self, row: Any, value: Any) -> None:
        setattr(row, self.column, vault().seal_bytes(value, self._place(row)) if value else None)


def new_token() -> str:
    """A one-time secret for a link or a cookie, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. Tokens are random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
