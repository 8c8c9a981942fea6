"""Fields that are drawn once look as if they were drawn each time, and nothing that anybody typed is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from portal.web import drawn as kept
from portal.web.forms import Day, Form, LongText, One, Several, Switch, Text
from portal.web.language import _l, speaking


class Sample(Form):
    """One field of each kind."""

    class Meta(Form.Meta):
        csrf = False

    way = One(_l("How you met"), {"phone": "phone", "letter": "letter"})
    about = Several(_l("What it was about"), {"reading": "reading", "sport": "sport"})
    on = Day(_l("Day"), needed=_l("On which day?"))
    did = LongText(_l("What we did"))
    place = Text(_l("Where"))
    worried = Switch(_l("I am worried about this child"))


@pytest.fixture
def page(app: Any) -> Iterator[Any]:
    """`page(form, name)`: a field as the components draw it."""
    with app.test_request_context():
        macro = app.jinja_env.get_template("components/field.html").module.field
        yield lambda form, name: str(macro(form[name], hint="提示"))


def anew(form: Form, name: str, page: Any) -> str:
    kept._kept.clear()
    return page(form, name)


CASES: tuple[dict[str, Any], ...] = (
    {},
    {"data": {"way": "phone", "about": ["sport"], "on": date(2026, 1, 2), "worried": True}},
    {"data": {"way": "letter", "about": [], "did": "写了信", "place": "家里"}},
    {"formdata": MultiDict({"way": "phone", "did": "打了电话", "on": "昨天", "place": "学校"})},
)


@pytest.mark.parametrize("name", ["way", "about", "on", "did", "place", "worried"])
def test_a_kept_field_looks_as_a_new_one(page: Any, name: str) -> None:
    expected = [(case, code, anew(Sample(**case), name, page)) for case in CASES for code in _spoken(("zh_Hans", "en"))]
    kept._kept.clear()
    for _again in range(2):
        seen = [(case, code, page(Sample(**case), name)) for case in CASES for code in _spoken(("zh_Hans", "en"))]
        assert seen == expected


def _spoken(codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        with speaking(code):
            yield code


def test_what_is_typed_or_wrong_is_not_kept(page: Any) -> None:
    kept._kept.clear()
    form = Sample(formdata=MultiDict({"way": "neither", "did": "秘密", "place": "某处"}))
    form.validate()
    texts = [page(form, name) for name in ("way", "did", "place", "on")]
    assert not kept._kept
    assert "秘密" in texts[1]
    assert "err" in texts[3]
    filled = Sample(data={"did": "秘密", "place": "某处"})
    assert "秘密" in page(filled, "did")
    page(filled, "place")
    assert not kept._kept


def test_what_a_view_has_changed_about_a_field_is_shown(page: Any) -> None:
    page(Sample(), "place"), page(Sample(), "way")
    form = Sample()
    form.place.label.text = "改了的名字"
    form.way.flags.optional = False
    form.about.choices = form.about.choices[:1]
    assert "改了的名字" in page(form, "place")
    assert "<small>" not in page(form, "way")
    assert "sport" not in page(form, "about")
    assert "改了的名字" not in page(Sample(), "place")
    assert "<small>" in page(Sample(), "way")
    assert "sport" in page(Sample(), "about")
