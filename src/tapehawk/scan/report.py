"""A report: what was asked, what was found, and what became of everything else."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapehawk.scan.rows import Columns

_TIMES = frozenset({"bar_time", "available_at", "known_at"})
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Report:
    """The answer to one question.

    `columns`: the rows, column by column (times in µs UTC, null as NaN). `funnel`: per pattern, the population after each
    condition. `wide`: one row per (symbol, session) with a flag for each pattern, for the range form. `notes`: what a reader must
    be told in a sentence (rows hidden by a cap or band).
    """

    scan_id: str
    scanner_type: str
    as_of: str
    data_version: str
    labels: tuple[str, ...]
    columns: Columns
    funnel: tuple[Mapping[str, Any], ...]
    elapsed_ms: float
    notes: tuple[str, ...] = ()
    is_range: bool = False
    wide: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns["symbol"])

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows as plain values: text, numbers, None for null, times as RFC 3339."""
        plain = {name: plain_values(name, column) for name, column in self.columns.items()}
        for i in range(len(self)):
            yield {name: column[i] for name, column in plain.items()}

    @property
    def results(self) -> list[dict[str, Any]]:
        """Return the rows of the form that was asked for."""
        return range_rows(self) if self.is_range else list(self.rows())

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the API gives it: a scan's for a date, a range scan's for a range."""
        about = {
            "scan_id": self.scan_id,
            "scanner_type": self.scanner_type,
            "as_of": self.as_of,
            "data_version": self.data_version,
        }
        about |= {"labels": list(self.labels), "notes": list(self.notes)}
        results = self.results
        if not self.is_range:
            return {**about, "results": results, "funnel": list(self.funnel), "elapsed_ms": self.elapsed_ms}
        found = {
            "total_found": len(results),
            "execution_time": self.elapsed_ms / 1000,
            "message": f"{len(results)} rows",
        }
        hits = [{"symbol": r["symbol"], "date": _date(r), "pattern": r["pattern"]} for r in self.rows()]
        return {"success": True, **about, "results": results, "hits": hits, **found, "funnel": list(self.funnel)}

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


def range_rows(report: Report) -> list[dict[str, Any]]:
    """Return rows in the range form: `ticker` and `date`; wide scanners one a (ticker, date) with 0/1 for each pattern."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    listed = []
    for row in report.rows():
        key = (row["symbol"], _date(row))
        own = {name: row[name] for name in report.own}
        if not report.wide:
            house = {name: value for name, value in row.items() if name not in ("symbol", *report.own)}
            listed.append({"ticker": key[0], "date": key[1], **house, **own})
            continue
        flags = dict.fromkeys(report.wide, 0)
        wide = rows.setdefault(
            key, {"ticker": key[0], "date": key[1], **flags, "volume": row["volume"], **own, "labels": row["labels"]}
        )
        wide[row["pattern"]] = 1
    return list(rows.values()) if report.wide else listed


def _date(row: Mapping[str, Any]) -> str:
    return str(row["bar_time"])[:10]


def plain_values(name: str, column: Any) -> list[Any]:
    """Return a column as JSON values."""
    if name in _TIMES:
        return [_instant(value) for value in column]
    if isinstance(column, list):
        return column
    if column.dtype == np.int64:
        return list(map(int, column))
    return [None if math.isnan(v) else v for v in column.tolist()]


def _instant(microseconds: float) -> str | None:
    if microseconds != microseconds:  # noqa: PLR0124  (a null)
        return None
    return (_EPOCH + dt.timedelta(microseconds=int(microseconds))).isoformat().replace("+00:00", "Z")
