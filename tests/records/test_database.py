"""What both databases promise: transactions, values that come back as they went, errors of ours."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sqlite3
import uuid
from threading import Barrier, Event, Thread, Timer
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from tapehawk.core.errors import BadInput, Conflict, NoData, TryAgain
from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.tables import portfolios, signals, users
from tests.records.conftest import NOW, made_user
from tests.records.rows import signal_values

# values


@pytest.mark.parametrize(
    "said",
    [
        dt.datetime(2026, 3, 8, 1, 59, 59, 999_999, tzinfo=ZoneInfo("America/New_York")),  # the hour before DST
        dt.datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/New_York")),  # the hour that comes twice
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=45))),
    ],
)
def test_a_time_is_the_same_instant_in_utc(database, said):
    with database.write() as records:
        user = records.users.add(email="a@b.c", password_hash="", role="user", now=said)
    with database.read() as records:
        found = records.users.get(user.id).created_at
    assert found == said.astimezone(dt.UTC)
    assert found.utcoffset() == dt.timedelta(0)


def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(exc.StatementError, match="without a zone"), database.write() as records:
        records.users.add(email="a@b.c", password_hash="", role="user", now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("price", [1e-8, 0.1, 123_456.12345678, 99_999.99999999, 999_999_999_999.0, -3.5, 0.0])
def test_a_price_comes_back_to_eight_decimals(database, ada, price):
    assert _stored(database, ada, entry_price=price)["entry_price"] == price


@pytest.mark.parametrize("volume", [0, 2**31, 2**53 + 1, 2**63 - 1])
def test_a_volume_has_64_bits(database, ada, volume):
    assert _stored(database, ada, volume=volume)["volume"] == volume


def test_a_symbol_has_32_characters(database, ada):
    symbol = "1000000LONGNAMEDCOIN/USDT:USDT-9"
    assert len(symbol) == 32
    assert _stored(database, ada, symbol=symbol)["symbol"] == symbol


def test_plain_values_come_back_as_they_went(database, ada):
    said = [{"name": "zażółć 🦅", "n": 1.5, "big": 2**53, "none": None, "deep": [[], {}, True]}, "quote'\"; DROP TABLE"]
    assert _stored(database, ada, confluence_factors=said)["confluence_factors"] == said


@pytest.mark.parametrize("values", [{"symbol": "X" * 33}, {"entry_price": 1e13}, {"volume": 2**63}, {"phase": "a\0b"}])
def test_what_postgresql_can_not_hold_is_bad_input(postgresql, values):
    """SQLite bounds nothing: there only the edges do."""
    ada = made_user(postgresql, "ada")
    with pytest.raises(BadInput):
        _stored(postgresql, ada, **values)


# rules


def test_an_email_is_somebodys_alone(database, ada):
    with pytest.raises(Conflict), database.write() as records:
        records.users.add(email="ADA@example.org", password_hash="", role="user", now=NOW)


@pytest.mark.parametrize("values", [{"role": "king"}, {"user_id": uuid.uuid4()}])
def test_what_the_tables_forbid_is_a_conflict(database, ada, values):
    table = users if "role" in values else portfolios
    row = {"email": "x@y.z", "password_hash": "", "created_at": NOW, "updated_at": NOW}
    if table is portfolios:
        row = {"name": "one", "created_at": NOW, "updated_at": NOW}
    with pytest.raises(Conflict), database.write() as records:
        records._connection.execute(table.insert().values(**row | values))


def test_what_a_user_has_goes_with_them(database, ada):
    _stored(database, ada)
    with database.write() as records:
        records._connection.execute(users.delete().where(users.c.id == ada.id))
        assert records._connection.execute(sa.select(sa.func.count()).select_from(signals)).scalar_one() == 0


# transactions


def test_what_raises_leaves_nothing(database):
    with pytest.raises(NoData), database.write() as records:  # noqa: PT012  both belong to one transaction
        records.users.add(email="a@b.c", password_hash="", role="user", now=NOW)
        raise NoData("no")
    with database.read() as records:
        assert records.users.by_email("a@b.c") is None


def test_reading_changes_nothing(database, ada):
    with pytest.raises(TryAgain) if database.is_shared else _nothing(), database.read() as records:
        records.users.change(ada.id, now=NOW, first_name="Ada")
    with database.read() as records:
        assert records.users.get(ada.id).first_name == ""


def test_a_reader_sees_one_state_and_never_waits_for_a_writer(database, ada):
    with database.read() as reader:
        assert reader.users.get(ada.id).first_name == ""
        with database.write() as writer:
            writer.users.change(ada.id, now=NOW, first_name="Ada")
            assert reader.users.get(ada.id).first_name == ""
        assert reader.users.get(ada.id).first_name == ""
    with database.read() as reader:
        assert reader.users.get(ada.id).first_name == "Ada"


def test_two_writers_at_once_wait_for_each_other(database, ada, in_thread):
    start = Barrier(8)

    def count() -> None:
        start.wait()
        for _ in range(10):
            with database.write() as records:
                locked = sa.select(users.c.preferences).where(users.c.id == ada.id).with_for_update()
                n = records._connection.execute(locked).scalar_one().get("n", 0)
                records.users.change(ada.id, now=NOW, preferences={"n": n + 1})

    assert in_thread(*[count] * 8) == [None] * 8
    with database.read() as records:
        assert records.users.get(ada.id).preferences == {"n": 80}


def test_of_two_who_take_one_name_one_is_told_so(database, in_thread):
    start = Barrier(6)

    def take() -> str:
        start.wait()
        with database.write() as records:
            records.users.add(email="same@example.org", password_hash="", role="user", now=NOW)
        return "mine"

    got = in_thread(*[take] * 6)
    assert got.count("mine") == 1
    assert sum(isinstance(one, Conflict) for one in got) == 5


# faults


def test_a_wrong_statement_is_a_bug_and_not_hidden(database):
    with pytest.raises((exc.ProgrammingError, exc.OperationalError)), database.read() as records:
        records._connection.execute(sa.text("SELECT nothing FROM nowhere"))


def test_when_every_connection_is_in_use_one_is_told_to_try_again(empty_database, monkeypatch):
    pool = empty_database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.05)
    monkeypatch.setattr(pool, "_max_overflow", 0)
    held = [empty_database.engine.connect() for _ in range(pool.size())]
    try:
        with pytest.raises(TryAgain, match="in use"):
            empty_database.ping()
        assert empty_database.pool() == {"in_use": len(held), "size": len(held)}
    finally:
        for one in held:
            one.close()
    assert empty_database.ping() >= 0


def test_slow_statements_are_logged_without_their_values(database, ada, monkeypatch, caplog):
    monkeypatch.setattr("tapehawk.records.database.SLOW_MS", -1.0)
    with caplog.at_level(logging.WARNING, "tapehawk.records"), database.read() as records:
        records.users.by_email("secret@example.org")
    said = [vars(one) for one in caplog.records if one.message == "slow query"]
    assert said
    assert "secret@example.org" not in json.dumps(said, default=str)


def test_waiting_for_the_lock_of_sqlite_ends(sqlite, monkeypatch):
    database, ada = sqlite, made_user(sqlite, "ada")
    monkeypatch.setattr("tapehawk.records.database.BUSY_SECONDS", 0.05)
    impatient, holds, done = Database(str(database.engine.url)), Event(), Event()

    def hold() -> None:
        with database.write():
            holds.set()
            done.wait()

    thread = Thread(target=hold)
    thread.start()
    holds.wait()
    try:
        with pytest.raises(TryAgain, match="busy"), impatient.write():
            pass
        with impatient.read() as records:
            assert records.users.get(ada.id) == ada
    finally:
        done.set()
        thread.join()
        impatient.close()


def test_who_opens_a_new_file_waits_for_another_that_is_making_it(tmp_path):
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # in a file without WAL yet
    Timer(0.2, lambda: other.execute("CREATE TABLE theirs (id)") and other.execute("COMMIT")).start()
    database = Database(sqlite_url(tmp_path))
    try:
        with database.write() as records:
            assert records._connection.exec_driver_sql("SELECT * FROM theirs").all() == []
    finally:
        database.close()
        other.close()


def _stored(database, user, **values):
    with database.write() as records:
        made = signals.insert().values(signal_values(user.id) | values).returning(signals.c.id)
        id = records._connection.execute(made).scalar_one()
    with database.read() as records:
        return records._connection.execute(sa.select(signals).where(signals.c.id == id)).mappings().one()


def _nothing():
    from contextlib import nullcontext

    return nullcontext()
