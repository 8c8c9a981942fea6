"""What a form says of an answer that is missing: a sentence, in every form of every room."""

from __future__ import annotations

from typing import Any

from wtforms.validators import DataRequired, InputRequired

from portal.kernel.actor import Role
from portal.web.forms import Form


def all_below(kind: type[Form]) -> set[type[Form]]:
    return {kind}.union(*(all_below(k) for k in kind.__subclasses__()))


def test_every_missing_answer_is_told_in_words(app: Any) -> None:
    seen = 0
    for form in all_below(Form):
        with app.test_request_context():
            for field in form(formdata=None):
                for rule in field.validators:
                    if isinstance(rule, (DataRequired, InputRequired)) and rule.message is not None:
                        seen += 1
                        assert "object at" not in str(rule.message), (form, field.name)
    assert seen > 50


def test_an_empty_concern_asks_for_a_sentence(made: Any, sign_in: Any) -> None:
    browser = sign_in(made.account(Role.COORDINATOR))
    answer = browser.post("/concerns/new", data={})
    assert answer.status_code == 422
    assert "Write one sentence: what worries you?" in answer.text
    assert "object at" not in answer.text
