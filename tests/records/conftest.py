"""Databases of both kinds: what one promises, the other keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tapehawk.records.database import Database
from tapehawk.records.users import User

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)


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
