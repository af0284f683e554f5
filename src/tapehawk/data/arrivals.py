"""The bars of a session as they came to its journal, each as often as it came."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from tapehawk.core.series import Series
from tapehawk.data.journal import BAR, Tape, journal_path


def arrivals(root: Path, series: Series, session: dt.date) -> pl.DataFrame:
    """Read a journal in the order it was written: symbol, time, received (µs UTC), revision, open … volume."""
    tape = Tape(journal_path(root, series, session))
    parts = [bars for bars, _ in tape.parts()]
    rows = np.concatenate([np.empty(0, BAR), *parts])
    names = pl.Series(tape.names, dtype=pl.String).gather(rows["symbol"])
    return pl.DataFrame({"symbol": names, **{name: rows[name] for name in BAR.names or () if name != "symbol"}})
