"""A session that goes on takes no more memory: bars are in the journal, hits are arrays, queues are bounded."""

from __future__ import annotations

import pytest

from benchmarks.live_path import LivePath, growth, sustained

pytestmark = pytest.mark.anyio
SCANNERS = ("volume_spike", "momentum", "breakout", "gap")


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def grown(root, names: int, scanners: tuple[str, ...], seconds: float) -> float:
    path = LivePath(root, tuple(f"S{number:05}" for number in range(names)), scanners)
    try:
        _, memory = await sustained(path, seconds)
    finally:
        path.close()
    assert path.scan.done == path.next
    assert path.feed.counts["new"] == path.next * names
    return growth(memory)


async def test_a_whole_session_of_some_symbols_keeps_memory_flat(root):
    assert await grown(root, 300, SCANNERS, seconds=60) < 0.05


@pytest.mark.soak
async def test_a_whole_session_of_ten_thousand_symbols_keeps_memory_flat(root):
    assert await grown(root, 10_000, SCANNERS, seconds=3600) < 0.05


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"
