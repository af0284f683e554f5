"""The simulated market as a stream: each session's minutes as they reach a listener, mishaps and all (`feed.py`).

It goes by the clock that is handed in: today's session now, the next one when this is over. What arrived before it was
listened to does not come again, and neither does what an outage swallowed: that is told as a gap.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

import polars as pl

from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import Deliver, OnGap, Stream, StreamBar, StreamHealth
from tapehawk.data.providers.sim.simulator import Simulator
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.providers.wire.tasks import done

OVERLAP: Final = 2 * 60_000_000  # microseconds before its last bar at which a gap may begin
TOGETHER: Final = 100_000  # bars that arrive within so many microseconds come in one delivery
NUMBERS: Final = ("open", "high", "low", "close", "volume")


class SimStream(Stream):
    """US stocks, from a simulator. It ends when it is closed."""

    def __init__(self, simulator: Simulator, symbols: Iterable[str], on_gap: OnGap | None, clock: Clock) -> None:
        self._simulator, self._symbols, self._on_gap, self._clock = simulator, frozenset(symbols), on_gap, clock
        self._running: asyncio.Task[None] | None = None
        self._connected = self._closing = False
        self._connections = self._bars = self._newest = 0
        self._last_data_at: int | None = None

    def want(self, symbols: Iterable[str]) -> None:
        """Set the symbols that are wanted; others' bars are left out from the next delivery on."""
        self._symbols = frozenset(symbols)

    async def run(self, deliver: Deliver) -> None:
        """Deliver what arrives, session after session."""
        self._running = asyncio.current_task()
        self._line(up=True)
        try:
            while True:
                await self._play(self._session(), deliver)
        except asyncio.CancelledError:
            if not self._closing:
                raise
        finally:
            self._connected, self._running = False, None

    async def close(self) -> None:
        """End `run`."""
        self._closing, running = True, self._running
        if running:
            running.cancel()
            await asyncio.wait([running])

    def health(self) -> StreamHealth:
        """Return how it fares."""
        return StreamHealth(
            connected=self._connected,
            subscribed=len(self._symbols) if self._connected else 0,
            connections=self._connections,
            bars=self._bars,
            last_data_at=self._last_data_at,
        )

    def _session(self) -> dt.date:
        """Return the session that goes on, or the next one."""
        calendar, now = us_calendar(), self._clock.now()
        day = datetime_of(now).date() - dt.timedelta(days=1)
        while (session := calendar.session_on(day)) is None or session.after_hours_close <= now:
            day += dt.timedelta(days=1)
        return session.date

    async def _play(self, day: dt.date, deliver: Deliver) -> None:
        """Play a session from now on to its end."""
        script = await asyncio.to_thread(self._simulator.feed, day, sorted(self._symbols))
        now, ends = self._clock.now(), us_calendar().need_session(day).after_hours_close
        rows = script.with_columns(pl.col("arrival", "time").to_physical()).filter(pl.col("arrival") > now)
        for _, some in groupby(rows.iter_rows(named=True), _moment):
            together = list(some)
            await self._sleep_until(together[-1]["arrival"])
            if together[0]["symbol"] is None:
                await self._turn(together[-1]["kind"])
            else:
                await self._deliver(together, deliver)
        await self._sleep_until(ends)

    async def _deliver(self, rows: list[dict[str, Any]], deliver: Deliver) -> None:
        now = self._clock.now()
        mine = [row for row in rows if row["symbol"] in self._symbols]
        bars = [_bar(row, now) for row in mine]
        self._bars, self._last_data_at = self._bars + len(bars), now
        self._newest = max(self._newest, *(bar.time for bar in bars)) if bars else self._newest
        if bars:
            await done(deliver(bars))

    async def _turn(self, kind: str) -> None:
        """Let the line drop, or be there again: then what came meanwhile is missing."""
        self._line(up=kind == "reconnect")
        if self._connected and self._on_gap:
            await done(self._on_gap(self._newest - OVERLAP, tuple(sorted(self._symbols))))

    def _line(self, *, up: bool) -> None:
        self._connected = up
        self._connections += up

    async def _sleep_until(self, instant: int) -> None:
        wait = (instant - self._clock.now()) / 1e6
        if wait > 0:
            await self._clock.sleep(wait)


def _moment(row: dict[str, Any]) -> tuple[bool, int]:
    """Return what rows that come in one go have in common."""
    return row["symbol"] is None, row["arrival"] // TOGETHER


def _bar(row: dict[str, Any], received: int) -> StreamBar:
    o, h, l, c, v = (row[name] for name in NUMBERS)
    return StreamBar(row["symbol"], row["time"], o, h, l, c, v, final=True, revision=row["revision"], received=received)
