"""Presets on both databases: their owner's, by kind, each name once, as many as there may be."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tapehawk.core.errors import Conflict, NoData
from tapehawk.records import presets

NOW = dt.datetime(2025, 7, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)
BODY = {"config": {"min_price": 10**30, "text": "≥ 'x'", "none": None, "list": [1.5, True]}}


@pytest.fixture
def users(database) -> tuple[uuid.UUID, uuid.UUID]:
    with database.write() as records:
        ada, bob = (
            records.users.add(email=f"{name}@example.org", password_hash="", role="user", now=NOW).id
            for name in ("ada", "bob")
        )
    return ada, bob


def put(database, user, name="one", kind="preset", at=NOW):
    with database.write() as records:
        values = {"name": name, "scanner_type": "gap", "body": BODY, "created_at": at, "updated_at": at}
        return records.of(user).presets.put(kind, **values)


def test_one_is_read_back_as_it_was_put(database, users):
    made = put(database, users[0])
    with database.read() as records:
        assert records.of(users[0]).presets.one("preset", made["id"]) == made
    assert (made["body"], made["created_at"]) == (BODY, NOW)


def test_another_s_and_one_of_another_kind_are_none(database, users):
    ada, bob = users
    made = put(database, ada)
    with database.write() as records:
        for owner, kind in ((bob, "preset"), (ada, "saved")):
            repository = records.of(owner).presets
            for ask in (repository.one, repository.change_one, repository.remove_one):
                with pytest.raises(NoData):
                    ask(kind, made["id"])
            assert repository.of_kind(kind, scanner=None, limit=10, cursor=None).items == []


def test_a_name_is_there_once_of_a_kind_and_owner(database, users):
    ada, bob = users
    put(database, ada)
    put(database, ada, kind="saved")
    put(database, bob)
    with pytest.raises(Conflict):
        put(database, ada)


def test_there_is_an_end_to_them(database, users, monkeypatch):
    monkeypatch.setattr(presets, "MOST", 2)
    for name in ("one", "two"):
        put(database, users[0], name)
    with pytest.raises(Conflict, match="2"):
        put(database, users[0], "three")
    put(database, users[1], "three")


def test_pages_are_of_one_scanner_and_the_newest_first(database, users):
    for number in range(5):
        put(database, users[0], f"preset {number}", at=NOW + dt.timedelta(seconds=number))
    found, cursor = [], None
    with database.read() as records:
        repository = records.of(users[0]).presets
        while True:
            page = repository.of_kind("preset", scanner="gap", limit=2, cursor=cursor)
            found += [row["name"] for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert repository.of_kind("preset", scanner="breakout", limit=2, cursor=None).items == []
    assert found == [f"preset {number}" for number in range(4, -1, -1)]
