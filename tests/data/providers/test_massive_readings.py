"""What Massive's page leaves open or says of its statuses: each reading is run (providers.md 1.2, 1.8, section 8)."""

from __future__ import annotations

import asyncio
import datetime as dt

import polars as pl
import pytest
from pydantic import SecretStr

from tapehawk.core.errors import ProviderRefused
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.polygon.adapter import PolygonProvider
from tapehawk.data.providers.polygon.config import PolygonConfig
from tests.fakes.clock import START, HeldClock, JumpingClock
from tests.fakes.massive import FakeMassive
from tests.fakes.massive_stream import status
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

TRUTH = simulated()
TODAY = dt.date(2026, 11, 20)
YESTERDAY = dt.date(2026, 11, 19)
SOMEONE = TRUTH.daily["symbol"][0]


@pytest.fixture
def fake():
    with FakeMassive(TRUTH) as server:
        yield server


def provider_at(fake, plan, time, key=""):
    fake.plan, fake.now = plan, lambda: time.clock.now() / 1e6
    config = PolygonConfig(api_key=SecretStr(key or fake.key), plan=plan, base_url=fake.url, stream_url=fake.stream_url)
    return PolygonProvider(config, clock=time.clock)


# the free plan, before today's bars are published


async def days_from(provider, wanted):
    try:
        answers = [await provider.fetch(step) for step in provider.plan(wanted).steps]
    finally:
        await provider.close()
    assert all(one.complete for one in answers)
    return pl.concat([one.bars for one in answers])["time"].dt.date().unique().sort().to_list()


@pytest.mark.parametrize("forbidden", [False, True])
@pytest.mark.parametrize("symbols", [None, (SOMEONE,)], ids=["market", "symbol"])
async def test_the_free_plan_has_no_today_whether_that_is_refused_or_answered_by_nothing(fake, forbidden, symbols):
    fake.today_forbidden = forbidden
    provider = provider_at(fake, "basic", JumpingClock())
    days = await days_from(provider, Wanted("1d", symbols, dt.date(2026, 11, 17), TODAY))
    assert days == [dt.date(2026, 11, day) for day in (17, 18, 19)]


@pytest.mark.parametrize("forbidden", [False, True])
async def test_today_alone_is_empty_on_the_free_plan(fake, forbidden):
    fake.today_forbidden = forbidden
    assert await days_from(provider_at(fake, "basic", JumpingClock()), Wanted("1d", None, TODAY, TODAY)) == []


async def test_once_the_day_is_over_in_new_york_the_free_plan_has_it(fake):
    evening = JumpingClock(start=START + 14 * 3_600_000_000)  # 23:30 there, the next day in universal time
    fake.today_forbidden = True
    assert await days_from(provider_at(fake, "basic", evening), Wanted("1d", None, TODAY, TODAY)) == []
    night = JumpingClock(start=START + 15 * 3_600_000_000)
    assert await days_from(provider_at(fake, "basic", night), Wanted("1d", None, TODAY, TODAY)) == [TODAY]


async def test_a_wrong_key_and_a_plan_that_refuses_the_past_are_not_taken_for_an_unpublished_day(fake):
    wrong = provider_at(fake, "basic", JumpingClock(), key="wrong-key-99")
    with pytest.raises(ProviderRefused, match="Unknown API Key"):
        await days_from(wrong, Wanted("1d", None, TODAY, TODAY))
    fake.today_forbidden = True
    real_time = provider_at(fake, "advanced", JumpingClock())
    fake.plan = "basic"  # the settings name a plan that the key is not on
    with pytest.raises(ProviderRefused, match="not entitled"):
        await days_from(real_time, Wanted("1d", None, TODAY, TODAY))


# where the sentence of a refusal stands


@pytest.mark.parametrize("in_message", [False, True])
@pytest.mark.parametrize("in_error", [False, True])
async def test_a_wrong_key_and_a_plan_are_told_apart_whatever_field_their_sentence_is_in(fake, in_message, in_error):
    fake.message_for_error, fake.error_for_message = in_message, in_error
    wrong = provider_at(fake, "advanced", JumpingClock(), key="wrong-key-99")
    with pytest.raises(ProviderRefused, match="Unknown API Key") as key:
        await days_from(wrong, Wanted("1d", None, YESTERDAY, YESTERDAY))
    provider = provider_at(fake, "basic", JumpingClock())
    fake.refusal = lambda _: 403
    with pytest.raises(ProviderRefused, match="not entitled") as plan:
        await days_from(provider, Wanted("1d", None, YESTERDAY, YESTERDAY))
    assert ("key" in key.value.hint, "plan" in plan.value.hint) == (True, True)
    assert key.value.hint != plan.value.hint


# the stream's statuses, and channels that nobody asked for


class Heard:
    def __init__(self, provider):
        self.provider, self.bars, self.news = provider, [], asyncio.Event()
        self.stream = provider.stream([SOMEONE], on_gap=lambda *_: self.news.set())
        self.running = asyncio.create_task(self.stream.run(self.take))

    def take(self, bars):
        self.bars += bars
        self.news.set()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def heard(fake):
    provider = provider_at(fake, "advanced", HeldClock())
    made = Heard(provider)
    await asyncio.to_thread(fake.await_subscribers, SOMEONE)
    yield made
    await made.stream.close()
    await provider.close()


@pytest.mark.parametrize("kind", ["auth_timeout", "slow_consumer", "force_disconnect"])
async def test_a_status_that_ends_the_connection_is_followed_by_a_new_one(fake, heard, kind):
    await asyncio.to_thread(fake.push_events, [status(kind, "it ends here")])
    await heard.until(lambda: heard.stream.health().connections == 2)
    await asyncio.to_thread(fake.await_subscribers, SOMEONE)
    await asyncio.to_thread(fake.push, TRUTH.of("1m", SOMEONE).tail(1))
    await heard.until(lambda: heard.bars)


@pytest.mark.parametrize(("kind", "hint"), [("auth_failed", "check the key"), ("max_connections", "one connection")])
async def test_a_status_that_only_a_person_can_mend_ends_the_stream(fake, heard, kind, hint):
    await asyncio.to_thread(fake.push_events, [status(kind, "it ends here")])
    with pytest.raises(ProviderRefused) as caught:
        await asyncio.wait_for(heard.running, 20)
    assert hint in caught.value.hint


async def test_seconds_trades_quotes_and_halts_are_no_minutes(fake, heard):
    """Nobody asked for them; a vendor that sends them all the same is heard in silence."""
    (connection,) = fake.connections
    connection.topics |= {f"{channel}.{SOMEONE}" for channel in ("A", "T", "Q")}
    prices = {"v": 200, "o": 231.8, "c": 231.8, "h": 231.8, "l": 231.8}
    others = [
        {"ev": "A", "sym": SOMEONE, **prices, "s": 1_795_185_121_000, "e": 1_795_185_122_000},
        {"ev": "T", "sym": SOMEONE, "x": 4, "p": 231.81, "s": 20, "ds": "20.5", "c": [12, 37], "t": 1_795_185_121_501},
        {"ev": "Q", "sym": SOMEONE, "bp": 231.8, "bs": 2, "ap": 231.83, "as": 3, "c": 0, "i": [604]},
    ]
    minute = TRUTH.of("1m", SOMEONE).tail(1)
    await asyncio.to_thread(fake.push_events, others)
    await asyncio.to_thread(fake.push, minute)
    await heard.until(lambda: heard.bars)
    assert [one.time for one in heard.bars] == minute["time"].to_physical().to_list()
    assert dict(heard.provider.health().errors) == {}
