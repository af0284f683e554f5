"""A report: what was asked, what was found, and what became of everything else."""

from __future__ import annotations

import datetime as dt
import json
import math
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tapehawk.core.instants import rfc3339
from tapehawk.core.next_day import NextDay
from tapehawk.core.panel import Ints
from tapehawk.core.sessions import date_of
from tapehawk.scan.rows import Columns, Values

_TIMES = frozenset({"bar_time", "available_at", "known_at"})
LEVELS: Final = ("direction", "entry", "stop", "target1", "target2", "position_size", "size_reason", "risk_amount")


def scan_id_at(now: dt.datetime) -> str:
    """Return an id for a scan that begins now."""
    return f"scan_{now.astimezone(dt.UTC):%Y%m%d_%H%M%S}_{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Report:
    """The answer to one question.

    `series`: whose bars answered, like `us:import:sip:split:consolidated`. `columns`: the rows, column by column (times
    in µs UTC, null as NaN). `sessions`: each row's session, as days since 1970-01-01. `funnel`: per pattern, the
    population after each condition (`funnel.py`). `wide`: the patterns, where the range form is one row per (symbol,
    session) with a flag for each of them. `own`: the columns that the scanner shows; one may have the name of a column
    of the house, and stands in its place. `notes`: what a reader must be told in a sentence (rows hidden by a cap or
    band). `next_day`: what the next morning says of the hits, for scanners that ask it.
    """

    scan_id: str
    scanner_type: str
    as_of: str
    series: str
    data_version: str
    labels: tuple[str, ...]
    columns: Columns
    sessions: Ints
    funnel: tuple[Mapping[str, Any], ...]
    elapsed_ms: float = 0.0
    notes: tuple[str, ...] = ()
    is_range: bool = False
    wide: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    next_day: NextDay | None = None

    def __len__(self) -> int:
        return len(self.columns["symbol"])

    def rows(self) -> Iterator[dict[str, Any]]:
        """Iterate over the rows as plain values: text, numbers, None for null, times as RFC 3339."""
        return plain_rows(self.columns)

    def dated(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Iterate over the rows with the dates of their sessions."""
        return zip(map(str, map(date_of, self.sessions)), self.rows(), strict=True)

    @property
    def results(self) -> list[dict[str, Any]]:
        """Return the rows of the form that was asked for."""
        return range_rows(self) if self.is_range else list(self.rows())

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the API gives it: a scan's for a date, a range scan's for a range."""
        about: dict[str, Any] = {
            "scan_id": self.scan_id,
            "scanner_type": self.scanner_type,
            "as_of": self.as_of,
            "series": self.series,
            "data_version": self.data_version,
            "labels": list(self.labels),
            "notes": list(self.notes),
            **({} if self.next_day is None else {"next_day": next_day_values(self.next_day)}),
        }
        results = self.results
        if not self.is_range:
            return {**about, "results": results, "funnel": list(self.funnel), "elapsed_ms": self.elapsed_ms}
        found = {
            "total_found": len(results),
            "execution_time": self.elapsed_ms / 1000,
            "message": f"{len(results)} rows",
        }
        hits = [{"symbol": row["symbol"], "date": date, "pattern": row["pattern"]} for date, row in self.dated()]
        return {"success": True, **about, "results": results, "hits": hits, **found, "funnel": list(self.funnel)}

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


def next_day_values(check: NextDay) -> dict[str, Any]:
    """Return the next-day check as JSON values: the confirmed setups, and how many are not, by reason."""
    rows = [
        vars(row)
        | {"setup_date": str(date_of(row.setup_date)), "trigger_date": str(date_of(row.trigger_date))}
        | {"known_at": rfc3339(row.known_at)}
        for row in check.rows
    ]
    return {"rows": rows, "without": {reason: count for reason, count in check.without.items() if count}}


def range_rows(report: Report) -> list[dict[str, Any]]:
    """Return rows in the range form: `ticker` and `date` first, and no `symbol`."""
    if report.wide:
        return list(_wide_rows(report).values())
    return [{"ticker": row.pop("symbol"), "date": date, **row} for date, row in report.dated()]


def _wide_rows(report: Report) -> dict[tuple[str, str], dict[str, Any]]:
    """Return one row per (ticker, date): 0 or 1 for each pattern, the volume and the scanner's own columns.

    Where the setups have a side, also its levels and size: those of the row that stands first, which scores highest.
    """
    levels = LEVELS if any(side != "NONE" for side in report.columns["direction"]) else ()
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for date, row in report.dated():
        key = (row["symbol"], date)
        if key not in rows:
            flags, shown = dict.fromkeys(report.wide, 0), {name: row[name] for name in (*levels, "volume", *report.own)}
            rows[key] = {"ticker": key[0], "date": key[1], **flags, **shown, "labels": row["labels"]}
        rows[key][row["pattern"]] = 1
    return rows


def plain_rows(columns: Columns) -> Iterator[dict[str, Any]]:
    """Yield rows as plain values: text, numbers, None for null, times as RFC 3339."""
    names, plain = list(columns), [plain_values(name, column) for name, column in columns.items()]
    for values in zip(*plain, strict=True):
        yield dict(zip(names, values, strict=True))


def plain_values(name: str, column: Values) -> list[Any]:
    """Return a column as JSON values; what is not finite is null."""
    if name in _TIMES:
        instants, place = np.unique(np.asarray(column), return_inverse=True)  # many rows of few bars
        texts = [None if math.isnan(value) else rfc3339(int(value)) for value in instants.tolist()]
        return [texts[at] for at in place.tolist()]
    if isinstance(column, list):
        return column
    if column.dtype == np.int64:
        return list(map(int, column))
    return [value if math.isfinite(value) else None for value in column.tolist()]
