"""A service in this process, over SQLite or PostgreSQL, and clients of its users."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.records.users import User
from tests.records.tables import with_tables


@pytest.fixture
def stored(market, monkeypatch, tmp_path) -> Path:
    """Make the simulated market the service's store, its records kept elsewhere."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(market))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    return market


@pytest.fixture(autouse=True)
def idle(request, monkeypatch) -> None:
    """Let nobody work behind the requests, but where a test says that somebody is `working`."""
    if "working" not in request.fixturenames:
        monkeypatch.setattr("tapehawk.app.workers.WORKERS", {})


@pytest.fixture
def working() -> None:
    """Let the services' workers work."""


@pytest.fixture
def house(own_home) -> Iterator[House]:
    """Return the parts of a service on a fresh SQLite database and an empty store."""
    yield from housed()


def housed() -> Iterator[House]:
    """Yield the parts of a service on the database that the environment names, with its tables; close them."""
    made = House(settings())
    with_tables(made.database)
    yield made
    made.close()


@pytest.fixture
def anyone(house: House) -> Iterator[TestClient]:
    """Return a client that is not signed in."""
    with TestClient(build(house), raise_server_exceptions=False) as client:
        yield client


SignedIn = Callable[..., TestClient]


@pytest.fixture
def signed_in(house: House, anyone: TestClient) -> SignedIn:
    """Return what makes a user and a client of theirs: `signed_in("ada", role="viewer")`."""

    def make(name: str = "ada", role: str = "user") -> TestClient:
        user = user_of(house, name, role)
        client = TestClient(anyone.app, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {token_of(house, user)}"
        return client

    return make


def user_of(house: House, name: str, role: str = "user") -> User:
    """Return the user of a name, made where there is none yet."""
    with house.database.write() as records:
        email = f"{name}@example.org"
        return records.users.by_email(email) or records.users.add(
            email=email, password_hash="", role=role, now=house.now()
        )


def token_of(house: House, user: User) -> str:
    """Return an access token of a user."""
    with house.database.write() as records:
        sign_in = records.sign_ins.add(user.id, now=house.now(), lasts=dt.timedelta(days=1))
    return house.tokens.signed(user.id, user.role, sign_in)
