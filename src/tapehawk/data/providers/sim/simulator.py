"""The simulator: bars, names, actions and truth of any dates, from a seed.

Everything is a pure function of the seed: the same dates and symbols give the same numbers in any process, in any
order, alone or among others, and a larger market leaves the smaller one's symbols as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import chain
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, SESSION_TIMEFRAMES, Market, Series
from tapehawk.core.errors import BadInput, OutOfBounds
from tapehawk.data.providers.sim import feed, names, truth
from tapehawk.data.providers.sim.companies import Listing
from tapehawk.data.providers.sim.market import DAY, TIME, SimulatedMarket, Span
from tapehawk.data.providers.sim.truth import Fact

SYMBOLS: Final = pl.Schema(
    {
        **dict.fromkeys(("symbol", "name", "type", "exchange", "sector", "market"), pl.String()),
        "first_seen": pl.Date(),
        "last_seen": pl.Date(),
        "active": pl.Boolean(),
    }
)


class Simulator:
    """A market of `symbols` US stocks listed at any one time, and six coins.

    `market` is "us" or "crypto". Dates are session dates, both ends included; a range without a session gives an empty
    frame. `symbols` arguments name tickers, all of them when None. Raises BadInput for dates beyond the simulation
    (2008, coins 2015, to the end of the session table), UnknownName for a symbol that is never listed.
    """

    def __init__(self, *, seed: int = 7, symbols: int = 500) -> None:
        if not 1 <= symbols <= names.MOST_SEATS:
            raise OutOfBounds(f"a simulated market of {symbols} symbols", hint=f"from 1 to {names.MOST_SEATS:,}")
        if seed < 0:
            raise OutOfBounds(f"a simulated market's seed of {seed}", hint="0 or above")
        self._markets = {
            "us": SimulatedMarket("us", seed, symbols),
            "crypto": SimulatedMarket("crypto", seed, names.COINS),
        }

    def series(self, timeframe: str = "1d", market: Market = "us") -> Series:
        """Return what these bars are: as traded, the whole market's volume, simulated."""
        return Series(provider="sim", feed="sim", timeframe=timeframe, simulated=True, market=market)

    def symbols(self, start: dt.date | None = None, end: dt.date | None = None, market: Market = "us") -> pl.DataFrame:
        """Return the names listed between two dates, as known on the last: one that leaves later is still active.

        Columns: symbol, name, type, exchange, sector, market, first_seen, last_seen (null while listed), active.
        `first_seen` of the simulation's first day means listed on or before it.
        """
        asked = self._markets[market]
        first, last = asked.span(start or asked.timeline.first, end or asked.timeline.calendar.last)
        listed = [one for one in asked.listings if one.first <= last and (one.last is None or one.last >= first)]
        return pl.DataFrame([_described(asked, one, last) for one in listed], schema=SYMBOLS, orient="row")

    def daily(
        self, start: dt.date, end: dt.date, symbols: Iterable[str] | None = None, market: Market = "us"
    ) -> pl.DataFrame:
        """Return daily bars as traded, by the bar contract."""
        asked = self._markets[market]
        return asked.daily(asked.span(start, end), None if symbols is None else set(symbols))

    def intraday(
        self, timeframe: str, start: dt.date, end: dt.date, symbols: Iterable[str] | None = None, market: Market = "us"
    ) -> pl.DataFrame:
        """Return premarket, regular and after-hours bars as traded, by the bar contract.

        A symbol's regular bars of a session aggregate to its daily bar exactly. A minute without a trade has no bar.
        """
        self.series(timeframe, market)
        if timeframe in SESSION_TIMEFRAMES:
            raise BadInput(f"{timeframe} bars are not made of minutes", hint="the simulator's daily bars are")
        asked = self._markets[market]
        parts = asked.intraday(timeframe, asked.span(start, end), None if symbols is None else set(symbols))
        return pl.concat([pl.DataFrame(schema=SCHEMA), *(bars for bars, _ in parts)], rechunk=False)

    def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return the splits of US stocks by ex date.

        Columns: symbol, ex_date, type ("split"), split_to and split_from (new and old shares), source, confirmed.
        """
        asked = self._markets["us"]
        span = asked.span(start, end)
        told = _told(asked, span, chain.from_iterable(truth.splits(*blocks) for blocks in asked.blocks(span)))
        ratio = pl.col("detail").str.split(":").list
        return told.select(
            "symbol",
            pl.col("time").dt.date().alias("ex_date"),
            pl.lit("split").alias("type"),
            ratio.get(0).cast(pl.Float64).alias("split_to"),
            ratio.get(1).cast(pl.Float64).alias("split_from"),
            pl.lit("sim").alias("source"),
            pl.lit(value=True).alias("confirmed"),
        )

    def truth(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return what was planted among the US stocks, by (symbol, time): see `sim/truth.py`."""
        asked = self._markets["us"]
        span = asked.span(start, end)
        facts: list[Fact] = []
        for blocks in asked.blocks(span):
            facts += chain(truth.patterns(*blocks), truth.splits(*blocks), truth.halts(*blocks))
            facts += truth.comings_and_goings(blocks[1])
        for days in asked.sessions(span, None):
            facts += chain(truth.short_halts(days), truth.corrections(asked.seed, asked.habits, days, asked.size))
        return _told(asked, span, facts)

    def feed(self, day: dt.date, symbols: Iterable[str] | None = None, market: Market = "us") -> pl.DataFrame:
        """Return a session's minutes as they reach a listener, by arrival: see `sim/feed.py`.

        Columns: arrival, kind ("bar", "late", "revised", "disconnect", "reconnect"), revision, and the bar contract's.
        """
        asked = self._markets[market]
        begins = asked.timeline.calendar.need_session(day).premarket_open
        span = asked.span(day, day)
        parts = list(asked.intraday("1m", span, None if symbols is None else set(symbols)))
        bars = pl.concat([pl.DataFrame(schema=SCHEMA), *(part for part, _ in parts)])
        seat = np.concatenate([np.zeros(0, np.int64), *(seats for _, seats in parts)])
        return feed.script(feed.Day(asked.seed, asked.habits, span[0], asked.size, begins), bars, seat)


def _described(asked: SimulatedMarket, one: Listing, last: int) -> tuple[object, ...]:
    """Return a listing's row as known at the ordinal `last`."""
    seat, left = one.seat, one.last is not None and one.last <= last
    us = asked.name == "us"
    symbol = asked.symbol(seat, one.generation)
    name = names.company(seat, one.generation) if us else f"{symbol} (simulated)"
    kind, exchange, sector = ("common", names.exchange(seat), names.sector(seat)) if us else ("coin", "sim", None)
    left_on = asked.timeline.date(one.last) if left and one.last is not None else None
    return symbol, name, kind, exchange, sector, asked.name, asked.timeline.date(one.first), left_on, not left


def _told(asked: SimulatedMarket, span: Span, facts: Iterable[Fact]) -> pl.DataFrame:
    """Return facts within a span by (symbol, time): symbol, time, kind, detail."""
    within = [fact for fact in facts if span[0] <= fact[2] <= span[1]]
    days = asked.timeline.days()
    told = [(asked.symbol(seat, gen), int(days[at]) * DAY, kind, detail) for seat, gen, at, kind, detail in within]
    frame = pl.DataFrame(told, schema=truth.SCHEMA, orient="row").with_columns(TIME)
    return frame.sort("symbol", "time", "kind", "detail")
