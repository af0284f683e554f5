"""Every fault of a stream, alone and in random sequences: what Alpaca's owner holds in the end is the fake's truth.

Only what the vendor never sent at all may be missing, and only where no gap was told: nobody can know of it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random

import pytest

from tests.data.providers.alpaca_desk import MINUTES, TRUTH, Desk, micros, truth_of
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults

pytestmark = pytest.mark.anyio

DISTURBED = ("duplicate", "revised", "late", "missing", "out_of_order", "unknown_type", "extra_fields")
BROKEN = ("drop", "mute", "slow_consumer", "ignore_subscriptions", "status")


@pytest.fixture
async def desk():
    with FakeAlpaca(TRUTH) as fake:
        made = Desk(fake, HeldClock())
        made.fake.tick = made.time.clock.tick
        yield made
        await made.close()


def withheld(desk):
    """Bars that were never sent and that no gap covered."""
    never = {(event["S"], micros_of(event)) for event in desk.fake.withheld}
    return never - desk.owner.filled - {(bar.symbol, bar.time) for bar in desk.owner.delivered}


def micros_of(event):
    return micros(dt.datetime.fromisoformat(event["t"]))


async def settle(desk, frames):
    """Flush what is held back, and wait until everything that was sent is held."""
    desk.fake.faults = NONE
    await desk.push(frames[-1].clear())
    expected = truth_of(frames)

    def whole():
        return desk.owner.held() == {key: bar for key, bar in expected.items() if key not in withheld(desk)}

    try:
        await desk.owner.until(whole)
    except TimeoutError:
        held = desk.owner.held()
        wrong = {key for key in expected.keys() | held.keys() if expected.get(key) != held.get(key)} - withheld(desk)
        pytest.fail(f"not as the truth: {sorted(wrong)[:5]}")


def assert_no_duplicates(desk):
    seen = [(bar.symbol, bar.time, bar.revision) for bar in desk.owner.delivered]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("knob", DISTURBED)
async def test_each_disturbance_alone_ends_as_the_truth(desk, knob):
    await desk.start()
    desk.fake.faults = Faults(**{knob: True})
    for frame in MINUTES[:10]:
        await desk.push(frame)
    await settle(desk, MINUTES[:10])
    assert_no_duplicates(desk)
    assert desk.owner.gaps == []


async def break_down(desk, how, frame, chance):
    """Let the line break in one way while a minute is sent, and wait until it stands again, gap filled."""
    gaps = len(desk.owner.gaps)
    if how == "drop":
        await desk.push(frame)
        await asyncio.to_thread(desk.fake.drop, chance.choice([1000, 1001, 1006, 1008, 1011]))
    elif how == "status":
        desk.fake.faults = Faults(status=chance.choice([429, 500, 502]), path="/v2/sip", times=2)
        await asyncio.to_thread(desk.fake.drop)
        await desk.push(frame)
    elif how == "slow_consumer":
        desk.fake.faults = Faults(slow_consumer=True)
        await desk.push(frame)
        desk.fake.faults = NONE
    else:
        desk.fake.faults = Faults(**{how: True})
        if how == "ignore_subscriptions":
            await asyncio.to_thread(desk.fake.drop)
        await desk.push(frame)
        await until_asked_again(desk)
        desk.fake.faults = NONE
        await until_given_up(desk)
    await desk.wait_out(lambda: len(desk.owner.gaps) > gaps)
    await desk.subscribed(*desk.symbols)


async def until_asked_again(desk):
    await desk.wait_out(lambda: any(len(one.said) > 1 for one in desk.fake.connections))


async def until_given_up(desk):
    """Let time pass until the watchdog has had enough; each alarm in a row doubles its patience."""
    connections = desk.connections
    async with asyncio.timeout(20):
        while desk.connections == connections and desk.fake.connections:
            await desk.time.move(1)


@pytest.mark.parametrize("how", BROKEN)
async def test_each_break_of_the_line_alone_is_told_and_filled(desk, how):
    await desk.start()
    await desk.push(MINUTES[0])
    await break_down(desk, how, MINUTES[1], random.Random(7))
    await desk.push(MINUTES[2])
    await settle(desk, MINUTES[:3])
    assert_no_duplicates(desk)


@pytest.mark.parametrize("seed", range(8))
async def test_any_sequence_of_faults_ends_as_the_truth(desk, seed):
    chance = random.Random(seed)
    desk.fake.reaping = chance.choice([0.0, 90.0])
    await desk.start()
    for frame in MINUTES[:40]:
        if chance.random() < 0.15:
            await break_down(desk, chance.choice(BROKEN), frame, chance)
            continue
        desk.fake.faults = Faults(**{knob: chance.random() < 0.25 for knob in DISTURBED})
        await desk.push(frame)
    await settle(desk, MINUTES[:40])
    assert_no_duplicates(desk)
    assert desk.owner.gaps


async def test_the_comparison_sees_a_bar_that_was_lost(desk, monkeypatch):
    """The bug, planted: a stream that loses every gap."""
    monkeypatch.setattr(desk.stream._buffer, "gap", lambda since: None)
    await desk.start()
    await desk.push(MINUTES[0])
    await asyncio.to_thread(desk.fake.drop)
    await desk.push(MINUTES[1])
    await desk.subscribed(*desk.symbols)
    await desk.push(MINUTES[2])
    await desk.owner.until(lambda: len(desk.owner.bars) >= MINUTES[0].height + MINUTES[2].height)
    assert desk.owner.held() != truth_of(MINUTES[:3])
    assert withheld(desk) == set()
