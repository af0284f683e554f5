"""Every fault of an exchange's stream, alone and in random sequences: what the owner holds is the fake's truth.

Candles come half done first. Only one whose close was never sent may be wrong or missing, and only where no gap was
told: nobody can know of it.
"""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.data.providers.alpaca_desk import truth_of
from tests.data.providers.ccxt_desk import DAY, MINUTES, TRUTH, CcxtDesk
from tests.fakes.clock import HeldClock
from tests.fakes.exchange import FakeExchange
from tests.fakes.exchange_shapes import market_id
from tests.fakes.faults import NONE, Faults

pytestmark = pytest.mark.anyio

DISTURBED = ("duplicate", "revised", "late", "missing", "out_of_order", "unknown_type", "extra_fields")
BROKEN = ("drop", "shut_down", "mute", "slow_consumer", "ignore_subscriptions", "connection_limit", "history")
EVERYTHING = truth_of([DAY])
SYMBOLS = {market_id(symbol): symbol for symbol in TRUTH.symbols["symbol"]}


@pytest.fixture
async def desk():
    with FakeExchange(TRUTH) as fake:
        made = CcxtDesk(fake, HeldClock())
        made.fake.tick = made.time.clock.tick
        yield made
        await made.close()


def withheld(desk):
    """Candles whose close was never sent and that no gap covered."""
    never = {(SYMBOLS[event["s"]], event["k"]["t"] * 1000) for event in desk.fake.withheld if event["k"]["x"]}
    return never - desk.owner.filled


def wrong(desk, frames):
    """Return the keys of what was sent and is not held, and of what is held and not the truth."""
    held, sent = desk.owner.held(), truth_of(frames)
    return {key for key in sent.keys() | held.keys() if held.get(key) != EVERYTHING.get(key)} - withheld(desk)


async def settle(desk, frames):
    """Flush what is held back, and wait until everything that was sent is held."""
    desk.fake.faults = NONE
    await desk.push(frames[-1].clear())
    try:
        await desk.owner.until(lambda: not wrong(desk, frames))
    except TimeoutError:
        pytest.fail(f"not as the truth: {sorted(wrong(desk, frames))[:5]}")


def assert_no_duplicates(desk):
    seen = [(bar.symbol, bar.time, bar.revision) for bar in desk.finals()]
    assert len(set(seen)) == len(seen)


def assert_final_stays_final(desk):
    over = set()
    for bar in desk.owner.delivered:
        assert bar.final or (bar.symbol, bar.time) not in over
        over |= {(bar.symbol, bar.time)} if bar.final else set()


@pytest.mark.parametrize("knob", DISTURBED)
async def test_each_disturbance_alone_ends_as_the_truth(desk, knob):
    await desk.start()
    desk.fake.faults = Faults(**{knob: True})
    for frame in MINUTES[:10]:
        await desk.push(frame)
    await settle(desk, MINUTES[:10])
    assert_no_duplicates(desk)
    assert_final_stays_final(desk)
    assert desk.owner.gaps == []


async def break_down(desk, how, frame, chance):
    """Let the line break in one way while a minute passes, and wait until it stands again, gap filled."""
    gaps = len(desk.owner.gaps)
    desk.fake.faults = NONE
    if how == "drop":
        await desk.push(frame)
        await asyncio.to_thread(desk.fake.drop, chance.choice([1000, 1001, 1006, 1008, 1011]))
    elif how == "shut_down":
        await desk.push(frame)
        await asyncio.to_thread(desk.fake.shut_down)
    elif how == "connection_limit":
        desk.fake.faults = Faults(connection_limit=True)
        await asyncio.to_thread(desk.fake.drop)
        await desk.push(frame)
        desk.fake.faults = NONE
    elif how == "history":  # what fills the gap stumbles too
        await asyncio.to_thread(desk.fake.drop)
        await desk.push(frame)
        desk.fake.faults = Faults(status=chance.choice([500, 502]), path="klines", times=1)
    elif how == "slow_consumer":
        desk.fake.faults = Faults(slow_consumer=True)
        await desk.push(frame)
        desk.fake.faults = NONE
    else:
        desk.fake.faults = Faults(**{how: True})
        if how == "ignore_subscriptions":
            await asyncio.to_thread(desk.fake.drop)
        await desk.push(frame)
        await desk.wait_out(lambda: any(one.said for one in desk.fake.connections))
        desk.fake.faults = NONE
        await until_given_up(desk)
    await desk.wait_out(lambda: len(desk.owner.gaps) > gaps)
    await desk.wait_out(lambda: desk.fake.has_subscribers(*desk.symbols))


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
    await desk.push(MINUTES[9])
    await settle(desk, [*MINUTES[:2], MINUTES[9]])
    assert_no_duplicates(desk)
    assert_final_stays_final(desk)


