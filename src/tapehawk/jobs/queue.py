"""Asking for a job, and for its end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from tapehawk.core.errors import UnknownName
from tapehawk.jobs.kinds import Kind
from tapehawk.records.database import Database
from tapehawk.records.jobs import ENDED, Job
from tapehawk.records.records import Records


@dataclass(frozen=True)
class Queue:
    """The jobs of a database. `news` is set when there may be work: workers of this process need not look for it.

    `on_end`: hears of each job that comes to its end here.
    """

    database: Database
    kinds: Mapping[str, Kind]
    now: Callable[[], dt.datetime]
    news: Event = field(default_factory=Event)
    on_end: Callable[[Job], None] = lambda _job: None

    def add(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        user_id: uuid.UUID | None = None,
        dedup_key: str | None = None,
    ) -> Job:
        """Queue a job; return it, or the one of the same key that has not ended yet. Raises UnknownName."""
        with self.database.write() as records:
            job = self.add_with(records, kind, payload, user_id=user_id, dedup_key=dedup_key)
        self.news.set()
        return job

    def add_with(
        self,
        records: Records,
        kind: str,
        payload: Mapping[str, Any],
        *,
        user_id: uuid.UUID | None = None,
        id: str | None = None,
        dedup_key: str | None = None,
    ) -> Job:
        """Queue a job in a transaction that writes more; set `news` after it. Raises as `add` does."""
        of = self.kind(kind)
        key = dedup_key and f"{user_id or 'system'}:{kind}:{dedup_key}"  # nobody is given another's job
        job = records.jobs.add(
            kind,
            payload,
            now=self.now(),
            timeout_seconds=of.timeout,
            max_attempts=of.attempts,
            user_id=user_id,
            id=id,
            dedup_key=key,
        )
        of.recorded(records, job)
        return job

    def cancel(self, id: str) -> Job:
        """End a job that waits, ask for the end of one that runs, leave one that has ended. Raises NoData."""
        with self.database.write() as records:
            before = records.jobs.get(id)
            job = records.jobs.cancel(id, now=self.now())
            changed = before.state not in ENDED
            if changed and job.kind in self.kinds:
                self.kinds[job.kind].recorded(records, job)
        if changed:
            self.tell(job)
        return job

    def tell(self, job: Job) -> None:
        """Tell what became of a job, once that is written down."""
        if job.state in ENDED:
            self.on_end(job)
        if job.kind in self.kinds:
            self.kinds[job.kind].told(job)

    def kind(self, name: str) -> Kind:
        """Return a kind. Raises UnknownName."""
        if name not in self.kinds:
            raise UnknownName("kind of job", name, self.kinds)
        return self.kinds[name]
