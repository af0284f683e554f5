"""What goes around every request: names, headers, limits, compression, patience."""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.app.house import House

FREED = threading.Event()


def with_settings(house: House, **values: object) -> House:
    """Return the house under other settings of the service."""
    named = {f"SCANNER__API__{key.upper()}": str(value) for key, value in values.items()}
    return House(replace(house.known, environment={**house.known.environment, **named}), house.services)


def client(house: House, **values: object) -> TestClient:
    """Return a client of a service with other settings and some routes for these tests."""
    app = build(with_settings(house, **values))

    def bug() -> None:
        raise ZeroDivisionError("the inside")

    def slow() -> None:
        FREED.wait(20)

    def events() -> StreamingResponse:
        return StreamingResponse(iter(["data: " + "x" * 5000 + "\n\n"]), media_type="text/event-stream")

    app.add_api_route("/bug", bug)
    app.add_api_route("/slow", slow)
    app.add_api_route("/large", lambda: ["x" * 5000])
    app.add_api_route("/events", events)
    app.add_api_route("/echo", echo, methods=["POST"])
    return TestClient(app, raise_server_exceptions=False)


def echo(body: dict) -> dict:
    return body


@pytest.fixture
def asked(house):
    return client(house)


# ------------------------------------------------------------------------------------------ request ids


def test_a_request_keeps_the_sane_name_it_came_with_in_answer_problem_and_log(asked, caplog):
    with caplog.at_level(logging.INFO):
        answer = asked.get("/api/v1/users", headers={"X-Request-ID": "browser-0042"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "browser-0042"
    (line,) = [one for one in caplog.records if one.name == "tapehawk.api.access"]
    assert (line.status, line.route, line.method) == (401, "/api/v1/users", "GET")


@pytest.mark.parametrize("given", ["", "a", "x" * 65, "a b c d", "../../etc", "a\x1b[31m123", "-dash", "a;b=c;d"])
def test_a_name_that_is_none_is_replaced(asked, given):
    made = asked.get("/api/health/live", headers={"X-Request-ID": given.encode()}).headers["x-request-id"]
    assert made != given
    assert len(made) == 32


def test_two_requests_have_two_names(asked):
    names = {asked.get("/api/health/live").headers["x-request-id"] for _ in range(2)}
    assert len(names) == 2


# ---------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("path", ["/api/health/live", "/api/v1/users", "/nothing", "/bug", "/openapi.json", "/docs"])
def test_every_answer_has_the_security_headers(asked, path):
    headers = asked.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src 'unsafe" not in headers["content-security-policy"]
    assert "x-request-id" in headers
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_over_tls_browsers_are_told_to_stay_there(house):
    secure = TestClient(build(house), base_url="https://testserver")
    assert "max-age" in secure.get("/api/health/live").headers["strict-transport-security"]


def test_only_pages_of_the_origins_in_the_settings_may_ask(house):
    listed = client(house, cors_origins="https://desk.example.org")
    asks = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    good = listed.options("/api/v1/users", headers={"Origin": "https://desk.example.org", **asks})
    assert good.headers["access-control-allow-origin"] == "https://desk.example.org"
    assert (
        "access-control-allow-origin"
        not in listed.options("/api/v1/users", headers={"Origin": "https://evil.example.org", **asks}).headers
    )
    answer = client(house).get("/api/health/live", headers={"Origin": "https://desk.example.org"})
    assert "access-control-allow-origin" not in answer.headers


# ------------------------------------------------------------------------------------------- compression


def test_a_large_answer_is_compressed_a_small_one_and_a_stream_of_events_are_not(asked):
    assert asked.get("/large").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in asked.get("/api/health/live").headers
    events = asked.get("/events")
    assert "content-encoding" not in events.headers
    assert events.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in asked.get("/large", headers={"Accept-Encoding": "identity"}).headers


# --------------------------------------------------------------------------------------------- methods


@pytest.mark.parametrize("path", ["/api/health/live", "/api/v1/users", "/large", "/events", "/docs"])
def test_head_has_the_head_of_get_and_no_body(asked, path):
    got, head = asked.get(path), asked.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    volatile = {"x-request-id", "ratelimit-remaining", "ratelimit-reset", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in volatile} == {
        k: v for k, v in got.headers.items() if k not in volatile
    }


def test_options_and_a_wrong_method_say_what_is_answered(asked):
    asked_for = asked.options("/api/v1/users")
    assert (asked_for.status_code, asked_for.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    wrong = asked.put("/api/v1/users")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS"
    assert wrong.headers["content-type"] == MEDIA_TYPE
    assert asked.options("/nothing").status_code == 404


# ---------------------------------------------------------------------------------------------- bounds


def post(asked: TestClient, body: bytes, **headers: str):
    return asked.post("/echo", content=body, headers={"Content-Type": "application/json", **headers})


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"a": 1}', 200),
        (nested(32), 200),
        (nested(33), 422),
        (b"[" * 100_000, 422),
        (b'{"a": [' + b"[]," * 40 + b"[]]}", 200),
        (b'{"a": ', 422),
        (b"", 422),
        (b'{"a": NaN}', 422),
        (b'{"a": Infinity}', 422),
        (b'{"a": "\\ud800"}', 422),
        (b'{"a": "\xff"}', 422),
        (b'{"a": "x\\u0000y"}', 422),
        (b'{"\\u0000": 1}', 422),
        (b'{"a": "\\\\u0000 is text"}', 200),
        (b'{"a": ' + b"9" * 5000 + b"}", 422),
        (b'{"a": "' + b"x" * 1_000_001 + b'"}', 413),
    ],
)
def test_a_body_is_read_or_refused_with_a_problem(asked, body, status):
    answer = post(asked, body)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == MEDIA_TYPE


