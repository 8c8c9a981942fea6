"""The command line: enough help to use it, and each command does its whole job on an empty machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from portal.cli import main

TREE = "code,name,name_en,level,parent\n37,山东省,Shandong,province,\n3713,临沂市,Linyi,city,37\n"
SAFE = {
    "PORTAL_PRODUCTION": "1", "PORTAL_PUBLIC_URL": "https://portal.example", "PORTAL_TRUSTED_HOSTS": "portal.example",
    "PORTAL_MAIL_SERVER": "mail.example",
}  # fmt: skip


@pytest.fixture
def portal(tmp_path: Path, monkeypatch):
    """Runs a command in an installation of its own; gives its exit code and what it printed."""
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "instance"))
    for name in ("PORTAL_DEMO", "PORTAL_DATABASE_URL", *SAFE):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, **environ: str):
        found = CliRunner().invoke(main, list(arguments), env=environ)
        return found.exit_code, found.output

    return run


def commands():
    return [[], *([name] for name in main.commands), ["audit", "verify"]]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_each_command_explains_itself(portal, command):
    code, told = portal(*command, "--help")
    assert code == 0
    assert len(told.splitlines()) >= 4


def test_the_first_administrator_comes_in_by_invitation(portal, tmp_path):
    (tmp_path / "regions.csv").write_text(TREE, encoding="utf-8")
    assert portal("migrate")[0] == 0
    assert "2 new" in portal("regions", str(tmp_path / "regions.csv"))[1]
    code, told = portal("invite", "王主任", "--email", "wang@example.org")
    assert code == 0, told
    assert re.search(r"http://\S+/invitations/\S{20,}", told)
    engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'portal.sqlite'}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT role, state FROM role_grant")).all() == [("admin", "granted")]
    engine.dispose()
    assert portal("audit", "verify")[0] == 0


def test_an_invitation_needs_an_address_a_region_and_a_role_that_exists(portal):
    portal("migrate")
    assert "--email or --phone" in portal("invite", "王主任")[1]
    assert "no such region" in portal("invite", "王主任", "--email", "wang@example.org")[1]
    assert "No such role" in portal("invite", "王主任", "--email", "w@example.org", "--role", "king")[1]


def test_the_doctor_refuses_demo_mode_in_production(portal):
    code, told = portal("doctor", **SAFE, PORTAL_DEMO="1", PORTAL_DATABASE_URL="sqlite://", PORTAL_SECRET_KEY="s" * 40,
                        PORTAL_INDEX_KEY="i" * 40, PORTAL_FIELD_KEYS="k:" + "A" * 43 + "=")  # fmt: skip
    assert code == 1
    assert "PORTAL_DEMO" in told


def test_the_doctor_names_what_is_missing_on_a_new_machine(portal):
    portal("migrate")
    code, told = portal("doctor")
    assert code == 1
    for what in ("administrators", "duty list", "https", "PORTAL_PRODUCTION"):
        assert what in told


def test_production_does_not_start_without_its_settings(portal):
    code, told = portal("migrate", PORTAL_PRODUCTION="1")
    assert code == 1
    assert "PORTAL_DATABASE_URL" in told


def test_keys_are_random_and_fit(portal):
    one, two = portal("keys")[1], portal("keys")[1]
    assert one != two
    assert one.count("=") >= 3


def test_the_demo_refuses_a_database_with_people(portal, tmp_path):
    (tmp_path / "regions.csv").write_text(TREE, encoding="utf-8")
    portal("migrate")
    portal("regions", str(tmp_path / "regions.csv"))
    code, told = portal("demo")
    assert code == 1
    assert "empty" in told


def test_a_broken_chain_is_named(portal, tmp_path):
    (tmp_path / "regions.csv").write_text(TREE, encoding="utf-8")
    portal("migrate")
    portal("regions", str(tmp_path / "regions.csv"))
    engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'portal.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_change"))
        connection.execute(text("UPDATE audit_entry SET sealed_seq = 1, hash = 'x'"))
    engine.dispose()
    code, told = portal("audit", "verify")
    assert code == 1
    assert "BROKEN" in told
