"""A stored day played again as if it were live, at any speed, through the same path.

`Replay` is a provider whose stream brings the day's bars as they closed and whose history knows what had closed by
then. Its clock is the day's: `Replay.clock` goes to the feed. Bars keep the identity of their series, so the feed gets
a scratch folder for its journals, never the store itself.

As fast as it goes is as fast as somebody scans: bars come when those before them have been (`Pace`). Without, a day
would be in the journal before its first bar was scanned, and the scan would take it in one piece.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from tapehawk.core.errors import BadInput, NoData, OutOfBounds
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES, Series
from tapehawk.core.sessions import calendar_named
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.providers.door import (
    CallPlan,
    Deliver,
    Fetched,
    Health,
    Offer,
    OnGap,
    Provider,
    Step,
    Stream,
    StreamBar,
    StreamHealth,
    Wanted,
)
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.store import read_bars, stored_sessions
from tapehawk.data.watermark import GRACE

DELAY: Final = 500_000  # microseconds from a bar's close to its arrival
AFTERWARDS: Final = 30 * MINUTE_US  # from the session's end to the replay's, so that the feed ends the session


class DayClock:
    """A clock that stands until it is put on. `speed`: so many times real time, None as fast as it goes."""

    def __init__(self, now: int, speed: float | None, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._now, self._speed, self._real_sleep = now, speed, sleep
        self._on = asyncio.Event()

    @property
    def clock(self) -> Clock:
        """Return the clock to hand in."""
        return Clock(now=lambda: self._now, tick=lambda: self._now / 1e6, sleep=self._sleep, chance=lambda: 0.5)

    async def put_on(self, to: int) -> None:
        """Let time pass until an instant; at full speed only as long as the others need to notice."""
        wait = 0.0 if self._speed is None else max(0, to - self._now) / 1e6 / self._speed
        await self._real_sleep(wait)
        self._now = max(self._now, to)
        self._on.set()
        await asyncio.sleep(0)

    async def _sleep(self, seconds: float) -> None:
        until = self._now + int(seconds * 1e6)
        while self._now < until:
            self._on.clear()
            await self._on.wait()


class Pace:
    """Keeps a replay from running ahead of whoever scans it."""

    def __init__(self) -> None:
        self._through = 0
        self._news = asyncio.Event()

    def scanned(self, through: int) -> None:
        """Note that what closed by an instant has been scanned."""
        self._through = max(self._through, through)
        self._news.set()

    async def reached(self, instant: int) -> None:
        """Wait until what closed by an instant has been scanned."""
        while self._through < instant:
            self._news.clear()
            await self._news.wait()


class Replay(Provider):
    """Plays `session` of a stored series, for some symbols (None: all). Raises NoData when none of it is stored.

    `pace`: who says what has been scanned; None: nobody scans, nothing is waited for.
    """

    name: ClassVar[str] = "replay"

    def __init__(  # noqa: PLR0913 - what is played, and how
        self,
        root: Path,
        series: Series,
        session: dt.date,
        *,
        symbols: Iterable[str] | None = None,
        speed: float | None = None,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if series.timeframe in SESSION_TIMEFRAMES:
            raise BadInput(f"{series.timeframe} bars can't be replayed", hint="name intraday bars: --timeframe 1m")
        if speed is not None and speed <= 0:
            raise OutOfBounds(f"a speed of {speed:g}", hint="above 0; 60 plays an hour a minute")
        self.series, self.session, self.pace = series, session, pace
        self.hours = calendar_named(series.market).need_session(session)
        wanted = None if symbols is None else sorted(symbols)
        self.bars = read_bars(root, series, symbols=wanted, sessions=(session, session)).drop("adjusted_as_of")
        if self.bars.is_empty():
            raise NoData(
                f"no {series.timeframe} bars of {session} are stored of {series.id}",
                hint=_nearest(root, series, session),
            )
        self._time = DayClock(self.hours.premarket_open, speed, sleep)

    @property
    def clock(self) -> Clock:
        """Return the day's clock."""
        return self._time.clock

    @property
    def step(self) -> int:
        """Return the length of a bar in microseconds."""
        return TIMEFRAMES[self.series.timeframe] * MINUTE_US

    @property
    def offer(self) -> Offer:
        """Return what can be played: this series, as it is stored."""
        one = self.series
        return Offer(
            provider=one.provider,
            plan="replay",
            markets=(one.market,),
            timeframes=(one.timeframe,),
            adjustments=(one.adjustment,),
            feeds=(one.feed,),
            volume_scope=one.volume_scope,
            streams=frozenset({"bars"}),
            max_symbols_per_call=None,
            stream_connections=1,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Return the one step that reads what was stored."""
        what = f"{self.series.id} of {self.session}"
        step = Step("replay", "session", what, wanted.timeframe, wanted.symbols, self.session, self.session)
        return CallPlan.of([step], per_minute=None, bytes_each=self.bars.height * 64, note="from the store")

    async def fetch(self, step: Step) -> Fetched:
        """Return the bars that have closed by now."""
        over = self.bars.filter(pl.col("time").to_physical() + self.step <= self.clock.now())
        return Fetched(step.id, self.series, over, announced=over.height)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return the day's bars as a stream; it has no gaps."""
        del on_gap
        return _Played(self, self._time, frozenset(symbols))

    def health(self) -> Health:
        """Return that all is well."""
        return Health(self.name)


def _nearest(root: Path, series: Series, session: dt.date) -> str:
    """Name the stored sessions before and after one that is not stored."""
    days = stored_sessions(root, series)
    before, after = [day for day in days if day < session], [day for day in days if day > session]
    found = [str(day) for day in (*before[-1:], *after[:1])]
    return f"the nearest stored: {' and '.join(found) or 'none; scanner data status lists what is stored'}"


async def _delivered(deliver: Deliver, bars: list[StreamBar]) -> None:
    done = deliver(bars)
    if done is not None:
        await done


class _Played(Stream):
    """Bars of one close together, half a second after it; ends when the session has."""

    def __init__(self, replay: Replay, time: DayClock, symbols: frozenset[str]) -> None:
        self._replay, self._time, self._symbols, self._open = replay, time, symbols, True
        self._sent = 0

    def want(self, symbols: Iterable[str]) -> None:
        self._symbols = frozenset(symbols)

    async def run(self, deliver: Deliver) -> None:
        for closed, bars in self._batches():
            if not self._open:
                return
            await self._time.put_on(closed + DELAY)
            self._sent += len(bars)
            await _delivered(deliver, [bar for bar in bars if bar.symbol in self._symbols])
            if self._replay.pace is not None:
                await self._time.put_on(closed + GRACE)
                await _delivered(deliver, [])  # has the feed see the time: who has no bar by now did not trade
                await self._replay.pace.reached(closed)
        await self._time.put_on(self._replay.hours.after_hours_close + AFTERWARDS)

    def health(self) -> StreamHealth:
        return StreamHealth(connected=self._open, subscribed=len(self._symbols), connections=1, bars=self._sent)

    async def close(self) -> None:
        self._open = False

    def _batches(self) -> Iterator[tuple[int, list[StreamBar]]]:
        """Yield the instant of each close and its bars."""
        bars = self._replay.bars.with_columns(pl.col("time").to_physical())
        for (start,), part in bars.sort("time", "symbol").partition_by("time", as_dict=True).items():
            closed = int(start) + self._replay.step
            yield (
                closed,
                [
                    StreamBar(symbol, time, o, h, l, c, v, final=True, revision=0, received=closed + DELAY)
                    for symbol, time, o, h, l, c, v in part.iter_rows()
                ],
            )
