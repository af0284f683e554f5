"""Twelve Data's line: the key in its address, heartbeats, subscriptions, refusals."""

from __future__ import annotations

import asyncio
import contextlib

import polars as pl
import pytest
from pydantic import SecretStr

from tapehawk.core.errors import ProviderRefused
from tests.data.providers.alpaca_desk import MINUTES, NAMES, TRUTH
from tests.data.providers.twelvedata_desk import Desk
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.twelvedata import FakeTwelveData

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake():
    with FakeTwelveData(TRUTH) as server:
        yield server


@pytest.fixture
def time():
    return HeldClock()


@pytest.fixture
async def desk(fake, time):
    made = Desk(fake, time)
    yield made
    with contextlib.suppress(ProviderRefused):
        await made.close()


@pytest.mark.parametrize("refused_as", [401, 403, 200])
async def test_a_key_that_the_handshake_refuses_ends_the_stream_whatever_its_status(fake, time, refused_as):
    fake.refused_as = refused_as
    desk = Desk(fake, time, api_key=SecretStr("wrong-key-77"))
    with pytest.raises(ProviderRefused) as caught:
        await desk.start()
    assert caught.value.hint
    assert "wrong-key-77" not in f"{caught.value} {desk.provider.health()} {vars(desk.stream)!r}"
    assert len(fake.asked) == 1
    await desk.close()


async def test_the_key_is_in_no_record_although_it_is_in_the_address(fake, time, caplog):
    fake.key = "key/with+signs="
    caplog.set_level("DEBUG")
    desk = Desk(fake, time)
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.until(lambda: desk.prices)
    await asyncio.to_thread(fake.drop)
    await desk.until(lambda: desk.gaps)
    await desk.close()
    records = [f"{one.getMessage()} {vars(one)!r}" for one in caplog.records if one.name != "aiohttp.server"]
    said = "\n".join([*records, repr(vars(desk.stream)), repr(desk.provider.health())])
    assert "apikey=***" in said
    assert fake.key not in said
    assert "key%2Fwith" not in said


async def test_a_heartbeat_every_ten_seconds_is_no_sign_of_life(desk, time):
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.until(lambda: desk.prices)
    (line,) = desk.fake.connections
    async with asyncio.timeout(20):
        while not desk.gaps:
            await time.move(1)
            await asyncio.sleep(0.001)
    assert line.said.count({"action": "heartbeat"}) >= 14
    assert "no data" in desk.provider.health().last_error


async def test_symbols_beyond_the_plans_room_are_told(fake, time):
    names = [f"S{number:02d}" for number in range(12)]
    fake.knows_symbol = lambda symbol: True
    desk = Desk(fake, time, names, plan="grow")
    await desk.start(*names[:8])
    await desk.until(lambda: desk.stream.health().subscribed == 8)
    assert "room for 8 of 12 symbols" in desk.provider.health().last_error
    assert desk.stream.room() == set(names[:8])
    await desk.close()


async def test_symbols_that_fail_are_told_beside_those_that_succeed(fake, time):
    desk = Desk(fake, time, [*NAMES, "ZZZZ"])
    await desk.start(*NAMES)
    await desk.until(lambda: desk.stream.health().subscribed == 3)
    assert "ZZZZ" in desk.provider.health().last_error
    await desk.close()


async def test_an_ignored_subscription_is_made_anew(desk, time):
    desk.stream.want(NAMES[:2])
    await desk.start(*NAMES[:2])
    desk.fake.faults = Faults(ignore_subscriptions=True)
    desk.stream.want(NAMES)
    await asyncio.to_thread(desk.fake.wait_until, lambda: any(len(one.said) > 1 for one in desk.fake.connections))
    desk.fake.faults = NONE
    time.passed += 31.0
    await desk.push(MINUTES[0].filter(pl.col("symbol").is_in(NAMES[:2])))
    await desk.until(lambda: desk.gaps)
    await desk.subscribed(*NAMES)


async def test_an_error_without_a_name_ends_the_stream_when_only_a_person_can_mend_it(desk):
    await desk.start()
    desk.fake.push_events([{"status": "error", "code": 400, "message": "what?"}])
    desk.fake.push_events([{"status": "error", "code": 401, "message": "**apikey** parameter is incorrect"}])
    with pytest.raises(ProviderRefused, match="apikey"):
        await desk.task
    assert desk.provider.health().errors["input"] == 1


async def test_where_another_program_has_the_newer_connection_it_is_tried_ever_more_rarely(fake):
    """Nothing on this wire says why the older one is closed, so it is a line that ends."""
    time = HeldClock(chance=1.0)
    desk = Desk(fake, time)
    fake.faults = Faults(connection_limit=True)
    desk.run()
    async with asyncio.timeout(20):
        while time.passed < 120:
            await time.move(1)
            await asyncio.sleep(0.002)
    assert 4 <= len(fake.asked) <= 8
    fake.faults = NONE
    async with asyncio.timeout(20):
        while not fake.connections:
            await time.move(1)
            await asyncio.sleep(0.002)
    await desk.subscribed(*NAMES)
    await desk.push(MINUTES[0])
    await desk.until(lambda: desk.prices)
    await desk.close()
