"""`auth = loopback-open`: at home the owner needs no token, and nobody else profits."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tests.api.conftest import housed, token_of, user_of

HOME = ("127.0.0.1", 50_000)


@pytest.fixture
def home(own_home, monkeypatch):
    monkeypatch.setenv("SCANNER__API__AUTH", "loopback-open")
    yield from housed()


@pytest.fixture
def asked(home):
    app = build(home)

    def ask(path="/api/v1/auth/me", peer=HOME, base="http://localhost:8000", method="GET", **headers):
        client = TestClient(app, base_url=base, client=peer, raise_server_exceptions=False)
        return client.request(method, path, headers=headers)

    return ask


def test_at_home_the_owner_is_an_admin_without_a_token(asked):
    assert asked().json()["role"] == "admin"
    assert asked(peer=("::1", 1), base="http://[::1]:8000").json()["id"] == asked().json()["id"]
    assert asked("/api/v1/users").status_code == 200
    assert asked("/api/v1/auth/ws-ticket", method="POST").status_code == 200
    assert asked("/api/v1/auth/sign-ins").json()["items"] == []
    assert asked("/api/v1/auth/logout", method="POST").status_code == 204


def test_nobody_else_is_the_owner(asked):
    assert asked(peer=("192.0.2.7", 1)).status_code == 401
    assert asked(base="http://evil.example").status_code == 401
    assert asked(Origin="https://evil.example").status_code == 401
    assert asked(**{"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert asked(**{"X-Forwarded-For": "127.0.0.1"}).status_code == 401


def test_who_shows_a_token_is_who_it_says(home, asked):
    ada = token_of(home, user_of(home, "ada"))
    assert asked(Authorization=f"Bearer {ada}").json()["email"] == "ada@example.org"
    assert asked(Authorization="Bearer made.up.token").status_code == 401


def test_without_the_setting_home_is_no_reason(house):
    client = TestClient(build(house), base_url="http://localhost:8000", client=HOME)
    assert client.get("/api/v1/auth/me").status_code == 401
