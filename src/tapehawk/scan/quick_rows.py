"""The quick scan on the wire: rows and answers with the names that programs read, made here and nowhere else.

`change24h`, `scanId` and their like are camelCase by contract, unlike the rest of the house. Values are plain: text,
numbers, None for null. What a row must be told apart by (simulated, stale since …) travels with it as `labels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from tapehawk.core.instants import rfc3339_each
from tapehawk.core.panel import Floats, Ints
from tapehawk.core.sessions import date_of
from tapehawk.scan.quick_latest import Latest

Row: TypeAlias = dict[str, Any]
BUY, SELL, HOLD = "BUY", "SELL", "HOLD"
QUICK, ANALYZING, COMPLETE = "quick_scan", "analyzing", "complete"
GRADES: Final[Mapping[int, str | None]] = {0: None, 1: "weak", 2: "usual", 3: "strong"}
FIELDS: Final = (
    "symbol", "exchange", "price", "change24h", "signal", "strength", "rsi", "macd", "status", "timestamp", "grade",
    "ema", "labels",
)  # fmt: skip


def rows_of(latest: Latest, exchange: Sequence[str | None], labels: Sequence[str]) -> dict[str, Row]:
    """Return the row of every symbol that could be judged, by symbol; `exchange`: of each of the panel's symbols.

    `labels` are those of the whole market; a symbol whose bars end before the market's says since when it is stale.
    """
    if not latest.values:
        return {}
    places = np.flatnonzero(~np.isnan(latest.values["strength"]))
    at = {name: column[places] for name, column in latest.values.items()}
    grades = at["grade"].astype(np.int64).tolist()
    symbols = [latest.panel.symbols[place] for place in places]
    columns = (
        symbols,
        [exchange[place] for place in places.tolist()],
        at["price"].tolist(),
        _nullable(latest.change[places]),
        [BUY if grade > 0 else SELL if grade < 0 else HOLD for grade in grades],
        at["strength"].tolist(),
        at["rsi"].tolist(),
        _either(at["macd"], "bullish", "bearish"),
        [QUICK] * places.size,
        rfc3339_each(latest.closed[places]),
        [GRADES[abs(grade)] for grade in grades],
        _either(at["ema"], "above", "below"),
        _labels(latest, places, list(labels)),
    )
    rows = [dict(zip(FIELDS, values, strict=True)) for values in zip(*columns, strict=True)]
    return dict(zip(symbols, rows, strict=True))


def strongest_first(rows: Iterable[Row]) -> list[Row]:
    """Return rows by strength, those without a side behind all others, equal ones by symbol."""
    return sorted(rows, key=lambda row: (row["signal"] == HOLD, -row["strength"], row["symbol"]))


def _nullable(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 - NaN differs from itself


def _either(values: Floats, above: str, below: str) -> list[str | None]:
    """Return a word for the sign of each value, None for zero and null."""
    return [above if value > 0 else below if value < 0 else None for value in values.tolist()]


def _labels(latest: Latest, places: Ints, labels: list[str]) -> list[list[str]]:
    """Return each row's labels; rows that say the same share the list."""
    session = latest.session[places]
    newest = latest.newest.session
    stale = {day: [*labels, f"stale since {date_of(day)}"] for day in set(session.tolist()) if day < newest}
    return [stale.get(day, labels) for day in session.tolist()]
