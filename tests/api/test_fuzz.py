"""The whole OpenAPI document against the service: whatever is sent, no 5xx, and every answer is one that is described.

The short form draws the same cases every time; `make soak` draws others, many. In two of three cases what is known
stands where the case has a word for it, a symbol that is stored, a scan that was made: by chance none would find it.
"""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, repeat
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
from tests.api.conftest import user_of
from tests.api.owning import OWNED
from tests.simulated import LAST

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
NAMES = [f"{method.upper()} {path}" for path, method, _ in operations(DOCUMENT)]
ENDS_THE_SIGN_IN = ("/auth/logout", "/auth/password", "/auth/sign-ins", "/users/{user_id}")
"""After them who asked is signed in no more: each case is asked by somebody new."""
SEEDS = (5, 6, 7)
STORED = {
    "symbol": "VORO1", "symbols": ["VORO1", "LUNA1"], "scanner_type": "inside_bar", "scanner": "inside_bar",
    "scanners": ["volume_spike"], "scan_date": str(LAST), "date": str(LAST), "start_date": str(LAST),
    "end_date": str(LAST), "timeframe": "1d", "hours": "regular", "formula": "close > high[1]", "expr": "rsi(14)",
    "config": {}, "filters": {}, "channel": "in_app",
}  # fmt: skip
"""What is known of the simulated market, and what a question is to hold to be about it."""
REFUSED = {
    "POST /api/v1/auth/login", "POST /api/v1/auth/welcome", "POST /api/v1/auth/refresh", "GET /metrics",
    "GET /api/v1/ml/card/{scanner}", "PATCH /api/v1/signals/{signal_id}/status",
}  # fmt: skip
"""Routes that may refuse every case: they ask for a secret, for a trained model, for a word that is not the last."""
pytestmark = pytest.mark.usefixtures("stored")
Asking = Callable[[], TestClient]
Way = Callable[[schemathesis.Case, dict[str, object]], schemathesis.Case]


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
    made_up = kept.get("headers") or {}
    kept["headers"] = {name: value for name, value in made_up.items() if name.lower() not in client.headers}
    try:
        return client.request(**kept)
    except (UnicodeEncodeError, TypeError):
        return None


def as_it_is(case: schemathesis.Case, _known: dict[str, object]) -> schemathesis.Case:
    """Return a case as it was drawn."""
    return case


def knowing(case: schemathesis.Case, known: dict[str, object]) -> schemathesis.Case:
    """Return a case with what is known in the place of its own words."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({word: known[word] for word in part.keys() & known.keys()})
    return case


def knowing_only(case: schemathesis.Case, known: dict[str, object]) -> schemathesis.Case:
    """Return a case with what is known, whose query holds nothing else."""
    for word in case.query.keys() - known.keys():
        del case.query[word]
    return knowing(case, known)


def fuzz(
    asking: Asking, name: str, known: dict[str, object], *, examples: int, number: int, ways: Iterator[Way]
) -> set[int]:
    """Ask one route many things, and hold every answer to the document; return their statuses."""
    method, path = name.split(" ")
    statuses: set[int] = set()

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
        answer = sent(asking(), next(ways)(case, known))
        if answer is not None:
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)
            assert answer.status_code < 400 or answer.headers["content-type"] == MEDIA_TYPE

    each()
    return statuses


def askers(signed_in, name: str) -> list[Asking]:
    """Return who asks: nobody, and behind a door an admin, before whom the most of each route lies open."""
    method, path = name.split(" ")
    nobody = signed_in("nobody")
    nobody.headers.pop("Authorization")
    if not DOCUMENT["paths"][path][method.lower()].get("security"):
        return [lambda: nobody]
    if name.endswith(ENDS_THE_SIGN_IN):
        return [lambda: nobody, lambda: signed_in(uuid.uuid4().hex, role="admin")]
    root = signed_in("root", role="admin")
    return [lambda: nobody, lambda: root]


def fuzz_all(house: House, signed_in, name: str, *, examples: int, numbers: Sequence[int]) -> None:
    """Ask one route many things, as an admin who has things; as somebody who is turned away at its door, fewer."""
    known = {**STORED, "user_id": str(user_of(house, "bob").id)}
    if owned := OWNED.get(tuple(name.split(" "))):
        known |= owned.make(house, user_of(house, "root", "admin"))
    *others, last = askers(signed_in, name)
    ways, statuses = cycle((as_it_is, knowing_only, knowing)), set()
    for asking in others:
        fuzz(asking, name, known, examples=examples, number=numbers[0], ways=ways)
    for number in numbers:
        statuses |= fuzz(last, name, known, examples=examples, number=number, ways=ways)
    assert name in REFUSED or min(statuses) < 300


@pytest.mark.parametrize("name", NAMES)
def test_no_question_is_too_odd_for_an_answer_that_is_described(roomy, signed_in, name):
    fuzz_all(roomy, signed_in, name, examples=2, numbers=SEEDS)


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_no_question_is_too_odd_of_very_many(roomy, signed_in, name):
    number = random.randrange(2**32)
    logging.getLogger(__name__).warning("numbers=[%d] plays it again", number)
    fuzz_all(roomy, signed_in, name, examples=500, numbers=[number])


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
        fuzz(lambda: client, "GET /api/health/live", {}, examples=2, number=1, ways=repeat(as_it_is))


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
    *others, last = askers(signed_in, name)
    texts = NASTY[(NAMES.index(name) + turn) % TURNS :: TURNS]
    for asking, some in [*((one, texts[:1]) for one in others), (last, texts)]:
        for nasty in some:
            at = path
            for one in parameters:
                at = at.replace(f"{{{one['name']}}}", quote(nasty, safe=""))
            query = {one["name"]: nasty for one in parameters if one["in"] == "query"}
            asked = {} if schema is None else {"json": replaced(body, nasty)}
            answer = asking().request(method, at, params=query, **asked)
            assert answer.status_code < 500, (nasty, answer.text)
            assert answer.status_code < 400 or answer.headers["content-type"] == MEDIA_TYPE, nasty
