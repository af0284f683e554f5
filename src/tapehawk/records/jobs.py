"""Jobs: who takes one holds it for a lease, and every write says by whom and in which attempt.

    queued ──claim──► running ──► completed, failed, cancelled
       ▲                 │
       └── retry, release┴── the lease ran out: claimed again; interrupted when no attempt is left

A claim raises the attempt, so that a worker which was given up for lost can write nothing any more (`NotHeld`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tapehawk.core.errors import Conflict, NoData
from tapehawk.records.owned import OwnedRows
from tapehawk.records.pages import Page, paged
from tapehawk.records.tables import jobs

QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
INTERRUPTED: Final = "interrupted"
ENDED: Final = (COMPLETED, FAILED, CANCELLED, INTERRUPTED)
LOST: Final = "its worker was lost, and no attempt is left"

_CLAIMING: Final = 7_283_402_916  # the lock of who claims on PostgreSQL, where a limit must be counted by one at a time


class NotHeld(Conflict):
    """A job that is not the writer's any more: it was cancelled, took too long, or its lease ran out."""


class Held(NamedTuple):
    """A job in a worker's hands."""

    id: str
    worker: str
    attempt: int


@dataclass(frozen=True)
class Job:
    """A job as it stands. `user_id` None: the system's. `progress`: percent."""

    id: str
    user_id: uuid.UUID | None
    kind: str
    payload: Mapping[str, Any]
    state: str
    attempt: int
    max_attempts: int
    worker: str | None
    run_at: dt.datetime
    timeout_seconds: float
    progress: float
    message: str
    cancel_requested: bool
    result: Any
    error: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Job:
        """Return the job of a row."""
        return cls(**{one.name: row[one.name] for one in fields(cls)})

    @property
    def held(self) -> Held:
        """Return what its worker writes under."""
        return Held(self.id, self.worker or "", self.attempt)


