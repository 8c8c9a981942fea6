"""The signed cookie: checked once, kept, and never trusted longer or further than before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.kernel.actor import Role


def cookie_of(browser):
    return browser.get_cookie("portal").value


def test_a_checked_cookie_is_taken_again_and_another_is_not(made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    assert [browser.get("/today").status_code for _ in range(3)] == [200, 200, 200]
    real = cookie_of(browser)
    for wrong in (real[:-2] + ("AA" if real[-2:] != "AA" else "BB"), "." + real, real.partition(".")[0], "x"):
        browser.set_cookie("portal", wrong)
        assert browser.get("/today").status_code == 303
    browser.set_cookie("portal", real)
    assert browser.get("/today").status_code == 200


def test_a_kept_cookie_grows_too_old_as_well(app, made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    for _again in range(2):
        assert browser.get("/today").status_code == 200
    real = cookie_of(browser)
    kept = app.session_interface._read
    assert real in kept
    for text, (signed_at, data) in kept.items():
        kept[text] = (signed_at - app.permanent_session_lifetime - timedelta(seconds=5), data)
    with app.test_request_context(headers={"Cookie": f"portal={real}"}):
        from flask import session

        # Read and checked anew: the signature itself is young.
        assert session["_user_id"]
    assert kept[real][0] > datetime.now(UTC) - timedelta(days=1)


def test_what_one_request_changes_is_not_in_anothers(app, made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    browser.get("/today")
    real = cookie_of(browser)
    for _again in range(2):
        with app.test_request_context(headers={"Cookie": f"portal={real}"}):
            from flask import flash, session

            assert "more" not in session
            assert "_flashes" not in session
            session["more"] = "x"
            flash("Well done")


def test_a_cookie_with_a_message_is_not_kept(app, made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    with browser.session_transaction() as cookie:
        cookie["_flashes"] = [("success", "Well done")]
    text = cookie_of(browser)
    browser.get("/notices")
    assert text not in app.session_interface._read


def test_a_page_sets_no_cookie_anew_and_says_that_it_differs_by_cookie(made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    browser.get("/today")
    answer = browser.get("/today")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Cookie"
