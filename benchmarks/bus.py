"""The bus: how many events a second, and how long from publishing to hearing, in memory and through Redis.

Peers that keep nothing and tell nobody what is missed: an `asyncio.Queue` and Redis's own publish/subscribe. A message
of theirs is JSON too, made and read as ours is.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from socket import socket

import msgspec
from redis.asyncio import Redis

from benchmarks.market import folder
from benchmarks.measure import Result
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.door import Bus
from tapehawk.core.events import Event, ScanUpdate, SymbolAnalyzed, heard, spoken

MANY, FEW, RUNS = 20_000, 2_000, 5
SMALL = SymbolAnalyzed(
    "AAPL", "1", {"score": 0.71, "parts": {"trend": 0.6, "volume": 0.8}, "why": "above its averages"}
)
ROWS = tuple({"symbol": f"S{at:05}", "close": at / 7, "level": at / 9, "why": "resistance break"} for at in range(1000))
LARGE = ScanUpdate("sim/sip", 1_700_000_000_000_000, ROWS)
WITHIN = 0.015  # seconds: a tenth of what a bar's close may take to the bus


class Channel:
    """A way for an event: `say` it, `hear` the next."""

    def __init__(self, say: Callable[[Event], Awaitable[object]], hear: Callable[[], Awaitable[object]]) -> None:
        self.say, self.hear = say, hear


Way = Callable[[], AbstractAsyncContextManager[Channel]]


def results() -> Iterable[Result]:
    """Run the claims."""
    yield from _compared("in memory", _ours(None), _queue, "asyncio.Queue, JSON", MANY)
    yield _large()
    if not shutil.which("redis-server"):
        print("bus: Redis left out, it needs redis-server", flush=True)
        return
    with _server() as address:
        yield from _compared("through Redis", _ours(address), _pub_sub(address), "Redis publish/subscribe", FEW)


def _compared(where: str, ours: Way, peer: Way, name: str, count: int) -> Iterator[Result]:
    rates: tuple[list[float], list[float]] = ([], [])
    waits: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for at, way in enumerate((ours, peer)):
            rates[at].append(asyncio.run(_rate(way, count)))
            waits[at].append(statistics.median(asyncio.run(_waits(way, count // 10, SMALL))))
    rate, other_rate = map(statistics.median, rates)
    wait, other_wait = map(statistics.median, waits)
    yield Result(
        f"bus {where}: events said and heard",
        f"{rate:,.0f}/s ({min(rates[0]):,.0f}–{max(rates[0]):,.0f}, n={RUNS})",
        f"{name}: {other_rate:,.0f}/s",
        f"{rate / other_rate:.2f}×",
        "–",
    )
    yield Result(
        f"bus {where}: from saying to hearing",
        f"{wait * 1e6:,.0f} µs (medians {min(waits[0]) * 1e6:,.0f}–{max(waits[0]) * 1e6:,.0f}, n={RUNS})",
        f"{name}: {other_wait * 1e6:,.0f} µs",
        f"{other_wait / wait:.2f}×",
        "–",
    )


def _large() -> Result:
    """Time an update of a thousand rows."""
    waits = sorted(asyncio.run(_waits(_ours(None), 300, LARGE)))
    p99 = waits[int(len(waits) * 0.99)]
    return Result(
        f"bus in memory: an update of {len(ROWS):,} rows, from saying to hearing, p99",
        f"{p99 * 1e3:.1f} ms (median {statistics.median(waits) * 1e3:.1f} ms, n={len(waits)})",
        "–",
        "–",
        f"≤ {WITHIN * 1e3:.0f} ms",
        p99 <= WITHIN,
    )


async def _rate(way: Way, count: int) -> float:
    """Return events a second when one says them as fast as it can and one listens."""
    async with way() as channel:

        async def hear() -> None:
            for _ in range(count):
                await channel.hear()

        listening = asyncio.create_task(hear())
        began = time.perf_counter()
        for _ in range(count):
            await channel.say(SMALL)
        await listening
        return count / (time.perf_counter() - began)


async def _waits(way: Way, count: int, event: Event) -> list[float]:
    """Return the seconds from saying an event to hearing it, one after another."""
    seconds = []
    async with way() as channel:
        for _ in range(count):
            began = time.perf_counter()
            listening = asyncio.ensure_future(channel.hear())
            await channel.say(event)
            await listening
            seconds.append(time.perf_counter() - began)
    return seconds


# the ways


def _ours(address: str | None) -> Way:
    @asynccontextmanager
    async def way() -> AsyncIterator[Channel]:
        async with bus_at(address, kept=MANY) as bus:
            yield await _channel(bus)

    return way


async def _channel(bus: Bus) -> Channel:
    subscription = await bus.subscribe()
    return Channel(bus.publish, subscription.__anext__)


@asynccontextmanager
async def _queue() -> AsyncIterator[Channel]:
    queue = asyncio.Queue[bytes](1000)

    async def say(event: Event) -> None:
        await queue.put(msgspec.json.encode(spoken(event)))

    async def hear() -> Event:
        return heard(msgspec.json.decode(await queue.get()))

    yield Channel(say, hear)


def _pub_sub(address: str) -> Way:
    @asynccontextmanager
    async def way() -> AsyncIterator[Channel]:
        async with Redis.from_url(address) as client, client.pubsub() as listening:
            await listening.subscribe("bench")
            await listening.get_message(timeout=5)

            async def say(event: Event) -> None:
                await client.publish("bench", msgspec.json.encode(spoken(event)))

            async def hear() -> Event:
                while not (message := await listening.get_message(timeout=5)):
                    pass
                return heard(msgspec.json.decode(message["data"]))

            yield Channel(say, hear)

    return way


@contextmanager
def _server() -> Iterator[str]:
    """Run a Redis of our own that writes nothing down; yields its address."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder("bus"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101
            next(line for line in process.stdout if "Ready to accept" in line)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()


if __name__ == "__main__":
    for result in results():
        print(result.line())
