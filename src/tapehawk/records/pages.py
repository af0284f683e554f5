"""Lists in pages: the next page begins behind the last row of this one, whatever was added meanwhile."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tapehawk.core.errors import BadInput

MOST: Final = 1000
"""Rows of a page at most."""
_LONG: Final = 2**63


@dataclass(frozen=True)
class Page:
    """Rows, and the cursor of the page that follows (None: there is none)."""

    items: list[dict[str, Any]]
    next_cursor: str | None


def paged(
    connection: sa.Connection,
    statement: sa.Select[Any],
    by: Sequence[sa.Column[Any]],
    *,
    limit: int,
    cursor: str | None = None,
) -> Page:
    """Return a page of a statement's rows, the largest of `by` first; together these columns are unique.

    Raises BadInput for a cursor that is none of ours.
    """
    if cursor is not None:
        statement = statement.where(sa.tuple_(*by) < sa.tuple_(*_read(cursor, by)))
    statement = statement.order_by(*(column.desc() for column in by)).limit(limit + 1)
    found = connection.execute(statement)
    names = [str(name) for name in found.keys()]  # noqa: SIM118  a result is no mapping
    rows = [dict(zip(names, row, strict=True)) for row in found.all()]
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows, _written([rows[-1][column.name] for column in by]) if more else None)


def _written(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, dt.date) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _read(cursor: str, by: Sequence[sa.Column[Any]]) -> list[sa.ColumnElement[Any]]:
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        pairs = zip(texts, by, strict=True)
        return [sa.literal(_value(text, column.type.python_type), column.type) for text, column in pairs]
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadInput("this cursor is none", hint="a cursor is the `next_cursor` of the page before") from error


def _value(text: object, kind: type) -> object:
    """Return the value that `_written` wrote as a text. Raises ValueError for what no column of the kind holds."""
    if not isinstance(text, str) or "\0" in text:
        raise ValueError(text)
    if kind is dt.datetime:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(text)
        return found.astimezone(dt.UTC)
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    if kind is uuid.UUID:
        return uuid.UUID(text)
    if kind is int and not -_LONG <= int(text) < _LONG:
        raise ValueError(text)
    return kind(text)
