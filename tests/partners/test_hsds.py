"""The directory as HSDS 3 JSON: its shape, its pages, the published schemas, and what never stands in it."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from portal.kernel.db import db
from portal.partners.models import Contact, Organisation
from portal.partners.rules import uuid_of
from tests.partners.conftest import SEALED_WORDS, add_organisation, add_service

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hsds"
PAGE = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}


def answers(client: Any, town: Any) -> dict[str, list[Any]]:
    """Every kind of answer, by the schema that it must fit."""
    org, service = uuid_of("organization", town.hospital.ref), uuid_of("service", town.service.ref)
    at = uuid_of("service_at_location", town.at.ref)
    court = uuid_of("organization", town.court.ref)

    def get(address: str) -> Any:
        answer = client.get(address)
        assert answer.status_code == 200, address
        return answer.get_json()

    return {
        "organization": [
            get(f"/hsds/organizations/{org}"), get(f"/hsds/organizations/{org}?full_service=true"),
            get(f"/hsds/organizations/{court}"), *get("/hsds/organizations?full=true")["contents"],
        ],
        "organization_list": [get("/hsds/organizations")["contents"]],
        "service": [get(f"/hsds/services/{service}"), *get("/hsds/services?full=true")["contents"]],
        "service_list": get("/hsds/services")["contents"],
        "service_at_location": [get(f"/hsds/service_at_locations/{at}")],
        "service_at_location_list": get("/hsds/service_at_locations")["contents"],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["organization", "organization_list", "service", "service_list", "service_at_location",
                                  "service_at_location_list"])  # fmt: skip
def test_every_answer_fits_the_published_schema(client: Any, town: Any, name: str) -> None:
    from jsonschema import Draft202012Validator

    if not SCHEMAS.is_dir():
        assert not os.environ.get("CI"), "the published schemas must stand beside the clone"
        pytest.skip("the published schemas are not here")
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    schema.pop("name", None)
    if isinstance(schema, dict) and schema.get("type") == "object" and name == "organization_list":
        found: list[Any] = [row for rows in answers(client, town)[name] for row in rows]
    else:
        found = answers(client, town)[name]
    assert found
    checker = Draft202012Validator.FORMAT_CHECKER
    for one in found:
        problems = [e.message for e in Draft202012Validator(schema, format_checker=checker).iter_errors(one)]
        assert problems == []


def identifiers(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [v for k, v in value.items() if k == "id" or k.endswith("_id")]
        return own + [i for v in value.values() for i in identifiers(v)]
    return [i for v in value for i in identifiers(v)] if isinstance(value, list) else []


def nothing_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(v is not None and nothing_empty(v) for v in value.values())
    return all(map(nothing_empty, value)) if isinstance(value, list) else True


def test_the_shape_holds_without_the_schemas(client: Any, town: Any) -> None:
    for name, found in answers(client, town).items():
        assert found, name
        assert nothing_empty(found), name
        for identifier in identifiers(found):
            assert str(uuid.UUID(identifier)) == identifier
    one = client.get(f"/hsds/services/{uuid_of('service', town.service.ref)}").get_json()
    assert (one["name"], one["alternate_name"], one["status"]) == ("眼科手术", "Eye surgery", "active")
    assert (one["minimum_age"], one["maximum_age"], one["wait_time"]) == (3, 17, "P14D")
    assert [d["document"] for d in one["required_documents"]] == ["户口簿", "诊断书"]
    assert one["service_areas"][0]["name"] == "义堂镇"
    assert one["service_at_locations"][0]["location"]["addresses"][0]["city"] == "临沂市"


def test_pages_are_counted_as_the_specification_says(client: Any, made: Any, town: Any) -> None:
    for n in range(5):
        add_service(made, town.hospital, f"服务{n}")
    first = client.get("/hsds/services?per_page=4").get_json()
    assert set(first) == PAGE
    assert (first["total_items"], first["total_pages"], first["page_number"], first["size"]) == (6, 2, 1, 4)
    assert (first["first_page"], first["last_page"], first["empty"]) == (True, False, False)
    last = client.get("/hsds/services?per_page=4&page=2").get_json()
    assert (last["size"], last["last_page"]) == (2, True)
    seen = [s["id"] for s in first["contents"] + last["contents"]]
    assert len(set(seen)) == 6
    assert client.get("/hsds/services?page=9").get_json()["empty"] is True


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "per_page=-1", "page=１", "organization_id=x", "taxonomy_term_id=1", "modified_after=soon"],
)
def test_a_parameter_that_cannot_be_read_is_a_400(client: Any, town: Any, query: str) -> None:
    answer = client.get(f"/hsds/services?{query}")
    assert answer.status_code == 400
    assert "error" in answer.get_json()


def test_services_are_narrowed_by_organisation_kind_words_and_time(client: Any, made: Any, town: Any) -> None:
    other = add_organisation(made, "示例学校", initials="slxx")
    add_service(made, other, "助学", help_kinds=["schooling"])

    def names(query: str) -> list[str]:
        return [s["name"] for s in client.get(f"/hsds/services?{query}").get_json()["contents"]]

    assert names(f"organization_id={uuid_of('organization', other.ref)}") == ["助学"]
    assert names(f"taxonomy_term_id={uuid_of('taxonomy_term', 'medical')}") == ["眼科手术"]
    assert names("search=助学") == ["助学"]
    assert names("modified_after=2999-01-01T00:00:00Z") == []
    assert len(names("modified_after=2001-01-01T00:00:00Z")) == 2


def test_bytes_are_kept_until_something_changes(client: Any, town: Any, sign_in: Any) -> None:
    address = f"/hsds/organizations/{uuid_of('organization', town.hospital.ref)}"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    form = {"name": town.hospital.name, "description": "改过了", "public": "y", "version": str(town.hospital.version)}
    assert sign_in(town.manager).post(f"/organisations/{town.hospital.ref}/profile", data=form).status_code == 303
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.get_json()["description"] == "改过了"


def test_nothing_private_and_nothing_sealed_is_in_it(client: Any, town: Any) -> None:
    text = json.dumps(answers(client, town), ensure_ascii=False)
    assert "138 3333 4444" in text
    for word in ("隐名人", "1391111", "139 1111", "hidden@", *SEALED_WORDS):
        assert word not in text


@pytest.mark.parametrize("change", [{"public": False}, {"state": "ended"}, {"state": "entered"}, {"state": "paused"}])
def test_an_organisation_that_is_not_published_is_not_found(client: Any, fresh: Any, town: Any, change: Any) -> None:
    with fresh():
        row = db.session.get(Organisation, town.hospital.id)
        for name, value in change.items():
            setattr(row, name, value)
        db.session.commit()
    for kind, ref in (("organization", town.hospital.ref), ("service", town.service.ref)):
        assert client.get(f"/hsds/{kind}s/{uuid_of(kind, ref)}").status_code == 404
    assert client.get(f"/hsds/service_at_locations/{uuid_of('service_at_location', town.at.ref)}").status_code == 404
    assert client.get(f"/directory/organisations/{town.hospital.ref}").status_code == 404
    assert client.get(f"/directory/services/{town.service.ref}").status_code == 404


def test_a_contact_taken_out_of_the_directory_is_gone_at_once(client: Any, sign_in: Any, fresh: Any, town: Any) -> None:
    address = f"/hsds/organizations/{uuid_of('organization', town.hospital.ref)}"
    assert "王社工" in client.get(address).get_data(as_text=True)
    answer = sign_in(town.manager).post(f"/contacts/{town.shown.ref}", data={"name": "王社工"})
    assert answer.status_code == 303
    with fresh():
        assert db.session.get(Contact, town.shown.id).public is False
    assert "王社工" not in client.get(address).get_data(as_text=True)


def test_the_bytes_are_everybodys_and_carry_nobodys_cookie(client: Any, sign_in: Any, town: Any) -> None:
    address = f"/hsds/organizations/{uuid_of('organization', town.hospital.ref)}"
    plain, signed_in = client.get(address), sign_in(town.manager).get(address)
    assert plain.get_data() == signed_in.get_data()
    for answer in (plain, signed_in):
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert "Set-Cookie" not in answer.headers
    assert "Cookie" in client.get("/directory").headers["Vary"]


def test_everybody_finds_the_directory_from_every_page(client: Any) -> None:
    for way in ("/", "/privacy", "/sign-in"):
        assert 'href="/directory"' in client.get(way).get_data(as_text=True).partition("<footer")[2], way
    assert 'href="/directory"' in client.get("/").get_data(as_text=True).partition("<main")[2].partition("<footer")[0]
