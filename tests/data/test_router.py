"""The router: everyone gets what they want, nobody waits for anybody, and what is lost is counted."""

from __future__ import annotations

import asyncio

import pytest

from tapehawk.core.errors import OutOfBounds
from tapehawk.data.router import Router
from tests.data.scripted import bar

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def all_of(subscription) -> list:
    return [one async for bars in subscription for one in bars]


async def test_every_subscriber_gets_the_bars_of_its_symbols():
    router = Router()
    every, some = router.subscribe("every"), router.subscribe("some", symbols=["BBB"])
    router.publish([bar("AAA", 0), bar("BBB", 0)])
    assert [one.symbol for one in await every.take()] == ["AAA", "BBB"]
    assert [one.symbol for one in await some.take()] == ["BBB"]


async def test_a_slow_subscriber_loses_its_oldest_bars_and_nobody_elses():
    router = Router()
    slow, quick = router.subscribe("slow", capacity=3), router.subscribe("quick")
    router.publish([bar("AAA", minute) for minute in range(5)])
    assert [one.time for one in await slow.take()] == [bar("AAA", minute).time for minute in (2, 3, 4)]
    assert len(await quick.take()) == 5
    assert [(lag.name, lag.worst, lag.lost, lag.taken) for lag in router.lags()] == [
        ("slow", 3, 2, 3),
        ("quick", 5, 0, 5),
    ]


async def test_a_coalescing_subscriber_has_the_newest_bar_of_each_symbol():
    router = Router()
    newest = router.subscribe("socket", slow="coalesce", capacity=2)
    router.publish([bar("AAA", 0), bar("BBB", 0), bar("AAA", 1), bar("AAA", 2)])
    assert newest.lag.waiting == 2
    assert [(one.symbol, one.time) for one in await newest.take()] == [
        ("BBB", bar("B", 0).time),
        ("AAA", bar("A", 2).time),
    ]
    assert newest.lag.lost == 2
    router.publish([bar("AAA", 3), bar("BBB", 3), bar("CCC", 3)])
    assert [one.symbol for one in await newest.take()] == ["BBB", "CCC"]


async def test_publishing_waits_for_nobody_and_queues_stay_bounded():
    router = Router()
    stuck = router.subscribe("stuck", capacity=10)
    for minute in range(300):
        router.publish([bar(f"S{number}", minute) for number in range(10)])
    assert (stuck.lag.waiting, stuck.lag.lost) == (10, 2990)


async def test_a_subscriber_waits_for_bars_and_ends_when_it_is_closed():
    router = Router()
    subscription = router.subscribe("one")
    task = asyncio.create_task(all_of(subscription))
    await asyncio.sleep(0)
    assert not task.done()
    router.publish([bar("AAA", 0)])
    router.close()
    assert [one.symbol for one in await task] == ["AAA"]
    router.publish([bar("AAA", 1)])
    assert subscription.lag.waiting == 0


async def test_a_queue_holds_at_least_one_bar():
    with pytest.raises(OutOfBounds):
        Router().subscribe("none", capacity=0)
