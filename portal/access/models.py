"""Tables of access."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.actor import Role
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, words_column
from portal.kernel.secrets import Sealed


class Account(Model):
    """A person who may sign in, by mail address or phone number. `password_hash` is empty until the invitation
    is taken.

    `version` is for two people editing; signing in, passwords and the language leave it alone.
    """

    __tablename__ = "account"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(12), default="zh_Hans")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    region_path: Mapped[Path] = mapped_column(default="")
    """Where this person belongs, for the list of people: admins see accounts in their own scope."""
    volunteer_ref: Mapped[str] = mapped_column(String(24), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    phone = Sealed("phone_sealed")
    __mapper_args__ = {"version_id_col": version}


class GrantState(StrEnum):
    """A role that sees cases waits for a second person."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class RoleGrant(Model):
    """One role of one account in one scope, with who asked for it and who granted it."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_open",
            "account_id",
            "role",
            "path",
            "org_ref",
            unique=True,
            sqlite_where=text("state IN ('asked','granted')"),
            postgresql_where=text("state IN ('asked','granted')"),
        ),
        CheckConstraint("granted_by IS NULL OR granted_by <> account_ref", name="nobody_grants_to_oneself"),
        CheckConstraint("asked_by <> account_ref", name="nobody_asks_for_oneself"),
        CheckConstraint("state <> 'granted' OR sees_cases = false OR granted_by <> asked_by", name="second_person"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account_ref: Mapped[str] = mapped_column(String(24))
    role: Mapped[Role] = words_column(Role)
    path: Mapped[Path] = mapped_column(default="")
    org_ref: Mapped[str] = mapped_column(String(24), default="")
    sees_cases: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[GrantState] = words_column(GrantState)
    asked_by: Mapped[str] = mapped_column(String(24))
    asked_at: Mapped[Moment]
    granted_by: Mapped[str | None] = mapped_column(String(24))
    granted_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    """What the role was asked for."""
    ended_by: Mapped[str | None] = mapped_column(String(24))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused or ended."""
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class Deputy(Model):
    """Who stands in for whom, from one day to another, both included. The deputy inherits queues and roles."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="until_after_from"),
        CheckConstraint("account_ref <> deputy_ref", name="somebody_else"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_ref: Mapped[str] = mapped_column(String(24), index=True)
    """The person stood in for."""
    deputy_ref: Mapped[str] = mapped_column(String(24), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None]
    named_at: Mapped[Moment]


class AccountSession(Model):
    """One sign-in on one device. Only the hash of its token is kept."""

    __tablename__ = "account_session"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(120), default="")
    network: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    """Last use that was a person's, not a page's own polling; behind by up to a minute."""
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    view_as: Mapped[str] = mapped_column(String(24), default="")
    """In demo mode: the account through whose eyes this session looks."""
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class LinkKind(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class OneTimeLink(Model):
    """A link sent by mail or SMS or printed on a slip. Consumed on POST only: mail programs pre-fetch."""

    __tablename__ = "one_time_link"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    kind: Mapped[LinkKind] = words_column(LinkKind)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(String(24), default="")
    ends_at: Mapped[Moment]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class Throttle(Model):
    """Failed sign-ins in one window, by account, by address and in all. `key` is a fingerprint, not the address."""

    __tablename__ = "throttle"
    id: Mapped[IntPk]
    key: Mapped[str] = mapped_column(String(80), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    window_began_at: Mapped[Moment]


class RememberedDevice(Model):
    """A phone that its owner chose to remember: for 30 days it unlocks an idle-locked page with a six-digit PIN."""

    __tablename__ = "remembered_device"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    tries_left: Mapped[int] = mapped_column(default=5)
    device: Mapped[str] = mapped_column(String(120), default="")
    made_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
