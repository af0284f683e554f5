"""Alpaca behind the provider's door: planning and asking."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import BadInput, ProviderRefused, UnknownName
from tapehawk.core.instants import datetime_of
from tapehawk.core.series import Series
from tapehawk.core.sessions import calendar_named
from tapehawk.data.providers.alpaca import reading, reference
from tapehawk.data.providers.alpaca.config import AlpacaConfig
from tapehawk.data.providers.alpaca.feeds import FIRST_DAY, PLANS, RECENT
from tapehawk.data.providers.alpaca.pages import pages
from tapehawk.data.providers.alpaca.planning import AT_ONCE, PAGE, planned
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, OnGap, Provider, Step, Stream, Wanted
from tapehawk.data.providers.wire.bucket import Bucket, bucket_of
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Answer

SPANS: Final = {"1m": "1Min", "1d": "1Day"}
ACCOUNT_LIMIT: Final = 200
"""Calls a minute to the account's host, on every plan."""


class AlpacaProvider(Provider):
    """One feed of Alpaca's."""

    name: ClassVar[str] = "alpaca"

    def __init__(self, config: AlpacaConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._plan = PLANS[config.plan]
        self._calendar = calendar_named(config.market)
        self._keys = Keys({"APCA-API-KEY-ID": ("{}", config.api_key), "APCA-API-SECRET-KEY": ("{}", config.secret_key)})
        self._bucket = bucket_of(config.base_url, self._keys, self._plan.calls_per_minute, clock=clock)
        self._wire = self._wired(config.base_url, self._bucket, heard=self._heard)
        account = bucket_of(config.trading_url, self._keys, ACCOUNT_LIMIT, clock=clock)
        self._account = self._wired(config.trading_url, account)

    def _wired(self, base_url: str, bucket: Bucket, heard: Callable[[Mapping[str, str]], None] | None = None) -> Wire:
        return Wire(
            self.name,
            base_url,
            keys=self._keys,
            bucket=bucket,
            clock=self._clock,
            read_trouble=lambda answer: reading.read_trouble(answer, self._clock.now()),
            heard=heard,
        )

    def _heard(self, headers: Mapping[str, str]) -> None:
        """Take the vendor's word for the calls that are left in this minute."""
        left = headers.get("x-ratelimit-remaining", "")
        if left.isdigit():
            self._bucket.told(int(left))

    @property
    def offer(self) -> Offer:
        """Return what the plan allows of the configured feed."""
        us, feed = self._config.market == "us", self._config.carries
        streams = frozenset({"bars"}) if self._streams else frozenset[str]()
        return Offer(
            provider=self.name,
            plan=self._config.plan,
            markets=(self._config.market,),
            timeframes=tuple(SPANS),
            adjustments=("none",),
            feeds=(self._config.feed_name,),
            volume_scope=feed.volume_scope,
            history_since=FIRST_DAY if us else None,
            reference=frozenset({"symbols", "splits", "dividends"} if us else {"symbols"}),
            streams=streams,
            max_symbols_per_call=max(AT_ONCE.values()),
            calls_per_minute=self._plan.calls_per_minute,
            stream_connections=1 if streams else 0,
        )

    @property
    def _streams(self) -> bool:
        feed = self._config.carries
        return bool(feed.stream) and (feed.basic or self._config.plan != "basic")

    def plan(self, wanted: Wanted) -> CallPlan:
        """Cut what is wanted into batches. ProviderRefused: further back than there is history."""
        if wanted.timeframe not in SPANS:
            hint = f"{' and '.join(SPANS)} are fetched; longer bars are made from them"
            raise BadInput(f"{self.name} is not asked for {wanted.timeframe} bars", hint=hint)
        since = self.offer.history_since
        if since and wanted.start < since:
            raise ProviderRefused(
                f"{self.name}: history reaches back to {since}, not to {wanted.start}", hint=f"ask from {since} on"
            )
        return planned(
            wanted,
            self._calendar,
            market=self._config.market,
            feed=self._config.feed_name,
            calls_per_minute=self._plan.calls_per_minute,
        )

    async def fetch(self, step: Step) -> Fetched:
        """Fetch some sessions of a batch of symbols, to the last page.

        On the basic plan the consolidated tape ends a quarter of an hour ago.
        """
        market, feed = self._config.market, self._config.carries
        series = Series(
            provider=self.name,
            feed=self._config.feed_name,
            volume_scope=feed.volume_scope,
            timeframe=step.timeframe,
            market=market,
        )
        start, end = self._span(step)
        bars = await self._bars(step, start, end) if start <= end else pl.DataFrame(schema=SCHEMA)
        if step.timeframe == "1m" and step.hours == "regular":
            bars = self._regular(bars)
        return Fetched(step.id, series, bars, complete=True)

    async def _bars(self, step: Step, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
        """Ask for a batch; one symbol that can't be a symbol would refuse it whole, and is left out."""
        symbols = step.symbols or ()
        while True:
            try:
                return await self._pages(replace(step, symbols=symbols), start, end)
            except BadInput as error:
                said = re.search(r"invalid symbol: (\S+)", error.message)
                if not said or said[1] not in symbols:
                    raise
                unknown = said[1]
            symbols = tuple(name for name in symbols if name != unknown)
            if not symbols:
                raise UnknownName("symbol", unknown, (), place=self.name)

    async def _pages(self, step: Step, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
        symbols, market = step.symbols or (), self._config.market
        query: dict[str, str | int] = {
            "symbols": ",".join(symbols),
            "timeframe": SPANS[step.timeframe],
            "start": _rfc_3339(start),
            "end": _rfc_3339(end),
            "limit": PAGE,
            "sort": "asc",
        }
        path = f"/v1beta3/crypto/{self._config.feed_name}/bars"
        if market == "us":
            path, query = "/v2/stocks/bars", query | self._as_traded()

        def read(answer: Answer) -> reading.Page:
            return reading.read_bars(answer, symbols, timeframe=step.timeframe, market=market)

        found = [page.bars async for page in pages(self._wire, path, query, read, step.what)]
        return pl.concat(found).sort("symbol", "time")

    def _as_traded(self) -> dict[str, str | int]:
        """Raw prices; symbols as they were then, not those that they were renamed to since."""
        return {"adjustment": "raw", "asof": "-", "feed": self._config.feed_name}

    def _span(self, step: Step) -> tuple[dt.datetime, dt.datetime]:
        """Return the first and the last instant of a step, both included."""
        zone = ZoneInfo(reading.ZONE[self._config.market])
        start = dt.datetime.combine(step.start, dt.time(), zone)
        end = dt.datetime.combine(step.end + dt.timedelta(days=1), dt.time(), zone) - dt.timedelta(seconds=1)
        if self._config.plan == "basic" and self._config.feed_name == "sip":
            now = datetime_of(self._clock.now()).replace(microsecond=0)
            end = min(end, now - RECENT - dt.timedelta(seconds=1))
        return start, end

    def _regular(self, bars: pl.DataFrame) -> pl.DataFrame:
        """Keep the bars that start in regular hours."""
        _, minutes = self._calendar.locate(bars["time"].to_physical().to_numpy(), "regular")
        return bars.filter(pl.Series(~np.isnan(minutes), dtype=pl.Boolean))

    async def symbols(self) -> pl.DataFrame:
        """Return active and inactive symbols."""
        return await reference.symbols(self._account, self._config.market)

    async def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return splits and dividends by ex date."""
        if self._config.market != "us":
            raise self._not_offered("corporate actions of crypto")
        return await reference.actions(self._wire, start, end)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the stream of minute bars; one connection per key."""
        from tapehawk.data.providers.alpaca.stream import AlpacaStream

        if not self._streams:
            raise self._not_offered(f"a live stream of {self._config.feed_name}")
        return AlpacaStream(
            self._config.stream_url.rstrip("/") + self._config.carries.stream,
            symbols,
            most=self._plan.symbols if self._config.market == "us" else None,
            keys=self._keys,
            calendar=self._calendar,
            ledger=self._wire.ledger,
            on_gap=on_gap,
            clock=self._clock,
        )

    async def prove(self) -> bool:
        """Ask for the last bar of one symbol."""
        path, query = f"/v1beta3/crypto/{self._config.feed_name}/latest/bars", {"symbols": "BTC/USD"}
        if self._config.market == "us":
            path, query = "/v2/stocks/bars/latest", {"symbols": "SPY", "feed": self._config.feed_name}
        await self._wire.get(path, query, read=lambda answer: answer.status, about="the last bar")
        return True

    def health(self) -> Health:
        """Return how the data's host fares."""
        return self._wire.health()

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()
        await self._account.close()


def _rfc_3339(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
