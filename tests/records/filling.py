"""A row in every table of a database, whatever tables and columns it has: what a migration has to keep."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import sqlalchemy as sa

from tapehawk.records.database import Database

_BY_KIND: dict[type, Any] = {
    bool: True,
    int: 7,
    float: 1.25,
    dt.datetime: dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC),
    dt.date: dt.date(2026, 3, 2),
    bytes: b"\x00\xff",
    uuid.UUID: uuid.UUID(int=5),
}


def fill(database: Database) -> None:
    """Put a row into every table."""
    with database.engine.begin() as connection:
        rows: dict[str, dict[str, Any]] = {}
        for table in _tables(connection):
            rows[table.name] = {
                column.name: _value(column, rows, _checks(connection, table)) for column in table.columns
            }
            connection.execute(table.insert().values(rows[table.name]))


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table."""
    with database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in _tables(connection)
        }


def _tables(connection: sa.Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection)
    for column in (column for table in found.tables.values() for column in table.columns):
        if isinstance(column.type, sa.Numeric):
            column.type.asdecimal = False  # SQLite knows no decimals
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _checks(connection: sa.Connection, table: sa.Table) -> list[str]:
    return [one["sqltext"] for one in sa.inspect(connection).get_check_constraints(table.name)]


def _value(column: sa.Column[Any], rows: dict[str, dict[str, Any]], checks: list[str]) -> object:
    """Return a value that a column takes: of its parent, of its CHECK, of its type."""
    for key in column.foreign_keys:
        return rows[key.column.table.name][key.column.name]
    for check in checks:
        if re.match(rf"\W*{column.name}\b", check):
            return re.findall(r"'(\w+)'", check)[0]
    if isinstance(column.type, sa.JSON):
        return {"a": [1, None, "é"]}
    kind = column.type.python_type
    if kind is str:
        return uuid.UUID(int=6).hex if column.type.length == 32 else "text"[: column.type.length]
    return next(value for of, value in _BY_KIND.items() if issubclass(kind, of))
