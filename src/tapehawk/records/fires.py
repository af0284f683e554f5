"""Fires: that a schedule was set off for an instant, by one process of all."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tapehawk.records.tables import fires


class Fires:
    """The fires of every schedule."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def last(self, schedule: str) -> dt.datetime | None:
        """Return the latest instant that a schedule was set off for, None for one that never was."""
        latest = sa.func.max(fires.c.fire_at, type_=fires.c.fire_at.type)
        wanted = sa.select(latest).where(fires.c.schedule == schedule)
        found: dt.datetime | None = self._connection.execute(wanted).scalar_one_or_none()
        return found

    def add(self, schedule: str, fire_at: dt.datetime, *, now: dt.datetime) -> bool:
        """Say whether who asks is the one that sets a schedule off for an instant: it was not before."""
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        made = insert(fires).values(schedule=schedule, fire_at=fire_at, fired_at=now).on_conflict_do_nothing()
        return self._connection.execute(made.returning(fires.c.schedule)).first() is not None

    def led_to(self, schedule: str, fire_at: dt.datetime, job_id: str) -> None:
        """Note the job that a fire led to."""
        mine = sa.and_(fires.c.schedule == schedule, fires.c.fire_at == fire_at)
        self._connection.execute(fires.update().where(mine).values(job_id=job_id))
