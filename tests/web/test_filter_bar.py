"""A filter bar is kept only while nothing is chosen in it, and only for those who see the very same one."""

from __future__ import annotations

import pytest
from flask import request

from portal.web.forms import FilterForm, One, Pick, Text
from portal.web.language import _l
from portal.web.lists import Listing, bar_key


class Narrow(FilterForm):
    """A form with each kind of field."""

    q = Text(_l("Name"), limit=20)
    town = Pick(_l("Town or village"))
    kind = One(_l("Category"), {"a": "Name", "b": "Village"})


@pytest.fixture
def key(app):
    """The key of a bar under an address, for a reader who may choose these towns."""

    def of(address: str = "/children", towns=(("1", "石门镇"),), code: str = "en", sort: str = "name"):
        with app.test_request_context(address, headers={"Cookie": f"locale={code}"}):
            form = Narrow(request.args)
            form.town.offer(towns)
            return bar_key(Listing([], sort=sort, filters=form))

    return of


def test_the_same_bar_has_the_same_key(key):
    assert key() == key() == key("/children?after=x")
    assert hash(key()) == hash(key())


def test_whatever_is_on_the_bar_is_in_the_key(key):
    keys = [
        key(), key(code="zh_Hans"), key(sort="-name"), key("/volunteers"), key(towns=(("1", "清河街道"),)),
        key(towns=(("2", "石门镇"),)), key(towns=()),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("query", ["q=王", "town=1", "kind=a", "q=%20%20"])
def test_a_bar_with_a_choice_is_never_kept(key, query):
    assert key("/children?" + query) is None
