"""The search box: only children whom the reader may see, matched only by fields that the reader may see."""

from __future__ import annotations

from datetime import date

import pytest

from portal.children.prompts import found
from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from portal.kernel.secrets import vault
from tests.children.conftest import id_number

BORN = date(2014, 3, 15)


@pytest.fixture
def child(made):
    number = id_number(BORN)
    return made.child(
        surname="石", given_name="门生", name="石门生", initials="sms", given_initials="ms", born_on=BORN,
        code="7K3M9QXA",
        id_number=number, id_masked="3713**********0020", id_index=vault().blind(number, "id-number"),
    )  # fmt: skip


def titles(app, made, account, words: str) -> list[str]:
    actor = made.actor(account)
    with app.test_request_context():
        return [f.title for f in found(actor, words)]


@pytest.mark.parametrize(
    "words", ["石门生", "石门", "门生", "sms", "SM", "7k3m-9qxa", id_number(BORN), f" {id_number(BORN)} "]
)
def test_staff_find_by_name_initials_code_and_whole_number(app, made, child, words):
    assert titles(app, made, made.account(Role.CASEWORKER, at="371302105001"), words) == ["石门生"]
    assert titles(app, made, made.account(Role.CASEWORKER, at="371302109001"), words) == []


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("门生", True),
        ("ms", True),
        ("石门", False),
        ("石", False),
        ("sms", False),
        ("7K3M9QXA", False),
        (id_number(BORN), False),
    ],
)
def test_a_mentor_finds_by_the_given_name_only(app, made, child, words, seen):
    account, volunteer = made.mentor()
    made.pairing(child, volunteer)
    assert titles(app, made, account, words) == (["门生"] if seen else [])


def test_with_an_alias_the_mentor_finds_by_the_alias_only(app, made):
    account, volunteer = made.mentor()
    made.pairing(made.child(alias="小鹿"), volunteer)
    assert titles(app, made, account, "小鹿") == ["小鹿"]
    assert titles(app, made, account, "晓雨") == []
    assert titles(app, made, account, "xy") == []


def test_a_grid_worker_finds_by_name_but_not_by_code_or_number(app, made, child):
    account = made.account(Role.GRID_WORKER)
    made.sight(child, account.ref, FieldSet.DOOR, "child", child.ref)
    assert titles(app, made, account, "石门") == ["石门生"]
    assert titles(app, made, account, "7K3M9QXA") == []
    assert titles(app, made, account, id_number(BORN)) == []


@pytest.mark.parametrize("words", ["", "   ", "\x00", "%", "_", "'; --", "（"])
def test_what_means_nothing_finds_nothing(app, made, child, words):
    assert titles(app, made, made.account(Role.COORDINATOR), words) == []
