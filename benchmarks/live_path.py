"""The live path: bars as a stream delivers them, to the journal, through the watermark, to states moved on and rows.

10,000 minute bars at once are one call of `LiveFeed.deliver` and one step of the scan. From a bar's close to the event
on the bus the same is done in regular hours with every scanner that looks at minutes. The sustained
run plays minute after minute of 10,000 symbols, in messages of 500 bars, as fast as it goes, with a subscriber beside
it; its memory is looked at after every minute. A whole session is 9.6 M bars, what 20,000 a second bring in eight
minutes (`python -m benchmarks.live_path 3600` plays all of it).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import psutil

from benchmarks.market import folder
from benchmarks.measure import Result, Timing
from benchmarks.shared_work import NOT_A_DEFINITION
from tapehawk.app.settling import settle
from tapehawk.bus.choosing import bus_at
from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.series import Series
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import (
    CallPlan,
    Fetched,
    Health,
    Offer,
    OnGap,
    Provider,
    Step,
    Stream,
    StreamBar,
    Wanted,
)
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.session_rows import Changes
from tapehawk.scan.telling import Telling
from tapehawk.scan.updates import update_of

SYMBOLS, WARM, STEPS, MINUTE, MESSAGE = 10_000, 5, 15, 60_000_000, 500
EVENTS, REGULAR_OPEN, PROMISED_EVENT = 120, 330, 0.150  # minutes, the minute of the regular open, seconds at p99
SUSTAINED, PROMISED_RATE, PROMISED_SECONDS, MOST_GROWTH, SESSION_MINUTES = 15.0, 20_000, 0.150, 0.05, 960
SESSION = us_calendar().need_session(dt.date(2024, 1, 3))
SERIES = Series("bench", "bench", timeframe="1m", simulated=True)
SCANNERS = ("volume_spike", "relative_volume", "momentum", "breakout", "gap")
NAMES = tuple(f"S{number:05}" for number in range(SYMBOLS))


def every_minute_scanner() -> tuple[str, ...]:
    """Name every shipped scanner that looks at minute bars, but those that are nothing by themselves."""
    return tuple(
        name for name in scanner_names() if name not in NOT_A_DEFINITION and "1m" in scanner_type(name).timeframes
    )


class Nothing(Provider):
    """A provider without history: what is delivered is all there is."""

    name = "bench"
    offer = Offer("bench", "free", ("us",), ("1m",), ("none",), ("bench",), streams=frozenset({"bars"}))

    def plan(self, wanted: Wanted) -> CallPlan:
        """Return no call."""
        del wanted
        return CallPlan.of([], per_minute=None, bytes_each=0, note="")

    async def fetch(self, step: Step) -> Fetched:
        """Never called."""
        raise NotImplementedError

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Never called."""
        raise NotImplementedError

    def health(self) -> Health:
        """Return that all is well."""
        return Health(self.name)


class LivePath:
    """A feed of some symbols, a scan behind it, and a clock that is put on."""

    def __init__(self, root: Path, names: tuple[str, ...] = NAMES, scanners: tuple[str, ...] = SCANNERS) -> None:
        self.names, self.next = names, 0
        self.now = SESSION.premarket_open
        clock = Clock(now=lambda: self.now)
        self.feed = LiveFeed(Nothing(), root, names, series=SERIES, clock=clock)
        looked_for = [scanner_type(name)() for name in scanners]
        self.scan = LiveScan(looked_for, Past(root, SERIES, SESSION.date, names, "extended"))
        self.socket = self.feed.router.subscribe("socket", slow="coalesce")
        self.chance = np.random.default_rng(7)
        self.price = self.chance.uniform(20, 200, len(names))

    def minute(self) -> list[StreamBar]:
        """Return the next minute: a bar of every symbol."""
        start = SESSION.premarket_open + self.next * MINUTE
        self.next += 1
        opened = self.price
        self.price = opened * np.exp(self.chance.normal(0, 1e-3, len(self.names)))
        high, low = np.maximum(opened, self.price) * 1.0005, np.minimum(opened, self.price) / 1.0005
        volume = self.chance.lognormal(9, 1, len(self.names)).round()
        rows = zip(self.names, *(a.tolist() for a in (opened, high, low, self.price, volume)), strict=True)
        return [StreamBar(s, start, o, h, l, c, v, True, 0, start + MINUTE) for s, o, h, l, c, v in rows]  # noqa: FBT003

    async def arrived(self, bars: list[StreamBar], message: int) -> None:
        """Take a minute in messages of so many bars."""
        self.now = bars[0].time + MINUTE + 1
        for first in range(0, len(bars), message):
            await self.feed.deliver(bars[first : first + message])

    @property
    def watermark(self) -> int:
        """Return the instant up to which every bar has come."""
        return self.feed.current.watermark.at  # type: ignore[union-attr]

    async def take(self, bars: list[StreamBar], message: int) -> Changes:
        """Take a minute in messages of so many bars, then scan it."""
        await self.arrived(bars, message)
        return self.scan.step(self.watermark)

    def close(self) -> None:
        """Let go of files and threads."""
        self.feed.close()
        self.scan.close()


