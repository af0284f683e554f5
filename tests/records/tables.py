"""Databases with this version's tables: made by the migrations once, and copied from then on."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.migrating import revision_of, upgrade


def with_tables(database: Database) -> Database:
    """Give a database the tables, where it has none; return it."""
    path = database.engine.url.database
    if not database.is_shared and path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    if revision_of(database) is not None:
        return database
    if database.is_shared or path is None:
        upgrade(database)
    else:
        with closing(sqlite3.connect(path)) as new:
            _template().backup(new)
    return database


@cache
def _template() -> sqlite3.Connection:
    with tempfile.TemporaryDirectory() as folder:
        made = Database(sqlite_url(Path(folder)))
        upgrade(made)
        made.close()
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(Path(folder) / "records.db")) as source:
            source.backup(kept)
    return kept
