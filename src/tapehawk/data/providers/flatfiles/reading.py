"""A flat file as columns of the bar contract, pure (providers.md 1.7)."""

from __future__ import annotations

import io
from typing import Final

import polars as pl

from tapehawk.core.bars import PRICES
from tapehawk.data.providers.wire.trouble import Trouble

ZONE: Final = "America/New_York"
COLUMNS: Final = pl.Schema(
    {"ticker": pl.String(), "window_start": pl.Int64(), **dict.fromkeys((*PRICES, "volume"), pl.Float64())}
)


def bars_of(content: bytes, timeframe: str) -> pl.DataFrame:
    """Return a session's bars, sorted. Raises Trouble for a file that is cut short or something else.

    The columns stand in an order of their own (open, close, high, low) and are read by name. `window_start` is in
    nanoseconds; a day's is midnight in New York, whose date labels the bar.
    """
    if not content:
        raise Trouble("unreadable", "an empty file")
    try:
        rows = pl.read_csv(io.BytesIO(content), columns=COLUMNS.names(), schema_overrides=COLUMNS)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise Trouble("unreadable", f"an unreadable file ({str(error).splitlines()[0][:80]})") from None
    time = pl.from_epoch("window_start", time_unit="ns").dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    if timeframe == "1d":
        time = time.dt.convert_time_zone(ZONE).dt.date().cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return rows.select(pl.col("ticker").alias("symbol"), time.alias("time"), *PRICES, "volume").sort("symbol", "time")
