"""An exchange behind the provider's door: planning and asking.

A call asks for a window of as many candles as it may bring. What comes is followed to the window's end, so that an
exchange that sends fewer than it was asked for loses nothing; an empty answer ends a window, not the history, since
some exchanges answer so for the time before a coin was listed. The candle that is still forming is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Final

import polars as pl

from tapehawk.core.errors import BadInput
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.providers.ccxt import reading
from tapehawk.data.providers.ccxt.config import CcxtConfig
from tapehawk.data.providers.ccxt.planning import planned
from tapehawk.data.providers.ccxt.venue import Venue
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, OnGap, Provider, Step, Stream, Wanted
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.trouble import Trouble, error_of

MINUTE_MS: Final = 60_000
PARTIAL: Final = "partial"
"""Volume scope of one exchange, which is a part of the market."""
LONGER: Final = ("1w",)
"""Made from days here: exchanges disagree on which day a week begins."""


class CcxtProvider(Provider):
    """The spot market of one crypto exchange."""

    name: ClassVar[str] = "ccxt"

    def __init__(self, config: CcxtConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._venue = Venue(config, clock)

    @property
    def offer(self) -> Offer:
        """Return what the exchange has."""
        has = self._venue.described.has
        streams = bool(has.get("watchOHLCV") or has.get("watchOHLCVForSymbols"))
        return Offer(
            provider=self.name,
            plan="public",
            markets=("crypto",),
            timeframes=tuple(
                name for name in TIMEFRAMES if name in self._venue.described.timeframes and name not in LONGER
            ),
            adjustments=("none",),
            feeds=(self._config.exchange,),
            volume_scope=PARTIAL,
            reference=frozenset({"symbols"}),
            streams=frozenset({"bars"} if streams else ()),
            calls_per_minute=max(1, int(60 / self._venue.between_calls)),
            stream_connections=1 if streams else 0,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Cut what is wanted into blocks of one symbol."""
        offer = self.offer
        if wanted.timeframe not in offer.timeframes:
            hint = f"{', '.join(offer.timeframes)} are there; longer bars are made from them"
            raise BadInput(f"{self.name}: {self._config.exchange} is not asked for {wanted.timeframe} bars", hint=hint)
        per_minute = offer.calls_per_minute or 1
        return planned(wanted, exchange=self._config.exchange, page=self._venue.page, calls_per_minute=per_minute)

    async def fetch(self, step: Step) -> Fetched:
        """Fetch the candles of a symbol that are over, window by window. Raises UnknownName."""
        (symbol,) = step.symbols or ("",)
        await self._venue.market(symbol)
        span = TIMEFRAMES[step.timeframe] * MINUTE_MS
        start, stop = _midnight(step.start), _midnight(step.end + dt.timedelta(days=1))
        over = min(stop, self._clock.now() // 1000 // span * span)  # the first candle that is not over yet
        found: list[reading.Candle] = []
        for since in range(start, over, self._venue.page * span):
            found += await self._window(symbol, step.timeframe, since, min(over, since + self._venue.page * span))
        try:
            bars = reading.bars_of(symbol, found, timeframe=step.timeframe)
        except Trouble as trouble:
            failed = trouble
        else:
            return Fetched(step.id, self._series(step.timeframe), bars)
        raise error_of(failed, self.name, step.what)

    def _series(self, timeframe: str) -> Series:
        return Series(self.name, self._config.exchange, volume_scope=PARTIAL, timeframe=timeframe, market="crypto")

    async def _window(self, symbol: str, timeframe: str, since: int, until: int) -> list[reading.Candle]:
        """Return the candles of a window (milliseconds), however many answers they take."""
        found: list[reading.Candle] = []
        while since < until:
            some = await self._venue.candles(symbol, timeframe, since, until)
            if not some:
                break
            found += some
            since = max(one[0] for one in some) + TIMEFRAMES[timeframe] * MINUTE_MS
        return found

    async def symbols(self) -> pl.DataFrame:
        """Return the exchange's spot markets, those that are not traded now too."""
        return reading.symbol_rows((await self._venue.markets()).values(), self._config.exchange)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the stream of minute candles."""
        from tapehawk.data.providers.ccxt.stream import CcxtStream

        if not self.offer.streams:
            raise self._not_offered(f"a live stream of {self._config.exchange}")
        return CcxtStream(self._venue, symbols, on_gap=on_gap, clock=self._clock)

    def health(self) -> Health:
        """Return how it fares."""
        return self._venue.health()

    async def close(self) -> None:
        """Give the connections back."""
        await self._venue.close()


def _midnight(day: dt.date) -> int:
    """Return the instant at which a UTC day begins, in milliseconds."""
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000)
