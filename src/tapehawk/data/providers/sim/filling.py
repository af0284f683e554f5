"""Fill a store from the simulator; what is stored is checked as every write is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from tapehawk.core.bars import Market, Series
from tapehawk.data.providers.sim.simulator import Simulator
from tapehawk.data.quality import check_written_in_parts
from tapehawk.data.store import append_actions, append_bars, append_symbols
from tapehawk.data.tables import Appended


def fill(root: Path, simulator: Simulator, start: dt.date, end: dt.date, market: Market = "us") -> Appended:
    """Store the names, splits and daily bars of a market from `start` to `end`; return what happened to the bars."""
    append_symbols(root, simulator.symbols(start, end, market))
    if market == "us":
        append_actions(root, simulator.actions(start, end))
    return _stored(root, simulator.series("1d", market), simulator.daily(start, end, market=market))


def fill_intraday(  # noqa: PLR0913 - what, of which sessions, of whom
    root: Path,
    simulator: Simulator,
    timeframe: str,
    start: dt.date,
    end: dt.date,
    *,
    symbols: Iterable[str] | None = None,
    market: Market = "us",
) -> Appended:
    """Store the intraday bars of some sessions, of all symbols when None are named."""
    bars = simulator.intraday(timeframe, start, end, symbols, market)
    return _stored(root, simulator.series(timeframe, market), bars)


def _stored(root: Path, series: Series, bars: pl.DataFrame) -> Appended:
    stored = append_bars(root, [(series, bars)])
    check_written_in_parts(root, series, bars)
    return stored
