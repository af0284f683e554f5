"""The simulator behind the provider's door: asked as any vendor is, and nobody is asked.

Daily bars come by the quarter, minutes by the session, the whole market at once. A step's id names the market's seed
and size, so that another market is never taken for one that was fetched before.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

import numpy as np
import polars as pl

from tapehawk.core.bars import SESSION_TIMEFRAMES, TIMEFRAMES, Market
from tapehawk.core.errors import BadInput, ProviderRefused
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import Calendar, calendar_named, date_of
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, OnGap, Provider, Step, Stream, Wanted
from tapehawk.data.providers.sim.config import SimConfig
from tapehawk.data.providers.sim.market import FIRST
from tapehawk.data.providers.sim.simulator import Simulator
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.shapes import ACTIONS, SYMBOLS, shaped

BAR_BYTES: Final = 60
MINUTES_A_SESSION: Final = 960
MARKETS: Final = ("us", "crypto")


class SimProvider(Provider):
    """Simulated US stocks and coins; a symbol with a slash is a coin."""

    name: ClassVar[str] = "sim"

    def __init__(self, config: SimConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._simulator = Simulator(seed=config.seed, symbols=config.symbols)
        self._calls = 0
        self._last_success_at: int | None = None

    @property
    def offer(self) -> Offer:
        """Return what is simulated; nothing is metered."""
        return Offer(
            provider=self.name,
            plan="simulated",
            markets=MARKETS,
            timeframes=tuple(name for name in TIMEFRAMES if name != "1w"),
            adjustments=("none",),
            feeds=("sim",),
            bulk_daily=True,
            history_since=FIRST["us"],
            reference=frozenset({"symbols", "splits"}),
            streams=frozenset({"bars"}),
            max_symbols_per_call=None,
            stream_connections=1,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Cut what is wanted at quarters, or at sessions for minutes. ProviderRefused: before the simulation begins."""
        market = _market(wanted.symbols)
        if wanted.timeframe not in self.offer.timeframes:
            raise BadInput(f"{self.name} makes no {wanted.timeframe} bars", hint=f"it makes {self.offer.timeframes}")
        if wanted.start < FIRST[market]:
            raise ProviderRefused(
                f"{self.name}: the simulation begins on {FIRST[market]}, not on {wanted.start}",
                hint=f"ask from {FIRST[market]} on",
            )
        calendar = calendar_named(market)
        cut = _quarters if wanted.timeframe in SESSION_TIMEFRAMES else _sessions
        steps = [self._step(wanted, start, end) for start, end in cut(calendar, wanted)]
        days = len(calendar.sessions_between(wanted.start, wanted.end))
        a_session = 1 if wanted.timeframe == "1d" else MINUTES_A_SESSION // TIMEFRAMES[wanted.timeframe]
        names = self._config.symbols if wanted.symbols is None else len(wanted.symbols)
        each = BAR_BYTES * a_session * days * names // max(1, len(steps))
        note = f"simulated: {days:,} sessions of {names:,} symbols"
        return CallPlan.of(steps, per_minute=None, bytes_each=max(1, each), note=note)

    def _step(self, wanted: Wanted, start: dt.date, end: dt.date) -> Step:
        who = "every symbol" if wanted.symbols is None else f"{len(wanted.symbols):,} symbols"
        mark = "" if wanted.symbols is None else "|" + _digest(wanted.symbols)
        hours = "" if wanted.timeframe == "1d" else f"|{wanted.hours}"
        return Step(
            id=f"{self._config.seed}x{self._config.symbols}|{wanted.timeframe}{hours}|{start}|{end}{mark}",
            kind="session",
            what=f"{who} on {start}" if start == end else f"{who} from {start} to {end}",
            timeframe=wanted.timeframe,
            symbols=wanted.symbols,
            start=start,
            end=end,
            hours=wanted.hours,
        )

    async def fetch(self, step: Step) -> Fetched:
        """Simulate a step. UnknownName: a symbol that is never listed."""
        bars = await asyncio.to_thread(self._bars, step)
        self._calls, self._last_success_at = self._calls + 1, self._clock.now()
        series = self._simulator.series(step.timeframe, _market(step.symbols))
        return Fetched(step.id, series, bars, bars.height)

    def _bars(self, step: Step) -> pl.DataFrame:
        market = _market(step.symbols)
        if step.timeframe == "1d":
            return self._simulator.daily(step.start, step.end, step.symbols, market).sort("symbol", "time")
        bars = self._simulator.intraday(step.timeframe, step.start, step.end, step.symbols, market)
        if step.hours == "regular" and market == "us":
            _, minutes = calendar_named(market).locate(bars["time"].to_physical().to_numpy(), "regular")
            bars = bars.filter(pl.Series(~np.isnan(minutes), dtype=pl.Boolean))
        return bars.sort("symbol", "time")

    async def symbols(self) -> pl.DataFrame:
        """Return the stocks and coins that are or were listed by today."""
        today = self._today()
        return shaped(pl.concat([self._simulator.symbols(None, today, market) for market in MARKETS]), SYMBOLS)

    async def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return splits by ex date."""
        return shaped(self._simulator.actions(max(start, FIRST["us"]), end), ACTIONS)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the US stocks' minutes as they arrive, session after session."""
        from tapehawk.data.providers.sim.stream import SimStream

        return SimStream(self._simulator, symbols, on_gap, self._clock)

    def health(self) -> Health:
        """Return how often it was asked; it has no line that could break."""
        return Health(self.name, calls=self._calls, last_success_at=self._last_success_at)

    def _today(self) -> dt.date:
        return datetime_of(self._clock.now()).date()


def _market(symbols: tuple[str, ...] | None) -> Market:
    """Return the market that symbols are of. BadInput: of both."""
    coins = {"/" in symbol for symbol in symbols or ("",)}
    if len(coins) > 1:
        raise BadInput("stocks and coins are not asked for together", hint="ask for the coins by themselves")
    return "crypto" if coins.pop() else "us"


def _quarters(calendar: Calendar, wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    start = wanted.start
    while start <= wanted.end:
        months = start.year * 12 + (start.month - 1) // 3 * 3 + 3
        end = min(wanted.end, dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1))
        if len(calendar.sessions_between(start, end)):
            yield start, end
        start = end + dt.timedelta(days=1)


def _sessions(calendar: Calendar, wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    for day in calendar.sessions_between(wanted.start, wanted.end):
        yield date_of(day), date_of(day)


def _digest(symbols: tuple[str, ...]) -> str:
    return hashlib.blake2s(",".join(sorted(symbols)).encode(), digest_size=6).hexdigest()
