"""A database that goes away, fills up or is none: who asks is told to try again, and it works when it is back."""

from __future__ import annotations

import itertools
from socket import socket
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from tapehawk.core.errors import BadInput, CorruptStore, TryAgain
from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.migrating import upgrade
from tapehawk.records.tables import users
from tests.records.conftest import NOW, made_user
from tests.records.servers import own_server

ALL_BUT_ME = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# SQLite


def test_a_full_disk_is_try_again_and_no_harm(sqlite):
    with sqlite.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @sa.event.listens_for(sqlite.engine, "begin")
    def _small(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    limit = pages + 5
    kept = 0
    with pytest.raises(TryAgain, match="full"):  # noqa: PT012  the first that fails is the last
        for n in itertools.count():
            made_user(sqlite, f"{n:0200}")
            kept += 1
    with sqlite.read() as records:
        assert records.users.count() == kept
    limit = 10_000
    made_user(sqlite, "again")


def test_a_file_that_can_not_be_opened_is_try_again(tmp_path):
    (tmp_path / "records.db").mkdir()
    with pytest.raises(TryAgain, match="opened"):
        Database(sqlite_url(tmp_path)).ping()


def test_a_folder_that_can_not_be_made_is_try_again(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TryAgain):
        Database(sqlite_url(tmp_path / "file" / "below"))


def test_a_file_that_is_no_database_is_said_to_be_unreadable(tmp_path):
    (tmp_path / "records.db").write_bytes(b"not a database at all" * 400)
    with pytest.raises(CorruptStore):
        upgrade(Database(sqlite_url(tmp_path)))


def test_a_database_that_may_not_be_written_can_be_read(sqlite):
    ada = made_user(sqlite, "ada")
    guarded = Database(f"sqlite:///file:{sqlite.engine.url.database}?mode=ro&uri=true")
    with guarded.read() as records:
        assert records.users.get(ada.id) == ada
    with pytest.raises(TryAgain, match="written"):
        made_user(guarded, "bob")
    guarded.close()


# PostgreSQL


@pytest.fixture
def server():
    """Return a server of one's own that runs, and the database on it."""
    with own_server() as made:
        database = Database(made.url)
        upgrade(database)
        yield made, database
        database.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_restarts_under_load_loses_nothing_that_was_confirmed(server, how):
    own, database = server
    done, numbers = Event(), itertools.count()
    confirmed, refused, other = list[str](), list[TryAgain](), list[BaseException]()

    def load() -> None:
        while not done.is_set():
            name = f"user{next(numbers)}"
            try:
                made_user(database, name)
                confirmed.append(f"{name}@example.org")
                with database.read() as records:
                    assert records.users.by_email(confirmed[-1])
            except TryAgain as error:
                refused.append(error)
                done.wait(0.01)
            except BaseException as error:  # noqa: BLE001  the test's subject: nothing else comes
                other.append(error)

    threads = [Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        _until(lambda: len(confirmed) > 20)
        own.stop(how)
        _until(lambda: len(refused) > 5)
        own.start()
        before = len(confirmed)
        _until(lambda: len(confirmed) > before + 20)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert other == []
    with database.read() as records:
        there = set(records._connection.execute(sa.select(users.c.email)).scalars())
    assert set(confirmed) <= there


def test_a_connection_that_the_server_ends_is_replaced(postgresql):
    ada = made_user(postgresql, "ada")
    other = Database(postgresql.engine.url.render_as_string(hide_password=False))
    with pytest.raises(TryAgain), postgresql.write() as records:  # noqa: PT012  as a request goes through it
        with other.write() as killer:
            killer._connection.execute(sa.text(ALL_BUT_ME))
        records.users.get(ada.id)
    other.close()
    with postgresql.read() as records:
        assert records.users.get(ada.id) == ada


def test_nobody_at_the_address_is_try_again_and_says_no_secret(caplog):
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"postgresql://ada:pass-word@127.0.0.1:{probe.getsockname()[1]}/x"
    with pytest.raises(TryAgain) as refused:
        Database(address).ping()
    assert "pass-word" not in f"{refused.value} {caplog.text} {[vars(one) for one in caplog.records]}"


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://a:pass-word@h/d", "postgresql://a:pass-word@h:port/d"])
def test_an_address_that_is_none_is_bad_input_and_says_no_secret(address):
    with pytest.raises(BadInput) as refused:
        Database(address)
    assert "pass-word" not in f"{refused.value} {refused.value.hint}"


def _until(holds) -> None:
    waiting = Event()
    while not holds():
        waiting.wait(0.01)


def test_a_replica_is_read_from(sqlite, tmp_path):
    other = Database(sqlite_url(tmp_path / "other"))
    upgrade(other)
    made_user(other, "replicated")
    both = Database(str(sqlite.engine.url), str(other.engine.url))
    with both.read() as records:
        assert records.users.by_email("replicated@example.org")
    with both.write() as records:
        assert records.users.by_email("replicated@example.org") is None
        records.users.add(email="w@b.c", password_hash="", role="user", now=NOW)
    both.close()
    other.close()
