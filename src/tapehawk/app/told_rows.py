"""What live scans have told of the last session of each series, whoever scans: read in what they wrote down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

Key: TypeAlias = tuple[str, ...]
"""Series, and what names a row in it: scanner, pattern, symbol, bar_time."""
Row: TypeAlias = Mapping[str, Any]

DAYS_BACK: Final = 4
"""The last session is no older, over a long weekend."""


def told_rows(store: Path, today: dt.date) -> dict[Key, Row]:
    """Return the events that hold, of scans into this store."""
    from tapehawk.scan.intrabar import is_intrabar  # loads kernels, which no service needs before it is asked
    from tapehawk.scan.told import told_signals

    first = today - dt.timedelta(days=DAYS_BACK)
    files = [(_series(path), path) for path in (store / "told").glob("*/*.told") if path.stem >= str(first)]
    last = {series: max(path.stem for of, path in files if of == series) for series, _ in files}
    return {
        key_in(series, row): row
        for series, path in files
        if path.stem == last[series]
        for row in told_signals(path).values()
        if not is_intrabar(row)
    }


def key_in(series: str, row: Row) -> Key:
    """Return what a row of a series is known by."""
    return series, row["scanner"], row["pattern"], row["symbol"], row["bar_time"]


def _series(path: Path) -> str:
    """Return whose bars a scan is of; its folder is called TIMEFRAME.SERIES.HOURS.SCAN."""
    return path.parent.name.split(".")[1]