async def test_pings_are_echoed_so_that_a_line_which_is_alive_stays(desk):
    await desk.start()
    for frame in MINUTES[:3]:
        await desk.push(frame)
        await asyncio.to_thread(desk.fake.ping)
        await asyncio.to_thread(desk.fake.wait_until, lambda: not any(one.unechoed for one in desk.fake.connections))
        await asyncio.to_thread(desk.fake.drop_silent)
    await settle(desk, MINUTES[:3])
    assert desk.connections == 1


@pytest.mark.parametrize("seed", range(6))
async def test_any_sequence_of_faults_ends_as_the_truth(desk, seed):
    await any_sequence(desk, seed, MINUTES[:30])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
async def test_any_long_sequence_of_faults_ends_as_the_truth(desk, seed):
    await any_sequence(desk, seed, MINUTES)


async def any_sequence(desk, seed, frames):
    chance, breaks = random.Random(seed), 0
    await desk.start()
    for frame in frames:
        if chance.random() < 0.15:
            breaks += 1
            await break_down(desk, chance.choice(BROKEN), frame, chance)
            continue
        knobs = {knob: chance.random() < 0.25 for knob in DISTURBED}
        knobs["revised"] &= not knobs["out_of_order"]  # reversed, the wrong one would be the last word
        desk.fake.faults = Faults(**knobs)
        await desk.push(frame)
    await settle(desk, frames)
    assert_no_duplicates(desk)
    assert_final_stays_final(desk)
    assert len(desk.owner.gaps) >= breaks > 0


async def test_the_comparison_sees_a_bar_that_was_lost(desk, monkeypatch):
    """The bug, planted: a stream that loses every gap."""
    monkeypatch.setattr(desk.stream._buffer, "gap", lambda since: None)
    await desk.start()
    await desk.push(MINUTES[0])
    desk.fake.faults = Faults(connection_limit=True)
    await asyncio.to_thread(desk.fake.drop)
    await desk.push(MINUTES[1])
    desk.fake.faults = NONE
    await desk.wait_out(lambda: desk.fake.has_subscribers(*desk.symbols))
    await desk.push(MINUTES[2])
    await desk.owner.until(lambda: len(desk.finals()) >= MINUTES[0].height + MINUTES[2].height)
    assert wrong(desk, MINUTES[:3]) == truth_of(MINUTES[1:2]).keys()


async def test_the_comparison_sees_a_candle_that_ends_half_done(desk, monkeypatch):
    """The bug, planted: what was forming when the line broke is taken to be over when its time is."""
    monkeypatch.setattr(desk.stream._candles, "forget", lambda: None)
    await desk.start()
    await desk.push(MINUTES[0])
    await asyncio.to_thread(desk.fake.push_forming, MINUTES[1])
    await desk.owner.until(lambda: len(desk.owner.delivered) == 3 * MINUTES[0].height)
    await asyncio.to_thread(desk.fake.drop)
    await desk.subscribed(*desk.symbols)
    await desk.time.move(120)
    await desk.owner.until(lambda: len(desk.finals()) == 2 * MINUTES[0].height)
    assert wrong(desk, MINUTES[:2]) == truth_of(MINUTES[1:2]).keys()
