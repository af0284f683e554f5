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
    """Return the example of a body: the media type's own, its schema's, that of a list's items, or of all fields."""
    schema = resolved(media.get("schema", {}))
    if "example" in media or "examples" in media:
        return media.get("example") or next(iter(media["examples"].values()))["value"]
    if "example" in schema or "examples" in schema:
        return schema.get("example") or schema["examples"][0]
    if schema.get("type") == "array":
        inner = example_of({"schema": schema["items"]})
        return None if inner is None else [inner]
    fields = {name: example_of({"schema": one}) for name, one in schema.get("properties", {}).items()}
    plain = {name: one if one is not None else _plain(schema["properties"][name]) for name, one in fields.items()}
    return plain if plain and any(one is not None for one in fields.values()) else None


def _plain(schema: dict) -> object:
    return None if any(one.get("type") == "null" for one in schema.get("anyOf", ())) else schema.get("default")


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
