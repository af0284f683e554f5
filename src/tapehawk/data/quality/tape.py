"""Bars of many symbols as plain columns, one symbol after another in time order: what checks compute on.

    names    AAA        BBB          one per symbol
    symbol   0  0  0    1  1  1  1   shape n_bars: place in `names`
    follows  –  ✓  ✓    –  ✓  ✓  ✓   whether the bar before is of the same symbol

Windows (`before`, `after`) are cut for a few suspicious bars only, so that a check reads the whole market once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from tapehawk.core.bars import PRICES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tape:
    """Columns of shape n_bars; `session`: days since 1970-01-01, -1 outside every session."""

    names: tuple[str, ...]
    starts: Ints
    session: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @classmethod
    def of(cls, bars: pl.DataFrame, session: Ints) -> Tape:
        """Return bars (sorted by symbol and time) as columns."""
        runs = bars["symbol"].rle().struct.unnest()
        starts = np.concatenate(([0], np.cumsum(runs["len"].to_numpy()))).astype(np.int64)
        columns = (bars[name].to_numpy() for name in (*PRICES, "volume"))
        return cls(tuple(runs["value"].to_list()), starts, session, *columns)

    @property
    def n_bars(self) -> int:
        """Count the bars of all symbols."""
        return int(self.session.size)

    @cached_property
    def symbol(self) -> Ints:
        """Each bar's symbol, as its place in `names`."""
        return np.repeat(np.arange(len(self.names)), np.diff(self.starts))

    @cached_property
    def follows(self) -> Flags:
        """Whether the bar before is of the same symbol."""
        flags = np.ones(self.n_bars, dtype=bool)
        flags[self.starts[:-1]] = False
        return flags

    @cached_property
    def close_before(self) -> Floats:
        """Close of the symbol's bar before; NaN where there is none."""
        return self.shifted(self.close)

    @cached_property
    def change(self) -> Floats:
        """ln(close ÷ close of the bar before)."""
        return log(self.close) - log(self.close_before)

    @cached_property
    def overnight(self) -> Floats:
        """ln(open ÷ close of the bar before)."""
        return log(self.open) - log(self.close_before)

    def shifted(self, column: Floats, bars: int = 1) -> Floats:
        """Return a column of `bars` bars ago (of the next one: -1) of the same symbol, NaN where there is none."""
        out = np.full(column.size, np.nan)
        if bars > 0:
            out[bars:] = column[:-bars]
            same = self.symbol[bars:] == self.symbol[:-bars]
            out[bars:][~same] = np.nan
        else:
            out[:bars] = column[-bars:]
            same = self.symbol[:bars] == self.symbol[-bars:]
            out[:bars][~same] = np.nan
        return out

    def before(self, column: Floats, rows: Ints, bars: int) -> Floats:
        """Return (len(rows), bars): the values of the bars before each row, oldest first, NaN before the first bar."""
        wanted = rows[:, None] - np.arange(bars, 0, -1)[None, :]
        there = wanted >= self.starts[self.symbol[rows]][:, None]
        return np.where(there, column[np.maximum(wanted, 0)], np.nan)

    def after(self, column: Floats, rows: Ints, bars: int) -> Floats:
        """Return (len(rows), bars): the values of the bars after each row, nearest first, NaN after the last bar."""
        wanted = rows[:, None] + np.arange(1, bars + 1)[None, :]
        there = wanted < self.starts[self.symbol[rows] + 1][:, None]
        return np.where(there, column[np.minimum(wanted, column.size - 1)], np.nan)


def log(values: Floats) -> Floats:
    """Return natural logarithms; NaN for what has none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = np.log(values)
    out[~np.isfinite(out)] = np.nan
    return out


def runs(flags: Flags, breaks: Flags) -> tuple[Ints, Ints]:
    """Return (first row, length) of the runs of flagged rows; a row that `breaks` begins a new run."""
    begins = flags & (breaks | ~np.concatenate(([False], flags[:-1])))
    first = np.flatnonzero(begins)
    run_of = np.cumsum(begins)[flags] - 1
    return first, np.bincount(run_of, minlength=first.size).astype(np.int64)
