"""Massive behind the provider's door: planning and asking.

Daily bars of the whole market come session by session (grouped daily, one call for all symbols), those of a few symbols
symbol by symbol, whichever takes fewer calls. Minute bars come symbol by symbol in blocks of two months, which fit into
one page of 50,000 and can be asked for side by side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tapehawk.core.errors import BadInput, ProviderRefused
from tapehawk.core.instants import datetime_of
from tapehawk.core.series import Series
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, OnGap, Provider, Step, Stream, Wanted
from tapehawk.data.providers.polygon import reading, reference
from tapehawk.data.providers.polygon.config import PolygonConfig
from tapehawk.data.providers.polygon.pages import pages
from tapehawk.data.providers.polygon.planning import PAGE, planned
from tapehawk.data.providers.polygon.plans import PLANS, POLITE
from tapehawk.data.providers.wire.bucket import bucket_of
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import is_of_plan

SPANS: Final = {"1m": "minute", "1d": "day"}


class PolygonProvider(Provider):
    """US stocks from the consolidated tape."""

    name: ClassVar[str] = "polygon"

    def __init__(self, config: PolygonConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._plan = PLANS[config.plan]
        limit, per = (self._plan.calls_per_minute, 60.0) if self._plan.calls_per_minute else (POLITE, 1.0)
        self._keys = Keys.bearer(config.api_key)
        self._wire = Wire(
            self.name,
            config.base_url,
            keys=self._keys,
            bucket=bucket_of(config.base_url, self._keys, limit, per=per, clock=clock),
            clock=clock,
            read_trouble=reading.read_trouble,
        )

    @property
    def offer(self) -> Offer:
        """Return what the plan allows."""
        streams = frozenset({"bars"}) if self._stream_url() else frozenset[str]()
        return Offer(
            provider=self.name,
            plan=self._config.plan,
            markets=("us",),
            timeframes=tuple(SPANS),
            adjustments=("none",),
            feeds=("sip",),
            bulk_daily=True,
            history_since=self._plan.history_since(self._today()),
            reference=frozenset({"symbols", "splits", "dividends"}),
            streams=streams,
            calls_per_minute=self._plan.calls_per_minute,
            stream_connections=self._plan.connections if streams else 0,
            delay=self._plan.delay,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Choose the route with fewer calls. ProviderRefused: further back than the plan reaches."""
        self._check(wanted)
        return planned(wanted, self._plan.calls_per_minute)

    def _check(self, wanted: Wanted) -> None:
        if wanted.timeframe not in SPANS:
            hint = f"{' and '.join(SPANS)} are fetched; longer bars are made from them"
            raise BadInput(f"{self.name} is not asked for {wanted.timeframe} bars", hint=hint)
        since = self._plan.history_since(self._today())
        if wanted.start < since:
            raise ProviderRefused(
                f"{self.name}: the plan {self._config.plan!r} reaches back to {since}, not to {wanted.start}",
                hint=f"ask from {since} on, or set providers.polygon.plan to the plan you have",
            )

    async def fetch(self, step: Step) -> Fetched:
        """Fetch a session of every symbol, or some sessions of one symbol, to the last page."""
        series = Series(provider=self.name, feed="sip", timeframe=step.timeframe)
        bars, announced = await self._published(step)
        complete = announced == bars.height
        if step.kind == "session" and step.symbols is not None:
            bars = bars.filter(pl.col("symbol").is_in(step.symbols))
        if step.timeframe == "1m" and step.hours == "regular":
            bars = _regular(bars)
        return Fetched(step.id, series, bars, announced, complete)

    async def _published(self, step: Step) -> tuple[pl.DataFrame, int]:
        """Fetch a step, on an end-of-day plan without today where that is refused."""
        fetch, today = self._session if step.kind == "session" else self._symbol, self._today_there()
        try:
            return await fetch(step)
        except ProviderRefused as refusal:
            if not (is_of_plan(refusal) and self._plan.end_of_day and step.end >= today):
                raise
        if step.start >= today:
            return reading.bars_of([], timeframe=step.timeframe), 0
        return await fetch(replace(step, end=today - dt.timedelta(days=1)))

    async def _session(self, step: Step) -> tuple[pl.DataFrame, int]:
        path = f"/v2/aggs/grouped/locale/us/market/stocks/{step.start}?adjusted=false&include_otc=false"
        page = await self._wire.get(path, read=reading.read_bars, about=f"the session of {step.start}")
        bars = reading.bars_of(page.results or [], timeframe="1d")
        label = dt.datetime.combine(step.start, dt.time(), dt.UTC)
        return bars.filter(pl.col("time") == label), page.resultsCount

    async def _symbol(self, step: Step) -> tuple[pl.DataFrame, int]:
        (symbol,) = step.symbols or ("",)
        path = f"/v2/aggs/ticker/{quote(symbol, safe='')}/range/1/{SPANS[step.timeframe]}/{_range(step)}"
        first = f"{path}?adjusted=false&sort=asc&limit={PAGE}"
        rows: list[reading.Aggregate] = []
        announced = 0
        async for page in pages(self._wire, first, reading.read_bars, symbol=symbol):
            rows += page.results or []
            announced += page.resultsCount
        return reading.bars_of(rows, timeframe=step.timeframe, symbol=symbol), announced

    async def previous(self, symbol: str) -> pl.DataFrame:
        """Return the daily bar of the last finished session of one symbol."""
        path = f"/v2/aggs/ticker/{quote(symbol, safe='')}/prev?adjusted=false"
        page = await self._wire.get(path, read=reading.read_bars, symbol=symbol)
        return reading.bars_of(page.results or [], timeframe="1d", symbol=symbol)

    async def symbols(self) -> pl.DataFrame:
        """Return the stocks that are listed, and those that were."""
        return await reference.symbols(self._wire)

    async def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return splits and dividends by ex date."""
        return await reference.actions(self._wire, start, end)

    async def market_status(self) -> reference.MarketStatus:
        """Return whether the market is open, as the vendor sees it."""
        return await reference.market_status(self._wire)

    async def prove(self) -> bool:
        """Ask whether the market is open."""
        await self.market_status()
        return True

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the stream of minute bars; one connection per key."""
        from tapehawk.data.providers.polygon.stream import PolygonStream

        if not self._stream_url():
            raise self._not_offered("a live stream")
        ledger = self._wire.ledger
        return PolygonStream(
            self._stream_url(),
            symbols,
            keys=self._keys,
            delay=self._plan.delay,
            ledger=ledger,
            on_gap=on_gap,
            clock=self._clock,
        )

    def health(self) -> Health:
        """Return how it fares."""
        return self._wire.health()

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()

    def _stream_url(self) -> str:
        return (self._config.stream_url or self._plan.stream) if self._plan.stream else ""

    def _today_there(self) -> dt.date:
        return datetime_of(self._clock.now()).astimezone(ZoneInfo(reading.ZONE)).date()

    def _today(self) -> dt.date:
        return datetime_of(self._clock.now()).date()


def _range(step: Step) -> str:
    """Return first and last: dates, or milliseconds where only the end of a session is wanted."""
    if step.since is None:
        return f"{step.start}/{step.end}"
    return f"{step.since // 1000}/{us_calendar().need_session(step.end).after_hours_close // 1000}"


def _regular(bars: pl.DataFrame) -> pl.DataFrame:
    """Keep the bars that start in regular hours."""
    _, minutes = us_calendar().locate(bars["time"].to_physical().to_numpy(), "regular")
    return bars.filter(pl.Series(~np.isnan(minutes), dtype=pl.Boolean))
