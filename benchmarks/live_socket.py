"""The live path from the socket on: a vendor's stream at 20,000 bars a second, and a line that comes back.

    firehose (its own process) → Massive's adapter → LiveFeed → journal, router → live scan as bars close

The firehose sends minute after minute of 10,000 symbols, two a second; memory is looked at every half second. Memory
that is flat has no slope: a line is laid through what was seen after the first fifth. `python -m benchmarks.live_socket
300` runs the five minutes of the claim. The line that comes back has 500 symbols and a history 50 ms away.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import numpy as np
import psutil
from pydantic import SecretStr

from benchmarks.firehose import SESSION
from benchmarks.market import folder
from benchmarks.measure import Result
from tapehawk.catalog import scanner_type
from tapehawk.data.providers.door import CallPlan, Wanted
from tapehawk.data.providers.polygon.adapter import PolygonProvider
from tapehawk.data.providers.polygon.config import PolygonConfig
from tapehawk.data.providers.polygon.plans import POLITE
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan

RATE, SYMBOLS, SECONDS, MINUTE = 20_000, 10_000, 15.0, 60_000_000
SCANNERS = ("volume_spike", "momentum", "breakout", "gap")
FLAT, REFILL_WITHIN, REFILLED, SESSION_SO_FAR = 0.05, 5.0, 500, 390


class Unasked(PolygonProvider):
    """Massive whose history nobody asks: 10,000 symbols are 10,000 calls, and here every bar comes."""

    def plan(self, wanted: Wanted) -> CallPlan:
        """Return no call."""
        del wanted
        return CallPlan.of([], per_minute=None, bytes_each=0, note="")


@dataclass
class Ride:
    """What was seen: bars sent, come and dropped, minutes scanned, megabytes every half second, the longest queue.

    `timed` bars were scanned in `seconds`, which took `cpu` seconds of this process.
    """

    sent: int
    came: int = 0
    dropped: int = 0
    scanned: int = 0
    timed: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waiting: int = 0
    memory: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return bars a second."""
        return self.timed / self.seconds

    @property
    def slope(self) -> float:
        """Return by what share memory would grow over the whole run, by the line through it after the first fifth."""
        settled = np.array(self.memory[len(self.memory) // 5 :])
        slope = np.polyfit(np.arange(settled.size), settled, 1)[0] if settled.size > 1 else 0.0
        return float(slope * settled.size / settled[0])


@contextmanager
def firehose(rate: float, symbols: int, minutes: int, skip: int = 0) -> Iterator[int]:
    """Run the fake; yields its port."""
    command = [sys.executable, "-m", "benchmarks.firehose", *map(str, (rate, symbols, minutes, skip))]
    place = Path(__file__).parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=place) as process:
        try:
            assert process.stdout is not None  # noqa: S101
            yield int(process.stdout.readline())
        finally:
            process.kill()


def provider_at(port: int, clock: Clock, kind: type[PolygonProvider] = PolygonProvider) -> PolygonProvider:
    """Return Massive's adapter, on a plan without a limit, that asks the fake."""
    there = f"127.0.0.1:{port}"
    config = PolygonConfig(
        api_key=SecretStr("any"), plan="advanced", base_url=f"http://{there}", stream_url=f"ws://{there}/stocks"
    )
    return kind(config, clock=clock)


def clock_of(symbols: int, come: Callable[[], int]) -> Clock:
    """Return the day's clock: it goes by the bars that have come, so that a vendor who is slow is not late."""
    return Clock(now=lambda: SESSION.premarket_open + come() * MINUTE // symbols)


@asynccontextmanager
async def listening(feed: LiveFeed) -> AsyncIterator[None]:
    """Run a feed meanwhile."""
    running = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await feed.provider.close()


async def ride(
    root: Path, *, rate: float = RATE, symbols: int = SYMBOLS, seconds: float = SECONDS, patience: float = 60
) -> Ride:
    """Let bars come for so long; everything that came has been scanned at the end, or `patience` seconds later."""
    names, minutes = tuple(f"S{number:05}" for number in range(symbols)), int(seconds * rate / symbols)
    seen = Ride(sent=minutes * symbols)
    with firehose(rate, symbols, minutes) as port:
        feeds: list[LiveFeed] = []
        clock = clock_of(symbols, lambda: feeds[0].stream_health.bars if feeds else 0)
        feed = LiveFeed(provider_at(port, clock, Unasked), root, names, clock=clock)
        feeds.append(feed)
        past = Past(root, feed.series, SESSION.date, names, "extended")
        scan = LiveScan([scanner_type(name)() for name in SCANNERS], past)
        feed.router.subscribe("a socket that never reads", capacity=1000)
        async with listening(feed):
            following = asyncio.create_task(_follow(feed, scan, seen))
            watching = asyncio.create_task(_watch(feed, seen))
            until = time.monotonic() + seconds + patience
            await _until(lambda: seen.scanned == minutes or following.done() or time.monotonic() > until)
            watching.cancel()
            following.cancel()
            await asyncio.gather(watching, following, return_exceptions=True)
        seen.came, seen.dropped = feed.counts["new"], feed.stream_health.dropped
    return seen


async def _follow(feed: LiveFeed, scan: LiveScan, seen: Ride) -> None:
    """Scan what comes; the clock of the ride runs from the first minute scanned to the last."""
    began, cpu, first = 0.0, 0.0, 0
    async for news in follow(feed, lambda _: scan):
        if news.scan.done and not began:
            began, cpu, first = time.perf_counter(), time.process_time(), news.scan.done
        if began:
            seen.scanned, seen.timed = news.scan.done, (news.scan.done - first) * len(feed.symbols)
            seen.seconds, seen.cpu = time.perf_counter() - began, time.process_time() - cpu


async def _watch(feed: LiveFeed, seen: Ride) -> None:
    process = psutil.Process()
    while True:
        await asyncio.sleep(0.5)
        if seen.seconds:
            seen.memory.append(process.memory_info().rss / 1e6)
            seen.waiting = max(seen.waiting, feed.stream_health.buffered)


async def refilled(root: Path, symbols: int = REFILLED, minutes: int = SESSION_SO_FAR) -> float:
    """Return the seconds from a line that is there again to a gap that is filled, `minutes` into the session."""
    names = [f"S{number:05}" for number in range(symbols)]
    with firehose(1e9, symbols, minutes + 5, skip=minutes) as port:
        clock = clock_of(1, lambda: minutes + 10)
        feed = LiveFeed(provider_at(port, clock), root, names, clock=clock)
        async with listening(feed):
            await _until(lambda: feed.stale_since is None)
            await asyncio.sleep(1.1)  # the plan's second is another one
            async with httpx2.AsyncClient() as client:
                await client.post(f"http://127.0.0.1:{port}/cut")
            await _until(lambda: feed.stream_health.connections > 1)
            began = time.perf_counter()
            await _until(lambda: feed.counts["gaps"] > 1 and feed.stale_since is None)
            return time.perf_counter() - began


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - looked at from outside, as a user would
        await asyncio.sleep(0.002)


def results(seconds: float = SECONDS) -> Iterable[Result]:
    """Run the claims."""
    seen = asyncio.run(ride(folder("live_socket"), seconds=seconds))
    took = asyncio.run(refilled(folder("live_refill")))
    least = (REFILLED - 1) // POLITE
    lost = seen.sent - seen.came
    return [
        Result(
            f"a socket's {RATE:,} bars/s to scanned bars, for {seconds:.0f} s",
            f"{seen.rate:,.0f} bars/s, {lost:,} lost, {seen.cpu / seen.seconds:.0%} of a core, "
            f"{seen.memory[-1]:,.0f} MB at the end",
            "a flat line through its memory",
            f"{seen.slope:+.1%}",
            f"≥ {RATE:,} bars/s, within {FLAT:.0%}",
            seen.rate > RATE * 0.99 and not lost and seen.slope < FLAT,
        ),
        Result(
            f"refill of {REFILLED} symbols, {SESSION_SO_FAR} minutes into the session",
            f"{took:.2f} s",
            f"{POLITE} calls a second, all that the vendor wants: {least} s",
            f"{took / max(least, 1):.2f}×",
            f"≤ {REFILL_WITHIN:.0f} s",
            took <= REFILL_WITHIN,
        ),
    ]


if __name__ == "__main__":
    for result in results(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS):
        print(result.line())
