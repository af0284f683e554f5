"""A stored day played again as if it were live, at any speed, through the same path.

`Replay` is a provider whose stream brings the day's bars as they closed and whose history knows what had closed by
then. Its clock is the day's: `Replay.clock` goes to the feed. Bars keep the identity of their series, so the feed gets
a scratch folder for its journals, never the store itself.

A session that was received live can be played as it came: late, revised and all, from the journal that was sealed.

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
from tapehawk.data.arrivals import arrivals
from tapehawk.data.building import trusted_bars
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import MINUTE_US, VALUES, Places
from tapehawk.data.pacing import DayClock, Pace
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
from tapehawk.data.quarantine import left_out_before, quarantined
from tapehawk.data.store import read_actions, read_bars, stored_sessions
from tapehawk.data.watermark import GRACE

DELAY: Final = 500_000  # microseconds from a bar's close to its arrival
AFTERWARDS: Final = 30 * MINUTE_US  # from the session's end to the replay's, so that the feed ends the session


class Replay(Provider):
    """Plays `session` of a stored series, for some symbols (None: all). Raises NoData when none of it is stored.

    Bars that a quarantine keeps out of scans (a split found missing later) are left out here too.
    `pace`: who says what has been scanned; None: nobody scans, nothing is waited for. `as_came`: bars come when and as
    often as they came to the session's sealed journal, where there is one; else each is right half a second after its
    close.
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
        as_came: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if series.timeframe in SESSION_TIMEFRAMES:
            raise BadInput(f"{series.timeframe} bars can't be replayed", hint="name intraday bars: --timeframe 1m")
        if speed is not None and speed <= 0:
            raise OutOfBounds(f"a speed of {speed:g}", hint="above 0; 60 plays an hour a minute")
        self.series, self.session, self.pace = series, session, pace
        self.hours = calendar_named(series.market).need_session(session)
        wanted = None if symbols is None else sorted(symbols)
        bars = read_bars(root, series, symbols=wanted, sessions=(session, session)).drop("adjusted_as_of")
        self.bars, _ = trusted_bars(bars, series, left_out_before(quarantined(root, series), read_actions(root)))
        if self.bars.is_empty():
            raise NoData(
                f"no {series.timeframe} bars of {session} are stored of {series.id}",
                hint=_nearest(root, series, session),
            )
        recorded = self._recorded(root) if as_came else None
        self.coming = self._in_time() if recorded is None else recorded
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

    def _recorded(self, root: Path) -> pl.DataFrame | None:
        """Return what the sealed journal has, as `arrivals` does; None where there is none."""
        if not journal_path(root, self.series, self.session).with_suffix(".sealed").exists():
            return None
        came = arrivals(root, self.series, self.session)
        return came.filter(pl.col("symbol").is_in(self.bars["symbol"].unique().implode()))

    def _in_time(self) -> pl.DataFrame:
        """Return the bars as they come when all goes well: after they close, at the session's end at the latest."""
        start = pl.col("time").to_physical()
        closed = pl.min_horizontal(start + self.step, self.hours.after_hours_close)
        once = self.bars.with_columns(start, received=closed + DELAY, revision=pl.lit(0, pl.Int32))
        return once.sort("time", "symbol")


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
    """Bars as they come, those of one instant together; ends when the session has."""

    def __init__(self, replay: Replay, time: DayClock, symbols: frozenset[str]) -> None:
        self._replay, self._time, self._symbols, self._open = replay, time, symbols, True
        self._places = Places(calendar_named(replay.series.market), replay.session, replay.series.timeframe)
        self._sent = self._newest = self._settled = 0

    def want(self, symbols: Iterable[str]) -> None:
        self._symbols = frozenset(symbols)

    async def run(self, deliver: Deliver) -> None:
        for instant, bars in self._batches():
            if not self._open:
                return
            await self._settle(deliver, instant)
            await self._time.put_on(instant)
            self._sent += len(bars)
            self._newest = max(self._newest, *(bar.time + self._replay.step for bar in bars))
            await _delivered(deliver, [bar for bar in bars if bar.symbol in self._symbols])
        ends = self._replay.hours.after_hours_close + AFTERWARDS
        await self._settle(deliver, ends)
        await self._time.put_on(ends)

    def health(self) -> StreamHealth:
        return StreamHealth(connected=self._open, subscribed=len(self._symbols), connections=1, bars=self._sent)

    async def close(self) -> None:
        self._open = False

    async def _settle(self, deliver: Deliver, before: int) -> None:
        """Have the newest bars scanned, if that is due before an instant: who has none by then did not trade."""
        begins, step = self._places.begins, self._places.step
        closed = begins + (min(self._newest, self._places.ends) - begins) // step * step
        if self._replay.pace is None or closed == self._settled or closed + GRACE > before:
            return
        self._settled = closed
        await self._time.put_on(closed + GRACE)
        await _delivered(deliver, [])  # has the feed see the time
        await self._replay.pace.reached(closed)

    def _batches(self) -> Iterator[tuple[int, list[StreamBar]]]:
        """Yield each instant at which bars come, and those."""
        rows = self._replay.coming.select("received", "symbol", "time", *VALUES, "revision")
        for (instant,), part in rows.partition_by("received", as_dict=True, maintain_order=True).items():
            yield (
                int(instant),
                [
                    StreamBar(symbol, time, o, h, l, c, v, final=True, revision=revision, received=received)
                    for received, symbol, time, o, h, l, c, v, revision in part.iter_rows()
                ],
            )
