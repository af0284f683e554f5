"""What a vendor's day is played on: the bars of a market, the minutes that somebody hears, scanners that find some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import polars as pl

from tapehawk.catalog import scanner_type
from tapehawk.core.series import Market, Series
from tapehawk.core.sessions import Calendar, calendar_named
from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.shapes import session_of
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question
from tests.scan import live_market
from tests.scan.live_market import RANKED, SCANNERS, in_one_order


@dataclass(frozen=True, eq=False)
class World:
    """`bars` reach to `day`, which is played; `begins` to `ends`: the minutes of its session that somebody hears."""

    market: Market
    day: dt.date
    bars: pl.DataFrame
    actions: pl.DataFrame
    begins: int
    ends: int
    scanners: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @cached_property
    def calendar(self) -> Calendar:
        """The market's sessions."""
        return calendar_named(self.market)

    @cached_property
    def hours(self):
        """When the day's session begins and ends."""
        return self.calendar.need_session(self.day)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Whose bars they are."""
        return tuple(sorted(self.bars["symbol"].unique()))

    @cached_property
    def of_day(self) -> pl.DataFrame:
        """The day's bars."""
        return self.bars.filter(session_of("1m", self.market) == self.day)

    def filled(self, root: Path, series: Series, *, until: dt.date) -> Path:
        """Store everything up to a session."""
        store.append_bars(root, [(series, self.bars.filter(session_of("1m", self.market) <= until))])
        if not self.actions.is_empty():
            store.append_actions(root, self.actions)
        return root

    def scan(self, root: Path, series: Series, day: dt.date) -> LiveScan:
        """Return a live scan of a session with all the scanners."""
        scanners = [configured(scanner_type(name), given) for name, given in self.scanners.items()]
        return LiveScan(scanners, Past(root, series, day, self.symbols))

    def historical(self, root: Path, name: str) -> list[dict]:
        """Return a scanner's rows of the day as history has them."""
        question = Question(
            name, start_date=self.day, end_date=self.day, timeframe="1m", parameters=self.scanners[name]
        )
        return in_one_order(Desk(root, market=self.market).run(question).rows())


@cache
def stocks() -> World:
    """Five shares, heard from 09:20 to 16:10; a split lies in their history."""
    simulator, bars = live_market.market()
    actions = simulator.actions(live_market.FIRST, live_market.DAY)
    return World("us", live_market.DAY, bars, actions, 320, 730, {**SCANNERS, "formula": RANKED})


@cache
def coins() -> World:
    """Four pairs that trade day and night, heard for the day's last hours but for half an hour."""
    first, day = dt.date(2024, 1, 29), dt.date(2024, 2, 14)
    simulator = Simulator(seed=2, symbols=40)
    names = simulator.symbols(first, day, market="crypto")["symbol"].head(4).to_list()
    bars = simulator.intraday("1m", first, day, names, market="crypto")
    scanners = {"volume_spike": {}, "momentum": {}, "formula": RANKED}
    return World("crypto", day, bars, simulator.actions(first, first).clear(), 1000, 1410, scanners)


def world_of(market: Market) -> World:
    """Return a market's world."""
    return stocks() if market == "us" else coins()
