"""The heart of a worker: on a thread of its own it lengthens leases and notices what shall end.

What shall end is ended at once, whether or not its function listens: a function that goes on writes nothing any more.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Event
from typing import Final

from tapehawk.core.errors import TapehawkError
from tapehawk.jobs import run as why
from tapehawk.jobs.run import Run
from tapehawk.records.database import Database
from tapehawk.records.jobs import CANCELLED, FAILED

LEASE: Final = dt.timedelta(seconds=30)
BEAT: Final = 1.0
"""Seconds from one beat to the next; a lease outlasts many, as a busy machine may hold one up."""
_log = logging.getLogger("tapehawk.jobs")

Ended = Callable[[Run, str, str | None], None]


@dataclass(frozen=True)
class Heart:
    """Beats for the runs of a worker; `end(run, state, error)` ends one."""

    database: Database
    worker: str
    runs: Callable[[], Collection[Run]]
    end: Ended
    now: Callable[[], dt.datetime]
    lease: dt.timedelta = LEASE

    def keep_beating(self, stop: Event, every: float = BEAT) -> None:
        """Beat until `stop` is set."""
        while not stop.wait(every):
            self.beat()

    def beat(self) -> None:
        """Beat once; a database that is away is tried again at the next beat."""
        runs = list(self.runs())
        try:
            if runs:
                self._lengthen(runs)
            for run in runs:
                self._end_if_late(run)
        except TapehawkError as error:
            _log.warning("a heartbeat failed", extra={"worker": self.worker, "reason": error.message})

    def _lengthen(self, runs: Collection[Run]) -> None:
        with self.database.write() as records:
            held = records.jobs.beat(self.worker, now=self.now(), lease=self.lease)
        for run in runs:
            if run.held not in held:
                run.stop(why.LOST)
            elif held[run.held]:
                run.stop(why.CANCELLED)
                self.end(run, CANCELLED, None)

    def _end_if_late(self, run: Run) -> None:
        began, may = run.job.started_at, run.job.timeout_seconds
        if began is not None and not run.is_stopped() and (self.now() - began).total_seconds() > may:
            run.stop(why.TIMED_OUT)
            self.end(run, FAILED, f"it took longer than {_said(may)}, which is all a {run.job.kind} may take")


def _said(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
