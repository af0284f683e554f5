"""Rows in values that JSON has, as events carry them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from tapehawk.core.instants import rfc3339
from tapehawk.records.owned import Row


def plain(row: Row) -> dict[str, Any]:
    """Return a row with its instants and ids as text."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, uuid.UUID) else value