def test_a_body_that_does_not_say_its_length_is_bounded_too(asked):
    chunks = (b"x" * 100_000 for _ in range(11))
    assert post(asked, chunks).status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/users?cursor=" + "x" * 8_200, 414),
        ("/" + "x" * 8_200, 414),
        ("/api/health/live?" + "&".join(["a=1"] * 101), 422),
        ("/api/health/live?a=%00", 422),
        ("/api/v1/users/%00", 422),
    ],
)
def test_an_address_is_bounded(asked, path, status):
    answer = asked.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE


def test_headers_are_bounded(asked):
    assert asked.get("/api/health/live", headers={"X-Long": "x" * 33_000}).status_code == 431


# --------------------------------------------------------------------------------- patience, and bugs


def test_what_takes_too_long_is_told_so(house):
    try:
        answer = client(house, timeout=1).get("/slow")
    finally:
        FREED.set()
    assert (answer.status_code, answer.json()["title"]) == (504, "Took too long")


def test_a_bug_says_nothing_of_the_inside_and_its_trace_is_in_the_log(asked, caplog):
    answer = asked.get("/bug")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert not any(word in answer.text for word in ("Zero", "inside", "Traceback", ".py"))
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    (logged,) = [one for one in caplog.records if one.exc_info]
    assert logged.exc_info[0] is ZeroDivisionError


# ----------------------------------------------------------------------------------------------- rates


@pytest.fixture
def in_one_minute(monkeypatch):
    """Count in the middle of a minute, which does not turn meanwhile."""
    middle = time.time() // 60 * 60 + 30
    monkeypatch.setattr("limits.aio.storage.memory.time", SimpleNamespace(time=lambda: middle))


@pytest.mark.usefixtures("in_one_minute")
def test_every_answer_says_how_many_are_left_and_the_one_too_many_when_to_come_back(house):
    few = client(house, rate_per_address=3)
    assert [few.get("/large").headers["ratelimit-remaining"] for _ in range(3)] == ["2", "1", "0"]
    refused = few.get("/large")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == MEDIA_TYPE
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-limit"] == "3"
    assert few.get("/api/health/live").status_code == 200, "supervisors are never refused"


@pytest.mark.usefixtures("in_one_minute")
def test_users_have_each_their_own_count_whatever_address_they_come_from(house, signed_in):
    tokens = [signed_in(name).headers["authorization"] for name in ("ada", "bob")]
    few = client(house, rate_per_user=2)
    statuses = [few.get("/large", headers={"Authorization": tokens[0]}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert few.get("/large", headers={"Authorization": tokens[1]}).status_code == 200


@pytest.mark.usefixtures("in_one_minute")
def test_a_forged_token_does_not_buy_a_count_of_its_own(house):
    few = client(house, rate_per_address=2, rate_per_user=100)
    statuses = [few.get("/large", headers={"Authorization": f"Bearer forged.{n}.x"}).status_code for n in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.usefixtures("in_one_minute")
def test_what_is_expensive_has_a_count_of_its_own(house):
    few = client(house, rate_expensive=1)
    first, second = (few.post("/api/v1/auth/login", json={}).status_code for _ in range(2))
    assert (first != 429, second) == (True, 429)
    assert few.get("/large").status_code == 200
    assert few.post("/api/v1/scanner/scan", json={}).status_code != 429


@pytest.mark.usefixtures("in_one_minute")
def test_nobody_is_believed_about_their_address_who_is_not_a_proxy_of_ours(house):
    few = client(house, rate_per_address=1)
    statuses = [few.get("/large", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(2)]
    assert statuses == [200, 429]


def test_a_network_of_ipv6_is_one_address(house):
    from tapehawk.api.around.rates import network

    first, second, other = ({"client": (f"2001:db8:{n}::{m}", 1)} for n, m in ((1, 1), (1, 2), (2, 1)))
    assert network(first) == network(second) != network(other)


def test_the_body_of_what_is_asked_reaches_the_route_whole(asked):
    sent = {"rows": [[n] for n in range(2_000)]}
    assert post(asked, json.dumps(sent).encode()).json() == sent
