"""The pages of needs: the queue of each level, raising one, its steps, and what a raiser is told."""

from __future__ import annotations

from portal.needs.rules import NeedUrgency


def text_of(answer):
    return answer.get_data(as_text=True)


def test_every_page_of_a_need_opens(levels, raised, sign_in):
    ref = raised(urgency=NeedUrgency.URGENT, household=True)
    browser = sign_in(levels.district)
    for address in (
        "/needs", "/needs?view=all", "/needs?view=open&level=village&kind=medical&urgent=y&household=y&q=zxy&sort=-due",
        "/needs?view=ended", "/needs?view=confirm", "/needs?overdue=y", "/needs/raised", f"/needs/{ref}", "/needs/export",
        f"/needs/{ref}/steps/resolution", f"/needs/{ref}/steps/escalation", f"/needs/{ref}/steps/note",
        f"/needs/new?child={levels.child.ref}", f"/children/{levels.child.ref}", "/today", "/search?q=zxy",
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 200, address
    assert f"/needs/{ref}" in text_of(browser.get("/search?q=zxy"))
    assert f"/needs/{ref}" in text_of(browser.get(f"/children/{levels.child.ref}"))
    assert "右眼看不清黑板" in text_of(browser.get(f"/needs/{ref}"))
