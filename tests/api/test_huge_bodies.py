"""A body that is wrong a hundred thousand times is refused briefly, whatever takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tapehawk.api.around.bounds import MOST_NAMES
from tapehawk.api.problems import MOST_ERRORS

WRONG = [[0]] * 9_000
SOME = re.compile(r"\{[^}]+\}")


def lists_in(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[list[str]]:
    """Yield where a body may have lists: the names that lead to each."""
    schema = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if schema.get("type") == "array":
        yield []
    for one in schema.get("anyOf", ()):
        yield from lists_in(one, schemas)
    for name, inside in schema.get("properties", {}).items():
        yield from ([name, *rest] for rest in lists_in(inside, schemas))


def nested(names: list[str], value: object) -> object:
    return {names[0]: nested(names[1:], value)} if names else value


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield every request that takes JSON, once with names it does not know and once for each list it may have."""
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if "requestBody" in said:
                schema = said["requestBody"]["content"]["application/json"]["schema"]
                yield method, path, {f"name{n}": n for n in range(MOST_NAMES)}
                for names in lists_in(schema, document["components"]["schemas"]):
                    yield method, path, nested(names, WRONG)


def test_every_endpoint_tells_the_first_mistakes_and_how_many_there_are(signed_in):
    root = signed_in("root", role="admin")
    asked = list(bodies(root.app.openapi()))
    assert len(asked) > 50
    for method, path, body in asked:
        answer = root.request(method, SOME.sub(str(UUID(int=1)), path), json=body)
        said = answer.json()
        assert answer.status_code == 422, (method, path, answer.text[:500])
        assert len(answer.content) < 10_000, (method, path)
        assert len(said["errors"]) == min(said["error_count"], MOST_ERRORS), (method, path)
        assert said["error_count"] < 100 or len(body) == MOST_NAMES, f"{method} {path} looks at every item"


@pytest.mark.parametrize("symbols", [[1] * 300_000, ["AAPL"] * 120_000, ["x" * 900_000], [["x" * 900_000]]])
def test_symbols_that_are_too_many_or_none_are_refused_in_few_words(signed_in, symbols):
    answer = signed_in().post("/api/v1/market-data/bars", json={"symbols": symbols})
    assert answer.status_code == 422
    assert answer.json()["error_count"] <= 2  # the first that is none, and that none is left
    assert len(answer.content) < 2_000


def test_a_name_of_a_megabyte_is_not_repeated(anyone):
    body = json.dumps({"email": "ada@example.org", "password": "correct horse", "x" * 900_000: 1})
    answer = anyone.post("/api/v1/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert len(answer.content) < 2_000
