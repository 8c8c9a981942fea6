"""`make messages` and `make check` hold the translation whole; here their own rules are tried on small parts."""

from __future__ import annotations

import gettext
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"


@pytest.fixture
def messages(tmp_path: Path, monkeypatch) -> ModuleType:
    """The tool, working in a small checkout of its own."""
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    tool = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "messages", tool)
    spec.loader.exec_module(tool)
    for folder in ("portal/translations/parts", "templates"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "PARTS", tmp_path / "portal/translations/parts")
    monkeypatch.setattr(tool, "CATALOGUE", tmp_path / "portal/translations/zh_Hans/LC_MESSAGES/messages.po")
    (tmp_path / "portal/room.py").write_text(
        '_("Child"); N_("Wait")\nngettext("%(num)s day", "%(num)s days", 3)\npgettext("month", "May")\n'
    )
    (tmp_path / "templates/page.html").write_text('{{ _("Hello %(name)s", name=x) }}')
    return tool


def part(tool: ModuleType, name: str, text: str) -> None:
    (tool.PARTS / f"{name}.po").write_text(text, encoding="utf-8")


COMPLETE = """
msgid "Child"
msgstr "孩子"

msgid "Wait"
msgstr "请稍候"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s 天"

msgctxt "month"
msgid "May"
msgstr "五月"

msgid "Hello %(name)s"
msgstr "%(name)s，您好"
"""


def test_complete_parts_pass_and_are_read_by_gettext(messages, capsys):
    part(messages, "room", COMPLETE)
    assert messages.update() == 0
    assert messages.check() == 0
    assert messages.compile_catalogue() == 0
    with messages.CATALOGUE.with_suffix(".mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Child") == "孩子"
    assert chinese.ngettext("%(num)s day", "%(num)s days", 3) == "%(num)s 天"
    assert chinese.pgettext("month", "May") == "五月"
    assert "0 problems" in capsys.readouterr().out


def test_the_catalogue_is_the_same_every_time(messages):
    part(messages, "room", COMPLETE)
    messages.update()
    first = messages.CATALOGUE.read_bytes()
    messages.update()
    assert messages.CATALOGUE.read_bytes() == first


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('msgid "Wait"\nmsgstr "请稍候"', ""), "“Wait” has no translation"),
        (("%(name)s，您好", "您好"), "different placeholders"),
        (("%(num)s 天", "%(number)s 天"), "different placeholders"),
        (('msgid "Child"', '#, fuzzy\nmsgid "Child"'), "“Child” is marked fuzzy"),
        (('msgstr "孩子"', 'msgstr ""'), "“Child” has no translation"),
    ],
)
def test_a_flaw_fails_the_check_and_is_named(messages, capsys, change, told):
    part(messages, "room", COMPLETE.replace(*change))
    messages.update()
    assert messages.check() == 1
    assert told in capsys.readouterr().err


def test_two_parts_that_disagree_are_both_named(messages, capsys):
    part(messages, "room", COMPLETE)
    part(messages, "street", 'msgid "Child"\nmsgstr "儿童"\n')
    assert messages.update() == 1
    said = capsys.readouterr().err
    assert "room.po says “孩子”" in said
    assert "street.po says “儿童”" in said


def test_two_parts_that_agree_become_one_entry(messages):
    part(messages, "room", COMPLETE)
    part(messages, "street", 'msgid "Child"\nmsgstr "孩子"\n')
    assert messages.update() == 0
    assert messages.CATALOGUE.read_text(encoding="utf-8").count('msgid "Child"') == 1


def test_a_stale_catalogue_fails_the_check(messages, capsys):
    part(messages, "room", COMPLETE)
    messages.update()
    part(messages, "room", COMPLETE.replace("请稍候", "请等一下"))
    assert messages.check() == 1
    assert "is stale" in capsys.readouterr().err


def test_what_nobody_uses_is_told_and_fails_nothing(messages, capsys):
    part(messages, "room", COMPLETE + '\nmsgid "Gone"\nmsgstr "没有了"\n')
    messages.update()
    assert messages.check() == 0
    assert "“Gone” is used nowhere" in capsys.readouterr().out
