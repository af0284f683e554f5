"""Small frames of bars, as tests write them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tapehawk.core.bars import SCHEMA, Series

AS_TRADED = Series("test", "sip")
FIRST = dt.date(2024, 1, 2)


def daily(symbol: str, closes: list[float], *, first: dt.date = FIRST, volume: float = 1000.0) -> pl.DataFrame:
    """Return one symbol's bars on successive dates: open = close, high and low one percent away."""
    times = [dt.datetime.combine(first + dt.timedelta(days=i), dt.time(), dt.UTC) for i in range(len(closes))]
    return pl.DataFrame(
        {
            "symbol": [symbol] * len(closes),
            "time": times,
            "open": closes,
            "high": [close * 1.01 for close in closes],
            "low": [close * 0.99 for close in closes],
            "close": closes,
            "volume": [volume] * len(closes),
        },
        schema=SCHEMA,
    )


def minutes(symbol: str, first: dt.datetime, closes: list[float], *, step: int = 1) -> pl.DataFrame:
    """Return one symbol's intraday bars `step` minutes apart."""
    times = [first + dt.timedelta(minutes=step * i) for i in range(len(closes))]
    return daily(symbol, closes).with_columns(time=pl.Series(times, dtype=SCHEMA["time"]))
