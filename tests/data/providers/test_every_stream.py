"""The contract of every stream: whatever happens to the line, what the owner holds in the end is the truth."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import traceback
from functools import lru_cache

import polars as pl
import pytest

from tapehawk.core.errors import ProviderRefused, TryAgain
from tapehawk.data.providers.door import StreamBar
from tests.data.providers.cases.case import every_case, of_those
from tests.fakes.clock import START, HeldClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

MINUTE = 60_000_000


class World:
    """What the fakes of a market know, and the busiest three of it, minute by minute."""

    def __init__(self, market):
        self.truth = simulated(market=market)
        busy = self.truth.minutes.group_by("symbol").len().sort("len", "symbol", descending=True)
        self.names = sorted(busy["symbol"].head(3))
        first, last = START, START + 39 * MINUTE
        self.afternoon = self.truth.minutes.filter(
            pl.col("symbol").is_in(self.names), pl.col("time").dt.epoch("us").is_between(first, last)
        ).sort("time", "symbol")
        self.minutes = [
            self.afternoon.filter(pl.col("time") == time) for time in self.afternoon["time"].unique().sort()
        ]


the_world = lru_cache(World)


class Owner:
    """Holds what a stream delivered, refills gaps from history, and can wait for more."""

    def __init__(self):
        self.bars: dict[tuple[str, int], StreamBar] = {}
        self.delivered: list[StreamBar] = []
        self.gaps: list[tuple[int, tuple[str, ...]]] = []
        self.sent: list[dict] = []
        self._news = asyncio.Event()

    async def deliver(self, bars):
        self.delivered += bars
        for bar in bars:
            self.bars[bar.symbol, bar.time] = bar
        self._news.set()

    async def on_gap(self, since, symbols):
        self.gaps.append((since, symbols))
        for row in self.sent:
            time = micros(row)
            if time >= since:
                self.bars[row["symbol"], time] = StreamBar(*values(row), final=True, revision=9, received=0)
        self._news.set()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def held(self):
        return {key: (b.open, b.high, b.low, b.close, b.volume) for key, b in self.bars.items()}


def micros(row):
    return int(row["time"].timestamp()) * 1_000_000


def values(row):
    return (row["symbol"], micros(row), row["open"], row["high"], row["low"], row["close"], row["volume"])


def truth_of(frames):
    return {(v[0], v[1]): v[2:] for frame in frames for v in map(values, frame.to_dicts())}


class Desk:
    """A stream that runs against its fake."""

    def __init__(self, case, fake, time):
        self.fake, self.time, self.owner = fake, time, Owner()
        self.names = the_world(case.market).names
        self.provider = case.provider(fake, time.clock)
        self.stream = self.provider.stream(self.names, on_gap=self.owner.on_gap)
        self.task = None

    async def start(self, *symbols):
        self.task = asyncio.create_task(self.stream.run(self.owner.deliver))
        await self.subscribed(*(symbols or self.names))

    async def subscribed(self, *symbols):
        waiting = asyncio.create_task(asyncio.to_thread(self.fake.await_subscribers, *symbols))
        await asyncio.wait([waiting, self.task], return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            self.task.result()
        await waiting

    async def push(self, frame):
        self.owner.sent += frame.to_dicts()
        await asyncio.to_thread(self.fake.push, frame)

    async def reconnected(self, connections):
        await self.owner.until(lambda: len(self.owner.gaps) >= connections - 1)
        await self.subscribed(*self.names)


@pytest.fixture(params=[case for case in every_case() if case.streams], ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def world(case):
    return the_world(case.market)


@pytest.fixture
def time():
    return HeldClock()


@pytest.fixture
def fake(case, world):
    with case.fake(world.truth) as server:
        yield server


@pytest.fixture
async def desk(case, fake, time):
    made = Desk(case, fake, time)
    yield made
    await made.stream.close()
    await made.provider.close()


async def test_bars_arrive_as_they_were_sent(desk, world):
    await desk.start()
    for frame in world.minutes[:10]:
        await desk.push(frame)
    expected = truth_of(world.minutes[:10])
    await desk.owner.until(lambda: len(desk.owner.bars) == len(expected))
    assert desk.owner.held() == expected
    assert len(desk.owner.delivered) == len(expected)
    assert {(bar.final, bar.revision, bar.received) for bar in desk.owner.delivered} == {(True, 0, START)}
    health = desk.stream.health()
    assert (health.connected, health.subscribed, health.bars, health.dropped) == (True, 3, len(expected), 0)
    assert health.last_data_at == START


@of_those(lambda case: case.streams and case.keyed)
async def test_a_key_has_one_stream_at_a_time(desk):
    await desk.start()
    second = desk.provider.stream(desk.names)
    with pytest.raises(TryAgain, match="open already"):
        await second.run(desk.owner.deliver)
    await desk.stream.close()
    desk.stream = second
    await desk.start()


async def test_bars_of_symbols_that_nobody_wants_do_not_come(desk, world):
    await desk.start()
    strangers = world.truth.minutes.filter(~pl.col("symbol").is_in(world.names)).head(5)
    await asyncio.to_thread(desk.fake.push, strangers)
    await desk.push(world.minutes[0])
    await desk.owner.until(lambda: len(desk.owner.bars) == world.minutes[0].height)
    assert {bar.symbol for bar in desk.owner.delivered} <= set(world.names)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(duplicate=True),
        Faults(revised=True),
        Faults(late=True),
        Faults(out_of_order=True),
        Faults(unknown_type=True),
        Faults(extra_fields=True),
        Faults(revised=True, duplicate=True, out_of_order=True),
        Faults(duplicate=True, late=True, unknown_type=True, extra_fields=True),
    ],
    ids=repr,
)
async def test_disturbed_bars_end_as_the_truth(desk, faults, world):
    await desk.start()
    desk.fake.faults = faults
    for frame in world.minutes[:8]:
        await desk.push(frame)
    desk.fake.faults = Faults(late=True)
    await desk.push(world.minutes[8])  # what was late comes with it, and of it the last bar stays out
    expected = truth_of(world.minutes[:9])
    desk.fake.held.clear()
    if not (faults.revised and faults.out_of_order):  # reversed, the wrong one comes last: that is what was sent
        expected.pop((world.minutes[8]["symbol"][-1], micros(world.minutes[8].to_dicts()[-1])))
        await desk.owner.until(lambda: desk.owner.held() == expected)
    assert len({(b.symbol, b.time, b.revision) for b in desk.owner.delivered}) == len(desk.owner.delivered)


async def test_a_changed_bar_has_the_next_revision_and_an_equal_one_does_not_come_again(desk, world):
    await desk.start()
    frame = world.minutes[0].head(1)
    desk.fake.faults = Faults(revised=True, duplicate=True)
    await desk.push(frame)
    desk.fake.faults = NONE
    await desk.push(frame)
    await desk.push(world.minutes[1].head(1))
    await desk.owner.until(lambda: len(desk.owner.bars) == 2)
    assert [bar.revision for bar in desk.owner.delivered] == [0, 1, 0]
    assert desk.owner.held() == truth_of([frame, world.minutes[1].head(1)])


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011])
async def test_after_any_end_of_the_line_it_reconnects_and_tells_the_gap(desk, code, world):
    await desk.start()
    await desk.push(world.minutes[0])
    await desk.owner.until(lambda: len(desk.owner.bars) == world.minutes[0].height)
    desk.owner.sent += world.minutes[1].to_dicts()  # what happens while nobody listens
    await asyncio.to_thread(desk.fake.drop, code)
    await desk.reconnected(2)
    await desk.push(world.minutes[2])
    expected = truth_of(world.minutes[:3])
    await desk.owner.until(lambda: desk.owner.held() == expected)
    since, symbols = desk.owner.gaps[0]
    assert since <= micros(world.minutes[0].to_dicts()[0])
    assert symbols == tuple(world.names)
    assert desk.stream.health().connections == 2


async def test_a_line_that_drops_after_every_few_frames_loses_nothing(desk, world):
    await desk.start()
    desk.fake.faults = Faults(drop_after=2)
    for frame in world.minutes[:9]:
        before = len(desk.fake.past_connections)
        await desk.push(frame)
        if len(desk.fake.past_connections) > before:
            await desk.reconnected(before + 2)
    await desk.owner.until(lambda: desk.owner.held() == truth_of(world.minutes[:9]))
    assert len(desk.fake.past_connections) >= 3


async def test_a_slow_consumer_is_sent_away_and_comes_back(desk, world):
    await desk.start()
    desk.fake.faults = Faults(slow_consumer=True)
    await desk.push(world.minutes[0])
    desk.fake.faults = NONE
    await desk.reconnected(2)
    await desk.owner.until(lambda: desk.owner.held() == truth_of(world.minutes[:1]))


async def test_an_open_line_without_data_is_left_when_the_market_is_open(desk, time, world):
    await desk.start()
    await desk.push(world.minutes[0])
    await desk.owner.until(lambda: len(desk.owner.bars) == world.minutes[0].height)
    desk.fake.faults = Faults(mute=True)
    await desk.push(world.minutes[1])
    await time.move(170)
    desk.fake.faults = NONE
    await desk.reconnected(2)
    await desk.owner.until(lambda: desk.owner.held() == truth_of(world.minutes[:2]))
    assert "no data" in desk.provider.health().last_error


async def test_subscriptions_that_were_ignored_in_silence_are_made_anew(case, desk, time, world):
    desk.fake.faults = Faults(ignore_subscriptions=True)
    desk.task = asyncio.create_task(desk.stream.run(desk.owner.deliver))
    await asyncio.to_thread(
        desk.fake.wait_until, lambda: any(len(one.said) > case.greetings for one in desk.fake.connections)
    )
    desk.fake.faults = NONE
    await time.move(200)
    await desk.reconnected(2)
    await desk.push(world.minutes[0])
    await desk.owner.until(lambda: desk.owner.held() == truth_of(world.minutes[:1]))


@of_those(lambda case: case.streams and case.market != "crypto")
async def test_nobody_is_alarmed_by_silence_while_the_market_is_closed(case, fake):
    night = HeldClock(start=START + 11 * 3_600_000_000)  # 20:30 in New York
    desk = Desk(case, fake, night)
    await desk.start()
    await night.move(6 * 3600)
    assert desk.stream.health().connections == 1
    await desk.stream.close()
    await desk.provider.close()


@pytest.mark.parametrize(
    ("case", "faults"),
    [(case, faults) for case in every_case() if case.streams for faults in case.refusals],
    ids=lambda one: getattr(one, "name", repr(one)),
)
async def test_what_only_a_person_can_mend_is_raised(desk, time, faults):
    """At once, or, where a vendor takes a while to notice that our own last connection is gone, after a few tries."""
    desk.fake.faults = faults
    running = asyncio.create_task(desk.stream.run(desk.owner.deliver))
    async with asyncio.timeout(20):
        while not running.done():
            await time.move(5)
            await asyncio.sleep(0.001)
    with pytest.raises(ProviderRefused) as caught:
        running.result()
    assert caught.value.hint
    assert time.passed < 600


async def test_wishes_may_change_while_it_runs_and_hold_after_a_reconnect(desk, world):
    await desk.start()
    desk.stream.want(world.names[:1])
    await desk.subscribed(world.names[0])
    desk.stream.want([world.names[0], world.names[2]])
    await desk.subscribed(world.names[0], world.names[2])
    await asyncio.to_thread(desk.fake.drop)
    await desk.owner.until(lambda: desk.owner.gaps)
    await desk.subscribed(world.names[0], world.names[2])
    assert desk.owner.gaps[0][1] == (world.names[0], world.names[2])


async def test_a_burst_larger_than_any_frame_comes_whole_and_in_one_delivery_or_few(desk, world):
    desk.fake.elements_a_frame = 7
    await desk.start()
    await desk.push(world.afternoon)
    await desk.owner.until(lambda: len(desk.owner.bars) == world.afternoon.height)
    assert desk.owner.held() == truth_of([world.afternoon])


async def test_a_closed_stream_ends_its_run_in_good_order(desk):
    await desk.start()
    await desk.stream.close()
    assert desk.task.done()
    assert desk.task.exception() is None


@pytest.mark.parametrize("faults", [NONE, Faults(reject_auth=True)])
async def test_the_key_is_nowhere_to_be_read(case, fake, time, caplog, faults, world):
    caplog.set_level(logging.DEBUG)
    fake.faults = faults
    desk = Desk(case, fake, time)
    said = [repr(desk.stream), repr(vars(desk.stream))]
    if faults.reject_auth:
        with pytest.raises(ProviderRefused) as caught:
            await desk.stream.run(desk.owner.deliver)
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        said += [str(caught.value), *frames.format()]
    else:
        await desk.start()
        await desk.push(world.minutes[0])
    said += [f"{record.getMessage()} {vars(record)!r}" for record in caplog.records if record.name != "aiohttp.server"]
    said += [repr(desk.provider.health()), repr(desk.stream.health())]
    await desk.stream.close()
    await desk.provider.close()
    assert any("tapehawk.stream" in record.name for record in caplog.records)
    assert fake.key not in "\n".join(said)


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_faults_ends_as_the_truth(desk, seed, world):
    chance = random.Random(seed)
    await desk.start()
    connections = 1
    for frame in world.minutes[:30]:
        knobs = ("duplicate", "late", "out_of_order", "unknown_type", "extra_fields")
        desk.fake.faults = Faults(**{knob: chance.random() < 0.3 for knob in knobs})
        await desk.push(frame)
        if chance.random() < 0.2:
            connections += 1
            await asyncio.to_thread(desk.fake.drop, chance.choice([1000, 1001, 1006, 1008, 1011]))
            await desk.reconnected(connections)
    desk.fake.faults = Faults(late=True)
    await desk.push(world.minutes[30])
    desk.fake.faults = NONE
    await desk.push(world.minutes[30])
    with contextlib.suppress(TimeoutError):
        await desk.owner.until(lambda: desk.owner.held() == truth_of(world.minutes[:31]))
    assert desk.owner.held() == truth_of(world.minutes[:31])
    seen = [(bar.symbol, bar.time, bar.revision) for bar in desk.owner.delivered]
    assert len(set(seen)) == len(seen)
