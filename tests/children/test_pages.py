"""Every page of the room answers its readers, and is absent for everybody else."""

from __future__ import annotations

import re

import pytest

from portal.kernel.actor import Role

TABS = ("", "/profile", "/plan", "/carers", "/parents", "/looks")
FORMS = (
    "/parts/identity", "/parts/addresses", "/parts/schooling", "/parts/health", "/parts/category",
    "/parts/guardianship",
    "/parts/mentoring", "/risk", "/village", "/state", "/assignments", "/support", "/goals/new", "/carers/new",
    "/consents/new",
    "/parents/new", "/parents/grants",
)  # fmt: skip


def bare(text: str, ref: str) -> str:
    """A page without its own address and its one-time token."""
    return re.sub(r'(content|value|X-CSRFToken":) ?"[\w.-]{60,}"', "", text).replace(ref, "")


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_a_coordinator_opens_every_page(made, sign_in, locale):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR), locale=locale)
    assert browser.get("/children").status_code == 200
    assert browser.get("/children/new").status_code == 200
    assert browser.get("/children/export").status_code == 200
    for path in TABS + FORMS:
        answer = browser.get(f"/children/{child.ref}{path}")
        assert answer.status_code == 200, path
        assert answer.text.count("<h1") == 1, path


def test_elsewhere_every_page_is_absent_with_the_bytes_of_a_missing_one(made, sign_in):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR, at="371302109"))
    for path in TABS + FORMS:
        answer = browser.get(f"/children/{child.ref}{path}")
        missing = browser.get(f"/children/{'x' * 16}{path}")
        assert answer.status_code == 404, path
        assert bare(answer.text, child.ref) == bare(missing.text, "x" * 16), path
        assert "晓雨" not in answer.text
