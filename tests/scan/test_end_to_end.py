"""From a vendor's socket to stored bars and hits: a whole day with its mishaps ends as the truth and its scan.

The vendor is a fake that speaks over real sockets; the adapter, the feed, the journal, the router, the live scan and
the store are those of the product.
"""

from __future__ import annotations

import pytest

from tests.fakes.faults import Faults
from tests.scan.live_market import live_rows
from tests.scan.vendor_day import (
    HISTORY,
    STREAM,
    Mishap,
    VendorDay,
    held_to_what_was_heard,
    vendor,
    with_bars,
    with_prices,
)

pytestmark = pytest.mark.anyio
DISTURBED = Faults(duplicate=True, revised=True, late=True, unknown_type=True, extra_fields=True)
MISLED = Faults(revised=True, out_of_order=True)
"""The wrong bar comes last: only history knows better."""


@pytest.fixture
def anyio_backend():
    return "asyncio"


def mishaps(day):
    begins, name = day.world.begins, day.provider.name
    return [
        Mishap(begins + 20, 3, Faults(status=503, path=STREAM[name]), down=True, cut=1006),
        Mishap(begins + 100, 3, Faults(mute=True)),
        Mishap(begins + 160, 1, Faults(slow_consumer=True)),
        Mishap(begins + 190, 20, DISTURBED),
        Mishap(begins + 280, 2, Faults(status=500, path=HISTORY[name]), cut=1001),
        Mishap(begins + 340, 3, MISLED),
    ]


@pytest.fixture
def day(case, tmp_path):
    with vendor(case) as fake:
        yield VendorDay(case, fake, tmp_path / "store")


@with_bars
async def test_a_day_with_every_mishap_ends_as_the_truth_with_the_hits_of_its_historical_scan(case, day, tmp_path):
    await day.play(mishaps(day))
    assert day.stored().equals(day.world.of_day)
    whole = day.world.filled(tmp_path / "whole", day.series, until=day.world.day)
    held_to_its_history(day, whole)
    assert any("down" in said or "500" in said for said in day.stale), "history did not answer for a while"


@with_prices
async def test_a_day_of_prices_ends_as_the_truth_and_outside_regular_hours_as_the_minutes_that_were_heard(case, day):
    """What history does not have stays missing, and was told."""
    await day.play(mishaps(day))
    held_to_what_was_heard(day)
    assert any("down" in said or "500" in said for said in day.stale), "history did not answer for a while"
    held_to_its_history(day, day.root)


def held_to_its_history(day, whole):
    """Hold the live scan to what a scan over the day in a store says, the watermark and the router to their word."""
    scan = day.news[-1].scan
    assert scan.through == day.world.hours.after_hours_close
    for name in day.world.scanners:
        rows = day.world.historical(whole, name)
        assert rows, name
        assert live_rows(scan, name) == rows
    assert set(day.missed) == {0}
    lag = day.feed.router.lags()[0]
    assert (lag.waiting, lag.taken) == (10, 0)
    assert lag.lost > 1000, "who never reads loses bars, and nobody waits for it"
    assert day.feed.counts["gaps"] >= 5
