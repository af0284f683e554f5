"""The parts of a stream: the buffer, the counting of revisions, the watchdog."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tapehawk.core.sessions import crypto_calendar, day_number, us_calendar
from tapehawk.data.providers.door import StreamBar
from tapehawk.data.providers.polygon.stream import PolygonStream
from tapehawk.data.providers.wire.buffer import Buffer, Gap
from tapehawk.data.providers.wire.revisions import Revisions
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.watchdog import Watchdog
from tests.data.scripted import DAY
from tests.fakes.clock import START, JumpingClock

pytestmark = pytest.mark.anyio

MINUTE = 60_000_000


def bar(minute, close=1.0, *, symbol="A", final=True):
    return StreamBar(symbol, START + minute * MINUTE, 1.0, 9.0, 0.5, close, 10.0, final, 0, 0)


async def test_bars_before_a_gap_leave_before_it_and_those_behind_it_after():
    buffer = Buffer(100)
    buffer.put([bar(0)])
    buffer.put([bar(1)])
    buffer.gap(START)
    buffer.gap(START - MINUTE)
    buffer.put([bar(2)])
    taken = [await buffer.take() for _ in range(3)]
    assert taken == [[bar(0), bar(1)], Gap(START - MINUTE), [bar(2)]]
    assert buffer.waiting == 0


@given(st.lists(st.one_of(st.integers(1, 9), st.just("gap")), max_size=40), st.integers(1, 20))
def test_whatever_a_full_buffer_drops_is_covered_by_a_gap_in_its_place(script, most):
    buffer = Buffer(most)
    minute, put, gaps = 0, [], 0
    for what in script:
        if what == "gap":
            buffer.gap(START + minute * MINUTE)
            gaps += 1
            continue
        bars = [bar(minute + i) for i in range(what)]
        minute += what
        buffer.put(bars)
        put += bars
    assert buffer.waiting <= most
    kept, told = [], []
    for one in buffer._queue:
        if isinstance(one, Gap):
            told.append(one.since)
        else:
            kept += one
    assert kept == put[len(put) - len(kept) :]
    lost = put[: len(put) - len(kept)]
    assert buffer.dropped == len(lost)
    assert not lost or min(told) <= lost[0].time
    assert not gaps or told


def test_an_equal_bar_is_dropped_and_a_changed_one_counted():
    revisions = Revisions(minutes=16)
    told = [revisions.numbered(one) for one in (bar(0), bar(0), bar(0, 2.0), bar(0, 2.0), bar(0, 3.0), bar(1))]
    assert [one and one.revision for one in told] == [0, None, 1, None, 2, 0]


def test_a_running_bar_is_no_revision_until_it_is_final_and_changes():
    revisions = Revisions()
    told = [
        revisions.numbered(one) for one in (bar(0, final=False), bar(0, 2.0, final=False), bar(0, 2.0), bar(0, 3.0))
    ]
    assert [(one.final, one.revision) for one in told] == [(False, 0), (False, 0), (True, 0), (True, 1)]


def test_memory_is_bounded_and_what_is_older_counts_as_a_correction():
    revisions = Revisions(minutes=16)
    for minute in range(500):
        revisions.numbered(bar(minute))
    assert len(revisions._seen) <= 17
    assert revisions.numbered(bar(3, 2.0)).revision == 1


def test_quiet_is_measured_in_open_hours_and_anew_with_each_phase():
    eight_thirty = JumpingClock(start=START - 60 * MINUTE)
    dog = Watchdog(us_calendar(), eight_thirty.clock)
    assert dog.alarm() == 0.0  # the phase has just been seen
    eight_thirty.pass_by(899)
    assert dog.alarm() == 0.0
    eight_thirty.pass_by(2)
    assert dog.alarm() == pytest.approx(901.0)
    eight_thirty.pass_by(3600 - 901 + 1)  # 09:30:01: nothing was heard for an hour, and that was premarket
    assert dog.alarm() == 0.0
    eight_thirty.pass_by(299)
    assert dog.alarm() == 0.0  # one alarm did not help: twice 150 seconds
    assert dog.fed()  # that was longer than is believed of a line that was not suspected
    eight_thirty.pass_by(149)
    assert not dog.fed()
    eight_thirty.pass_by(151)
    assert dog.alarm() == pytest.approx(151.0)


def test_a_late_line_is_quiet_until_the_market_has_been_open_for_as_long():
    premarket = int(us_calendar().premarket_open[us_calendar().date == day_number(DAY)][0])
    time = JumpingClock(start=premarket - MINUTE)
    dog, late = Watchdog(us_calendar(), time.clock), Watchdog(us_calendar(), time.clock, delay=15)
    for one in (dog, late):
        one.alarm()
    time.pass_by(120)
    assert dog.alarm() == late.alarm() == 0.0
    time.pass_by(901)
    assert dog.alarm() > 900
    assert late.alarm() == 0.0  # for it the market has been open for a minute
    time.pass_by(901)
    assert late.alarm() > 900


def test_a_holiday_is_quiet_and_a_coin_never_sleeps():
    thanksgiving = int(dt.datetime(2026, 11, 26, 15, tzinfo=dt.UTC).timestamp() * 1e6)
    for calendar, alarmed in ((us_calendar(), False), (crypto_calendar(), True)):
        time = JumpingClock(start=thanksgiving)
        dog = Watchdog(calendar, time.clock)
        dog.alarm()
        time.pass_by(1800)
        assert bool(dog.alarm()) == alarmed


async def test_a_line_that_is_ended_in_the_moment_its_greeting_is_answered_ends():
    answer = asyncio.get_running_loop().create_future()

    class Socket:
        async def recv(self):
            return await answer

    line = PolygonStream("ws://nowhere", ["AAA"], keys=Keys.bearer(SecretStr("no-key")))
    greeting = asyncio.create_task(line.heard(Socket()))
    await asyncio.sleep(0)
    answer.set_result("[]")
    greeting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await greeting
