"""The region tree comes from a CSV, has any depth, and gives scopes by path."""

from __future__ import annotations

import io

import pytest

from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.places.models import Region
from portal.places.operations import import_regions
from tests.factories import DISTRICT, TOWN_A, TOWN_B

TREE = "code,name,name_en,level,parent\n37,山东省,Shandong,province,\n3713,临沂市,Linyi,city,37\n371302,兰山区,Lanshan,district,3713\n"


def upload(browser, text: bytes):
    return browser.post("/regions/import", data={"file": (io.BytesIO(text), "regions.csv")})


def test_a_tree_is_read_with_parents_after_their_children(app, fresh):
    lines = TREE.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    with fresh():
        assert import_regions(turned, actor=SYSTEM, now=now()) == (3, 0)
        db.session.commit()
    with fresh():
        assert db.session.query(Region.path).filter_by(code="371302").scalar() == "/37/3713/371302/"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TREE + "a,甲,,town,b\nb,乙,,town,a\n", "circle"),
        (TREE + "x,无,,town,999\n", "nowhere described"),
        (TREE + ",无,,town,37\n", "Line 5"),
        (TREE + "a/b,无,,town,37\n", "no code"),
    ],
)
def test_a_flaw_in_the_file_is_named_and_nothing_is_kept(app, fresh, text, says):
    with fresh(), pytest.raises(DomainError) as refusal:
        import_regions(text, actor=SYSTEM, now=now())
    assert says in str(refusal.value)
    with fresh():
        assert db.session.query(Region).count() == 0


def test_an_administrator_brings_the_tree_up_to_date_and_takes_nothing_away(made, sign_in, fresh):
    admin = made.account(Role.ADMIN)
    text = f"code,name,name_en,level,parent\n{TOWN_A},义堂新名,Yitang,town,{DISTRICT}\n{TOWN_A}077,示例七村,,village,{TOWN_A}\n"
    assert upload(sign_in(admin), text.encode("gb18030")).status_code == 303
    with fresh():
        names = dict(db.session.query(Region.code, Region.name).all())
    assert names[TOWN_A] == "义堂新名"
    assert names[f"{TOWN_A}077"] == "示例七村"
    assert TOWN_B in names


def test_an_administrator_of_one_town_cannot_touch_another(made, sign_in, fresh):
    admin = made.account(Role.ADMIN, at=TOWN_A)
    answer = upload(sign_in(admin), f"code,name,name_en,level,parent\n{TOWN_B},抢名,x,town,{DISTRICT}\n".encode())
    assert answer.status_code == 403
    with fresh():
        assert db.session.query(Region.name).filter_by(code=TOWN_B).scalar() == "方城镇"


def test_a_file_with_nul_or_of_another_encoding_gets_a_sentence(made, sign_in):
    browser = sign_in(made.account(Role.ADMIN))
    assert "The file is no text." in upload(browser, b"code,name\0").get_data(as_text=True)
    assert upload(browser, b"\xff\xfe\xff\xff\xff").status_code == 422


def test_a_coordinator_reads_the_tree_but_cannot_change_it(made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    assert "义堂镇" in browser.get("/regions").get_data(as_text=True)
    assert browser.get("/regions/import").status_code == 403


def test_a_region_can_be_added_and_put_out_of_use(made, sign_in, fresh):
    admin = made.account(Role.ADMIN)
    town = made.regions()[TOWN_A]
    browser = sign_in(admin)
    new = {"code": "３７1302105９9", "name": "示例九村", "level": "village"}
    assert browser.post(f"/regions/{town.ref}/new", data=new).status_code == 303
    with fresh():
        region = db.session.query(Region).filter_by(code="37130210599").one()
        assert region.path == f"{town.path}37130210599/"
    again = browser.post(f"/regions/{town.ref}/new", data=new)
    assert again.status_code == 422
    assert "in use already" in again.get_data(as_text=True)
    assert browser.post(f"/regions/{region.ref}", data={"name": "示例九村"}).status_code == 303
    with fresh():
        assert not db.session.query(Region).filter_by(code="37130210599").one().is_active
