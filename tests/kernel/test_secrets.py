"""Sealed fields: unreadable without the key, bound to their place, found by a blind index."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import text

from portal.children.models import Child
from portal.kernel.db import db
from portal.kernel.secrets import CannotOpen, Vault, opened

KEY_1 = "a:" + base64.b64encode(b"1" * 32).decode()
KEY_2 = "b:" + base64.b64encode(b"2" * 32).decode()


def test_a_sealed_value_opens_only_in_its_own_place():
    vault = Vault(KEY_1, "index" * 8)
    sealed = vault.seal("示例村1号", "child:address_sealed:one")
    assert "示例村".encode() not in sealed
    assert vault.open(sealed, "child:address_sealed:one") == "示例村1号"
    with pytest.raises(CannotOpen):
        vault.open(sealed, "child:address_sealed:two")


def test_an_altered_value_does_not_open():
    vault = Vault(KEY_1, "index" * 8)
    sealed = bytearray(vault.seal("x", "p"))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        vault.open(bytes(sealed), "p")


def test_an_older_key_still_opens_and_the_first_one_seals():
    old = Vault(KEY_1, "index" * 8).seal("x", "p")
    both = Vault(f"{KEY_2},{KEY_1}", "index" * 8)
    assert both.open(old, "p") == "x"
    with pytest.raises(CannotOpen):
        Vault(KEY_2, "index" * 8).open(old, "p")
    assert Vault(KEY_2, "index" * 8).open(both.seal("y", "p"), "p") == "y"


def test_the_blind_index_is_stable_and_depends_on_key_and_purpose():
    one, other = Vault(KEY_1, "index" * 8), Vault(KEY_1, "other" * 8)
    assert one.blind("17000000001", "phone") == one.blind("17000000001", "phone")
    assert len({one.blind("1", "phone"), one.blind("1", "id"), other.blind("1", "phone")}) == 3


def test_two_rows_cannot_swap_their_sealed_values(made, fresh):
    """Somebody with write access to the database gains nothing by copying a value into another row."""
    one, two = made.child(address="示例一号"), made.child(address="示例二号")
    with fresh():
        db.session.execute(
            text("UPDATE child SET address_sealed = (SELECT address_sealed FROM child WHERE id = :a) WHERE id = :b"),
            {"a": one.id, "b": two.id},
        )
        db.session.commit()
    with fresh():
        assert db.session.get(Child, one.id).address == "示例一号"
        with pytest.raises(CannotOpen):
            _ = db.session.get(Child, two.id).address


def test_a_list_opens_a_column_that_it_selected_by_itself(made, fresh):
    child = made.child(address="示例一号")
    with fresh():
        sealed = db.session.query(Child.address_sealed).filter_by(id=child.id).scalar()
        assert opened(Child.address_sealed, child.ref, sealed) == "示例一号"
