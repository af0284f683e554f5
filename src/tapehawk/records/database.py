"""A connection to the records, and transactions on it: SQLite in the data folder, or PostgreSQL.

On SQLite a writing transaction takes the lock as it begins (BEGIN IMMEDIATE), so that two writers wait for each other
instead of failing half-way; readers never wait (WAL). What the driver raises becomes an error of ours (`faults.py`).
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event, exc

from tapehawk.core.errors import BadInput, CorruptStore, TryAgain
from tapehawk.records.alongside import write_alongside
from tapehawk.records.faults import translated
from tapehawk.records.records import Records

SLOW_MS: Final = 200.0
BUSY_SECONDS: Final = 15.0
_WRITES: Final = "writes"
_ALTERING: Final = 7_283_402_915  # the lock of who alters tables
_log = logging.getLogger("tapehawk.records")


def sqlite_url(folder: Path) -> str:
    """Return the address of the embedded database in a folder."""
    return f"sqlite:///{folder / 'records.db'}"


class Database:
    """One address, and optionally another to read from (a replica, which may be a little behind).

    Raises BadInput for an address that is no SQLite or PostgreSQL database, or whose driver is not installed.
    """

    def __init__(self, url: str, read_url: str = "") -> None:
        self._engine = _engine(url)
        self._reader = _engine(read_url) if read_url else self._engine
        self._writes = self._engine.execution_options(**{_WRITES: True})
        self._reads = self._reader.execution_options(**_reading(self._reader))
        self._fresh = self._engine.execution_options(**_reading(self._engine))
        self._asks = self._reader.execution_options(**_asking(self._reader))
        self._asks_fresh = self._engine.execution_options(**_asking(self._engine))

    @property
    def engine(self) -> sa.Engine:
        """The engine that is written through; migrations use it."""
        return self._engine

    @property
    def is_shared(self) -> bool:
        """Say whether other machines can use it too."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def write(self) -> Iterator[Records]:
        """Hold a transaction, committed at its end with what is written `alongside`, rolled back when it raises."""
        with translated(), self._writes.begin() as connection:
            records = Records(connection)
            yield records
            write_alongside(records)

    @contextmanager
    def read(self, *, fresh: bool = False) -> Iterator[Records]:
        """Hold a transaction that sees one state of the records and changes nothing. `fresh`: never a replica's."""
        engine = self._fresh if fresh else self._reads
        with translated(), engine.connect() as connection, connection.begin() as transaction:
            yield Records(connection)
            transaction.rollback()

    @contextmanager
    def ask(self, *, fresh: bool = False) -> Iterator[Records]:
        """Hold a connection for one question, which needs no transaction around it. `fresh`: never a replica's."""
        with translated(), (self._asks_fresh if fresh else self._asks).connect() as connection:
            yield Records(connection)

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """Hold a transaction in which tables may change; who wants the same waits.

        SQLite alters a table by making it anew, and the old one would take along all that refers to it: foreign keys
        don't hold meanwhile and are looked at in the end. Raises CorruptStore where one leads nowhere then.
        """
        with translated(), self._writes.connect() as connection, _free_keys(connection), connection.begin():
            if self.is_shared:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ALTERING})
            yield connection
            if not self.is_shared and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise CorruptStore("rows refer to others that are not there")

    def ping(self) -> float:
        """Return the milliseconds that a round trip takes. Raises TryAgain when there is nobody."""
        began = time.perf_counter()
        with translated(), self._engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
        return (time.perf_counter() - began) * 1000

    def pool(self) -> dict[str, int]:
        """Return how many connections are in use and how many may be."""
        pool = self._engine.pool
        in_use = pool.checkedout() if isinstance(pool, sa.QueuePool) else 0
        return {"in_use": in_use, "size": pool.size() if isinstance(pool, sa.QueuePool) else 0}

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._reader.dispose()


def _reading(engine: sa.Engine) -> dict[str, Any]:
    """Return the options of a transaction that sees one state, as SQLite's do anyway."""
    shared = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return shared if engine.dialect.name == "postgresql" else {}


def _asking(engine: sa.Engine) -> dict[str, Any]:
    """Return the options of a single question; on SQLite our own BEGIN stands before it anyway."""
    return {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}


@contextmanager
def _free_keys(connection: sa.Connection) -> Iterator[None]:
    """Let no foreign key hold meanwhile, on SQLite, which can be told so outside of a transaction only."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):  # the address holds a password: it is not repeated
        hint = "it reads like postgresql://name:password@host/database, or sqlite:////folder/records.db"
        raise BadInput("DATABASE_URL is no address of a database", hint=hint) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed)
    if kind == "postgresql":
        return _postgresql(parsed)
    raise BadInput(f"records can't be kept in {kind}", hint="sqlite and postgresql can be used")


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database:
        _folder_of(Path(url.database))
    options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=options, pool_size=8, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own
        connection.isolation_level = None  # transactions begin where we say
        _to_wal(connection)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return _watched(engine)


def _to_wal(connection: sqlite3.Connection) -> None:
    """Set the file's journal; of several that open a new file at once, SQLite makes none wait, whatever its timeout."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _folder_of(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TryAgain(f"there can be no database: {error.strerror}", path=file.parent) from error


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,  # an error goes to the log; among the values are secrets
            pool_size=10,
            max_overflow=10,
            pool_timeout=5,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c statement_timeout=60000"},
        )
    except ModuleNotFoundError as error:
        raise BadInput("PostgreSQL needs its driver", hint="pip install 'tapehawk[postgres]'") from error
    return _watched(engine)


def _watched(engine: sa.Engine) -> sa.Engine:
    """Log statements that take long, without their values."""

    @event.listens_for(engine, "before_cursor_execute")
    def _before(connection: sa.Connection, *_: object) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def _after(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        took = (time.perf_counter() - connection.info["began"]) * 1000
        if took > SLOW_MS:
            _log.warning("slow query", extra={"took_ms": round(took, 1), "statement": statement})

    return engine
