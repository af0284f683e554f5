"""What is removed after how long: in small batches, each a transaction, so that nobody waits long for the lock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tapehawk.records.tables import answers, audit_log, fires, jobs, notifications, outbox, scans, sign_ins, tickets

BATCH: Final = 500


@dataclass(frozen=True)
class Rule:
    """Rows of a table that are `over` (None: all), by their age since `since`. `kind`: whose days count."""

    kind: str
    table: sa.Table
    since: sa.ColumnElement[dt.datetime]
    over: sa.ColumnElement[bool] | None = None


_WORK: Final = ("queued", "running")
RULES: Final = (
    Rule("notifications", notifications, notifications.c.created_at),
    Rule("notifications", outbox, outbox.c.created_at, outbox.c.state.in_(("sent", "failed"))),
    Rule("scans", scans, sa.func.coalesce(scans.c.finished_at, scans.c.created_at), scans.c.status.not_in(_WORK)),
    Rule("jobs", jobs, sa.func.coalesce(jobs.c.finished_at, jobs.c.created_at), jobs.c.state.not_in(_WORK)),
    Rule("jobs", fires, fires.c.fired_at),
    Rule("audit", audit_log, audit_log.c.at),
    Rule("answers", answers, answers.c.created_at),
    Rule("sign_ins", sign_ins, sign_ins.c.expires_at),
    Rule("sign_ins", tickets, tickets.c.expires_at),
)
"""Rows of a scan go with it. Users, what they keep, their signals and their days stay."""


class Old:
    """What is over."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def remove(self, rule: Rule, *, before: dt.datetime) -> int:
        """Remove a batch of a rule's rows from before an instant; return how many."""
        keys = list(rule.table.primary_key.columns)
        old = sa.select(*keys).where(rule.since < before).limit(BATCH)
        old = old if rule.over is None else old.where(rule.over)
        key: sa.ColumnElement[Any] = sa.tuple_(*keys) if len(keys) > 1 else keys[0]
        return self._connection.execute(rule.table.delete().where(key.in_(old))).rowcount
