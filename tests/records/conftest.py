"""Databases of both kinds: what one promises, the other keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.users import User
from tests.records.servers import bare_database, fresh_database
from tests.records.tables import with_tables

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request) -> Database:
    """Return a database without a table, of each kind."""
    return request.getfixturevalue(f"empty_{request.param}")


@pytest.fixture
def empty_sqlite(tmp_path) -> Iterator[Database]:
    """Return a database without a table in a file."""
    made = Database(sqlite_url(tmp_path))
    yield made
    made.close()


@pytest.fixture
def empty_postgresql() -> Iterator[Database]:
    """Return a database without a table on a server."""
    with bare_database() as url:
        made = Database(url)
        yield made
        made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> Database:
    """Return a database with this version's tables, of each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sqlite(empty_sqlite) -> Database:
    """Return a database with this version's tables in a file."""
    return with_tables(empty_sqlite)


@pytest.fixture
def postgresql() -> Iterator[Database]:
    """Return a database with this version's tables on a server."""
    with fresh_database() as url:
        made = Database(url)
        yield made
        made.close()


@pytest.fixture
def ada(database) -> User:
    """Return a user."""
    return made_user(database, "ada")


@pytest.fixture
def bob(database) -> User:
    """Return another."""
    return made_user(database, "bob")


def made_user(database: Database, name: str) -> User:
    """Return a user of a name, who is made."""
    with database.write() as records:
        return records.users.add(email=f"{name}@example.org", password_hash="", role="user", now=NOW)


@pytest.fixture
def in_thread() -> Callable[..., object]:
    """Return what runs functions at once, each in its thread, and returns what each returned or raised."""
    from concurrent.futures import ThreadPoolExecutor

    def run(*works: Callable[[], object]) -> list[object]:
        with ThreadPoolExecutor(len(works)) as pool:
            futures = [pool.submit(work) for work in works]
            return [future.exception() or future.result() for future in futures]

    return run
