"""The audit log: what of security happened, appended and never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from tapehawk.records.days import check_days, within_days
from tapehawk.records.pages import Page, paged
from tapehawk.records.tables import audit_log


@dataclass(frozen=True)
class WantedEvents:
    """Which events are wanted; None: any. Raises BadInput for dates the wrong way round."""

    event: str | None = None
    user_id: uuid.UUID | None = None
    ip: str | None = None
    from_: dt.date | None = None
    to: dt.date | None = None

    def __post_init__(self) -> None:
        check_days("events", self.from_, self.to)

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield what a row has to meet."""
        for name in ("event", "user_id", "ip"):
            if getattr(self, name) is not None:
                yield audit_log.c[name] == getattr(self, name)
        yield from within_days(audit_log.c.at, self.from_, self.to)


ANY = WantedEvents()


class Audit:
    """Everybody's; whoever reads it is an admin."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, event: str, *, user_id: uuid.UUID | None, ip: str, now: dt.datetime, detail: Mapping[str, str]
    ) -> None:
        """Add an event. `user_id`: whom it concerns, who may be gone later."""
        values = {"at": now, "user_id": user_id, "event": event, "ip": ip, "detail": dict(detail)}
        self._connection.execute(audit_log.insert().values(values))

    def page(self, wanted: WantedEvents = ANY, *, limit: int, cursor: str | None = None) -> Page:
        """Return events that are wanted, newest first."""
        asked = sa.select(audit_log).where(*wanted.conditions())
        return paged(self._connection, asked, (audit_log.c.id,), limit=limit, cursor=cursor)
