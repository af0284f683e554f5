"""Alpaca's refusals and limits: what each ends as, how long is waited; and keys that appear nowhere."""

from __future__ import annotations

import datetime as dt
import traceback

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import SecretStr, ValidationError

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain, UnknownName
from tapehawk.data.providers.alpaca.config import AlpacaConfig
from tapehawk.data.providers.door import Wanted
from tests.data.providers.cases.alpaca import alpaca_at
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.clock import JumpingClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

FIRST, LAST, TODAY = dt.date(2026, 10, 26), dt.date(2026, 11, 19), dt.date(2026, 11, 20)
TRUTH = simulated()
NAMES = tuple(sorted(TRUTH.daily["symbol"].unique())[:5])
DAILY = Wanted("1d", NAMES, FIRST, LAST)


@pytest.fixture
def time():
    return JumpingClock()


@pytest.fixture
def fake(time):
    with FakeAlpaca(TRUTH) as server:
        server.tick = time.clock.tick
        yield server


@pytest.fixture
async def alpaca(fake, time):
    """Builds a provider that asks the fake."""
    made = []

    def built(**options):
        made.append(alpaca_at(fake, time.clock, **options))
        return made[-1]

    yield built
    for one in made:
        await one.close()


async def bars_of(provider, wanted):
    found = [(await provider.fetch(step)).bars for step in provider.plan(wanted).steps]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found]).sort("symbol", "time")


def daily(symbols=NAMES, first=FIRST, last=LAST):
    kept = pl.col("symbol").is_in(symbols) & pl.col("time").dt.date().is_between(first, last)
    return TRUTH.daily.filter(kept).sort("symbol", "time")


async def test_a_plan_that_is_not_what_the_settings_say_is_told(alpaca, fake):
    fake.plan = "basic"
    with pytest.raises(ProviderRefused, match="recent SIP data") as caught:
        await bars_of(alpaca(feed="sip"), Wanted("1m", NAMES, TODAY, TODAY))
    assert "plan" in caught.value.hint


@pytest.mark.parametrize("as_401", [False, True])
async def test_a_wrong_key_is_told_as_such_whatever_its_status(alpaca, fake, as_401):
    fake.forbidden_as_401 = as_401
    wrong = alpaca(secret_key=SecretStr("wrong-secret"))
    with pytest.raises(ProviderRefused, match="not authorized" if as_401 else "forbidden") as caught:
        await bars_of(wrong, DAILY)
    assert "key" in caught.value.hint
    with pytest.raises(ProviderRefused, match="not authorized") as account:
        await wrong.symbols()
    assert account.value.hint == caught.value.hint


async def test_a_missing_secret_is_told_before_anybody_is_asked(alpaca, fake):
    with pytest.raises(ProviderRefused, match="no key"):
        await bars_of(alpaca(secret_key=SecretStr("")), DAILY)
    assert fake.asked == []


async def test_an_impossible_symbol_is_left_out_of_a_batch_and_named_when_it_is_alone(alpaca, fake):
    assert_frame_equal(await bars_of(alpaca(), Wanted("1d", (*NAMES, "zz1", "zz2"), FIRST, LAST)), daily())
    assert len(fake.asked) == 3
    with pytest.raises(UnknownName, match="'zz1'") as caught:
        await bars_of(alpaca(), Wanted("1d", ("zz1",), FIRST, LAST))
    assert caught.value.__context__ is None


async def test_symbols_that_nobody_knows_are_left_out_of_a_batch(alpaca):
    assert_frame_equal(await bars_of(alpaca(), Wanted("1d", (*NAMES, "ZZNONE"), FIRST, LAST)), daily())


async def test_too_many_calls_are_waited_for_until_the_vendors_minute_is_over(alpaca, fake, time):
    fake.faults = Faults(status=429, times=1)
    time.pass_by(20)
    assert_frame_equal(await bars_of(alpaca(), DAILY), daily())
    assert 40.0 <= time.naps[0] <= 41.0


@pytest.mark.parametrize("shift", [-7200.0, 7200.0])
async def test_a_vendors_clock_that_is_off_makes_nobody_wait_for_hours(alpaca, fake, time, shift):
    fake.faults = Faults(status=429, times=1, shift=shift)
    await bars_of(alpaca(), DAILY)
    assert sum(time.naps) <= 2 * 60.0 + 1.0


async def test_what_others_spend_on_the_key_is_taken_from_the_vendors_headers(alpaca, fake):
    provider = alpaca(plan="basic", feed="iex")
    fake.plan = "basic"
    fake._left = lambda: 17
    await bars_of(provider, DAILY)
    assert provider.health().credits_left == 17


async def test_neither_of_the_two_keys_is_anywhere_to_be_read(alpaca, fake, caplog):
    caplog.set_level("DEBUG")
    provider = alpaca()
    said = [repr(provider), repr(vars(provider)), repr(provider._config)]
    for faults in (NONE, Faults(status=400), Faults(status=401), Faults(status=500), Faults(truncate=9)):
        fake.faults = faults
        try:
            await bars_of(provider, DAILY)
        except (BadInput, ProviderRefused, TryAgain) as error:
            frames = traceback.TracebackException.from_exception(error, capture_locals=True)
            said += [str(error), repr(error), error.hint, *frames.format()]
    said += [repr(provider.health())]
    said += [f"{record.getMessage()} {vars(record)!r}" for record in caplog.records if record.name != "aiohttp.server"]
    for secret in (fake.key, fake.secret):
        assert secret not in "\n".join(said)
        assert all(secret not in f"{one.path} {one.query}" for one in fake.asked)


def test_a_feed_of_another_market_is_refused_without_a_word_of_the_keys():
    with pytest.raises(ValidationError, match="sip, iex, boats, otc") as caught:
        AlpacaConfig(api_key="key-in-clear", feed="us-1")
    with pytest.raises(ValidationError) as misspelt:
        AlpacaConfig.model_validate({"secret_kee": "key-in-clear"})
    assert "key-in-clear" not in f"{caught.value}{misspelt.value}"
