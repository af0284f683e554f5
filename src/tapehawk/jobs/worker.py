"""A worker: claims jobs as long as it fits, does each on a thread, and writes what became of it."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from typing import Final

from tapehawk.core.errors import TapehawkError, TryAgain
from tapehawk.jobs import run as why
from tapehawk.jobs.heart import BEAT, LEASE, Heart
from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.patience import patiently
from tapehawk.jobs.queue import Queue
from tapehawk.jobs.run import Run, Stopped
from tapehawk.records.jobs import COMPLETED, FAILED, Job, NotHeld
from tapehawk.records.records import Records

LOOK_EVERY: Final = 1.0  # seconds after which a worker looks for what others have queued
GRACE: Final = 5.0  # seconds for which a worker that ends waits for its functions
LONGEST_BACK_OFF: Final = 300
_BUG: Final = "this is a bug of ours; the log has its trace under the job's id"
_log = logging.getLogger("tapehawk.jobs")


def own_name() -> str:
    """Return a name that no other worker has."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Worker:
    """Works off a queue until it is told to stop. `lease`: how long a job stays its own without a heartbeat."""

    queue: Queue
    name: str = field(default_factory=own_name)
    lease: dt.timedelta = LEASE
    beat: float = BEAT
    look_every: float = LOOK_EVERY
    _runs: dict[Run, Thread] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _ending: Event = field(default_factory=Event)

    def work(self, stop: Event) -> None:
        """Claim and do jobs until `stop` is set; put back then what is not done."""
        with self._beating():
            while not stop.is_set():
                self.queue.news.clear()
                if not self._took_some():
                    self._wait(stop)
            self._put_back()

    def _wait(self, stop: Event) -> None:
        """Wait for news, a moment at a time: two events can't be waited for at once."""
        left = self.look_every
        while left > 0 and not stop.is_set() and not self.queue.news.wait(min(left, 0.1)):
            left -= 0.1

    @contextmanager
    def _beating(self) -> Iterator[None]:
        heart = Heart(
            self.queue.database, self.name, lambda: tuple(self._runs), self._end, now=self.queue.now, lease=self.lease
        )
        still = Event()
        thread = Thread(target=heart.keep_beating, args=(still, self.beat), name=f"heart of {self.name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            still.set()
            thread.join()

    # claiming

    def _took_some(self) -> bool:
        """Claim one job of each kind that is due and has room; say whether there was any."""
        try:
            with self.queue.database.read(fresh=True) as records:
                due = records.jobs.due(tuple(self.queue.kinds), now=self.queue.now())
            took = [self._took(kind) for kind in sorted(due)]
        except TryAgain as error:
            _log.warning("jobs can't be looked for", extra={"worker": self.name, "reason": error.message})
            return False
        return any(took)

    def _took(self, name: str) -> bool:
        kind, now = self.queue.kinds[name], self.queue.now()
        has_room = sum(run.job.kind == name for run in tuple(self._runs)) < kind.at_once
        with self.queue.database.write() as records:
            given_up = records.jobs.given_up(name, now=now)
            job = (
                records.jobs.claim(name, worker=self.name, now=now, lease=self.lease, at_once=kind.at_once)
                if has_room
                else None
            )
            changed = [*given_up, *([job] if job else [])]
            for one in changed:
                kind.recorded(records, one)
        for one in changed:
            self.queue.tell(one)
        if job is not None:
            self._begin(Run(job, self.queue.database), kind)
        return job is not None

    def _begin(self, run: Run, kind: Kind) -> None:
        thread = Thread(target=self._do, args=(run, kind), name=f"{run.job.kind} {run.job.id}", daemon=True)
        with self._lock:
            self._runs[run] = thread
        thread.start()

    # doing

    def _do(self, run: Run, kind: Kind) -> None:
        _log.info("a job begins", extra=_facts(run.job))
        try:
            result = kind.work(run.job.payload, run, run.is_stopped)
        except Stopped:
            _log.info("a job was stopped", extra={**_facts(run.job), "reason": run.why})
        except TryAgain as error:
            self._again(run, error)
        except TapehawkError as error:
            self._end(run, FAILED, _said(error))
        except Exception:  # the outermost loop of a job
            if run.is_stopped():  # a library may have wrapped what stopped it
                return
            _log.exception("a job failed", extra=_facts(run.job))
            self._end(run, FAILED, _BUG)
        else:
            self._end(run, COMPLETED, None, result)
        finally:
            with self._lock:
                self._runs.pop(run, None)
            self.queue.news.set()

    def _again(self, run: Run, error: TryAgain) -> None:
        """Put a job back for later, unless that was its last attempt."""
        job = run.job
        if job.attempt >= job.max_attempts:
            self._end(run, FAILED, _said(error))
            return
        at = self.queue.now() + dt.timedelta(seconds=min(2**job.attempt, LONGEST_BACK_OFF))
        self._record(run, lambda records: records.jobs.retry(run.held, at=at, error=_said(error)))

    def _end(self, run: Run, state: str, error: str | None = None, result: object = None) -> None:
        now = self.queue.now()
        self._record(run, lambda records: records.jobs.end(run.held, state, now=now, error=error, result=result))

    def _record(self, run: Run, change: Callable[[Records], Job]) -> None:
        """Write what became of a job, waiting for a database that is away; not for one that is another's by now."""
        kind = self.queue.kinds[run.job.kind]

        def recorded() -> Job:
            with self.queue.database.write() as records:
                job = change(records)
                kind.recorded(records, job)
                return job

        try:
            job = patiently(recorded, unless=self._ending)
        except NotHeld:
            _log.info("a job is another's by now", extra=_facts(run.job))
        except TryAgain as error:
            _log.warning("a job is left to its lease", extra={**_facts(run.job), "reason": error.message})
        else:
            _log.info("a job is %s", job.state, extra=_facts(job))
            self.queue.tell(job)

    # ending

    def _put_back(self) -> None:
        """Stop what runs, put it back for others, and wait a little for its functions."""
        self._ending.set()
        running = dict(self._runs)
        for run in running:
            run.stop(why.STOPPING)
            if run.why == why.STOPPING:
                self._record(run, partial(_released, run))
        for thread in running.values():
            thread.join(GRACE)


def _released(run: Run, records: Records) -> Job:
    return records.jobs.release(run.held)


def _said(error: TapehawkError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _facts(job: Job) -> dict[str, object]:
    return {"job_id": job.id, "kind": job.kind, "attempt": job.attempt}
