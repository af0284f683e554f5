"""Every knob of every fake, alone and in random sequences: history and, at a session's end, the store are the truth."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from dataclasses import fields

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import SCHEMA
from tapehawk.data import store
from tapehawk.data.providers.door import Wanted
from tapehawk.data.refill import Refill
from tapehawk.data.stream import LiveFeed
from tests.data.providers.cases.case import every_case
from tests.fakes.clock import HeldClock, JumpingClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import Truth, simulated

pytestmark = pytest.mark.anyio

DAY = dt.date(2026, 11, 20)
FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 20)
MINUTE = 60_000_000
TWO_HOURS = 7200.0

IN_HISTORY = {
    "status": [Faults(status=status, times=2) for status in (500, 502, 503, 504)],
    "body": [Faults(status=502, body="html", times=1), Faults(body="empty", times=1)],
    "retry_after": [Faults(status=429, retry_after="2", times=1), Faults(status=429, retry_after="date 2", times=1)],
    "shift": [Faults(status=429, retry_after="date 2", shift=off, times=1) for off in (-TWO_HOURS, TWO_HOURS)],
    "delay": [Faults(delay=0.02, times=2)],
    "truncate": [Faults(truncate=40, times=1)],
    "truncate_what": [Faults(truncate=40, truncate_what="transfer", times=1)],
    "abort": [Faults(abort=True, times=1)],
    "path": [Faults(status=500, path="/another/route")],
    "times": [Faults(status=500, times=0)],
    "extra_fields": [Faults(extra_fields=True)],
}
"""What passes, is waited for or changes nothing: knob → settings of it, each with what it needs beside."""

IN_BARS = ("duplicate", "revised", "late", "missing", "out_of_order", "unknown_type", "extra_fields")
OF_LINES = {
    "drop_after": Faults(drop_after=2),
    "close_code": Faults(drop_after=1, close_code=1011),
    "mute": Faults(mute=True),
    "slow_consumer": Faults(slow_consumer=True),
    "ignore_subscriptions": Faults(ignore_subscriptions=True),
}
REFUSALS = ("reject_auth", "connection_limit")  # a person must act: test_every_stream.py


def test_no_knob_is_forgotten():
    assert {*IN_HISTORY, *IN_BARS, *OF_LINES, *REFUSALS} == {one.name for one in fields(Faults)}


# history


@pytest.fixture(params=[case for case in every_case() if case.http], ids=lambda case: case.name)
def asked(request):
    """Yield a function that fetches a symbol's days under faults and holds them to the truth, and its clock."""
    case, time = request.param, JumpingClock(start=1_795_305_600_000_000)
    whole = simulated(start=FIRST, end=LAST, market=case.market)
    truth = Truth(daily=whole.daily, symbols=whole.symbols, actions=whole.actions)
    someone = truth.daily["symbol"][0]
    expected = truth.of("1d", someone).select(SCHEMA.names()).sort("time")
    with case.fake(truth) as fake:

        async def ask(*faults):
            provider = case.provider(fake, time.clock)
            try:
                for one in faults or (NONE,):
                    fake.faults = one
                    steps = provider.plan(Wanted("1d", (someone,), FIRST, LAST)).steps
                    answers = [(await provider.fetch(step)).bars for step in steps]
                    assert_frame_equal(pl.concat(answers).sort("time"), expected)
            finally:
                await provider.close()

        yield ask, time, case


@pytest.mark.parametrize("faults", [one for some in IN_HISTORY.values() for one in some], ids=Faults.said)
async def test_each_knob_alone_leaves_history_as_it_is_and_takes_no_hour(asked, faults):
    ask, time, case = asked
    await ask(faults)
    assert time.passed < 120
    if "retry_after" not in case.without:
        assert time.passed >= (2 if faults.retry_after else 0)


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_knobs_leaves_history_as_it_is(asked, seed):
    chance = random.Random(seed)
    ask, *_ = asked
    await ask(*(chance.choice(IN_HISTORY[chance.choice(list(IN_HISTORY))]) for _ in range(12)))


# the store, at the end of a session that was heard live


