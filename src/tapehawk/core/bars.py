"""The bar contract: what a row must be, and the split of a frame into rows that are and rows that are not.

A bar is keyed by its symbol and its START. Intraday bars carry the instant; daily and weekly bars carry midnight UTC of
the session's date as a label. Frames are sorted by (symbol, time), keys are unique, and

    low ≤ open, close ≤ high      prices finite and above zero      0 ≤ volume ≤ what its market could trade

Rows are judged one by one and never mended: a wrong row is rejected with the first reason that applies. Rows out of
order in their symbol are only sorted and counted, because nothing in them is wrong; of rows with one key the first
stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from tapehawk.core.series import (
    ADJUSTMENTS,
    CONSOLIDATED,
    MARKETS,
    SESSION_TIMEFRAMES,
    TIMEFRAMES,
    Adjustment,
    Market,
    Series,
    check_timeframe,
)

__all__ = [
    "ADJUSTMENTS",
    "CONSOLIDATED",
    "KEYS",
    "MARKETS",
    "PRICES",
    "SCHEMA",
    "SESSION_TIMEFRAMES",
    "TIMEFRAMES",
    "Adjustment",
    "Checked",
    "Market",
    "Series",
    "check_bars",
    "check_timeframe",
]

KEYS: Final = ("symbol", "time")
PRICES: Final = ("open", "high", "low", "close")
SCHEMA: Final = pl.Schema(
    {"symbol": pl.String(), "time": pl.Datetime("us", "UTC"), **{name: pl.Float64() for name in (*PRICES, "volume")}}
)
LONGEST_SYMBOL: Final = 32
MOST_VOLUME: Final = {"us": 1e13, "crypto": 1e18}
"""More in one bar is a mistake: the US market trades 1e10 shares a day, coins of 1e-8 dollars reach 1e15."""


@dataclass(frozen=True, eq=False)
class Checked:
    """A frame judged: `good` obeys the contract, `rejects` has the other rows with a `reason`; further columns stay.

    `out_of_order` counts the good rows that stood behind a later bar of their own symbol.
    """

    good: pl.DataFrame
    rejects: pl.DataFrame
    out_of_order: int


def check_bars(frame: pl.DataFrame, *, market: str = "us", within: tuple[str, ...] = ()) -> Checked:
    """Split `frame`, which has the contract's columns and perhaps more, into bars and rejects.

    A key may appear once per value of the columns `within` (such as the volume scope). Null and NaN are missing.
    """
    keys = [*within, *KEYS]
    reason = _reason(market)
    good = frame.filter(reason.is_null())
    rejects = frame.filter(reason.is_not_null()).with_columns(reason.alias("reason"))
    good, out_of_order = _sorted(good, keys)
    repeated = good.select(_same_as_before(keys)).to_series()
    if repeated.any():
        again = good.filter(repeated).with_columns(pl.lit("duplicate bar").alias("reason"))
        good, rejects = good.filter(~repeated), pl.concat([rejects, again])
    return Checked(good, rejects, out_of_order)


def _reason(market: str) -> pl.Expr:
    """First reason against a row, null for a bar."""
    prices = [pl.col(name) for name in PRICES]
    missing = pl.any_horizontal([price.is_null() | price.is_nan() for price in prices])
    volume = pl.col("volume")
    rules = {
        "no symbol": pl.col("symbol").is_null() | (pl.col("symbol") == ""),
        f"symbol longer than {LONGEST_SYMBOL} characters": pl.col("symbol").str.len_chars() > LONGEST_SYMBOL,
        "unreadable time": pl.col("time").is_null(),
        "missing price": missing,
        "infinite price": pl.any_horizontal([price.is_infinite() for price in prices]),
        "price not above zero": pl.any_horizontal([price <= 0 for price in prices]),
        "high below low": pl.col("high") < pl.col("low"),
        "open outside high and low": ~pl.col("open").is_between("low", "high"),
        "close outside high and low": ~pl.col("close").is_between("low", "high"),
        "missing volume": volume.is_null() | volume.is_nan(),
        "negative volume": volume < 0,
        "absurd volume": volume > MOST_VOLUME[market],
    }
    return pl.coalesce([pl.when(wrong).then(pl.lit(reason)) for reason, wrong in rules.items()])


def _sorted(frame: pl.DataFrame, keys: list[str]) -> tuple[pl.DataFrame, int]:
    """Sort by key, and count the rows that came after a later bar of their own symbol."""
    below, equal = pl.lit(value=False), pl.lit(value=True)
    for key in keys:
        below = below | (equal & (pl.col(key) < pl.col(key).shift(1)))
        equal = equal & (pl.col(key) == pl.col(key).shift(1))
    if not frame.select(below.any()).item():
        return frame, 0
    by_symbol = frame.sort(keys[:-1], maintain_order=True)
    late = by_symbol.select((_same_as_before(keys[:-1]) & (pl.col("time") < pl.col("time").shift(1))).sum()).item()
    return (by_symbol.sort(keys, maintain_order=True) if late else by_symbol), int(late)


def _same_as_before(keys: list[str]) -> pl.Expr:
    """Say whether a row's key equals that of the row before (rows sorted by key)."""
    return pl.all_horizontal([pl.col(key) == pl.col(key).shift(1) for key in keys]).fill_null(value=False)
