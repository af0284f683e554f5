"""Lists in pages: nothing twice, nothing left out, and no cursor that we did not write."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapehawk.core.errors import BadInput
from tapehawk.records.pages import paged
from tapehawk.records.tables import audit_log, users
from tests.records.conftest import NOW

MANY = 23


@pytest.fixture
def crowd(database) -> list[uuid.UUID]:
    """Return the ids of users of whom several were made at the same instant, the newest first."""
    with database.write() as records:
        made = [
            records.users.add(email=f"{n}@b.c", password_hash="", role="user", now=NOW + dt.timedelta(seconds=n // 4))
            for n in range(MANY)
        ]
    return [one.id for one in sorted(made, key=lambda one: (one.created_at, one.id), reverse=True)]


@pytest.mark.parametrize("limit", [1, 4, 5, MANY - 1, MANY, MANY + 1])
def test_pages_hold_every_row_once_in_order(database, crowd, limit):
    assert _walk(database, limit) == crowd


def test_rows_that_are_added_meanwhile_move_nothing(database, crowd):
    later = iter(range(100))

    def add() -> None:
        with database.write() as records:
            n = next(later)
            records.users.add(email=f"new{n}@b.c", password_hash="", role="user", now=NOW + dt.timedelta(days=1 + n))

    assert _walk(database, 5, between=add) == crowd


def test_a_row_that_goes_meanwhile_takes_no_other_along(database, crowd):
    with database.read() as records:
        first = records.users.page(limit=5)
    with database.write() as records:  # the very row that the cursor names
        records._connection.execute(users.delete().where(users.c.id == first.items[-1]["id"]))
    with database.read() as records:
        second = records.users.page(limit=5, cursor=first.next_cursor)
    assert [row["id"] for row in second.items] == crowd[5:10]


def _coded(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


ID = str(uuid.UUID(int=1))
FORGED = [
    "", "x", "%%%", "ünïcode", "=" * 40, "A" * 1000, "' OR 1=1 --",
    _coded("text"), _coded(5), _coded(None), _coded({}), _coded([]), _coded([ID]), _coded([ID, ID]),
    _coded(["2026-03-02T15:30:00+00:00", "not an id"]), _coded(["2026-03-02T15:30:00+00:00", 5]),
    _coded(["0001-01-01T00:00:00+23:59", ID]), _coded(["9999-12-31T23:59:59-23:59", ID]),
    _coded([True, ID]), _coded([{}, ID]), _coded([["2026"], ID]), _coded(["2026-03-02T15:30:00Z", ID, ID]),
    base64.urlsafe_b64encode(b"[" * 740).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]  # fmt: skip


@pytest.mark.parametrize("cursor", FORGED, ids=range(len(FORGED)))
def test_a_forged_cursor_is_bad_input(database, cursor):
    with pytest.raises(BadInput, match="cursor"), database.read() as records:
        records.users.page(limit=5, cursor=cursor)


@pytest.mark.parametrize("text", [str(2**63), "1e3", "nan", "5\0", "--1", None, [], "9" * 5000])
def test_a_forged_number_is_bad_input(database, text):
    by, cursor = (audit_log.c.at, audit_log.c.id), _coded([NOW.isoformat(), text])
    with database.read() as records, pytest.raises(BadInput, match="cursor"):
        paged(records._connection, audit_log.select(), by, limit=5, cursor=cursor)


@settings(deadline=None, max_examples=300)
@given(said=st.recursive(st.none() | st.integers() | st.text() | st.floats(), lambda one: st.lists(one, max_size=3)))
def test_whatever_a_cursor_says_it_is_good_or_bad_input(said):
    from tapehawk.records.pages import _read

    with contextlib.suppress(BadInput):
        _read(_coded(said), (users.c.created_at, users.c.id))


def _walk(database, limit, between=lambda: None) -> list[uuid.UUID]:
    found, cursor = [], None
    while True:
        with database.read() as records:
            page = records.users.page(limit=limit, cursor=cursor)
        found += [row["id"] for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
        between()
