"""Words come from one dictionary per language: right in both, in labels declared early, inside `speaking`, on pages."""

from __future__ import annotations

from datetime import date

import pytest
from flask import g, render_template_string
from flask_babel import gettext as usual

from portal.web import language
from portal.web.language import _, _l, catalogue, day, locale, ngettext, speaking

SENTENCE = "%(number)d min"


@pytest.fixture
def at(app):
    """A request in one language."""

    def begin(code: str):
        return app.test_request_context("/", headers={"Cookie": f"locale={code}"})

    return begin


def test_both_languages_say_what_the_usual_way_says(app, at):
    messages = [m for m in catalogue("zh_Hans").words._catalog if isinstance(m, str) and m]
    assert len(messages) > 300
    for code in ("zh_Hans", "en"):
        with at(code):
            assert locale() == code
            assert all(_(m) == usual(m) for m in messages)
    with at("zh_Hans"):
        assert _("Sign in") != "Sign in"
    with at("en"):
        assert _("Sign in") == "Sign in"


def test_facts_are_put_in_and_a_per_cent_sign_stays(at):
    with at("en"):
        assert _(SENTENCE, number=5) == "5 min"
        assert _("100 %") == "100 %"
        assert ngettext("%(num)s row on this page", "%(num)s rows on this page", 1) == "1 row on this page"
        assert ngettext("%(num)s row on this page", "%(num)s rows on this page", 2) == "2 rows on this page"
    with at("zh_Hans"):
        assert ngettext("%(num)s row on this page", "%(num)s rows on this page", 2) != "2 rows on this page"


def test_a_label_is_translated_when_it_is_shown_and_escaped(at):
    label = _l("Sign in")
    named = _l("%(product)s – my dates", product="<script>")
    with at("en"):
        assert str(label) == "Sign in"
        assert "&lt;script&gt;" in render_template_string("{{ named }}", named=named)
    with at("zh_Hans"):
        assert str(label) == _("Sign in") != "Sign in"
    assert str(label) == "Sign in", "without an application words stay as they are written"


def test_speaking_changes_the_language_inside_and_only_inside(app, at):
    label = _l("Sign in")
    with at("zh_Hans"):
        here = _("Sign in")
        with speaking("en"):
            assert (_("Sign in"), str(label), locale()) == ("Sign in", "Sign in", "en")
            assert str(day(date(2026, 11, 23))).endswith("Mon 23 Nov 2026</time>")
            with speaking("zh_Hans"):
                assert str(label) == here
            assert str(label) == "Sign in"
        assert (_("Sign in"), str(label), locale()) == (here, here, "zh_Hans")
        assert "（周一）" in day(date(2026, 11, 23))
        with pytest.raises(ValueError, match="in between"), speaking("en"):
            raise ValueError("in between")
        assert locale() == "zh_Hans"
    with app.app_context():
        assert _("Sign in") == here, "a job speaks the default language"
        with speaking("en"):
            assert _("Sign in") == "Sign in" == render_template_string("{{ _('Sign in') }}")
        assert "locale" not in g


def test_facts_on_a_page_are_escaped_and_in_a_mail_they_are_not(app, at):
    with at("en"):
        said = "{{ _('%(number)d min', number=5) }} {{ _('You see this as %(who)s.', who='<b>') }}"
        assert render_template_string(said) == "5 min You see this as &lt;b&gt;."
        mail = "{% autoescape false %}" + said + "{% endautoescape %}"
        assert render_template_string(mail) == "5 min You see this as <b>."
        number = "{{ ngettext('%(num)s row on this page', '%(num)s rows on this page', 3) }}"
        assert render_template_string(number) == "3 rows on this page"


def test_made_up_messages_do_not_fill_the_memory(at, monkeypatch):
    monkeypatch.setattr(language, "MOST_KEPT", len(catalogue("en")) + 5)
    with at("en"):
        assert all(_(f"made up {n}") == f"made up {n}" for n in range(50))
    assert len(catalogue("en")) <= language.MOST_KEPT
