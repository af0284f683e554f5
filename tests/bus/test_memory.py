"""The bus within one process takes no more memory than what it keeps."""

from __future__ import annotations

import tracemalloc

import pytest

from tapehawk.bus.memory import MemoryBus
from tapehawk.core.events import SymbolAnalyzed

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def grown(bus, events: int) -> int:
    """Return the bytes by which memory has grown over so many events of a kilobyte, with a subscriber that is stuck."""
    before = tracemalloc.get_traced_memory()[0]
    for number in range(events):
        await bus.publish(SymbolAnalyzed(str(number), "1", {"text": "x" * 1000}))
    return tracemalloc.get_traced_memory()[0] - before


async def test_memory_is_bounded_however_much_is_published_and_whoever_does_not_listen():
    tracemalloc.start()
    try:
        async with MemoryBus(kept=100) as bus:
            stuck = await bus.subscribe()
            await grown(bus, 200)
            await anext(stuck)
            assert await grown(bus, 5_000) < 200_000
        async with MemoryBus(kept=10_000) as bus:  # the measure itself: here they are kept
            assert await grown(bus, 5_000) > 5_000_000
    finally:
        tracemalloc.stop()
