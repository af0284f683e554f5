"""A vendor's socket at 20,000 bars a second: nothing is lost on the way to scanned bars, and memory stays flat.

The vendor is a process of its own (`benchmarks/firehose.py`). The five minutes of the claim are marked soak.
"""

from __future__ import annotations

import pytest

from benchmarks.live_socket import FLAT, RATE, Ride, refilled, ride
from tapehawk.core.series import Series
from tapehawk.data.journal import Tape, journal_path
from tapehawk.data.stream import LiveFeed

pytestmark = pytest.mark.anyio
SERIES = Series("polygon", "sip", timeframe="1m")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def assert_nothing_lost(seen: Ride, root, symbols: int) -> None:
    assert (seen.came, seen.dropped) == (seen.sent, 0)
    assert seen.scanned == seen.sent // symbols
    (path,) = root.glob("journal/*/*.journal")
    tape = Tape(path)
    assert sum(bars.size for bars, _ in tape.parts()) == seen.sent
    assert path.parent == journal_path(root, SERIES, tape.about.session).parent
    assert len(tape.names) == symbols


async def test_every_bar_of_twenty_thousand_a_second_is_journaled_and_scanned(root):
    seen = await ride(root, symbols=2_000, seconds=4)
    assert_nothing_lost(seen, root, 2_000)
    assert seen.slope < 0.5, "bounded; that it is flat takes longer to see"


async def test_planted_a_feed_that_loses_a_bar_now_and_then_is_found(root, monkeypatch):
    deliver = LiveFeed.deliver

    async def losing(self, bars):
        await deliver(self, bars[:-1] if bars[0].symbol == "S00500" else bars)

    monkeypatch.setattr(LiveFeed, "deliver", losing)
    seen = await ride(root, symbols=2_000, seconds=2, patience=10)
    with pytest.raises(AssertionError):
        assert_nothing_lost(seen, root, 2_000)


async def test_a_line_that_comes_back_is_refilled(root):
    assert await refilled(root, symbols=40, minutes=60) > 0
    (path,) = root.glob("journal/*/*.journal")
    assert sum(bars.size for bars, _ in Tape(path).parts()) >= 40 * 60


@pytest.mark.soak
async def test_five_minutes_of_the_whole_market_keep_the_pace_on_flat_memory(root, record_property):
    seen = await ride(root, seconds=300)
    assert_nothing_lost(seen, root, 10_000)
    for name, said in {"rate": seen.rate, "slope": seen.slope, "megabytes": seen.memory[::20]}.items():
        record_property(name, said)
    assert seen.slope < FLAT
    assert seen.rate > RATE * 0.99
