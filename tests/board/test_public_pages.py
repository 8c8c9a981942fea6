"""The board as anybody reads it: once a day, from the batch, the same bytes for all, and gone at once when it must be."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from portal.board.models import BoardBatch, Offer
from portal.board.operations.ending import take_down
from portal.board.rules import Band, Cell, File, band_of, fits
from portal.board.views import picture
from portal.children.models import Child
from portal.children.operations.consents import withdraw_consent
from portal.children.queries import standing_consent
from portal.children.rules import Purpose
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState
from tests.board.making import offered, one, published, wished
from tests.factories import TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_A2, VILLAGE_B

ATOM = "{http://www.w3.org/2005/Atom}"


def text_of(browser, address, **more):
    answer = browser.get(address, **more)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def test_an_empty_board_says_when_to_come_back(client):
    page = text_of(client, "/board")
    assert "明天再来" in page
    assert ET.fromstring(client.get("/board.atom").data).findall(f"{ATOM}entry") == []


def test_anybody_reads_the_board_its_page_feed_and_picture(client, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    assert "一张书桌" not in text_of(client, "/board")
    published(fresh)
    page = text_of(client, "/board")
    assert "一张书桌" in page
    assert "义堂镇" in page
    assert children[0].name not in page
    entry = text_of(client, f"/board/{ref}?lang=en")
    assert "I want to help" in entry
    assert 'property="og:image"' in entry
    feed = ET.fromstring(client.get("/board.atom").data)
    assert [e.findtext(f"{ATOM}title") for e in feed.findall(f"{ATOM}entry")] == ["一张书桌"]
    picture_ = client.get(f"/board/{ref}/share.png")
    assert picture_.mimetype == "image/png"
    assert picture_.data.startswith(b"\x89PNG")
    for address in ("/board/nothing", "/board/nothing/share.png"):
        assert client.get(address).status_code == 404


def test_without_a_chinese_font_the_picture_still_leads_there(monkeypatch):
    monkeypatch.setattr(picture, "chinese_font", lambda: None)
    data = picture.picture_of(
        title="一张书桌", body="x" * 300, line="a", brand="牵手", call="扫码", url="https://p.example/b/x"
    )
    assert data.startswith(b"\x89PNG")


def test_no_session_is_begun_and_an_unchanged_page_costs_one_statement(
    client, fresh, staff, children, need, statements
):
    offered(fresh, staff, children[0], need)
    published(fresh)
    with statements() as seen:
        first = client.get("/board")
    assert len(seen) <= 3, seen
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "no-cache"
    with statements() as seen:
        again = client.get("/board", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert len(seen) == 1, seen
    assert client.head("/board").headers["ETag"] == first.headers["ETag"]
    assert client.head("/board").data == b""
    assert client.get("/board?lang=en").headers["ETag"] != first.headers["ETag"]
    assert client.get("/board?kind=material").headers["ETag"] != first.headers["ETag"]


def test_made_up_filters_make_no_page_of_their_own(client, fresh, staff, children, need):
    offered(fresh, staff, children[0], need)
    published(fresh)
    plain = client.get("/board").headers["ETag"]
    for query in ("kind=x", "town=999", "band=7", "page=9999", "lang=xx", "page=-3", "what=ever"):
        assert client.get(f"/board?{query}").headers["ETag"] == plain, query


def test_pages_and_filters_lead_on(client, fresh, staff, children):
    made = [
        wished(fresh, staff, children[0], title=f"愿望 {'甲乙丙丁戊'[n % 5]}{'子丑寅卯辰巳'[n // 5]}")
        for n in range(26)
    ]
    published(fresh)
    assert len(made) == 26
    first = text_of(client, "/board?kind=wish")
    assert first.count("<article") == 24
    assert "page=2" in first
    assert text_of(client, "/board?kind=wish&page=2").count("<article") == 2
    assert "<article" not in text_of(client, "/board?kind=medical")


@pytest.mark.parametrize("how", ["board", "file"])
def test_a_withdrawn_consent_is_gone_from_page_feed_and_picture_at_once(client, fresh, staff, children, need, how):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    tag = client.get("/board").headers["ETag"]
    assert client.get(f"/board/{ref}/share.png").status_code == 200
    with fresh():
        child = db.session.get(Child, children[0].id)
        consent = standing_consent(child.id, Purpose(how), today())
        withdraw_consent(child, consent, reason="不愿意了", actor=staff.caseworker, now=now())
        db.session.commit()
    assert "一张书桌" not in text_of(client, "/board", headers={"If-None-Match": tag})
    assert "一张书桌" not in client.get("/board.atom").get_data(as_text=True)
    assert client.get(f"/board/{ref}").status_code == 404
    assert client.get(f"/board/{ref}/share.png").status_code == 404
    assert client.get(f"/board/{ref}/claims/new").status_code == 404


def test_what_staff_take_down_is_gone_at_once_and_the_need_is_the_districts(client, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    with fresh():
        take_down(one(Offer, ref), reason="写错了", actor=staff.coordinator, now=now())
        db.session.commit()
        assert one(Need, need).state is NeedState.AT_DISTRICT
    assert client.get(f"/board/{ref}").status_code == 404


HOSTILE = "<script>window.hacked=1</script>\"'><img src=x onerror=1>]]>&amp;\x0b"


def test_hostile_text_is_text_on_the_page_in_the_feed_and_in_the_picture(client, fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    published(fresh)
    with fresh():
        batch = db.session.query(BoardBatch).one()
        batch.entries = [{**batch.entries[0], "title": HOSTILE, "body": HOSTILE}]
        batch.made_at = now()
        db.session.commit()
    for address in ("/board", f"/board/{ref}", f"/board/{ref}/claims/new"):
        page = text_of(client, address)
        assert "<script>window" not in page
        assert "<img src=x" not in page
    feed = ET.fromstring(client.get("/board.atom").data)
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == HOSTILE.replace("\x0b", "")
    assert client.get(f"/board/{ref}/share.png").status_code == 200


def world_of(made, seed):
    """A programme in the database: files in two towns, all ages, needs of three kinds, and a wish and needs offered."""
    dice = random.Random(seed)
    villages = (VILLAGE_A, VILLAGE_A2, VILLAGE_B)
    kinds = (NeedKind.MEDICAL, NeedKind.MATERIAL, NeedKind.LEGAL)
    children, rows = [], []
    for n in range(dice.choice((4, 12, 40))):
        child = made.child(
            at=dice.choice(villages), given_name=f"隐{n}名", born_on=date(today().year - dice.randrange(3, 17), 2, 1)
        )
        made.consent(child, Purpose.BOARD)
        children.append(child)
        rows += [(child, kind) for kind in kinds if dice.random() < 0.4]
    for child, kind in rows:
        need = made.save(
            Need(child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=kind, text="x",
                 channel=NeedChannel.FILE, client_key=f"{child.ref}{kind}", state=NeedState.OFFERED, level=Level.DISTRICT,
                 due_at=now(), raised_by="x", raised_at=now())
        )  # fmt: skip
        made.save(
            Offer(need_id=need.id, child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=kind.value,
                  title=f"帮助{need.ref}".translate({ord(c): None for c in "0123456789"}), state="offered", prepared_by="x",
                  prepared_at=now(), offered_at=now(), back_after=now() + timedelta(days=30))
        )  # fmt: skip
    kinds_of = Counter()
    for child, kind in rows:
        kinds_of[child.id, kind.value] += 1
    return [
        File(made.path(TOWN_B if c.region_path.startswith(made.path(TOWN_B)) else TOWN_A), band_of(c.born_on, today()),
             frozenset(k for (i, k) in kinds_of if i == c.id))
        for c in children
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_filter_of_the_real_board_fits_five_open_files(client, made, fresh, seed):
    """T7 of safety.md, through the batch and the pages."""
    files = world_of(made, seed)
    entries = published(fresh)
    for e in entries:
        assert fits(files, Cell(e["kind"], e["town"], e["band"])) >= 5
    towns = {"": "", TOWN_A: made.path(TOWN_A), TOWN_B: made.path(TOWN_B)}
    for kind, (code, path), band in product(("", "medical", "material", "legal"), towns.items(), ("", *Band)):
        answer = client.get("/board", query_string={"kind": kind, "town": code, "band": band})
        shown = answer.get_data(as_text=True).count("<article")
        if shown and (not code or any(e["town"] == path for e in entries)):
            assert fits(files, Cell(kind, path, band)) >= 5, (kind, code, band)


def test_a_consent_that_has_run_out_is_not_in_the_next_batch(fresh, staff, children, need):
    offered(fresh, staff, children[0], need)
    with fresh():
        standing_consent(children[0].id, Purpose.BOARD, today()).until_on = today()
        db.session.commit()
    assert published(fresh, days=1) == []


def test_an_ended_file_is_not_in_the_next_batch(fresh, staff, children, need):
    ref = offered(fresh, staff, children[0], need)
    assert [e["ref"] for e in published(fresh)] == [ref]
    with fresh():
        db.session.execute(update(Child).where(Child.id == children[0].id).values(state="closed", closed_on=today()))
        db.session.commit()
    assert published(fresh, days=1) == []
