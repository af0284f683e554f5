"""What a fake provider knows: bars as traded, names and actions, from the simulator or from a test's own hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import lru_cache

import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.core.series import Market
from tapehawk.data.providers.sim import Simulator


def no_bars() -> pl.DataFrame:
    """Return an empty frame of the bar contract."""
    return pl.DataFrame(schema=SCHEMA)


@dataclass(frozen=True, eq=False)
class Truth:
    """Bars as traded by the bar contract (`daily` labelled by session date), symbols and actions in store columns."""

    daily: pl.DataFrame = field(default_factory=no_bars)
    minutes: pl.DataFrame = field(default_factory=no_bars)
    symbols: pl.DataFrame = field(default_factory=lambda: Simulator(symbols=1).symbols().clear())
    actions: pl.DataFrame = field(default_factory=lambda: Simulator(symbols=1).actions(DAY, DAY).clear())

    def of(self, timeframe: str, symbol: str) -> pl.DataFrame:
        """Return one symbol's bars, "1d" or "1m"."""
        return (self.daily if timeframe == "1d" else self.minutes).filter(pl.col("symbol") == symbol)


DAY = dt.date(2026, 11, 20)


@lru_cache(maxsize=4)
def simulated(
    symbols: int = 12, start: dt.date = dt.date(2026, 10, 26), end: dt.date = DAY, market: Market = "us"
) -> Truth:
    """Return a simulated market that spans the end of daylight saving time (Sunday 2026-11-01)."""
    sim = Simulator(symbols=symbols)
    actions = sim.actions(dt.date(2020, 1, 2), end)
    return Truth(
        daily=sim.daily(start, end, market=market),
        minutes=sim.intraday("1m", start, end, market=market),
        symbols=sim.symbols(None, end, market=market),
        actions=actions if market == "us" else actions.clear(),
    )


def paying(truth: Truth) -> Truth:
    """Return a truth in which three of its symbols pay dividends, which the simulator knows nothing of."""
    names = truth.symbols.filter("active")["symbol"].sort().head(3)
    days = [dt.date(2026, 10, 28), dt.date(2026, 11, 10), DAY]
    paid = {"symbol": names, "ex_date": days, "cash_amount": [0.25, 0.5, 1.125], "type": ["dividend"] * 3}
    return replace(truth, actions=pl.concat([truth.actions, pl.DataFrame(paid)], how="diagonal_relaxed"))
