"""Who may not listen any longer, on both databases."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from tapehawk.records import leaving
from tapehawk.records.leaving import EVER
from tapehawk.records.records import Records
from tapehawk.records.tables import sign_ins

NOW = dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def records(database) -> Iterator[Records]:
    with database.write() as records:
        yield records


def user(records: Records, name: str, *ended: dt.datetime | None, active: bool = True) -> uuid.UUID:
    """Add a user with sign-ins, each ended at a time or not."""
    made = records.users.add(email=f"{name}@example.org", password_hash="", role="user", now=NOW)
    if not active:
        records.users.change(made.id, now=NOW, is_active=False)
    for at in ended:
        sign_in = records.sign_ins.add(made.id, now=NOW - HOUR, lasts=HOUR * 48)
        records._connection.execute(sign_ins.update().where(sign_ins.c.id == sign_in).values(revoked_at=at))
    return made.id


def test_who_is_signed_in_and_active_stays(records):
    assert records.leaving.since([user(records, "ada", None), user(records, "bob")]) == {}
    assert records.leaving.since([]) == {}


def test_who_is_disabled_or_gone_leaves_whenever_they_came(records):
    disabled, gone = user(records, "ada", None, active=False), uuid.uuid4()
    assert records.leaving.since([disabled, gone]) == {disabled: EVER, gone: EVER}


def test_who_ended_a_sign_in_leaves_with_what_was_opened_before_that(records):
    ada = user(records, "ada", NOW - HOUR, NOW, None)
    assert records.leaving.since([ada, user(records, "bob", None)]) == {ada: NOW}


def test_many_are_asked_about_some_at_a_time(records, monkeypatch):
    monkeypatch.setattr(leaving, "_AT_ONCE", 2)
    everybody = [user(records, f"user{number}", NOW if number % 2 else None) for number in range(5)]
    assert records.leaving.since(everybody) == dict.fromkeys(everybody[1::2], NOW)