class Jobs:
    """Everybody's jobs; whoever shows them is an admin."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # asking for something to be done

    def add(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        now: dt.datetime,
        timeout_seconds: float,
        max_attempts: int,
        user_id: uuid.UUID | None = None,
        id: str | None = None,
        dedup_key: str | None = None,
    ) -> Job:
        """Queue a job; return it, or the one of the same key that has not ended yet."""
        values: dict[str, Any] = {
            "id": id or str(uuid.uuid4()),
            "user_id": user_id,
            "kind": kind,
            "payload": payload,
            "state": QUEUED,
        }
        values |= {"max_attempts": max_attempts, "timeout_seconds": timeout_seconds, "dedup_key": dedup_key}
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        made = insert(jobs).values(run_at=now, created_at=now, **values)
        once = made.on_conflict_do_nothing(index_elements=[jobs.c.dedup_key]).returning(*jobs.c)
        same = sa.select(jobs).where(jobs.c.dedup_key == dedup_key)
        while not (found := self._rows(once) or self._rows(same)):
            pass  # the one of the same key ended between the two
        return found[0]

    def cancel(self, id: str, *, now: dt.datetime) -> Job:
        """End a job that waits, ask for the end of one that runs; one that has ended stays as it is. Raises NoData."""
        waits = sa.and_(jobs.c.id == id, jobs.c.state == QUEUED)
        ended = jobs.update().where(waits).values(state=CANCELLED, finished_at=now, dedup_key=None)
        asked = jobs.update().where(jobs.c.id == id, jobs.c.state == RUNNING).values(cancel_requested=True)
        changed = self._rows(ended.returning(*jobs.c)) or self._rows(asked.returning(*jobs.c))
        return changed[0] if changed else self.get(id)

    # looking

    def get(self, id: str) -> Job:
        """Return a job. Raises NoData where there is none."""
        found = self._rows(sa.select(jobs).where(jobs.c.id == id))
        if not found:
            raise NoData(f"there is no job {id}")
        return found[0]

    def page(self, *, limit: int, cursor: str | None = None) -> Page:
        """Return jobs, newest first."""
        by = (jobs.c.created_at, jobs.c.id)
        return paged(self._connection, sa.select(jobs), by, limit=limit, cursor=cursor)

    def counts(self, states: Collection[str] | None = None) -> Mapping[tuple[str, str], int]:
        """Count jobs by kind and state. `states`: only those; None: all."""
        wanted = sa.select(jobs.c.kind, jobs.c.state, sa.func.count()).group_by(jobs.c.kind, jobs.c.state)
        wanted = wanted if states is None else wanted.where(jobs.c.state.in_(states))
        return {(kind, state): count for kind, state, count in self._connection.execute(wanted)}

    def due(self, kinds: Collection[str], *, now: dt.datetime) -> set[str]:
        """Return the kinds of which a job may be claimed, or is to be given up."""
        wanted = sa.select(jobs.c.kind).where(jobs.c.kind.in_(kinds), sa.or_(_waits(now), _lapsed(now)))
        return set(self._connection.execute(wanted.distinct()).scalars())

    # working

    def claim(self, kind: str, *, worker: str, now: dt.datetime, lease: dt.timedelta, at_once: int) -> Job | None:
        """Take the next job of a kind, None where none is due or `at_once` of them run already, of all workers.

        First those whose worker was lost; then users take turns: next is who was served the longest time ago.
        """
        self._one_at_a_time(kind)
        running = sa.select(sa.func.count()).where(
            jobs.c.kind == kind, jobs.c.state == RUNNING, jobs.c.lease_until >= now
        )
        if self._connection.execute(running).scalar_one() >= at_once:
            return None
        chosen = self._next(kind, now)
        if chosen is None:
            return None
        taken = {"state": RUNNING, "worker": worker, "attempt": jobs.c.attempt + 1, "lease_until": now + lease}
        claimed = jobs.update().where(jobs.c.id == chosen).values(started_at=now, **taken)
        return self._rows(claimed.returning(*jobs.c))[0]

    def given_up(self, kind: str, *, now: dt.datetime) -> list[Job]:
        """End jobs whose worker was lost and that shall not be begun again; return them."""
        lost = (jobs.c.kind == kind, _lapsed(now))
        unwanted = jobs.update().where(*lost, jobs.c.cancel_requested).values(state=CANCELLED, **_ended(now))
        hopeless = jobs.update().where(*lost, jobs.c.attempt >= jobs.c.max_attempts)
        hopeless = hopeless.values(state=INTERRUPTED, error=LOST, **_ended(now))
        return [*self._rows(unwanted.returning(*jobs.c)), *self._rows(hopeless.returning(*jobs.c))]

    def beat(self, worker: str, *, now: dt.datetime, lease: dt.timedelta) -> dict[Held, bool]:
        """Lengthen the leases of a worker's jobs; return those it still holds, and whether each is to be cancelled."""
        mine = jobs.update().where(jobs.c.worker == worker, jobs.c.state == RUNNING).values(lease_until=now + lease)
        rows = self._connection.execute(mine.returning(jobs.c.id, jobs.c.attempt, jobs.c.cancel_requested))
        return {Held(id, worker, attempt): wanted for id, attempt, wanted in rows}

    def progress(self, held: Held, percent: float, message: str) -> None:
        """Say how far a job is. Raises NotHeld, as all that follows does: what else was written is rolled back."""
        self._change(held, progress=percent, message=message)

    def end(self, held: Held, state: str, *, now: dt.datetime, result: object = None, error: str | None = None) -> Job:
        """End a job."""
        done = {"progress": 100.0} if state == COMPLETED else {}
        return self._change(held, state=state, result=result, error=error, **done, **_ended(now))

    def retry(self, held: Held, *, at: dt.datetime, error: str) -> Job:
        """Put a job back, to be begun anew at a time."""
        return self._change(held, state=QUEUED, run_at=at, lease_until=None, error=error)

    def release(self, held: Held) -> Job:
        """Put a job back that was begun and not hindered: this attempt does not count."""
        again = jobs.c.max_attempts + 1
        return self._change(held, state=QUEUED, lease_until=None, max_attempts=again)

    def remove(self, id: str) -> None:
        """Remove a job that has ended from the history."""
        self._connection.execute(jobs.delete().where(jobs.c.id == id, jobs.c.state.in_(ENDED)))

    def _change(self, held: Held, **values: object) -> Job:
        mine = sa.and_(jobs.c.id == held.id, jobs.c.worker == held.worker, jobs.c.attempt == held.attempt)
        changed = jobs.update().where(mine, jobs.c.state == RUNNING).values(**values)
        found = self._rows(changed.returning(*jobs.c))
        if not found:
            raise NotHeld(f"the job {held.id} is not this worker's any more")
        return found[0]

    def _next(self, kind: str, now: dt.datetime) -> str | None:
        """Choose the job that is claimed next."""
        again = sa.and_(jobs.c.kind == kind, _lapsed(now), jobs.c.attempt < jobs.c.max_attempts)
        lost: str | None = self._connection.execute(_first_of(again)).scalar_one_or_none()
        if lost is not None:
            return lost
        for user_id in self._connection.execute(_in_turn(kind, now)).scalars().all():
            mine = jobs.c.user_id.is_(None) if user_id is None else jobs.c.user_id == user_id
            found: str | None = self._connection.execute(
                _first_of(jobs.c.kind == kind, _waits(now), mine)
            ).scalar_one_or_none()
            if found is not None:
                return found
        return None

    def _one_at_a_time(self, kind: str) -> None:
        """Let others who claim jobs of this kind wait; on SQLite whoever writes is alone anyway."""
        if self._connection.dialect.name == "postgresql":
            lock = sa.func.pg_advisory_xact_lock(sa.cast(_CLAIMING, sa.BigInteger) + sa.func.hashtext(kind))
            self._connection.execute(sa.select(lock))

    def _rows(self, statement: sa.Executable) -> list[Job]:
        return [Job.of(dict(row)) for row in self._connection.execute(statement).mappings()]


class OwnedJobs(OwnedRows):
    """A user's own."""

    table: ClassVar[sa.Table] = jobs
    noun: ClassVar[str] = "job"


def _waits(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.state == QUEUED, jobs.c.run_at <= now)


def _lapsed(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.state == RUNNING, jobs.c.lease_until < now)


def _ended(now: dt.datetime) -> dict[str, Any]:
    return {"finished_at": now, "lease_until": None, "dedup_key": None}


def _first_of(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return the oldest of some jobs that nobody else writes just now."""
    oldest = sa.select(jobs.c.id).where(*conditions).order_by(jobs.c.run_at, jobs.c.created_at, jobs.c.id)
    return oldest.limit(1).with_for_update(skip_locked=True)


def _in_turn(kind: str, now: dt.datetime) -> sa.Select[Any]:
    """Return whose jobs wait, first who was served the longest time ago; the system, which is nobody, before all."""
    waiting = sa.select(jobs.c.user_id, sa.func.min(jobs.c.created_at).label("since"))
    each = waiting.where(jobs.c.kind == kind, _waits(now)).group_by(jobs.c.user_id).subquery()
    served = sa.select(sa.func.max(jobs.c.started_at)).where(jobs.c.kind == kind, jobs.c.user_id == each.c.user_id)
    last = served.scalar_subquery()
    return sa.select(each.c.user_id).order_by(last.asc().nulls_first(), each.c.since, each.c.user_id)
