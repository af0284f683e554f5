"""Which bars of a day were not the same for the live path as they are in the store, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tapehawk.core.instants import datetime_of
from tapehawk.core.panel import PRICES_AND_VOLUME
from tapehawk.data.watermark import GRACE

KEYS: Final = ("symbol", "time")


@dataclass(frozen=True)
class Oddity:
    """A bar (`time`: its start, µs UTC) that was late, revised, missing or another."""

    symbol: str
    time: int
    what: str

    def __str__(self) -> str:
        """Say it in a sentence."""
        return f"the bar {self.symbol} {_clock(self.time)} {self.what}"


def oddities(stored: pl.DataFrame, came: pl.DataFrame, step: int) -> list[Oddity]:
    """List the bars that explain a difference, by symbol and start.

    `stored`: symbol, time (µs UTC), open … volume. `came`: the same with `received`, a row for each time that a bar
    came, in the order they came. `step`: length of a bar in microseconds. What came is late after the watermark's
    grace, when the scan no longer waits for it.
    """
    values = [pl.col(name) for name in PRICES_AND_VOLUME]
    arrivals = came.group_by(KEYS).agg(
        pl.len().alias("times"),
        pl.col("received").first().alias("first"),
        pl.col("received").last().alias("last"),
        *(value.last().name.prefix("came.") for value in values),
    )
    both = stored.join(arrivals, on=KEYS, how="full", coalesce=True).sort(KEYS)
    return [Oddity(row["symbol"], row["time"], what) for row in both.iter_rows(named=True) for what in _of(row, step)]


def _of(row: dict[str, Any], step: int) -> Iterator[str]:
    """Yield what is odd about a bar, at most one thing."""
    others = [name for name in PRICES_AND_VOLUME if row[name] != row[f"came.{name}"]]
    if row["first"] is None:
        yield "never came"
    elif row["close"] is None:
        yield "came and is not stored"
    elif others:
        changes = ", ".join(f"{name} {row[f'came.{name}']:g} instead of {row[name]:g}" for name in others)
        yield f"came as another than is stored: {changes}"
    elif row["times"] > 1:
        yield f"was revised at {_clock(row['last'])}"
    elif row["first"] > row["time"] + step + GRACE:
        yield f"came late, at {_clock(row['first'])}"


def _clock(instant: int) -> str:
    return f"{datetime_of(instant):%H:%M:%S}Z"
