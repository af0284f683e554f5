"""Removing what is over from the records, as long as the settings keep it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tapehawk.app.sections import RecordsSection
from tapehawk.records.database import Database
from tapehawk.records.retention import BATCH, RULES, Rule


def remove_old(
    database: Database, kept: RecordsSection, *, now: dt.datetime, check: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Remove what is older than it is kept; return how many rows of each table. `check`: called between batches."""
    return {rule.table.name: _removed(database, rule, now - kept.of(rule.kind), check) for rule in RULES}


def _removed(database: Database, rule: Rule, before: dt.datetime, check: Callable[[], None]) -> int:
    gone = 0
    while True:
        check()
        with database.write() as records:
            batch = records.old.remove(rule, before=before)
        gone += batch
        if batch < BATCH:
            return gone
