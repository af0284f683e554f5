"""Who scans live for everybody: one process at a time, and how far what it found has been brought to users."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tapehawk.records.adding import add_new
from tapehawk.records.tables import live_desks, live_logs

_NAME: Final = "live"


@dataclass(frozen=True)
class Desk:
    """Who scans, until when nobody else may, and what was said last of how that fares."""

    worker: str
    lease_until: dt.datetime
    status: Mapping[str, Any]
    told_at: dt.datetime | None


class LiveDesks:
    """The one there is."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, worker: str, *, now: dt.datetime, lease: dt.timedelta) -> bool:
        """Take or keep the desk; say whether it is the worker's. Nobody else takes it before the lease runs out."""
        new = {"name": _NAME, "worker": worker, "lease_until": now + lease, "status": {}}
        if add_new(self._connection, live_desks, [new], "name"):
            return True
        free = sa.or_(live_desks.c.worker == worker, live_desks.c.lease_until < now)
        taken = live_desks.update().where(live_desks.c.name == _NAME, free)
        return self._connection.execute(taken.values(worker=worker, lease_until=now + lease)).rowcount > 0

    def leave(self, worker: str, *, now: dt.datetime) -> None:
        """Let others have it at once."""
        mine = live_desks.update().where(live_desks.c.name == _NAME, live_desks.c.worker == worker)
        gone = now - dt.timedelta(microseconds=1)
        self._connection.execute(mine.values(lease_until=gone, status={}, told_at=None))

    def tell(self, worker: str, status: Mapping[str, Any], *, now: dt.datetime) -> None:
        """Say how it fares, if it is still the worker's."""
        mine = live_desks.update().where(live_desks.c.name == _NAME, live_desks.c.worker == worker)
        self._connection.execute(mine.values(status=status, told_at=now))

    def found(self) -> Desk | None:
        """Return who has it, None where nobody ever had."""
        of = live_desks.c
        wanted = sa.select(of.worker, of.lease_until, of.status, of.told_at).where(of.name == _NAME)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Desk(*row)

    def brought(self, log: str) -> int:
        """Return how far a log has been brought to users; whoever brings more waits until the transaction ends."""
        add_new(self._connection, live_logs, [{"log": log, "offset": 0}], "log")
        wanted = sa.select(live_logs.c.offset).where(live_logs.c.log == log).with_for_update()
        return int(self._connection.execute(wanted).scalar_one())

    def bring(self, log: str, offset: int) -> None:
        """Note how far a log has been brought."""
        self._connection.execute(live_logs.update().where(live_logs.c.log == log).values(offset=offset))
