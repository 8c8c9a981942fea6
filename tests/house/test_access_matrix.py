"""The access matrix: every route × every kind of person × records that are not theirs. No canary ever comes out.

Generated from the route table: a route whose arguments the world does not know fails here until it is taught which
record they name (safety.md T1).
"""

from __future__ import annotations

import re

import pytest

from tests.house.world import FIELD_CANARIES, World, make_world

DESTRUCTIVE = ("/sign-out", "/demo", "/locked", "/language", "/my/sessions")
"""Addresses that end the visitor's own session: they are walked, but last."""


def values_of(world: World, rule: str, name: str) -> tuple[str, ...]:
    """The values for one argument of a rule: the foreign child's record of that kind, or every word of a closed list.

    Looked up by the argument's own name (`carer_ref` → carers), else by the segment that stands before it.
    """
    before = re.sub(r"<[^>]*>", "", rule.split(f"<{name}>", 1)[0]).rstrip("/").rsplit("/", 1)[-1]
    own = name.removesuffix("_ref") + "s" if name.endswith("_ref") else before
    mine = world.refs.get(f"my/{before}") if rule.startswith("/my/") else None
    return world.words.get(before) or tuple(filter(None, [mine or world.refs.get(own) or world.refs.get(before)]))


def addresses(app, world: World) -> list[tuple[str, str, str, str]]:
    """(method, rule, address with the foreign record, address with a missing one) of every route."""
    found, unknown = [], set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        pairs = [(rule.rule, rule.rule)]
        for name in rule.arguments:
            values = values_of(world, re.sub(r"<[^<>:]+:", "<", rule.rule), name)
            if not values:
                unknown.add(rule.rule)
            pattern = re.compile(rf"<(?:[^<>:]+:)?{name}>")
            is_word = values and values[0] not in world.refs.values()
            pairs = [
                (pattern.sub(v, real), pattern.sub(v if is_word else "0" * 16, missing))
                for real, missing in pairs
                for v in values
            ]
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        found += [(method, rule.rule, real, missing) for method in methods for real, missing in pairs]
    assert not unknown, f"teach tests/house/world.py which record these name: {sorted(unknown)}"
    return sorted(found, key=lambda f: (f[1].startswith(DESTRUCTIVE), f[1], f[0]))


def meets(text: str, allowed: frozenset[str]) -> list[str]:
    """The canaries in a text that its reader may not meet."""
    return [field for field, canary in FIELD_CANARIES.items() if field not in allowed and canary in text]


def bare(answer, *refs: str) -> bytes:
    """An answer without what differs by itself: tokens, the address asked for, the moment."""
    text = answer.get_data(as_text=True)
    for ref in refs:
        text = text.replace(ref, "REF")
    return re.sub(r'(csrf[-_]token"[^>]*?(?:value|content)=")[^"]+|("X-CSRFToken": ")[^"]+', r"\1\2", text).encode()


OUTSIDERS = [
    "mentor of another pair", "partner of another organisation", "former mentor", "mentor of an ended sight", "caseworker elsewhere", "grid_worker elsewhere",
    "supervisor elsewhere", "coordinator elsewhere", "safeguarding_lead elsewhere", "confirmer elsewhere", "facilitator elsewhere",
    "camp_leader elsewhere", "partner elsewhere", "partner_manager elsewhere", "guardian elsewhere", "auditor elsewhere",
    "admin elsewhere", "admin", "auditor", "confirmer",
]  # fmt: skip
INSIDERS = [
    "own mentor", "receiving partner", "assigned grid worker", "own caseworker", "own supervisor", "own coordinator", "named in the concern",
    "court's own manager",
]  # fmt: skip
ABOUT_CASES = (
    "/children/<",
    "/pairings/<",
    "/sessions/<",
    "/planned-sessions/<",
    "/concerns/<",
    "/asks/<",
    "/needs/<",
    "/referrals/<",
)
VOLUNTEER_TOO = ("admin", "auditor")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_whoever_has_no_right_meets_nothing_of_the_child_on_any_route(app, made, sign_in, who):
    world = make_world(made)
    browser = sign_in(world.people[who])
    for method, rule, real, missing in addresses(app, world):
        answer = browser.open(real, method=method, headers={"Accept": "text/html"})
        text = answer.get_data(as_text=True) + str(answer.headers)
        assert meets(text, world.allowed.get(who, frozenset())) == [], (who, method, rule)
        assert answer.status_code != 500, (who, method, rule)
        if rule.startswith(ABOUT_CASES):
            other = browser.open(missing, method=method, headers={"Accept": "text/html"})
            assert answer.status_code in (403, 404, 303), (who, method, rule, answer.status_code)
            assert answer.status_code == other.status_code, (who, method, rule)
            assert bare(answer, real, missing) == bare(other, real, missing), (who, method, rule)


@pytest.mark.parametrize("who", INSIDERS)
def test_whoever_has_a_right_meets_only_the_fields_of_that_right(app, made, sign_in, who):
    world = make_world(made)
    browser = sign_in(world.people[who])
    for method, rule, real, _missing in addresses(app, world):
        if method != "GET":
            continue
        answer = browser.open(real)
        text = answer.get_data(as_text=True) + str(answer.headers)
        assert meets(text, world.allowed[who]) == [], (who, method, rule)
        assert answer.status_code != 500, (who, method, rule)


def test_a_stranger_meets_nothing_anywhere(app, made, client):
    world = make_world(made)
    for method, rule, real, _missing in addresses(app, world):
        answer = client.open(real, method=method)
        assert meets(answer.get_data(as_text=True) + str(answer.headers), frozenset()) == [], (method, rule)
        assert answer.status_code != 500, (method, rule)


def test_a_deactivated_person_is_a_stranger_on_the_next_request(app, made, sign_in, fresh):
    from portal.access.models import Account
    from portal.kernel.db import db

    world = make_world(made)
    who = world.people["own coordinator"]
    browser = sign_in(who)
    child = f"/children/{world.refs['children']}"
    assert browser.get(child).status_code == 200
    with fresh():
        db.session.get(Account, who.id).is_active = False
        db.session.commit()
    assert browser.get(child).status_code == 303
    assert browser.get("/today").headers["Location"].startswith("/sign-in")


def test_what_the_world_holds_is_really_shown_to_those_who_may(app, made, sign_in):
    """The matrix would pass on empty pages: here every canary is met by somebody."""
    world = make_world(made)
    met: set[str] = set()
    for who in INSIDERS:
        browser = sign_in(world.people[who])
        for method, _rule, real, _missing in addresses(app, world):
            if method == "GET":
                text = browser.open(real).get_data(as_text=True)
                met |= {f for f, canary in FIELD_CANARIES.items() if canary in text}
    never_shown = {"id_number", "concern"}
    assert met >= set(FIELD_CANARIES) - never_shown - {"carer_phone"}, set(FIELD_CANARIES) - met
