"""Small files of bars, as people have them."""

from __future__ import annotations

import polars as pl

from tapehawk.data import store
from tapehawk.data.imports import ImportOptions

HEADER = "symbol,time,open,high,low,close,volume\n"
AS_TRADED = ImportOptions("none")
SPLIT = ImportOptions("split")
NEW_YORK = ImportOptions("none", time_zone="America/New_York")


def at(*times: str) -> str:
    """Return the text of a file with one bar at each time."""
    return HEADER + "".join(f"AAA,{time},10,11,9,10.5,100\n" for time in times)


def stored(root, timeframe="1d", market="us"):
    """Return (symbol, time, close) of the stored bars."""
    series = store.preferred_series(root, timeframe, market=market)
    rows = store.read_bars(root, series).select("symbol", pl.col("time").dt.strftime("%Y-%m-%d %H:%M"), "close")
    return rows.rows()
