"""While the database is away nobody signs in, and nothing is held against who tried."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tests.bus.servers import free_port
from tests.records.servers import Server
from tests.records.tables import with_tables

ADA = {"email": "ada@example.org", "password": "correct horse"}
pytestmark = pytest.mark.slow


@pytest.fixture
def server():
    """Return a PostgreSQL of this test's own, in a folder that its user can reach."""
    with tempfile.TemporaryDirectory() as folder:
        made = Server(Path(folder), free_port())
        made.start()
        yield made
        made.stop("immediate")


def test_a_database_that_goes_away_and_comes_back(own_home, server, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", server.url)
    monkeypatch.setenv("SCANNER__API__REGISTRATION", "open")
    house = House(settings())
    with_tables(house.database)
    client = TestClient(build(house), raise_server_exceptions=False)
    grant = client.post("/api/v1/auth/register", json=ADA).json()
    shown = {"Authorization": f"Bearer {grant['access_token']}"}
    again = {"refresh_token": grant["refresh_token"]}
    server.stop("immediate")
    for answer in (
        *(client.post("/api/v1/auth/login", json=ADA) for _ in range(12)),
        client.post("/api/v1/auth/refresh", json=again),
        client.get("/api/v1/auth/me", headers=shown),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (503, MEDIA_TYPE)
        assert int(answer.headers["retry-after"]) > 0
    server.start()
    assert client.get("/api/v1/auth/me", headers=shown).status_code == 200
    assert client.post("/api/v1/auth/login", json=ADA).status_code == 200
    assert client.post("/api/v1/auth/refresh", json=again).status_code == 200
    house.close()
