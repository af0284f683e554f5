"""Twelve Data behind the provider's door: planning and asking.

    a batch of symbols → bars, or an error, of each → those whose credits ran out: again, in the next minute
                                                    → a full answer: the days before its first and after its last bar

An answer of 5,000 bars may be cut at either end, and does not say so; both ends are asked for, and an empty window
costs nothing. Whether the last instant asked for belongs to the window is unknown as well: one more is asked, and left
out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final

import polars as pl

from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError, TryAgain, UnknownName
from tapehawk.core.series import Series
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, OnGap, Provider, Step, Stream, Wanted
from tapehawk.data.providers.twelvedata import reading, reference
from tapehawk.data.providers.twelvedata.config import TwelveDataConfig
from tapehawk.data.providers.twelvedata.planning import AT_ONCE, PAGE, planned
from tapehawk.data.providers.twelvedata.plans import PLANS
from tapehawk.data.providers.twelvedata.windows import Window, window_of
from tapehawk.data.providers.wire.bucket import bucket_of
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import AGAIN, Answer, Trouble, error_of

SPANS: Final = {"1m": ("1min", dt.timedelta(minutes=1)), "1d": ("1day", dt.timedelta(days=1))}
FIRST_MINUTE: Final = dt.date(2020, 2, 10)
"""Minutes begin here, says the vendor's help centre; days begin with the symbol."""
ROUNDS: Final = 5
"""Times that symbols of a batch are asked for which were refused for the credits of the minute."""


