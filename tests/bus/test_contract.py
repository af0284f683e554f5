"""What every bus promises, in memory and between processes: a new kind is held to it by standing in `BUSES`."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tapehawk.bus.memory import MemoryBus
from tapehawk.bus.reading import Cursor, Missed
from tapehawk.core.errors import BadInput, OutOfBounds, TryAgain
from tapehawk.core.events import (
    DeepAnalysisComplete,
    Event,
    QuickScanComplete,
    ScanUpdate,
    StateChanged,
    SymbolAnalyzed,
)
from tests.bus.listening import PATIENCE, heard_until, lost, numbered, publish, take, waiting

pytestmark = pytest.mark.anyio
BUSES = ("memory", "redis")
KEPT = 200


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=BUSES)
def make(request):
    """Return a function that makes a bus which keeps the last KEPT events."""
    if request.param == "memory":
        return MemoryBus
    address = request.getfixturevalue("redis_address")
    from tapehawk.bus.redis import RedisBus

    def make(kept: int = 10_000):
        return RedisBus(address, prefix=request.node.name, kept=kept)

    return make


# ------------------------------------------------------------------------------------ saying and listening


async def test_events_arrive_in_the_order_and_at_the_positions_they_were_published(make):
    async with make() as bus:
        subscription = await bus.subscribe()
        events = numbered(1, 300)
        positions = await publish(bus, events)
        assert await take(subscription, 300) == list(zip(positions, events, strict=True))
        assert positions == sorted(set(positions))


async def test_every_subscriber_hears_everything(make):
    async with make() as bus:
        subscriptions = [await bus.subscribe() for _ in range(5)]
        positions = await publish(bus, numbered(1, 10))
        for subscription in subscriptions:
            assert [position for position, _ in await take(subscription, 10)] == positions


async def test_nothing_from_before_a_subscription_is_heard_and_nothing_after_it_is_missed(make):
    async with make() as bus:
        await publish(bus, numbered(1, 3))
        subscription = await bus.subscribe()
        await publish(bus, numbered(4, 5))  # before anybody has begun to iterate
        assert [event for _, event in await take(subscription, 2)] == numbered(4, 5)


async def test_a_subscriber_to_some_events_hears_only_those(make):
    async with make() as bus:
        some = await bus.subscribe([StateChanged, SymbolAnalyzed])
        every = await bus.subscribe()
        changed, analyzed = StateChanged("A", "signal", "BUY", "SELL"), SymbolAnalyzed("A", "1", {"score": 0.5})
        await publish(bus, [*numbered(1, 2), changed, *numbered(3, 3), analyzed])
        assert [event for _, event in await take(some, 2)] == [changed, analyzed]
        assert len(await take(every, 5)) == 5


ROWS = ({"symbol": "BRK.B", "price": 1e-8, "labels": ["simulated"], "stop": None}, {"symbol": "漢字 \U0001f9ff\x00"})


@pytest.mark.parametrize("event", [QuickScanComplete("1", ROWS), ScanUpdate("sim/sip", 5, ROWS, missing=("B",))])
async def test_an_event_arrives_as_it_was(make, event):
    async with make() as bus:
        subscription = await bus.subscribe()
        await bus.publish(event)
        assert [event for _, event in await take(subscription, 1)] == [event]


async def test_what_is_changed_after_publishing_is_not_heard(make):
    async with make() as bus:
        subscription = await bus.subscribe()
        deep = {"score": 1}
        await bus.publish(SymbolAnalyzed("A", "1", deep))
        deep["score"] = 2
        [(_, event)] = await take(subscription, 1)
        assert event.deep_data == {"score": 1}


@pytest.mark.parametrize("event", [SymbolAnalyzed("A", "1", {"what": object()}), Missed(1, "overtaken"), Event()])
async def test_what_could_not_be_heard_is_not_published(make, event):
    async with make() as bus:
        subscription = await bus.subscribe()
        with pytest.raises(BadInput):
            await bus.publish(event)
        await publish(bus, numbered(1, 1))
        assert [event for _, event in await take(subscription, 1)] == numbered(1, 1)


async def test_the_newest_position_is_that_of_what_was_said_last(make):
    async with make() as bus:
        before = await bus.newest()
        positions = await publish(bus, numbered(1, 3))
        assert before < positions[0]
        assert await bus.newest() == positions[-1]


# ------------------------------------------------------------------------------------------- having been away


async def test_a_subscriber_that_was_away_catches_up_from_its_position_and_goes_on(make):
    async with make() as bus:
        positions = await publish(bus, numbered(1, 150))
        subscription = await bus.subscribe(since=positions[9])
        assert [event for _, event in await take(subscription, 140)] == numbered(11, 150)
        await publish(bus, numbered(151, 152))
        assert [event for _, event in await take(subscription, 2)] == numbered(151, 152)


async def test_a_subscriber_that_was_away_too_long_is_told_how_much_it_lost_and_gets_the_rest(make):
    async with make(kept=KEPT) as bus:
        positions = await publish(bus, numbered(1, 1000))
        heard = await heard_until(await bus.subscribe(since=positions[9]), *numbered(1000, 1000))
        assert isinstance(heard[0], Missed)
        assert heard[0].why == "overtaken"
        assert heard[1:] == numbered(11 + heard[0].count, 1000)
        assert KEPT <= len(heard[1:]) <= 2 * KEPT, "what is promised is kept, and not much more"


async def test_without_counting_the_numbers_a_gap_would_be_silent(make, monkeypatch):
    monkeypatch.setattr(Cursor, "_lost", lambda *_: None)  # the planted bug
    async with make(kept=KEPT) as bus:
        positions = await publish(bus, numbered(1, 1000))
        heard = await heard_until(await bus.subscribe(since=positions[9]), *numbered(1000, 1000))
        assert lost(heard) + len(heard) < 990


async def test_a_subscriber_that_falls_off_the_end_is_told_and_nothing_else_is_missing(make):
    async with make(kept=KEPT) as bus:
        subscription, heard = await bus.subscribe(), []
        for first in range(1, 3001, 500):
            await publish(bus, numbered(first, first + 499))
            heard += [event for _, event in await take(subscription, 50)]  # a tenth
        heard += await heard_until(subscription, *numbered(3000, 3000))
        news = [int(event.scan_id) for event in heard if isinstance(event, DeepAnalysisComplete)]
        assert news == sorted(set(news))
        assert lost(heard) > 0
        assert lost(heard) + len(news) == 3000


async def test_the_position_of_a_gap_is_one_to_go_on_from(make):
    async with make(kept=KEPT) as bus:
        positions = await publish(bus, numbered(1, 1000))
        subscription = await bus.subscribe(since=positions[0])
        [(position, missed), (_, following)] = await take(subscription, 2)
        assert isinstance(missed, Missed)
        assert await take(await bus.subscribe(since=position), 1) == [
            (positions[int(following.scan_id) - 1], following)
        ]


async def test_the_gap_is_told_to_a_subscriber_to_other_kinds_too(make):
    async with make(kept=KEPT) as bus:
        positions = await publish(bus, numbered(1, 1000))
        subscription = await bus.subscribe([StateChanged], since=positions[0])
        [(_, missed)] = await take(subscription, 1)
        assert isinstance(missed, Missed)


async def test_a_position_of_a_bus_that_is_no_more_is_told_at_once(make):
    gone = "0001700000000000-0000000000000042"
    async with make() as bus:
        await publish(bus, numbered(1, 2))
        told = await take(await bus.subscribe(since=gone), 3)
        assert [event for _, event in told] == [Missed(None, "begun anew"), *numbered(1, 2)]


@pytest.mark.parametrize("ahead", [1, 10**15])
async def test_a_position_that_is_yet_to_come_is_told_at_once(make, ahead):
    async with make() as bus:
        [position] = await publish(bus, numbered(1, 1))
        era, number = position.split("-")
        subscription = await bus.subscribe(since=f"{era}-{int(number) + ahead:016}")
        assert [event for _, event in await take(subscription, 1)] == [Missed(None, "begun anew")]
        await publish(bus, numbered(2, 2))
        assert [event for _, event in await take(subscription, 1)] == numbered(2, 2)


@pytest.mark.parametrize(
    "position", ["", "0", "$", "1-1", "0001700000000000-000000000000000x", "0" * 16 + "-" + "٣" * 16]
)
async def test_what_is_no_position_is_refused(make, position):
    async with make() as bus:
        with pytest.raises(BadInput):
            await bus.subscribe(since=position)


# --------------------------------------------------------------------------------------------- being slow


async def test_a_subscriber_that_never_reads_slows_nobody(make):
    async with make(kept=KEPT) as bus:
        never, once = await bus.subscribe(), await bus.subscribe()
        await publish(bus, numbered(1, 1))
        await take(once, 1)  # and never again
        reader = await bus.subscribe()
        for first in range(2, 1002, 100):
            await publish(bus, numbered(first, first + 99))
            assert [event for _, event in await take(reader, 100)] == numbered(first, first + 99)
        await never.aclose()


async def test_whoever_publishes_in_a_row_lets_others_have_their_turn(make):
    async with make(kept=1000) as bus:
        subscription = await bus.subscribe()
        listening = asyncio.create_task(heard_until(subscription, *numbered(1500, 1500)))
        await asyncio.sleep(0)
        await publish(bus, numbered(1, 1500))
        assert await listening == numbered(1, 1500)


# ------------------------------------------------------------------------------------------------ threads


async def test_threads_publish_too_and_each_in_its_order(make):
    async with make() as bus:
        subscription = await bus.subscribe()

        def scan(name: str) -> list[str]:
            return [bus.publish_from_thread(StateChanged(name, "n", number, 0)) for number in range(50)]

        positions = await asyncio.gather(*(asyncio.to_thread(scan, name) for name in "ABC"))
        told = await take(subscription, 150)
        for name, said in zip("ABC", positions, strict=True):
            assert [event.before for _, event in told if event.symbol == name] == list(range(50))
            assert [position for position, event in told if event.symbol == name] == said


async def test_a_thread_is_told_what_it_did_wrong(make):
    async with make() as bus:
        with pytest.raises(BadInput):
            await asyncio.to_thread(bus.publish_from_thread, Event())
        with pytest.raises(RuntimeError, match="its own loop"):
            bus.publish_from_thread(*numbered(1, 1))


def test_a_thread_that_outlives_the_bus_is_told(make):
    async def made():
        async with make() as bus:
            return bus

    async def left_open():
        return make()

    ended = [asyncio.run(made())]
    if make is MemoryBus:  # the other's connections would be left open
        ended.append(asyncio.run(left_open()))
    for bus in ended:
        raised: list[BaseException] = []

        def publish(bus=bus, raised=raised) -> None:
            try:
                bus.publish_from_thread(*numbered(1, 1))
            except TryAgain as error:
                raised.append(error)

        thread = threading.Thread(target=publish)
        thread.start()
        thread.join(PATIENCE)
        assert raised


# ------------------------------------------------------------------------------------------------- the end


async def test_closing_wakes_whoever_waits(make):
    bus = make()
    waits = [await waiting(await bus.subscribe()) for _ in range(3)]
    async with asyncio.timeout(PATIENCE):
        await bus.close()
        ended = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(one) for one in ended] == [StopAsyncIteration] * 3


async def test_closing_ends_a_subscriber_that_is_behind(make):
    bus = make()
    subscription = await bus.subscribe()
    await publish(bus, numbered(1, 5))
    await take(subscription, 1)
    await bus.close()
    async with asyncio.timeout(PATIENCE):
        assert len([event async for event in subscription]) < 5


async def test_a_bus_that_is_closed_says_so(make):
    bus = make()
    await bus.close()
    await bus.close()
    with pytest.raises(TryAgain, match="closed"):
        await publish(bus, numbered(1, 1))
    with pytest.raises(TryAgain, match="closed"):
        await bus.subscribe()


async def test_who_stops_listening_leaves_nothing_behind(make):
    async with make() as bus:
        before = asyncio.all_tasks()
        subscription = await bus.subscribe()
        task = await waiting(subscription)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await subscription.aclose()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() <= before


@pytest.mark.parametrize("kept", [0, -1])
async def test_a_bus_keeps_something(make, kept):
    with pytest.raises(OutOfBounds):
        make(kept=kept)
