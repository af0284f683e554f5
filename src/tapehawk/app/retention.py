"""Removing what is over from the records, as long as the settings keep it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tapehawk.app.sections import RecordsSection
from tapehawk.records.database import Database
from tapehawk.records.retention import BATCH, RULES, Rule


def remove_old(
    database: Database, records: RecordsSection, *, now: dt.datetime, check: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Remove what is older than the settings keep it; return how many rows of each table.

    `check`: called before each batch; what it raises ends this, and the next run goes on.
    """
    days = {
        "notifications": records.notifications_days,
        "scans": records.scans_days,
        "jobs": records.jobs_days,
        "audit": records.audit_days,
        "answers": records.answers_days,
        "sign_ins": records.sign_ins_days,
    }
    return {
        rule.table.name: _removed(database, rule, now - dt.timedelta(days=days[rule.kind]), check) for rule in RULES
    }


def _removed(database: Database, rule: Rule, before: dt.datetime, check: Callable[[], None]) -> int:
    gone = 0
    while True:
        check()
        with database.write() as records:
            batch = records.old.remove(rule, before=before)
        gone += batch
        if batch < BATCH:
            return gone