class TwelveDataProvider(Provider):
    """US stocks by symbol."""

    name: ClassVar[str] = "twelvedata"

    def __init__(self, config: TwelveDataConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._plan, self._together = PLANS[config.plan], AT_ONCE
        self._keys = Keys({"Authorization": ("apikey {}", config.api_key)})
        self._bucket = bucket_of(config.base_url, self._keys, self._plan.credits, clock=clock)
        self._wire = Wire(
            self.name,
            config.base_url,
            keys=self._keys,
            bucket=self._bucket,
            clock=clock,
            read_trouble=lambda answer: reading.read_trouble(answer, clock.now()),
            heard=self._heard,
        )

    def _heard(self, headers: Mapping[str, str]) -> None:
        """Take the vendor's word for the plan's size and for the credits that are left in this minute."""
        used, left = headers.get("api-credits-used", ""), headers.get("api-credits-left", "")
        if used.isdigit() and left.isdigit():
            if int(left):
                self._bucket.limit = int(used) + int(left)
            self._bucket.told(int(left))

    @property
    def offer(self) -> Offer:
        """Return what the plan allows."""
        return Offer(
            provider=self.name,
            plan=self._config.plan,
            markets=("us",),
            timeframes=tuple(SPANS),
            adjustments=("none",),
            feeds=("twelvedata",),
            reference=frozenset({"symbols", "splits", "dividends"} if self._plan.actions else {"symbols"}),
            streams=frozenset({"trades"}),
            max_symbols_per_call=min(AT_ONCE, self._plan.credits),
            calls_per_minute=self._plan.credits,
            stream_connections=self._plan.connections,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Cut what is wanted into batches. ProviderRefused: minutes from before there were any."""
        if wanted.timeframe not in SPANS:
            hint = f"{' and '.join(SPANS)} are fetched; longer bars are made from them"
            raise BadInput(f"{self.name} is not asked for {wanted.timeframe} bars", hint=hint)
        if wanted.timeframe == "1m" and wanted.start < FIRST_MINUTE:
            said = f"{self.name}: minutes reach back to {FIRST_MINUTE}, not to {wanted.start}"
            raise ProviderRefused(said, hint=f"ask from {FIRST_MINUTE} on")
        return planned(wanted, self._plan)

    async def fetch(self, step: Step) -> Fetched:
        """Fetch a batch of symbols in a block of dates; who is unknown is left out of a batch of several."""
        symbols, window = step.symbols or (), window_of(step)
        rows = await self._rows(symbols, window)
        try:
            bars = reading.bars_of(rows, timeframe=step.timeframe)
        except Trouble as trouble:
            unreadable = error_of(trouble, self.name, step.what)
        else:
            wanted = (pl.col("time").dt.replace_time_zone(None) >= window.start) & (
                pl.col("time").dt.replace_time_zone(None) < window.stop
            )
            series = Series(provider=self.name, feed="twelvedata", timeframe=step.timeframe)
            return Fetched(step.id, series, bars.filter(wanted), complete=True)
        raise unreadable

    async def _rows(self, symbols: Sequence[str], window: Window) -> dict[str, list[reading.Row]]:
        """Return every symbol's bars of a window, however many answers they take."""
        found, left = dict[str, list[reading.Row]](), list(symbols)
        refused = Trouble("limit", "")
        for _ in range(ROUNDS):
            answers = await self._asked(left, window)
            found |= {name: answer for name, answer in answers.items() if isinstance(answer, list)}
            troubles = {name: answer for name, answer in answers.items() if isinstance(answer, Trouble)}
            left = [name for name, trouble in troubles.items() if trouble.kind in AGAIN]
            for name in troubles.keys() - set(left):
                self._judge(name, troubles[name], alone=len(symbols) == 1)
            if not left:
                break
            refused = troubles[left[0]]
            self._bucket.pause(refused.wait or reading.until_next_minute(self._clock.now()))
        else:
            raise error_of(refused, self.name, ", ".join(left))
        return {name: await self._whole(name, rows, window) for name, rows in found.items()}

    def _judge(self, name: str, trouble: Trouble, *, alone: bool) -> None:
        """Raise what a symbol's own error ends as, but for one of several that is unknown."""
        if trouble.kind == "unknown" and not alone:
            return
        raise error_of(trouble, self.name, "", symbol=name)

    async def _asked(self, symbols: Sequence[str], window: Window) -> reading.Found:
        """Ask once for some symbols; a list that is refused as one is asked for in halves.

        One that the whole minute's credits do not pay for is too: a symbol may cost more than one (nobody says when).
        """
        if len(symbols) > self._together:
            return await self._in_halves(symbols, window)
        error: TapehawkError
        try:
            return await self._answered(symbols, window)
        except (BadInput, TryAgain) as refused:
            error = refused
        if reading.OUT_OF_CREDITS in error.message and len(symbols) > 1:
            self._together = len(symbols) // 2
            return await self._in_halves(symbols, window)
        if reading.NO_DATA in error.message:
            return {name: [] for name in symbols}
        unknown = isinstance(error, UnknownName)
        if len(symbols) > 1 and (unknown or "414" in error.message):
            return await self._in_halves(symbols, window)
        if unknown:
            return {symbols[0]: Trouble("unknown", error.message)}
        raise error

    async def _in_halves(self, symbols: Sequence[str], window: Window) -> reading.Found:
        half = len(symbols) // 2
        return await self._asked(symbols[:half], window) | await self._asked(symbols[half:], window)

    async def _answered(self, symbols: Sequence[str], window: Window) -> reading.Found:
        query: dict[str, str | int] = {
            "symbol": ",".join(symbols),
            "interval": SPANS[window.timeframe][0],
            **window.query,
            "outputsize": PAGE,
            "timezone": "UTC",
            "order": "ASC",
            "adjust": "none",
        }

        def read(answer: Answer) -> reading.Found:
            found = reading.read_series(answer, symbols, self._clock.now())
            alone = found[symbols[0]]
            if len(symbols) == 1 and isinstance(alone, Trouble):
                raise alone
            return found

        named = symbols[0] if len(symbols) == 1 else f"{len(symbols)} symbols"
        return await self._wire.get("/time_series", query, read=read, credits=len(symbols), symbol=named)

    async def _whole(self, name: str, rows: list[reading.Row], window: Window) -> list[reading.Row]:
        """Return what a full answer may have been cut from, with it."""
        if len(rows) < PAGE:
            return rows
        times = sorted(dt.datetime.fromisoformat(row.datetime) for row in rows)
        first, after = times[0], times[-1] + SPANS[window.timeframe][1]
        earlier, later = Window(window.timeframe, window.start, first), Window(window.timeframe, after, window.stop)
        for part in (earlier, later):
            if part.start < part.stop:
                rows = rows + (await self._rows([name], part))[name]
        return rows

    async def symbols(self) -> pl.DataFrame:
        """Return listed and delisted stocks, and funds."""
        return await reference.symbols(self._wire)

    async def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return splits and dividends by ex date."""
        if not self._plan.actions:
            raise self._not_offered("corporate actions")
        return await reference.actions(self._wire, start, end)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the stream of prices, of as many symbols as the plan has room for."""
        from tapehawk.data.providers.twelvedata.stream import TwelveDataStream

        return TwelveDataStream(
            self._config.stream_url,
            symbols,
            key=self._config.api_key,
            most=self._plan.symbols,
            ledger=self._wire.ledger,
            on_gap=on_gap,
            clock=self._clock,
        )

    async def prove(self) -> bool:
        """Ask how much of the plan is used, for one credit."""
        now = self._clock.now()
        await self._wire.get("/api_usage", read=lambda answer: reading.check(answer, now), about="the plan's usage")
        return True

    def health(self) -> Health:
        """Return how it fares."""
        return self._wire.health()

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()
