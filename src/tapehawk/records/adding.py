"""Adding many rows at once, of which some may be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: Final[dict[str, Callable[[sa.Table], Any]]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def add_new(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]], key: str) -> set[Any]:
    """Add the rows that no rule of uniqueness forbids; return what the column `key` of those that were added says."""
    if not rows:
        return set()
    made = _INSERT[connection.dialect.name](table).on_conflict_do_nothing().returning(table.c[key])
    return set(connection.execute(made, rows).scalars())
