"""The audit log: what of security happened, appended and never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

import sqlalchemy as sa

from tapehawk.records.pages import Page, paged
from tapehawk.records.tables import audit_log


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

    def page(self, *, limit: int, cursor: str | None = None) -> Page:
        """Return events, newest first."""
        return paged(self._connection, sa.select(audit_log), (audit_log.c.id,), limit=limit, cursor=cursor)
