"""A PostgreSQL for tests: the server that runs on this machine, else one that is started; a database for each test."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import psycopg
import pytest
from psycopg import sql

from tapehawk.records.database import Database
from tapehawk.records.migrating import upgrade
from tapehawk.records.tables import METADATA

HERE = os.environ.get("TAPEHAWK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
"""Whose server the tests may make databases on."""


_FREE: list[str] = []
"""Databases with tables and nothing in them: another test may have one, which is quicker than a new one."""


@contextmanager
def fresh_database() -> Iterator[str]:
    """Yield the address of a database with this version's tables, empty."""
    name = _FREE.pop() if _FREE else _with_tables()
    try:
        yield _address(name)
    finally:
        _emptied(name)
        _FREE.append(name)


@contextmanager
def bare_database() -> Iterator[str]:
    """Yield the address of a database without tables, dropped at the end whoever still uses it."""
    name = f"tapehawk_test_{secrets.token_hex(6)}"
    _execute(f'CREATE DATABASE "{name}"')
    try:
        yield _address(name)
    finally:
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _emptied(name: str) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(_address(name)) as connection:
        connection.execute(f"{others} AND pid <> pg_backend_pid()")
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))


def _with_tables() -> str:
    name = f"tapehawk_test_{secrets.token_hex(6)}"
    _execute(f'CREATE DATABASE "{name}"')
    atexit.register(_execute, f'DROP DATABASE "{name}" WITH (FORCE)')
    made = Database(_address(name))
    upgrade(made)
    made.close()
    return name


def _address(name: str) -> str:
    return re.sub(r"/[^/]*$", f"/{name}", HERE)


def _execute(statement: str) -> None:
    try:
        with psycopg.connect(HERE, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)
    except psycopg.OperationalError as error:
        pytest.skip(f"needs PostgreSQL at the address in TAPEHAWK_TEST_POSTGRES: {error}")


@contextmanager
def own_server() -> Iterator[Server]:
    """Yield a PostgreSQL of one's own that runs, in a folder that its user may enter (pytest's are the tester's)."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tapehawk_pg_", ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder), port)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


class Server:
    """A PostgreSQL of one's own, to be stopped, killed and started again. Skips where Debian's is not installed."""

    def __init__(self, folder: Path, port: int) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        if not found:
            pytest.skip("needs PostgreSQL's own programs (Debian: postgresql)")
        self._programs, self._data, self._port = found[-1].parent, folder / "pg", port
        folder.chmod(0o755)
        self._data.mkdir()
        shutil.chown(self._data, *self._who)
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "-N")

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self._port} -k {self._data} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-o", options, "-l", str(self._data / "log"), "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it: "fast", or "immediate", which is a crash."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", how, "stop")

    @property
    def _who(self) -> tuple[str, ...]:
        return ("postgres", "postgres") if os.geteuid() == 0 else ()  # it refuses to run as root

    def _run(self, program: str, *arguments: str) -> None:
        as_whom = ["runuser", "-u", "postgres", "--"] if self._who else []
        subprocess.run([*as_whom, self._programs / program, *arguments], check=True, capture_output=True, timeout=60)
