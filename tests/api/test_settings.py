"""`/api/v1/settings`: what the service runs with, for admins."""

from __future__ import annotations

import pytest

HIDDEN = "0123456789abcdef0123456789abcdef-of-the-tokens"


@pytest.fixture
def own_settings(monkeypatch):
    monkeypatch.setenv("JWT_SECRET", HIDDEN)
    monkeypatch.setenv("SCANNER__RISK__PER_TRADE", "0.02")


def test_an_admin_sees_every_setting_with_where_it_came_from(own_settings, house, signed_in):
    answer = signed_in("eve", role="admin").get("/api/v1/settings")
    found = {(one["section"], one["key"]): one for one in answer.json()["items"]}
    assert set(found) == {(name, key) for name in house.known.sections() for key in house.known.section(name)}
    changed, built_in = found["risk", "per_trade"], found["risk", "account_size"]
    assert changed["value"] == 0.02
    assert "environment" in changed["origin"]
    assert (built_in["value"], built_in["origin"]) == (100_000, "built in")
    assert built_in["about"]


def test_of_a_secret_only_its_origin_is_shown(own_settings, signed_in):
    answer = signed_in("eve", role="admin").get("/api/v1/settings")
    (secret,) = [one for one in answer.json()["items"] if one["key"] == "jwt_secret"]
    assert secret["is_secret"]
    assert secret["value"] is None
    assert "environment" in secret["origin"]
    assert HIDDEN not in answer.text


@pytest.mark.parametrize("role", ["user", "viewer"])
def test_nobody_else_sees_them(signed_in, role):
    assert signed_in("ada", role=role).get("/api/v1/settings").status_code == 403
