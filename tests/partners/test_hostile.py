"""Text that is no text: what organisations write of themselves stays words on pages, in JSON and in files."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.partners.models import Location, Organisation, Programme, Project, Service
from portal.partners.rules import uuid_of
from tests.partners.conftest import add_organisation

EVIL = "<b onclick=x>\"'{{7*7}}"
ORGANISATION = ("name", "name_en", "description", "description_en", "phone")
SERVICE = (
    "name", "name_en", "description", "description_en", "eligibility", "documents", "how_to_apply", "fees",
)  # fmt: skip
PLACE = ("name", "name_en", "address", "opening", "transport", "phone")
PROGRAMME = ("name", "name_en", "description", "description_en")
PROJECT = ("name", "name_en", "summary", "funder")


def evil(kind: str, names: tuple[str, ...]) -> dict[str, str]:
    """A field of each, told apart by its beginning."""
    return {name: f"{kind}-{name}{EVIL}" for name in names}


@pytest.fixture
def written(made: Any, sign_in: Any, fresh: Any, town: Any) -> Any:
    """The hospital after its manager and the coordinator have written the worst into every field."""
    manager, url = sign_in(town.manager), f"/organisations/{town.hospital.ref}"

    def send(browser: Any, way: str, /, **data: Any) -> None:
        answer = browser.post(way, data=data)
        assert answer.status_code == 303, (way, answer.get_data(as_text=True))

    send(manager, url + "/locations/new", kind="physical", **evil("place", PLACE))
    with fresh():
        version = db.session.get(Service, town.service.id).version
        spots = [str(i) for i in db.session.scalars(db.select(Location.id).order_by(Location.id))]
    send(manager, f"/services/{town.service.ref}/profile", version=version, help_kinds="medical", public="y",
         places=spots, **evil("service", SERVICE))  # fmt: skip
    send(manager, f"/contacts/{town.shown.ref}", public="y", **evil("person", ("name", "title")))
    send(manager, url + "/programmes/new", public="y", **evil("programme", PROGRAMME))
    send(manager, url + "/projects/new", public="y", kind="other", starts_on="2023-01-01", ends_on="2023-12-31",
         **evil("project", PROJECT))  # fmt: skip
    coordinator = sign_in(made.account(Role.COORDINATOR))
    send(coordinator, "/awards/new", public="y", organisation=town.hospital.ref, given_on="2023-01-01",
         **evil("award", ("name", "given_by", "given_for")))  # fmt: skip
    with fresh():
        version = db.session.get(Organisation, town.hospital.id).version
    send(manager, url + "/profile", version=version, public="y", **evil("org", ORGANISATION))
    return town


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_no_public_page_makes_a_tag_of_a_word(made: Any, sign_in: Any, client: Any, written: Any, locale: str) -> None:
    ways = (
        "/directory",
        f"/directory/organisations/{written.hospital.ref}",
        f"/directory/services/{written.service.ref}",
    )
    text = ""
    for who in (client, sign_in(written.manager, locale=locale)):
        for way in ways:
            answer = who.get(way)
            assert answer.status_code == 200
            text += answer.get_data(as_text=True)
    assert "<b onclick" not in text
    assert "49" not in text.partition("<main")[2].partition("</main>")[0].replace(written.service.ref, "")
    told = {f"org-{'name' if locale == 'zh_Hans' else 'name_en'}", "service-name", "service-documents",
            "service-how_to_apply", "service-fees", "service-eligibility", "place-address", "place-opening",
            "place-transport", "person-name", "person-title", "programme-name", "project-summary", "award-given_by",
            "org-phone"}  # fmt: skip
    assert [word for word in told if f"{word}&lt;b onclick=x&gt;" not in text] == []


def test_no_page_of_staff_makes_a_tag_of_a_word(made: Any, sign_in: Any, fresh: Any, written: Any) -> None:
    with fresh():
        programme = db.session.query(Programme).filter_by(organisation_id=written.hospital.id).one().ref
        project = db.session.query(Project).filter_by(organisation_id=written.hospital.id).one().ref
    ways = ("/organisations", f"/organisations/{written.hospital.ref}", f"/services/{written.service.ref}",
            f"/services/{written.service.ref}/profile", f"/programmes/{programme}", f"/projects/{project}", "/awards",
            f"/contacts/{written.shown.ref}", "/search?q=evil", f"/programmes/{programme}/profile")  # fmt: skip
    browser = sign_in(made.account(Role.COORDINATOR))
    for way in ways:
        answer = browser.get(way)
        assert answer.status_code == 200, way
        assert "<b onclick" not in answer.get_data(as_text=True), way


def test_json_is_json_whatever_is_written(client: Any, written: Any) -> None:
    answer = client.get(f"/hsds/organizations/{uuid_of('organization', written.hospital.ref)}?full_service=true")
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("application/json", "nosniff")
    found = answer.get_json()
    assert found["name"] == f"org-name{EVIL}"
    assert found["services"][0]["required_documents"][0]["document"] == f"service-documents{EVIL}"
    assert f"person-title{EVIL}" in {c.get("title") for c in found["contacts"]}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a@evil.example"]
)
def test_a_web_address_that_runs_something_is_refused(sign_in: Any, fresh: Any, town: Any, address: str) -> None:
    with fresh():
        version = db.session.get(Organisation, town.hospital.id).version
    data = {"name": "示例医院", "website": address, "version": version, "public": "y"}
    answer = sign_in(town.manager).post(f"/organisations/{town.hospital.ref}/profile", data=data)
    assert answer.status_code == 422
    with fresh():
        assert db.session.get(Organisation, town.hospital.id).website == "https://yy.example.org"


def test_no_cell_of_an_export_is_a_formula(made: Any, sign_in: Any) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    add_organisation(made, formula)
    browser = sign_in(made.account(Role.COORDINATOR))
    new = {"name": formula, "given_by": "@SUM(1)", "given_for": "+1", "given_on": "2023-01-01"}
    assert browser.post("/awards/new", data=new).status_code == 303
    for way in ("/organisations/export", "/awards/export"):
        answer = browser.post(way, data={"reason": "-2+3", "kind": "csv"})
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
        assert any(formula in cell for row in rows for cell in row), way
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
