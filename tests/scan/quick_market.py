"""A small stored market for the quick scan: names that rise, fall and stand, and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tapehawk.core.bars import SCHEMA, Series
from tapehawk.data import store
from tapehawk.scan.quick_desk import QuickDesk
from tests.scan.market import Bar, days, fill, frame

BARS = 60
DAYS = days(BARS)
AFTER_CLOSE = dt.datetime.combine(DAYS[-1], dt.time(23), dt.UTC)
COINS = Series("ccxt", "kraken", timeframe="1h", market="crypto")
MIDNIGHT = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that stands until it is told otherwise."""

    at: dt.datetime = AFTER_CLOSE

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += dt.timedelta(**by)


@dataclass(frozen=True)
class Listed:
    """What is known of symbols: all trade on one exchange."""

    exchange: str | None = "nasdaq"
    universe: Collection[str] = field(default_factory=frozenset)

    def exchanges(self, market: str, symbols: Sequence[str]) -> Sequence[str | None]:
        return [self.exchange if market == "us" else None for _ in symbols]

    def members(self, universe: str, day: int) -> Collection[str]:
        return self.universe


def going(each: float, count: int = BARS, price: float = 100.0) -> list[Bar]:
    """Bars that close `each` (a fraction) away from the close before, a third of them the other way."""
    bars = []
    for number in range(count):
        before, price = price, price * (1 - each / 2 if number % 3 == 0 else 1 + each)
        bars.append((before, max(before, price) * 1.002, min(before, price) * 0.998, price, 1e6))
    return bars


def faster(each: float) -> list[Bar]:
    """Bars that go one way, at last faster."""
    slow = going(each / 3, BARS - 12)
    return [*slow, *going(each, 12, slow[-1][3])]


UP, DOWN = faster(0.015), faster(-0.015)


def stored(root: Path, **symbols: Sequence[Bar]) -> Path:
    """Store daily bars of symbols that end on the last day."""
    return fill(root, *(frame(name, bars, DAYS[-len(bars) :]) for name, bars in symbols.items()))


def coins(root: Path, closes: Sequence[float], symbol: str = "BTC/USDT", without: Collection[int] = ()) -> Path:
    """Store hourly bars of a coin from midnight on, without some of them."""
    rows = [
        (symbol, MIDNIGHT + dt.timedelta(hours=hour), close, close * 1.001, close * 0.999, close, 1e3)
        for hour, close in enumerate(closes)
        if hour not in without
    ]
    store.append_bars(root, [(COINS, pl.DataFrame(rows, schema=SCHEMA, orient="row"))])
    return root


def desk(root: Path, clock: Clock | None = None, listed: Listed | None = None) -> QuickDesk:
    return QuickDesk(root, listed or Listed(), now=clock or Clock(), threads=1)
