"""Settings, read from the environment once and checked once. Nothing else in the portal reads the environment."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
REHEARSAL = "portal.rehearsal"
"""In the environ of a request that the process makes to itself while it starts; no visitor can set it."""


class UnsafeSetting(Exception):
    """A setting that the portal refuses to start with. The text says which and what to set instead."""


def resource(name: str) -> Path:
    """Find a shipped folder (`templates`, `static`, `migrations`) in a checkout or in an installed wheel."""
    beside = PACKAGE.parent / name
    return beside if (PACKAGE.parent / "pyproject.toml").exists() and beside.exists() else PACKAGE / "_resources" / name


@dataclass(frozen=True)
class Config:
    """Everything the portal can be told from outside. `demo` opens one-click roles and must never meet real data."""

    database_url: str
    secret_key: str = field(repr=False)
    field_keys: str = field(repr=False)
    """Comma-separated `id:base64` keys of 32 bytes; the first one seals, all of them open."""
    index_key: str = field(repr=False)
    instance: Path = Path("instance")
    demo: bool = False
    production: bool = False
    public_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    mail_server: str = ""
    mail_port: int = 25
    mail_username: str = ""
    mail_password: str = field(default="", repr=False)
    mail_tls: bool = False
    mail_sender: str = "portal@localhost"
    mail_timeout_seconds: float = 10.0
    redis_url: str = ""
    behind_proxies: int = 0
    worker_inside: bool = False
    rate_limit_per_minute: int = 600

    def problems(self) -> list[str]:
        """What makes this configuration unsafe in production; empty when it is fit."""
        found = []
        if self.production and self.demo:
            found.append("PORTAL_DEMO=1 in production: one-click sign-in would be open to everybody.")
        if self.production and not self.public_url.startswith("https://"):
            found.append("PORTAL_PUBLIC_URL must be an https:// address in production.")
        if self.production and not self.trusted_hosts:
            found.append("PORTAL_TRUSTED_HOSTS must name the host names that the portal answers to.")
        if self.production and not self.mail_server:
            found.append("PORTAL_MAIL_SERVER is not set: invitations and resets could not be sent by mail.")
        if len(self.secret_key) < 32:
            found.append("PORTAL_SECRET_KEY must have 32 characters or more.")
        for item in self.field_keys.split(","):
            name, _, key = item.strip().partition(":")
            try:
                right = bool(name) and len(base64.b64decode(key, validate=True)) == 32
            except ValueError:
                right = False
            if not right:
                found.append("PORTAL_FIELD_KEYS must be a list of id:base64 keys of 32 bytes each.")
        if len(self.index_key) < 32:
            found.append("PORTAL_INDEX_KEY must have 32 characters or more.")
        return found


def new_keys() -> dict[str, str]:
    """Fresh random keys, as environment settings."""
    return {
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "PORTAL_INDEX_KEY": secrets.token_urlsafe(48),
    }


def kept_keys(instance: Path) -> dict[str, str]:
    """The keys of an embedded installation: made on the first start, in `instance/keys.env` for the owner alone."""
    path = instance / "keys.env"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in new_keys().items())
    return dict(line.strip().split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def _yes(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on"}


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings. Outside production, missing keys are made and kept under the instance folder.

    Raises UnsafeSetting when a setting cannot be used or, in production, is unsafe.
    """
    production = _yes(environ.get("PORTAL_PRODUCTION", ""))
    instance = Path(environ.get("PORTAL_INSTANCE", "instance")).absolute()
    keys = {name: environ.get(name, "") for name in ("PORTAL_SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_INDEX_KEY")}
    if not all(keys.values()) and not production:
        keys = {**kept_keys(instance), **{name: value for name, value in keys.items() if value}}
    url = environ.get("PORTAL_DATABASE_URL", "")
    if not url:
        if production:
            raise UnsafeSetting("PORTAL_DATABASE_URL must be set in production.")
        instance.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{instance / 'portal.sqlite'}"
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            url = "postgresql+psycopg://" + url.removeprefix(old)
    try:
        config = Config(
            database_url=url,
            secret_key=keys["PORTAL_SECRET_KEY"],
            field_keys=keys["PORTAL_FIELD_KEYS"],
            index_key=keys["PORTAL_INDEX_KEY"],
            instance=instance,
            demo=_yes(environ.get("PORTAL_DEMO", "")),
            production=production,
            public_url=environ.get("PORTAL_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
            trusted_hosts=tuple(h.strip() for h in environ.get("PORTAL_TRUSTED_HOSTS", "").split(",") if h.strip()),
            timezone=environ.get("PORTAL_TIMEZONE", "Asia/Shanghai"),
            mail_server=environ.get("PORTAL_MAIL_SERVER", ""),
            mail_port=int(environ.get("PORTAL_MAIL_PORT", "25")),
            mail_username=environ.get("PORTAL_MAIL_USERNAME", ""),
            mail_password=environ.get("PORTAL_MAIL_PASSWORD", ""),
            mail_tls=_yes(environ.get("PORTAL_MAIL_TLS", "")),
            mail_sender=environ.get("PORTAL_MAIL_SENDER", "portal@localhost"),
            mail_timeout_seconds=float(environ.get("PORTAL_MAIL_TIMEOUT_SECONDS", "10")),
            redis_url=environ.get("PORTAL_REDIS_URL", ""),
            behind_proxies=int(environ.get("PORTAL_BEHIND_PROXIES", "0")),
            worker_inside=_yes(environ.get("PORTAL_WORKER_INSIDE", "")),
            rate_limit_per_minute=int(environ.get("PORTAL_RATE_LIMIT_PER_MINUTE", "600")),
        )
    except ValueError as error:
        raise UnsafeSetting(f"A setting cannot be read: {error}") from error
    if found := config.problems():
        raise UnsafeSetting("\n".join(found))
    return config
