"""Streams and clocks: silence counts by the exchange's time of day, and a clock that jumps is no alarm."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from tests.data.providers.cases.case import every_case
from tests.fakes.clock import HeldClock
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

TWO_HOURS = 7200.0


@pytest.fixture(
    params=[case for case in every_case() if case.streams and case.market == "us"], ids=lambda one: one.name
)
def quiet(request):
    """Yield what connects a stream, at an instant, to a vendor that sends nothing."""
    case, truth = request.param, simulated()
    names = sorted(truth.minutes["symbol"].unique())[:2]
    with case.fake(truth) as fake:

        async def connect(time):
            provider = case.provider(fake, time.clock)
            stream = provider.stream(names)
            running = asyncio.create_task(stream.run(lambda _: None))
            await asyncio.to_thread(fake.await_subscribers, *names)

            async def end():
                await stream.close()
                await asyncio.gather(running, return_exceptions=True)
                await provider.close()

            return stream, end

        yield connect


@pytest.mark.parametrize(("day", "opens"), [(dt.date(2026, 10, 30), 8), (dt.date(2026, 11, 2), 9)], ids=str)
async def test_silence_counts_from_four_in_new_york_on_either_side_of_the_change_of_clocks(quiet, day, opens):
    """Premarket begins at 08:00 universal time on the Friday and at 09:00 on the Monday; a quarter of an hour more."""
    before = dt.datetime.combine(day, dt.time(opens - 2), dt.UTC)
    time = HeldClock(int(before.timestamp()) * 1_000_000)
    stream, end = await quiet(time)
    await time.move(2 * 3600 + 840, step=10)
    await asyncio.sleep(0.05)
    assert stream.health().connections == 1
    for _ in range(200):
        await time.move(10, step=10)
        await asyncio.sleep(0.005)
        if stream.health().connections > 1:
            break
    await end()
    assert stream.health().connections > 1


@pytest.mark.parametrize("jump", [-TWO_HOURS, TWO_HOURS])
async def test_a_wall_clock_that_is_set_while_a_stream_runs_raises_no_alarm(quiet, jump):
    time = HeldClock()
    stream, end = await quiet(time)
    await time.move(60, step=10)
    time.start += int(jump * 1_000_000)  # the hour of the day, not the time that passes
    await time.move(60, step=10)
    await asyncio.sleep(0.02)
    connections = stream.health().connections
    await end()
    assert connections == 1
