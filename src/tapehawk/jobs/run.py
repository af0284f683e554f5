"""One job in a worker's hands: what its function says and asks meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock
from typing import Final, TypeVar

from tapehawk.core.errors import TryAgain
from tapehawk.jobs.patience import patiently
from tapehawk.records.database import Database
from tapehawk.records.jobs import Job, NotHeld
from tapehawk.records.records import Records

T = TypeVar("T")

CANCELLED: Final = "cancelled"
TIMED_OUT: Final = "timed out"
LOST: Final = "lost"
STOPPING: Final = "stopping"
"""Why a run shall end: somebody wants it, it took too long, it is not ours any more, the process ends."""

SAY_EVERY: Final = 0.5  # seconds: progress is written no more often
PATIENCE: Final = 20.0  # seconds for which a database that is away is waited for, before the job is put back


class Stopped(Exception):
    """Raised into a job's function when its run shall end."""


class Run:
    """Says progress when called, `run(percent, message)`, and raises Stopped there when the run shall end."""

    def __init__(self, job: Job, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.job, self.held, self.why = job, job.held, ""
        self._database, self._clock, self._stopped, self._lock = database, clock, Event(), Lock()
        self._said_at = -SAY_EVERY

    def __call__(self, percent: float, message: str = "") -> None:
        """Say how far the job is, in percent."""
        self.check()
        if self._clock() - self._said_at >= SAY_EVERY:
            self._said_at = self._clock()
            self.write(lambda _: None, percent, message)

    def write(self, change: Callable[[Records], T], percent: float, message: str = "") -> T:
        """Change the records together with the progress: both or neither, and only while the job is held.

        Waits a while for a database that is away. Raises Stopped, or TryAgain where it stays away.
        """

        def written() -> T:
            self.check()
            with self._database.write() as records:
                records.jobs.progress(self.held, percent, message)
                return change(records)

        try:
            return patiently(written, seconds=PATIENCE, unless=self._stopped)
        except NotHeld:
            self.stop(LOST)
            raise Stopped from None
        except TryAgain:
            self.check()
            raise

    def stop(self, why: str) -> None:
        """Let the run end; the first reason stays."""
        with self._lock:
            self.why = self.why or why
        self._stopped.set()

    def is_stopped(self) -> bool:
        """Say whether the run shall end."""
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise Stopped when the run shall end."""
        if self._stopped.is_set():
            raise Stopped
