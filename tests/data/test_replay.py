"""A replayed day comes as it was stored, at the speed asked for, by the path that live bars take."""

from __future__ import annotations

import asyncio
import datetime as dt

import msgspec
import polars as pl
import pytest

from tapehawk.core.errors import BadInput, NoData, OutOfBounds
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.pacing import Pace
from tapehawk.data.providers.door import Wanted
from tapehawk.data.replay import DELAY, Replay
from tapehawk.data.sealing import newest_bars, seal
from tapehawk.data.stream import LiveFeed
from tests.data.bar_frames import daily
from tests.data.scripted import DAY, MINUTE, SIM, stream_bars, truth_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def stored(root):
    truth = truth_of(symbols=3)
    store.append_bars(root, [(SIM, truth)])
    return truth


async def come(replay) -> list[tuple[int, list]]:
    """Return what the stream delivers, with the day's instant at which it did."""
    came = []
    await replay.stream(replay.bars["symbol"].unique()).run(lambda bars: came.append((replay.clock.now(), bars)))
    return came


async def test_every_bar_comes_once_half_a_second_after_its_close(root, stored):
    came = await come(Replay(root, SIM, DAY))
    assert [one for _, bars in came for one in bars] == stream_bars(stored)
    assert all(now == one.time + MINUTE + DELAY for now, bars in came for one in bars)


@pytest.mark.parametrize("speed", [1.0, 60.0, 1000.0])
async def test_speed_divides_the_days_waits(root, stored, speed):
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    replay = Replay(root, SIM, DAY, speed=speed, sleep=sleep)
    began = replay.clock.now()
    await come(replay)
    assert sum(waits) == pytest.approx((replay.clock.now() - began) / 1e6 / speed)


async def test_a_day_that_was_received_live_is_played_as_it_came(root, stored):
    session, bars = OpenSession(root, SIM, DAY), stream_bars(stored)
    wrong = msgspec.structs.replace(bars[0], volume=1.0)
    late = msgspec.structs.replace(bars[1], received=bars[1].received + 20 * MINUTE)
    mended = msgspec.structs.replace(bars[0], revision=1, received=bars[0].received + 30 * MINUTE)
    in_order = sorted([wrong, late, mended, *bars[2:]], key=lambda one: one.received)
    for one in in_order:
        session.take([one])
    seal(root, session.journal)
    came = await come(Replay(root, SIM, DAY, as_came=True))
    assert [one for _, some in came for one in some] == in_order
    assert all(now == one.received for now, some in came for one in some)
    assert [one for _, some in await come(Replay(root, SIM, DAY)) for one in some] == bars, "else once, in time"


async def test_its_history_knows_only_what_has_closed(root, stored):
    replay = Replay(root, SIM, DAY)
    (step,) = replay.plan(Wanted("1m", None, DAY, DAY)).steps
    assert (await replay.fetch(step)).bars.is_empty()
    await replay._time.put_on(us_calendar().need_session(DAY).open)
    known = (await replay.fetch(step)).bars
    assert known.equals(stored.filter(pl.col("time").to_physical() + MINUTE <= replay.clock.now()))


async def test_whoever_sleeps_by_its_clock_wakes_when_the_day_has_got_there(root, stored):
    replay = Replay(root, SIM, DAY)
    asleep = asyncio.create_task(replay.clock.sleep(90))
    await replay._time.put_on(replay.clock.now() + MINUTE)
    assert not asleep.done()
    await replay._time.put_on(replay.clock.now() + MINUTE)
    await asyncio.wait_for(asleep, 5)


async def yielded() -> None:
    """Let everybody else go as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_bars_come_when_those_before_them_have_been_scanned(root, stored):
    pace, came = Pace(), []
    replay = Replay(root, SIM, DAY, pace=pace)
    playing = asyncio.create_task(replay.stream(replay.bars["symbol"].unique()).run(came.extend))
    closes = sorted({one.time + MINUTE for one in stream_bars(stored)})
    for close in closes[:5]:
        await yielded()
        assert max(one.time for one in came) + MINUTE == close
        pace.scanned(close)
    pace.scanned(closes[-1])
    await playing
    assert came == stream_bars(stored)


async def test_a_feed_journals_a_replayed_day_and_leaves_the_store_alone(root, stored, tmp_path):
    replay = Replay(root, SIM, DAY, symbols=stored["symbol"].unique()[:2])
    feed = LiveFeed(replay, tmp_path / "scratch", replay.bars["symbol"].unique(), series=SIM, clock=replay.clock)
    await feed.run()
    assert not (root / "journal").exists()
    assert replay.bars.height < stored.height
    (path,) = (tmp_path / "scratch" / "journal").glob("*/*")
    bars, names = newest_bars(path.with_suffix(".journal"))
    found = pl.DataFrame({"symbol": [names[number] for number in bars["symbol"]], "time": bars["time"]})
    expected = replay.bars.select("symbol", pl.col("time").to_physical())
    assert found.sort("symbol", "time").equals(expected.sort("symbol", "time"))


async def test_what_cannot_be_replayed_says_so(root, stored):
    with pytest.raises(NoData, match="2024-01-04"):
        Replay(root, SIM, dt.date(2024, 1, 4))
    with pytest.raises(BadInput, match="no session on 2024-01-06"):
        Replay(root, SIM, dt.date(2024, 1, 6))
    with pytest.raises(OutOfBounds, match="speed"):
        Replay(root, SIM, DAY, speed=0)
    store.append_bars(root, [(SIM.__class__("sim", "sim", simulated=True), daily("AAA", [1.0]))])
    with pytest.raises(BadInput, match="can't be replayed"):
        Replay(root, SIM.__class__("sim", "sim", simulated=True), DAY)
