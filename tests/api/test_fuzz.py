"""The whole OpenAPI document against the service: whatever is sent, no 5xx, and every answer is one that is described.

The short form draws the same cases every time; `make soak` draws others, many.
"""

from __future__ import annotations

import random
from dataclasses import replace
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as of_hypothesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.api.openapi import document, operations
from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.app.house import House

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
NAMES = [f"{method.upper()} {path}" for path, method, _ in operations(DOCUMENT)]
ENDS_THE_SIGN_IN = ("/auth/logout", "/auth/password", "/auth/sign-ins", "/users/{user_id}")
"""Not asked by who is signed in: after them they would not be."""


@pytest.fixture
def roomy(house: House) -> House:
    """Return the house without limits of how often: it is asked often here."""
    free = {f"SCANNER__API__RATE_{kind}": "0" for kind in ("PER_USER", "PER_ADDRESS", "EXPENSIVE")}
    house.known = replace(house.known, environment={**house.known.environment, **free})
    return house


def sent(client: TestClient, case: schemathesis.Case) -> object:
    """Send a case as it is, odd as it may be; return the answer, None for one that no client can send."""
    asked = case.as_transport_kwargs(base_url="http://testserver")
    body = asked.pop("data", None)
    if isinstance(body, bytes | str):
        asked["content"] = body
    elif body is not None:
        asked["data"] = body
    kept = {
        name: asked[name] for name in ("method", "url", "headers", "params", "json", "content", "data") if name in asked
    }
    kept["headers"] = {**(kept.get("headers") or {}), **dict(client.headers)}
    try:
        return client.request(**kept)
    except (UnicodeEncodeError, TypeError):
        return None


def fuzz(client: TestClient, name: str, *, examples: int, number: int) -> None:
    """Ask one route many things, and hold every answer to the document."""
    method, path = name.split(" ")

    @seed(number)
    @of_hypothesis(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=SCHEMA[path][method].as_strategy())
    def each(case: schemathesis.Case) -> None:
        answer = sent(client, case)
        if answer is not None:
            case.validate_response(answer, checks=CHECKS)
            assert answer.status_code < 400 or answer.headers["content-type"] == MEDIA_TYPE

    each()


def clients(signed_in, name: str) -> list[TestClient]:
    """Return who asks: nobody, and an admin, before whom the most of each route lies open."""
    nobody, root = signed_in("nobody"), signed_in("root", role="admin")
    nobody.headers.pop("Authorization")
    return [nobody] if name.endswith(ENDS_THE_SIGN_IN) else [nobody, root]


@pytest.mark.parametrize("name", NAMES)
def test_no_question_is_too_odd_for_an_answer_that_is_described(roomy, signed_in, name):
    for client in clients(signed_in, name):
        fuzz(client, name, examples=3, number=5)


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_no_question_is_too_odd_of_very_many(roomy, signed_in, name):
    for client in clients(signed_in, name):
        fuzz(client, name, examples=500, number=random.randrange(2**32))


def fails(_request: Request) -> Response:
    raise ZeroDivisionError


def answers_something_else(_request: Request) -> Response:
    return JSONResponse({"status": "who knows"})


@pytest.mark.parametrize("planted", [fails, answers_something_else])
def test_a_planted_bug_is_found(roomy, planted):
    app = build(roomy)
    app.router.routes.insert(0, Route("/api/health/live", planted))
    client = TestClient(app, raise_server_exceptions=False)
    with pytest.raises(FailureGroup):
        fuzz(client, "GET /api/health/live", examples=2, number=1)


NASTY = (
    "' OR '1'='1' --", "1; DROP TABLE users", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%s%n{0}",
    "{{7*7}}", "${jndi:ldap://x}", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u202e\ufeff",
    "\U0001f4a5" * 50, "x" * 5_000, "9" * 400, "-1", "1e999", "NaN", "null", "true", "[]", "2024-02-30",
    "0000-00-00", "9999-12-31T23:59:59Z", " ", "\n",
)  # fmt: skip
TURNS = 4


def replaced(value: object, nasty: str) -> object:
    """Return an example with every text in it replaced."""
    if isinstance(value, dict):
        return {key: replaced(one, nasty) for key, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, nasty) for one in value]
    return nasty if isinstance(value, str) else value


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.soak) for turn in range(1, TURNS))])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_anywhere_is_more_than_a_text(roomy, signed_in, name, turn):
    """The texts take turns: every route gets some of them, all routes together all."""
    method, path = name.split(" ")
    operation = DOCUMENT["paths"][path][method.lower()]
    parameters = operation.get("parameters", [])
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    body = DOCUMENT["components"]["schemas"].get((schema or {}).get("$ref", "").rpartition("/")[2], {}).get("example")
    for client in clients(signed_in, name):
        for nasty in NASTY[(NAMES.index(name) + turn) % TURNS :: TURNS]:
            at = path
            for one in parameters:
                at = at.replace(f"{{{one['name']}}}", quote(nasty, safe=""))
            query = {one["name"]: nasty for one in parameters if one["in"] == "query"}
            asked = {} if schema is None else {"json": replaced(body, nasty)}
            answer = client.request(method, at, params=query, **asked)
            assert answer.status_code < 500, (nasty, answer.text)
            assert answer.status_code < 400 or answer.headers["content-type"] == MEDIA_TYPE, nasty
