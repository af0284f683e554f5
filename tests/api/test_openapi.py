"""The OpenAPI document: every route says what it is for, shows an example of each side, and how it refuses."""

from __future__ import annotations

import jsonschema_rs
import pytest

from tapehawk.api.openapi import TAGS, document, operations
from tapehawk.api.problems import MEDIA_TYPE

DOCUMENT = document()
OPERATIONS = [pytest.param(*one, id=f"{one[1].upper()} {one[0]}") for one in operations(DOCUMENT)]


def resolved(part: dict) -> dict:
    """Follow a reference."""
    while "$ref" in part:
        found = DOCUMENT
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        part = found
    return part


def example_of(media: dict) -> object | None:
    """Return the example of a body: the media type's own, or its schema's."""
    if "examples" in media:
        return next(iter(media["examples"].values()))["value"]
    schema = resolved(media.get("schema", {}))
    if "example" not in schema and schema.get("type") == "array":
        inside = example_of({"schema": schema["items"]})
        return None if inside is None else [inside]
    return media.get("example", schema.get("example"))


def bodies(operation: dict) -> list[tuple[str, dict]]:
    """List the JSON bodies that go in, and come out when all is well."""
    found = [("asked", operation["requestBody"])] if "requestBody" in operation else []
    found += [(status, one) for status, one in operation["responses"].items() if status.startswith("2")]
    parts = [(name, resolved(one).get("content", {})) for name, one in found]
    return [(name, content["application/json"]) for name, content in parts if "application/json" in content]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_has_a_summary_a_description_and_a_tag_that_is_described(path, method, operation):
    assert operation.get("summary")
    assert operation.get("description")
    assert operation.get("tags")
    assert set(operation["tags"]) <= TAGS.keys()


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_shows_an_example_of_what_goes_in_and_comes_out(path, method, operation):
    for name, media in bodies(operation):
        example = example_of(media)
        assert example is not None, f"no example of {name}"
        schema = {**media["schema"], "components": DOCUMENT["components"]}
        problems = [f"{one.instance_path}: {one.message}" for one in jsonschema_rs.iter_errors(schema, example)]
        assert problems == [], name


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_says_how_it_refuses(path, method, operation):
    refusals = {status: resolved(one) for status, one in operation["responses"].items() if status[0] in "45d"}
    assert {"422", "429", "503", "default"} <= refusals.keys()
    if operation.get("security"):
        assert {"401", "403"} <= refusals.keys()
    for status, one in refusals.items():
        body = one["content"][MEDIA_TYPE]
        assert body["schema"] == {"$ref": "#/components/schemas/Problem"}, status
        assert {"error", "detail", "timestamp"} <= body["example"].keys(), status


def test_every_tag_is_of_a_route():
    assert {tag for _, _, operation in operations(DOCUMENT) for tag in operation["tags"]} == TAGS.keys()


def test_every_model_has_an_example():
    schemas = DOCUMENT["components"]["schemas"]
    assert [name for name, one in schemas.items() if "properties" in one and "example" not in one] == []


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=latin-1", "text/plain"])
def test_a_body_that_is_not_utf_8_is_bad_input_of_whatever_kind_it_says_it_is(anyone, kind):
    answer = anyone.post("/api/v1/auth/login", content=b'{"email": "\xff"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)


def test_a_wrong_method_is_told_all_that_its_path_answers(anyone):
    methods: dict[str, set[str]] = {}
    for path, method, _ in operations(DOCUMENT):
        methods.setdefault(path, set()).add(method.upper())
    for path, answered in methods.items():
        if "{" not in path:
            answer = anyone.request("TRACE", path)
            allowed = set(answer.headers["allow"].split(", "))
            assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE), path
            assert answered <= allowed, path
            assert "HEAD" in allowed or "GET" not in answered, path


def test_a_cursor_of_nothing_is_bad_input(signed_in):
    for path, _, operation in operations(DOCUMENT):
        takes = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        if "cursor" in takes and "{" not in path:
            answer = signed_in("root", role="admin").get(path, params={"cursor": "no such"})
            assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE), path


def test_every_list_says_where_it_goes_on():
    schemas = DOCUMENT["components"]["schemas"]
    for path, method, operation in operations(DOCUMENT):
        content = operation["responses"].get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        fields = schemas.get(name, {}).get("properties", {})
        assert method != "get" or "items" not in fields or "next_cursor" in fields, path


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in operations(DOCUMENT)]
    assert sorted(names) == sorted(set(names))


def test_the_document_is_the_same_whichever_services_run(house, anyone):
    from starlette.testclient import TestClient

    from tapehawk.api.app import build
    from tapehawk.app.house import House

    alone = TestClient(build(House(house.known, ("notifications",))))
    first = anyone.get("/openapi.json")
    assert first.json() == alone.get("/openapi.json").json()
    assert first.json()["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    again = anyone.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_example_is_made_whole_of_its_parts():
    from tapehawk.api.examples import complete

    maybe = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schemas = {
        "Row": {"type": "object", "required": ["b", "a"], "properties": {"a": maybe, "b": {}}, "example": {"b": 1}},
        "Page": {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/Row"}}, "next_cursor": maybe},
        },
        "Bare": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
    }
    complete({"components": {"schemas": schemas}})
    assert schemas["Page"]["example"] == {"items": [{"a": None, "b": 1}], "next_cursor": None}
    assert "example" not in schemas["Bare"], "nothing is made up"
