"""nginx's configuration is made of the table of routes, so that neither knows a path the other does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import APIRouter

from tapehawk.api import surfaces
from tapehawk.app.deploying import Front, apart, nginx_configuration, prefixes
from tapehawk.app.house import SERVICES
from tapehawk.app.settings import settings
from tapehawk.core.errors import BadInput


def owner(path: str, table: dict[str, str]) -> str:
    """Return whom nginx asks: the longest prefix."""
    return table[max((prefix for prefix in table if path.startswith(prefix)), key=len)]


def test_every_path_of_every_service_reaches_that_service():
    table = {"/": "scanner"} | prefixes()
    for name in SERVICES:
        for route in surfaces.routes(name):
            assert owner(route.path, table) == name, route.path


def test_a_branch_that_one_service_has_is_one_prefix():
    paths = {
        "auth": ["/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/users", "/api/v1/users/{id}"],
        "scanner": ["/api/v1/scanner/scan", "/api/scan/{id}", "/api/scanner/results", "/ws/scan/{id}", "/api/health"],
        "records": ["/api/v1/signals", "/ws/signals"],
    }
    table = apart(paths)
    assert table == {
        "/api/v1/auth": "auth", "/api/v1/users": "auth", "/api/v1/scanner": "scanner", "/api/scan": "scanner",
        "/api/scanner": "scanner", "/api/health": "scanner", "/api/v1/signals": "records", "/ws/scan": "scanner",
        "/ws/signals": "records",
    }  # fmt: skip
    for name, all_ in paths.items():
        assert {owner(path, table) for path in all_} == {name}


@pytest.mark.parametrize(
    "paths", [{"a": ["/x/{id}"], "b": ["/x/{id}/y"]}, {"a": ["/x"], "b": ["/x/y"]}, {"a": ["/{x}"], "b": ["/{x}/y"]}]
)
def test_paths_that_can_not_be_told_apart_are_an_error_now_not_at_night(paths):
    with pytest.raises(ValueError, match=r"apart|begins"):
        apart(paths)


def test_a_route_that_is_added_is_in_the_configuration(monkeypatch):
    added = APIRouter()
    added.add_api_route("/planted/here", lambda: 1)
    monkeypatch.setattr(surfaces, "routes", lambda name: added.routes if name == "records" else [])
    assert "location /planted { proxy_pass http://tapehawk_records; }" in nginx_configuration(settings(), Front())


def test_the_page_on_running_says_how_many_connections_an_address_may_have():
    (said,) = re.findall(r"limit_conn tapehawk_addresses \d+", nginx_configuration(settings(), Front()))
    page = Path(__file__).parents[2] / "docs" / "how-to" / "run-the-service.md"
    assert said in " ".join(page.read_text().split())


def test_tls_needs_both_files_and_names_stay_names():
    with pytest.raises(BadInput, match="certificate"):
        Front(certificate=Path("a.pem"))
    with pytest.raises(BadInput, match="more than that"):
        Front(server_name="x; } http {")
    text = nginx_configuration(
        settings(), Front(certificate=Path("/c.pem"), key=Path("/k.pem"), server_name="a.example")
    )
    assert "listen 443 ssl;" in text
    assert "ssl_certificate /c.pem;" in text
    assert "server_name a.example;" in text
    assert "@" not in text.replace("@too_", "").replace("@away", "")
