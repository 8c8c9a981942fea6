"""Children's cards: opaque, revocable, printed by those who work on the file; a stranger learns nothing (T5)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup

from bench.measure import counted_statements
from portal.access.throttles import MOST_CARDS_PER_ACCOUNT
from portal.audit.models import AuditEntry
from portal.calendars.redaction import hidden
from portal.children.models import ChildCode
from portal.children.operations import codes
from portal.children.rules import CodeEnd, FieldSet, FileState
from portal.children.short_codes import grouped
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import NotFound, TooMany
from tests.conftest import ON_POSTGRES
from tests.factories import TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_A2, VILLAGE_B


@pytest.fixture
def worker(made):
    return made.account(Role.CASEWORKER, at=VILLAGE_A)


@pytest.fixture
def issue(made, fresh, worker):
    """Issue a code and commit; gives (token, short code)."""

    def issued(child, by=None):
        actor = made.actor(by or worker)
        with fresh():
            code = codes.issue_code(db.session.get(type(child), child.id), actor=actor, now=now())
            db.session.commit()
            return code.token, code.short

    return issued


@pytest.fixture
def look_up(made, fresh):
    """The ref of the child that somebody finds by a code, or None."""

    def found(account, typed):
        actor = made.actor(account)
        with fresh():
            try:
                return codes.child_by_code(actor, typed).ref
            except NotFound:
                return None

    return found


def test_a_child_has_one_live_code_of_at_least_128_bits(made, issue, fresh):
    child = made.child()
    token, short = issue(child)
    assert issue(child) == (token, short), "issuing twice is harmless"
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", token)
    actor = made.actor(made.account(Role.CASEWORKER))
    with fresh():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ChildCode)) == 1
        assert db.session.scalars(sa.select(AuditEntry.what)).all() == ["code-issued"]
        row = codes.new_code_row(child.id, actor=actor, now=now())
        db.session.add(row)
        with pytest.raises(sa.exc.IntegrityError):
            db.session.flush()


def test_the_secrets_are_not_in_the_database(app, made, issue, fresh):
    token, short = issue(made.child())
    with fresh():
        if ON_POSTGRES:
            stored = db.session.execute(sa.text("SELECT child_code::text FROM child_code")).scalar_one().encode()
            raw = db.session.execute(sa.text("SELECT token_sealed, short_sealed FROM child_code")).one()
            stored += bytes(raw[0]) + bytes(raw[1])
        else:
            root = app.portal_config.instance.parent
            stored = b"".join(p.read_bytes() for p in root.rglob("portal.sqlite*") if p.is_file())
    assert token.encode() not in stored
    assert short.encode() not in stored


def test_a_card_is_found_by_token_and_by_what_people_type(made, issue, look_up, worker):
    child = made.child()
    token, short = issue(child)
    assert look_up(worker, token) == child.ref
    assert look_up(worker, grouped(short).lower()) == child.ref


@pytest.mark.parametrize("why", ["unknown", "mistyped", "revoked", "elsewhere", "closed", "someone else's"])
def test_unknown_revoked_and_foreign_codes_are_answered_alike(made, issue, look_up, fresh, worker, why):
    child = made.child(at=VILLAGE_B if why == "elsewhere" else VILLAGE_A)
    token, short = issue(child, made.account(Role.COORDINATOR))
    who = made.account(Role.GRID_WORKER, at=VILLAGE_A) if why == "someone else's" else worker
    actor = made.actor(worker)
    with fresh():
        row = db.session.get(type(child), child.id)
        if why == "revoked":
            codes.replace_code(row, reason=CodeEnd.LOST, actor=actor, now=now())
        if why == "closed":
            row.state = FileState.CLOSED
        db.session.commit()
    if why == "unknown":
        token, short = "A" * 32, "0000000000"
    if why == "mistyped":
        token, short = token[:-1] + "!", short[:-1] + ("0" if short[-1] != "0" else "1")
    assert look_up(who, token) is None
    assert look_up(who, short) is None


def test_trying_codes_ends_soon_even_with_the_right_one(made, issue, sign_in, fresh, worker):
    token, _short = issue(made.child())
    browser = sign_in(worker)
    for n in range(MOST_CARDS_PER_ACCOUNT):
        assert browser.get(f"/c/wrong-token-{n:04d}").status_code == 200
    assert browser.get(f"/c/{token}").status_code == 429
    actor = made.actor(worker)
    with fresh(), pytest.raises(TooMany):
        codes.child_by_code(actor, token)


def test_a_lost_card_is_replaced_and_the_old_one_is_dead(made, issue, sign_in, look_up, fresh, worker):
    child = made.child()
    token, short = issue(child)
    browser = sign_in(worker)
    panel = browser.get(f"/children/{child.ref}").get_data(as_text=True)
    assert 'name="reason" value="lost"' in panel
    answer = browser.post(f"/children/{child.ref}/card", data={"reason": "lost"})
    assert answer.headers["Location"] == f"/children/codes/sheets?child={child.ref}"
    assert look_up(worker, token) is None
    assert look_up(worker, short) is None
    with fresh():
        dead = db.session.scalar(sa.select(ChildCode).where(ChildCode.ended_at.is_not(None)))
        live = codes.code_of(child)
        assert (dead.token_sealed, dead.short_sealed, dead.ended_because) == (None, None, CodeEnd.LOST)
        assert live.token != token
        said = db.session.scalars(
            sa.select(AuditEntry.what).where(AuditEntry.what.like("code-%")).order_by(AuditEntry.id)
        ).all()
        assert said == ["code-issued", "code-ended", "code-issued"]
    assert browser.post(f"/children/{child.ref}/card", data={}).status_code == 422, (
        "a live card is not replaced without a reason"
    )
    assert browser.post(f"/children/{child.ref}/card", data={"reason": "child_left"}).status_code == 422


def test_the_card_of_a_closed_file_ends(made, issue, fresh, look_up, worker):
    from portal.children.operations.access import move_file

    child = made.child()
    token, _short = issue(child)
    actor = made.actor(made.account(Role.COORDINATOR))
    with fresh():
        move_file(db.session.get(type(child), child.id), FileState.CLOSED, reason="长大了", actor=actor, now=now())
        db.session.commit()
    with fresh():
        assert codes.code_of(child) is None
    assert look_up(worker, token) is None


def test_whoever_scans_without_a_right_gets_the_same_bytes_whatever_the_code(made, issue, sign_in, client, fresh):
    child = made.child(name="丙癸", school="canary-school")
    token, _short = issue(child)
    mentor, volunteer = made.mentor()
    made.pairing(child, volunteer)
    other = made.account(Role.CASEWORKER, at=VILLAGE_B)
    for browser in (
        client,
        sign_in(mentor),
        sign_in(other),
        sign_in(made.account(Role.PARTNER)),
        sign_in(made.account(Role.ADMIN)),
    ):
        answers = [browser.get(f"/c/{code}") for code in (token, "A" * 32, "x")]
        assert {a.status_code for a in answers} == {200}
        assert len({a.data for a in answers}) == 1
        for answer in answers:
            text = answer.get_data(as_text=True)
            assert "12345" in text
            assert token not in text + str(answer.headers)
            assert not [w for w in ("丙癸", "canary", "示例一村", child.ref, "sign-in", "<form", "csrf") if w in text]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/c/{token}").data == client.get("/c/x").data


def test_for_a_stranger_nothing_is_looked_up(issue, made, client):
    token, _short = issue(made.child())
    client.get("/c/x")
    with counted_statements() as seen:
        client.get(f"/c/{token}")
    assert not [s for s in seen if "child" in s]


@pytest.mark.parametrize(("role", "at", "leads"), [
    (Role.CASEWORKER, VILLAGE_A, True), (Role.SUPERVISOR, TOWN_A, True), (Role.SUPERVISOR, TOWN_B, False), (Role.COORDINATOR, TOWN_A, False),
])  # fmt: skip
def test_whoever_visits_the_child_is_led_to_the_form(made, issue, sign_in, role, at, leads):
    token, _short = issue(made.child())
    answer = sign_in(made.account(role, at=at)).get(f"/c/{token}")
    assert answer.status_code == (303 if leads else 200)
    if leads:
        assert answer.headers["Location"] == f"/visits/new?code={token}"


def test_a_grid_worker_is_led_to_the_form_of_an_assigned_child_only(made, issue, sign_in):
    child, other = made.child(), made.child()
    grid = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    made.sight(child, grid.ref, FieldSet.DOOR, "child", child.ref)
    assert sign_in(grid).get(f"/c/{issue(child)[0]}").status_code == 303
    assert sign_in(grid).get(f"/c/{issue(other)[0]}").status_code == 200


def test_the_list_says_who_has_a_card_and_makes_sheets_for_the_chosen(made, issue, sign_in, fresh, worker):
    with_card, without, elsewhere = made.child(), made.child(given_name="大壮"), made.child(at=VILLAGE_B)
    issue(with_card)
    browser = sign_in(worker)
    text = browser.get("/children/codes").get_data(as_text=True)
    assert with_card.ref in text
    assert without.ref in text
    assert elsewhere.ref not in text
    only = browser.get("/children/codes?card=without").get_data(as_text=True)
    assert without.ref in only
    assert with_card.ref not in only
    answer = browser.post("/children/codes/issues", data={"ref": [without.ref, elsewhere.ref], "do": "chosen"})
    assert answer.headers["Location"] == f"/children/codes/sheets?child={without.ref}"
    with fresh():
        assert {c.child_id for c in db.session.scalars(sa.select(ChildCode))} == {with_card.id, without.id}


def test_a_whole_village_gets_its_cards_at_once(made, issue, sign_in, fresh):
    here = [made.child(at=VILLAGE_A) for _n in range(3)]
    made.child(at=VILLAGE_A2)
    path = made.path(VILLAGE_A)
    browser = sign_in(made.account(Role.SUPERVISOR, at=TOWN_A))
    answer = browser.post("/children/codes/issues", data={"region": path, "do": "region"})
    sheets = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert sheets.count('class="card-cut"') == 3
    with fresh():
        assert {c.child_id for c in db.session.scalars(sa.select(ChildCode))} == {c.id for c in here}


def test_a_card_shows_the_square_the_short_code_and_the_hotline_and_nothing_else(made, issue, sign_in, worker, fresh):
    child = made.child(name="丙癸", alias="阿鹬")
    token, short = issue(child)
    page = BeautifulSoup(sign_in(worker).get(f"/children/codes/sheets?child={child.ref}").data, "html.parser")
    (card,) = page.select(".card-cut")
    assert card.get_text(" ", strip=True) == f"{grouped(short)} 12345"
    assert "style=" not in str(card)
    assert not [
        w
        for w in ("丙癸", "阿鹬", child.code, child.ref, "示例一村", token)
        if w in page.select_one(".card-sheet").decode()
    ]


def test_the_square_can_be_read_back_to_the_address_of_the_card(app, made, issue):
    """The picture holds exactly the address: drawn again from it, it is the same."""
    from portal.children.cards import qr_picture

    token, _short = issue(made.child())
    address = f"https://portal.example.org/c/{token}"
    assert qr_picture(address) == qr_picture(address)
    assert qr_picture(address) != qr_picture(address[:-1] + ("x" if address[-1] != "x" else "y"))


def test_the_cover_says_which_card_is_whose_and_both_are_looks_at_the_file(made, issue, sign_in, fresh, worker):
    children = [made.child(given_name=f"晓{n}") for n in range(3)]
    shorts = [issue(child)[1] for child in children]
    browser = sign_in(worker)
    query = "&".join(f"child={child.ref}" for child in children)
    cover = browser.get(f"/children/codes/cover?{query}").get_data(as_text=True)
    for child, short in zip(children, shorts, strict=True):
        assert child.name in cover
        assert grouped(short) in cover
    browser.get(f"/children/codes/sheets?{query}")
    with fresh():
        looks = db.session.execute(
            sa.select(AuditEntry.about_ref, sa.func.count())
            .where(AuditEntry.what == "card-read")
            .group_by(AuditEntry.about_ref)
        ).all()
    assert dict(tuple(row) for row in looks) == {child.ref: 2 for child in children}
    who_looked = browser.get(f"/children/{children[0].ref}/looks").get_data(as_text=True)
    assert "looked at the card" in who_looked


@pytest.mark.parametrize("page", ["sheets", "cover", "sheets.pdf"])
@pytest.mark.parametrize("who", ["caseworker elsewhere", "grid worker", "mentor"])
def test_nobody_else_gets_the_cards(made, issue, sign_in, page, who):
    child = made.child()
    issue(child)
    if who == "mentor":
        account, volunteer = made.mentor()
        made.pairing(child, volunteer)
    elif who == "grid worker":
        account = made.account(Role.GRID_WORKER, at=VILLAGE_A)
        made.sight(child, account.ref, FieldSet.DOOR, "child", child.ref)
    else:
        account = made.account(Role.CASEWORKER, at=VILLAGE_B)
    for query in (f"child={child.ref}", f"region={made.path(VILLAGE_A)}"):
        assert sign_in(account).get(f"/children/codes/{page}?{query}").status_code in (403, 404)
    assert sign_in(account).post(f"/children/{child.ref}/card", data={"reason": "lost"}).status_code in (403, 404)


def test_the_pdf_is_made_where_the_extra_is_installed(made, issue, sign_in, worker):
    pytest.importorskip("weasyprint")
    child = made.child()
    issue(child)
    answer = sign_in(worker).get(f"/children/codes/sheets.pdf?child={child.ref}")
    assert answer.data.startswith(b"%PDF-")


def test_without_the_extra_there_is_no_pdf_and_no_link_to_it(made, issue, sign_in, worker, monkeypatch):
    from portal.children.views import codes as views

    monkeypatch.setattr(views, "makes_pdf", lambda: False)
    child = made.child()
    issue(child)
    browser = sign_in(worker)
    assert "sheets.pdf" not in browser.get(f"/children/codes/sheets?child={child.ref}").get_data(as_text=True)
    assert browser.get(f"/children/codes/sheets.pdf?child={child.ref}").status_code == 404


def test_no_log_of_this_process_holds_a_token():
    token = "aBc-_9" * 6
    for line in (
        f"GET /c/{token} HTTP/1.1",
        f"/locked?next=/c/{token}",
        f"next=%2Fc%2F{token}&a=1",
        f"/visits/new?code={token}",
    ):
        assert token not in hidden(line)
