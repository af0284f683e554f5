"""The queue of jobs: how many are claimed and completed a second by two workers, on both databases.

The peer is the least that one could do: the same two statements, straight through the driver, with no turns between
users, no limit at once and no fence.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.market import folder
from benchmarks.measure import Result, in_turn
from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.migrating import upgrade

JOBS, WORKERS, USERS, HISTORY, RUNS = 400, 2, 10, 2_000, 3
SERVER = os.environ.get("TAPEHAWK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
LEASE = dt.timedelta(seconds=30)
Step = Callable[[], bool]


def results() -> Iterable[Result]:
    """Run the claims."""
    place = folder("jobs") / secrets.token_hex(4)
    place.mkdir(parents=True)
    yield _measured("SQLite", sqlite_url(place), lambda: _sqlite_peer(place / "peer.db"))
    try:
        with _database() as url:
            yield _measured("PostgreSQL", url, lambda: _postgresql_peer(url))
    except OSError as error:
        print(f"service_jobs: PostgreSQL left out: {error}", flush=True)


def _measured(name: str, url: str, peer: Callable[[], Step]) -> Result:
    database = Database(url)
    upgrade(database)
    _fill(database, HISTORY)
    _work(lambda: _one(database))  # what is done is the history that turns are taken by

    def ours() -> None:
        _fill(database, JOBS)
        _work(lambda: _one(database))

    step = peer()
    mine, theirs = in_turn([ours, lambda: _work(step, JOBS)], RUNS)
    database.close()
    rate, other = JOBS / mine.median, JOBS / theirs.median
    spread = f"{JOBS / max(mine.seconds):,.0f}–{JOBS / min(mine.seconds):,.0f}, n={RUNS}"
    return Result(
        f"jobs queued, claimed and completed for {USERS} users by {WORKERS} workers, {HISTORY:,} done before, {name}",
        f"{rate:,.0f}/s ({spread})",
        f"two bare statements: {other:,.0f}/s",
        f"{rate / other:.2f}×",
        "–",
    )


def _fill(database: Database, count: int) -> None:
    """Queue jobs of ten users."""
    with database.write() as records:
        users = [user["id"] for user in records.users.page(limit=USERS).items] or [
            records.users.add(email=f"{n}@example.org", password_hash="", role="user", now=_now()).id
            for n in range(USERS)
        ]
        about = {"timeout_seconds": 60.0, "max_attempts": 3}
        for number in range(count):
            records.jobs.add("work", {}, now=_now(), user_id=users[number % USERS], **about)


def _one(database: Database) -> bool:
    """Claim a job and complete it; say whether there was one."""
    with database.write() as records:
        job = records.jobs.claim("work", worker="w", now=_now(), lease=LEASE, at_once=WORKERS)
    if job is None:
        return False
    with database.write() as records:
        records.jobs.end(job.held, "completed", now=_now())
    return True


def _work(step: Step, most: int = 10**9) -> None:
    """Let workers do one after another until there is none, or so many in all."""

    def worker(share: int) -> None:
        while share and step():
            share -= 1

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(worker, [most // WORKERS] * WORKERS))


def _sqlite_peer(path: Path) -> Step:
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT)")

    def step() -> bool:
        with sqlite3.connect(path, isolation_level=None, timeout=30) as at:
            at.execute("PRAGMA synchronous=NORMAL")
            (id,) = at.execute("INSERT INTO bare (state) VALUES ('running') RETURNING id").fetchone()
            at.execute("UPDATE bare SET state = 'completed' WHERE id = ?", (id,))
        return True

    return step


def _postgresql_peer(url: str) -> Step:
    import threading

    import psycopg

    mine = threading.local()
    with psycopg.connect(url, autocommit=True) as made:
        made.execute("CREATE TABLE bare (id SERIAL PRIMARY KEY, state TEXT)")

    def step() -> bool:
        if not hasattr(mine, "at"):
            mine.at = psycopg.connect(url, autocommit=True)
        (id,) = mine.at.execute("INSERT INTO bare (state) VALUES ('running') RETURNING id").fetchone()
        mine.at.execute("UPDATE bare SET state = 'completed' WHERE id = %s", (id,))
        return True

    return step


@contextmanager
def _database() -> Iterator[str]:
    """Hold a database of one's own on the server that runs here. Raises OSError where there is none."""
    import psycopg

    name = f"tapehawk_bench_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as server:
            server.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError as error:
        raise ConnectionError(str(error)) from error
    try:
        yield SERVER.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(time.time(), dt.UTC)
