"""Clean markets, to plant defects in: random walks on real sessions, with nothing wrong about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, Series
from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.data.quality import Examined, Finding, examine, findings

DAILY = Series("test", "sip")
FIVE = Series("test", "sip", timeframe="5m")
FIRST = dt.date(2023, 1, 3)
CALENDAR = us_calendar()


def sessions(count: int, first: dt.date = FIRST) -> list[dt.date]:
    days = CALENDAR.sessions_between(first, first + dt.timedelta(days=count * 2 + 10))
    return [date_of(day) for day in days[:count]]


def instants(days: list[dt.date]) -> pl.Series:
    return pl.Series([dt.datetime.combine(day, dt.time(), dt.UTC) for day in days], dtype=SCHEMA["time"])


def walk(symbol: str, count: int = 120, *, seed: int = 1, price: float = 60.0, night: float = 0.02) -> pl.DataFrame:
    """Return one symbol's daily bars: an overnight and a day's move each, volume around 200,000 shares."""
    random = np.random.default_rng([seed, *symbol.encode()])
    close = price * np.exp(np.cumsum(random.normal(0, night, count)))
    open_ = close * np.exp(random.normal(0, night / 2, count))
    high, low = np.maximum(open_, close) * 1.006, np.minimum(open_, close) * 0.994
    volume = np.round(200_000 * np.exp(random.normal(0, 0.3, count)))
    frame = {"symbol": [symbol] * count, "time": instants(sessions(count))}
    return pl.DataFrame({**frame, "open": open_, "high": high, "low": low, "close": close, "volume": volume})


def market(names: str = "ABCDEFGH", count: int = 120, *, seed: int = 1) -> pl.DataFrame:
    return pl.concat([walk(name * 3, count, seed=seed) for name in names]).sort("symbol", "time")


def minutes(names: str = "ABCDEFGH", days: int = 8, *, seed: int = 1) -> pl.DataFrame:
    """Return five-minute bars of the regular hours, busiest at both ends of the day."""
    parts = []
    for name in names:
        random = np.random.default_rng([seed, *name.encode()])
        for day in sessions(days):
            opens = CALENDAR.need_session(day).open
            count = int((CALENDAR.need_session(day).close - opens) // 300_000_000)
            close = 50 * np.exp(np.cumsum(random.normal(0, 0.001, count)))
            open_ = np.concatenate(([50.0], close[:-1]))
            bend = 1 + 4 * np.abs(np.linspace(-1, 1, count)) ** 3
            start = pl.Series(opens + 300_000_000 * np.arange(count)).cast(pl.Datetime("us"))
            parts.append(
                pl.DataFrame(
                    {
                        "symbol": [name * 3] * count,
                        "time": start.dt.replace_time_zone("UTC"),
                        "open": open_,
                        "high": np.maximum(open_, close) * 1.0004,
                        "low": np.minimum(open_, close) * 0.9996,
                        "close": close,
                        "volume": np.round(10_000 * bend * np.exp(random.normal(0, 0.2, count))),
                    }
                )
            )
    return pl.concat(parts).sort("symbol", "time")


def split(bars: pl.DataFrame, symbol: str, on: dt.date, to: float, since: float) -> pl.DataFrame:
    """Return bars whose prices from a day on are those of a split that nobody adjusted the earlier ones for."""
    after = (pl.col("symbol") == symbol) & (pl.col("time").dt.date() >= on)
    prices = [pl.when(after).then(pl.col(name) * since / to).otherwise(name).alias(name) for name in PRICES]
    return bars.with_columns(*prices, volume=pl.when(after).then(pl.col("volume") * to / since).otherwise("volume"))


PRICES = ("open", "high", "low", "close")


def changed(bars: pl.DataFrame, symbol: str, on: dt.date, **columns: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """Return bars with some columns of one symbol's bars of one session changed."""
    there = (pl.col("symbol") == symbol) & (pl.col("time").dt.date() == on)
    return bars.with_columns(
        pl.when(there).then(change(pl.col(name))).otherwise(name).alias(name) for name, change in columns.items()
    )


def without(bars: pl.DataFrame, on: dt.date, *symbols: str) -> pl.DataFrame:
    whose = pl.col("symbol").is_in(symbols) if symbols else pl.lit(value=True)
    return bars.filter(~(whose & (pl.col("time").dt.date() == on)))


def told(bars: pl.DataFrame, series: Series = DAILY, **known: object) -> list[Finding]:
    """Return what every check together says of bars."""
    return list(findings(examine(Examined(series, bars.sort("symbol", "time"), **known))))


def places(found: list[Finding], kind: str) -> list[tuple[str | None, str]]:
    return [(one.symbol, str(one.date)) for one in found if one.kind == kind]


def action(symbol: str, on: dt.date, to: float, since: float, *, confirmed: bool | None = None) -> pl.DataFrame:
    rows = {"symbol": [symbol], "type": ["split"], "ex_date": [on], "split_to": [to], "split_from": [since]}
    return pl.DataFrame({**rows, "confirmed": [confirmed]}, schema_overrides={"confirmed": pl.Boolean()})


def listing(symbol: str, first: dt.date | None, last: dt.date | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"symbol": [symbol], "first_seen": [first], "last_seen": [last]},
        schema_overrides={"first_seen": pl.Date(), "last_seen": pl.Date()},
    )