async def burst(path: LivePath) -> Timing:
    """Time minutes that arrive at once."""
    seconds = []
    for _ in range(WARM + STEPS):
        bars = path.minute()
        began = time.perf_counter()
        await path.take(bars, len(bars))
        seconds.append(time.perf_counter() - began)
        assert path.scan.done == path.next, "the watermark has passed the minute"  # noqa: S101
    return Timing(tuple(seconds[WARM:]))


async def to_events(path: LivePath, minutes: int = EVENTS) -> tuple[Timing, int]:
    """Time minutes of regular hours from their arrival to a subscriber of the bus that has heard all of them.

    What was told is noted before anything is said, as the product does. Returns how many rows were told, too.
    """
    path.next, seconds, told = REGULAR_OPEN, list[float](), 0
    telling = Telling(lambda _: path.scan, remember=True)
    settle()
    async with bus_at(None) as bus:
        heard = await bus.subscribe()
        list(telling.turn(SESSION.date))
        for _ in range(WARM + minutes):
            bars = path.minute()
            began = time.perf_counter()
            await path.arrived(bars, len(bars))
            for news in telling.step(path.watermark, path.watermark):
                await bus.publish(update_of(news))
                await anext(heard)
                seconds.append(time.perf_counter() - began)
                told += len(news.changes.events)
    return Timing(tuple(seconds[WARM:])), told


async def sustained(path: LivePath, seconds: float) -> tuple[float, list[float]]:
    """Play minutes for so long, or to the session's end; returns bars a second and megabytes after each minute."""
    process, memory, busy, first = psutil.Process(), list[float](), 0.0, path.next
    while busy < seconds and path.next < SESSION_MINUTES:
        bars = path.minute()
        began = time.perf_counter()
        await path.take(bars, MESSAGE)
        await path.feed.tick()
        await path.socket.take()
        busy += time.perf_counter() - began
        memory.append(process.memory_info().rss / 1e6)
    return (path.next - first) * len(path.names) / busy, memory


def growth(memory: list[float]) -> float:
    """Return by what share memory grew after the first fifth of the run."""
    settled = memory[len(memory) // 5 :]
    return max(settled) / settled[0] - 1


def results(seconds: float = SUSTAINED) -> list[Result]:
    """Run the claims."""
    return asyncio.run(_results(seconds))


async def _results(seconds: float) -> list[Result]:
    path = LivePath(folder("live_path"))
    once = await burst(path)
    rate, memory = await sustained(path, seconds)
    path.close()
    every = every_minute_scanner()
    path = LivePath(folder("live_path_events"), scanners=every)
    told, rows = await to_events(path)
    path.close()
    p99 = float(np.quantile(told.seconds, 0.99))
    asked = f"{SYMBOLS:,} symbols × {len(every)} scanners"
    to_event = f"bar close to event on the bus: {asked}, {rows:,} events in {EVENTS} minutes"
    grown, at_once = growth(memory), once.median <= PROMISED_SECONDS
    claim = f"live path: {SYMBOLS:,} minute bars at once × {len(SCANNERS)} scanners"
    flat = f"{rate:,.0f} bars/s over {len(memory)} minutes, {memory[-1]:,.0f} MB at the end"
    kept = rate >= PROMISED_RATE and grown < MOST_GROWTH
    return [
        Result(
            to_event,
            f"{told}, p99 {p99 * 1e3:.0f} ms",
            "",
            "",
            f"≤ {PROMISED_EVENT * 1e3:.0f} ms p99",
            p99 <= PROMISED_EVENT,
        ),
        Result(claim, str(once), "", "", f"≤ {PROMISED_SECONDS * 1e3:.0f} ms", at_once),
        Result(
            "the same, sustained in messages of 500",
            flat,
            "its memory after a fifth of the run",
            f"{grown:+.1%}",
            f"≥ {PROMISED_RATE:,} bars/s, within {MOST_GROWTH:.0%}",
            kept,
        ),
    ]


if __name__ == "__main__":
    for result in results(float(sys.argv[1]) if len(sys.argv) > 1 else SUSTAINED):
        print(result.line())