class Evening:
    """Some minutes of an evening as a feed hears them, until the session is in the store."""

    def __init__(self, case, root):
        whole = simulated(start=DAY, end=DAY, market=case.market)
        counts = whole.minutes.group_by("symbol").len().sort("len", "symbol", descending=True)
        self.names = sorted(counts["symbol"].head(3))
        self.truth = whole.minutes.filter(pl.col("symbol").is_in(self.names)).sort("symbol", "time")
        times = self.truth["time"].unique().sort().tail(60).head(12)
        self.frames = [self.truth.filter(pl.col("time") == time) for time in times]
        self.begins = int(times[0].timestamp()) * 1_000_000 - MINUTE
        self.case, self.root, self.time = case, root, HeldClock(self.begins)

    async def play(self, faults_of):
        """Let `faults_of(fake, n)` set what goes wrong while the nth minute is sent."""
        with self.case.fake(Truth(minutes=self.truth)) as fake:
            provider = self.case.provider(fake, self.time.clock)
            feed = LiveFeed(provider, self.root, self.names, clock=self.time.clock)
            task = asyncio.create_task(feed.run())
            try:
                async with asyncio.timeout(60):
                    await self._until(lambda: self._heard(fake, feed))
                    for number, frame in enumerate(self.frames):
                        await self._minute(fake, feed, frame, faults_of(number))
                    fake.faults = NONE
                    await self._until(lambda: feed.settled and feed.current is None, 60)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await provider.close()
        return feed

    async def _minute(self, fake, feed, frame, faults):
        over = int(frame["time"][0].timestamp()) * 1_000_000 + MINUTE
        while self.time.clock.now() < over:
            await self.time.move(10, step=10)
        fake.faults = NONE
        await self._until(lambda: self._heard(fake, feed))
        fake.faults = faults
        if faults.ignore_subscriptions:
            await asyncio.to_thread(fake.drop)
        await asyncio.to_thread(fake.push, frame)

    async def _until(self, condition, seconds=1.0):
        while not condition():
            await self.time.move(seconds, step=seconds)
            await asyncio.sleep(0.001)

    def _heard(self, fake, feed):
        return feed.stream_health.connected and any(len(one.topics) >= len(self.names) for one in fake.connections)

    def stored(self, feed):
        return store.read_bars(self.root, feed.series).drop("adjusted_as_of")


@pytest.fixture(
    params=[case for case in every_case() if case.streams and case.market == "us"], ids=lambda one: one.name
)
def evening(request, tmp_path):
    return Evening(request.param, tmp_path / "store")


def faults_of_bars(names):
    return Faults(**dict.fromkeys(names, True))


@pytest.mark.parametrize("knob", IN_BARS)
async def test_each_disturbance_of_bars_alone_ends_with_the_truth_in_the_store(evening, knob):
    feed = await evening.play(lambda _: faults_of_bars([knob]))
    assert_frame_equal(evening.stored(feed), evening.truth)


@pytest.mark.parametrize("knob", OF_LINES)
async def test_each_break_of_the_line_alone_ends_with_the_truth_in_the_store(evening, knob):
    feed = await evening.play(lambda number: OF_LINES[knob] if number == 4 else NONE)
    assert_frame_equal(evening.stored(feed), evening.truth)
    assert feed.counts["gaps"] >= 2, "the session so far, and the break"


@pytest.mark.parametrize("seed", range(3))
async def test_any_sequence_of_knobs_ends_with_the_truth_in_the_store(evening, seed):
    chance = random.Random(seed)
    lines = chance.sample([*OF_LINES.values()], k=3)

    def faults_of(_):
        if lines and chance.random() < 0.3:
            return lines.pop()
        return faults_of_bars([knob for knob in IN_BARS if chance.random() < 0.3])

    feed = await evening.play(faults_of)
    assert_frame_equal(evening.stored(feed), evening.truth)
    assert store.stored_series(evening.root, "1m")[0].rows == evening.truth.height, "no duplicates"


async def test_planted_a_feed_that_does_not_ask_history_in_the_end_lacks_what_was_never_sent(evening, monkeypatch):
    asked = []

    async def nothing(self, *when, **since):
        asked.append(when)

    monkeypatch.setattr(Refill, "fetch", nothing)
    feed = await evening.play(lambda _: Faults(missing=True))
    assert asked
    assert evening.stored(feed).height < evening.truth.height
