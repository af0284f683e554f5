"""A queue on each kind of database, with a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.queue import Queue
from tapehawk.jobs.worker import Worker
from tapehawk.records.jobs import ENDED, Job

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += dt.timedelta(**span)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def users(database) -> Callable[[str], object]:
    """Return what makes a user of a name; their id."""

    def make(name: str) -> object:
        with database.write() as records:
            return records.users.add(email=f"{name}@example.org", password_hash="", role="user", now=NOW).id

    return make


@pytest.fixture
def working(database) -> Iterator[Callable[..., Queue]]:
    """Return what starts workers, `working({"name": Kind(…)}, workers=2)`; they end with the test."""
    stop, threads = Event(), []

    def start(kinds: dict[str, Kind], *, workers: int = 1, **about: object) -> Queue:
        queue = Queue(database, kinds, now)
        for _ in range(workers):
            mine = Queue(database, kinds, now, queue.news)
            worker = Worker(mine, beat=0.05, look_every=0.05, **about)
            threads.append(Thread(target=worker.work, args=(stop,)))
            threads[-1].start()
        return queue

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def until(said: Callable[[], object], *, seconds: float = 60) -> object:
    """Wait until something is said that is true, and return it."""
    end = time.monotonic() + seconds
    while not (found := said()):
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.02)
    return found


def job_of(queue: Queue, id: str) -> Job:
    with queue.database.read() as records:
        return records.jobs.get(id)


def ended(queue: Queue, id: str) -> Job:
    """Wait for the end of a job, and return it."""
    until(lambda: job_of(queue, id).state in ENDED)
    return job_of(queue, id)
