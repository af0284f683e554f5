"""A report read back from its JSON, for who asked somebody else: it says the same, letter for letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tapehawk.core.instants import microseconds
from tapehawk.core.next_day import Confirmed, NextDay
from tapehawk.core.sessions import day_number
from tapehawk.scan.report import Report
from tapehawk.scan.rows import HOUSE, Columns, Values

_TIMES = ("bar_time", "available_at")


def report_of(answer: Mapping[str, Any], *, is_wide: bool = False) -> Report:
    """Return the report of a scan of one date; `is_wide`: its scanner shows the patterns of a bar in one row.

    Raises KeyError, TypeError or ValueError for what is no such answer.
    """
    rows, as_of = answer["results"], dt.date.fromisoformat(answer["as_of"])
    columns = _columns(rows)
    return Report(
        scan_id=answer["scan_id"],
        scanner_type=answer["scanner_type"],
        as_of=answer["as_of"],
        series=answer["series"],
        data_version=answer["data_version"],
        labels=tuple(answer["labels"]),
        columns=columns,
        sessions=np.full(len(rows), day_number(as_of), dtype=np.int64),
        funnel=tuple(answer["funnel"]),
        elapsed_ms=answer["elapsed_ms"],
        notes=tuple(answer["notes"]),
        wide=tuple(one["pattern"] for one in answer["funnel"]) if is_wide else (),
        own=tuple(name for name in columns if name not in HOUSE),
        next_day=_next_day(answer["next_day"]) if "next_day" in answer else None,
    )


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    names = list(rows[0]) if rows else list(HOUSE)
    return {name: _column(name, [row[name] for row in rows]) for name in names}


def _column(name: str, values: list[Any]) -> Values:
    if name in _TIMES:
        return np.array([microseconds(text) for text in values], dtype=np.int64)
    if values and all(type(value) is int for value in values):
        return np.array(values, dtype=np.int64)
    numbers = all(value is None or type(value) in (int, float) for value in values)
    if numbers and any(value is not None for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return values


def _next_day(check: Mapping[str, Any]) -> NextDay:
    rows = [
        row
        | {name: day_number(dt.date.fromisoformat(row[name])) for name in ("setup_date", "trigger_date")}
        | {"known_at": microseconds(row["known_at"])}
        for row in check["rows"]
    ]
    return NextDay(tuple(Confirmed(**row) for row in rows), check["without"])
