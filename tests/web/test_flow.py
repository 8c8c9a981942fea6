"""One commit point; what must survive anyway is written afterwards; a look that cannot be logged is not shown."""

from __future__ import annotations

import portal.web.flow as flow
from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.places.models import Setting


def test_a_page_about_a_child_is_not_shown_when_the_look_cannot_be_logged(app, made, sign_in, monkeypatch):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR), locale="zh_Hans")
    assert child.name in browser.get(f"/children/{child.ref}").get_data(as_text=True)

    class Broken:
        def __init__(self, *_a, **_k):
            raise OSError("disk full")

    monkeypatch.setattr(flow, "Session", Broken)
    app.config["PROPAGATE"] = False
    try:
        answer = browser.get(f"/children/{child.ref}")
    finally:
        app.config["PROPAGATE"] = True
    assert answer.status_code == 500
    assert child.name not in answer.get_data(as_text=True)


def test_each_look_at_a_file_is_one_row_with_who_what_from_where_and_why(made, sign_in, fresh):
    child, coordinator = made.child(), made.account(Role.COORDINATOR)
    sign_in(coordinator).get(f"/children/{child.ref}", headers={"User-Agent": "Phone Mobile"})
    with fresh():
        row = db.session.query(AuditEntry).filter_by(what="child-read").one()
        assert (row.actor_ref, row.about_ref, row.why) == (coordinator.ref, child.ref, "coordinator")
        assert row.origin.endswith("phone")


def test_a_refused_form_leaves_nothing_behind(made, sign_in, fresh):
    browser = sign_in(made.account(Role.ADMIN))
    assert (
        browser.post("/settings/idle_minutes", data={"value": "x", "from_on": "2026-02-30", "reason": ""}).status_code
        == 422
    )
    with fresh():
        assert db.session.query(Setting).count() == 0
        assert db.session.query(AuditEntry).filter_by(what="setting-changed").count() == 0


def test_every_answer_carries_the_policy_that_runs_no_foreign_script(client):
    for address in ("/", "/sign-in", "/nix", "/healthz"):
        headers = client.get(address).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_an_error_speaks_the_readers_language(made, sign_in):
    account = made.account(Role.COORDINATOR)
    assert "没有" in sign_in(account, locale="zh_Hans").get("/children/none").get_data(as_text=True)
    english = sign_in(account, locale="en").get("/children/none")
    assert english.status_code == 404
    assert not any(
        "\u4e00" <= c <= "\u9fff" for c in english.get_data(as_text=True).split("<main")[1].split("</main>")[0]
    )
