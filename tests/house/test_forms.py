"""Every form of the house: a token is asked for, extra fields change nothing, `next` stays here (safety.md T25)."""

from __future__ import annotations

import base64
import json

import pytest
from sqlalchemy import text

from portal.app import create_app
from portal.config import Config
from portal.kernel.actor import Role
from portal.kernel.db import Model, db
from tests.house.test_access_matrix import addresses
from tests.house.world import make_world

NEEDS_NO_TOKEN: set[str] = set()
"""Unsafe routes that take no token. There are none."""


def unsafe(app, world):
    return [(rule, real) for method, rule, real, _missing in addresses(app, world) if method != "GET"]


def test_no_form_is_taken_without_a_token(app, made, sign_in):
    world = make_world(made)
    browser = sign_in(world.people["own coordinator"])
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule, real in unsafe(app, world):
            answer = browser.post(real, data={"reason": "x"})
            assert answer.status_code == 400 or rule in NEEDS_NO_TOKEN, rule
            assert "form" in answer.get_data(as_text=True).lower()
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def rights(fresh):
    with fresh():
        return [
            db.session.execute(text(statement)).all()
            for statement in (
                "SELECT id, role, path, state, account_id FROM role_grant ORDER BY id",
                "SELECT id, is_active, volunteer_ref, email FROM account ORDER BY id",
            )
        ]


@pytest.mark.parametrize("who", ["mentor of another pair", "own caseworker", "auditor"])
def test_fields_that_are_not_on_the_form_change_nobodys_rights(app, made, sign_in, fresh, who):
    world = make_world(made)
    browser = sign_in(world.people[who])
    before = rights(fresh)
    extras = {"role": "admin", "roles": "admin", "is_active": "1", "state": "granted", "account_id": "1", "id": "1", "version": "99",
              "volunteer_ref": "x", "path": "/", "sees_cases": "", "granted_by": "x", "email": "evil@example.org"}  # fmt: skip
    for rule, real in unsafe(app, world):
        if not rule.startswith(("/sign-out", "/my/sessions", "/demo")):
            browser.post(real, data=extras)
    assert rights(fresh) == before


@pytest.mark.parametrize(
    "evil", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "\\\\evil"]
)
def test_next_never_leads_away(made, sign_in, evil):
    browser = sign_in(made.account(Role.COORDINATOR))
    answer = browser.post("/language", data={"locale": "en", "next": evil})
    assert "evil" not in answer.headers.get("Location", "")


def test_a_strange_host_is_refused(tmp_path):
    config = Config(
        database_url=f"sqlite:///{tmp_path}/x.sqlite", secret_key="s" * 40, index_key="i" * 40, instance=tmp_path,
        field_keys="k1:" + base64.b64encode(b"k" * 32).decode(), trusted_hosts=("portal.example",),
    )  # fmt: skip
    app = create_app(config, TESTING=True)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        db.engine.dispose()
    browser = app.test_client()
    assert browser.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/healthz", headers={"Host": "portal.example"}).status_code == 200


def test_a_body_of_50_megabytes_gets_a_sentence_and_is_not_read(made, sign_in):
    browser = sign_in(made.account(Role.ADMIN), locale="zh_Hans")
    answer = browser.post(
        "/regions/import",
        data=b"x" * 1000,
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"CONTENT_LENGTH": str(50 * 2**20)},
    )
    assert answer.status_code == 413
    assert "<h1" in answer.get_data(as_text=True)


HOSTILE = [
    base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    for values in (
        [["", "zxy"], ["", 10**30]],
        [["", "z\0y"], ["", 1]],
        [["", 1], ["", "x"]],
        [["d", "2020-01-01"], ["", 1]],
    )
]


@pytest.mark.parametrize(
    "position", ["abc", "W10", "e30", "W1siZCIsICJub25lIl1d", "....", "W1siIiwgW11dXQ", "A" * 5000, *HOSTILE]
)
def test_a_tampered_position_of_a_list_shows_the_first_page(made, sign_in, position):
    browser = sign_in(made.account(Role.COORDINATOR))
    assert browser.get("/children", query_string={"after": position, "sort": "x;drop"}).status_code == 200


@pytest.mark.parametrize("address", ["/children/a%00b", "/pairings/%00", "/sessions/x%00y", "/volunteers/%00"])
def test_a_nul_in_an_address_is_not_found(made, sign_in, address):
    assert sign_in(made.account(Role.COORDINATOR)).get(address).status_code == 404
