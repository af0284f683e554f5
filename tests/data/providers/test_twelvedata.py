"""Twelve Data's history: credits, batches, windows whose edges nobody documents, errors in every dress."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import SecretStr, ValidationError

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain, UnknownName
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import Step, Wanted
from tapehawk.data.providers.twelvedata.config import TwelveDataConfig
from tests.data.providers.cases.twelvedata import twelvedata_at
from tests.fakes.clock import JumpingClock
from tests.fakes.faults import Faults
from tests.fakes.truth import Truth, simulated
from tests.fakes.twelvedata import FakeTwelveData
from tests.fakes.twelvedata_shapes import regular

pytestmark = pytest.mark.anyio

FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 19)
TRUTH = simulated()
NAMES = tuple(sorted(TRUTH.daily["symbol"].unique())[:5])
DAILY = Wanted("1d", NAMES, FIRST, LAST)


@pytest.fixture
def time():
    return JumpingClock(start=1_795_305_600_000_000 + 20_000_000)  # Sunday 2026-11-22, 20 s into a minute


@pytest.fixture
def fake(time):
    with FakeTwelveData(TRUTH) as server:
        server.tick = time.clock.tick
        yield server


@pytest.fixture
async def provider(fake, time):
    made = twelvedata_at(fake, time.clock)
    yield made
    await made.close()


async def bars_of(provider, wanted):
    found = [(await provider.fetch(step)).bars for step in provider.plan(wanted).steps]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found]).sort("symbol", "time")


def daily(symbols=NAMES, first=FIRST, last=LAST):
    kept = pl.col("symbol").is_in(symbols) & pl.col("time").dt.date().is_between(first, last)
    return TRUTH.daily.filter(kept).sort("symbol", "time")


# what is asked


async def test_what_the_vendor_would_guess_is_always_said(provider, fake):
    await bars_of(provider, Wanted("1m", NAMES[:1], FIRST, FIRST))
    asked = {name: fake.asked[0].query[name] for name in ("timezone", "order", "adjust", "outputsize", "interval")}
    assert asked == {"timezone": "UTC", "order": "ASC", "adjust": "none", "outputsize": "5000", "interval": "1min"}
    assert fake.asked[0].query["start_date"] == "2026-10-26T04:00:00"
    assert fake.asked[0].headers["Authorization"] == f"apikey {fake.key}"


@pytest.mark.parametrize("end_included", [False, True])
@pytest.mark.parametrize("timeframe", ["1d", "1m"])
async def test_the_last_session_belongs_to_the_window_and_the_next_does_not(provider, fake, end_included, timeframe):
    fake.end_included = end_included
    bars = await bars_of(provider, Wanted(timeframe, NAMES, LAST, LAST))
    zone = "UTC" if timeframe == "1d" else "America/New_York"
    assert set(bars["time"].dt.convert_time_zone(zone).dt.date()) == {LAST}


async def test_symbols_of_a_batch_come_in_one_call_at_a_credit_each(provider, fake):
    assert_frame_equal(await bars_of(provider, DAILY), daily())
    assert len(fake.asked) == 1
    assert sum(fake.used.values()) == len(NAMES)
    assert provider.plan(DAILY).credits == len(NAMES)


async def test_a_list_that_is_too_long_for_the_vendor_is_asked_for_in_halves(provider, fake):
    fake.longest = 2
    assert_frame_equal(await bars_of(provider, DAILY), daily())


@pytest.mark.parametrize("as_200", [False, True])
async def test_an_empty_window_is_empty_and_no_error(provider, fake, as_200):
    fake.errors_as_200 = as_200
    for names in (NAMES, NAMES[:1]):
        assert (await bars_of(provider, Wanted("1d", names, dt.date(2026, 11, 21), dt.date(2026, 11, 22)))).is_empty()
        assert (await bars_of(provider, Wanted("1d", names, dt.date(2026, 6, 1), dt.date(2026, 6, 2)))).is_empty()


@pytest.mark.parametrize("cut_newest", [False, True])
@pytest.mark.parametrize("end_included", [False, True])
async def test_a_full_answer_is_completed_at_both_ends(provider, fake, cut_newest, end_included):
    fake.cut_newest, fake.end_included = cut_newest, end_included
    busy = TRUTH.minutes.group_by("symbol").len().sort("len")["symbol"][-1]
    step = Step("by hand", "symbol", "19 sessions", "1m", (busy, NAMES[0]), FIRST, dt.date(2026, 11, 20))
    fetched = await provider.fetch(step)
    truth = regular(TRUTH.minutes.filter(pl.col("symbol").is_in([busy, NAMES[0]]))).sort("symbol", "time")
    assert truth.filter(pl.col("symbol") == busy).height > 5000
    assert_frame_equal(fetched.bars, truth)


async def test_extended_hours_are_not_asked_for_since_they_come_without_volume(provider, fake):
    plan = provider.plan(Wanted("1m", NAMES, FIRST, LAST, hours="extended"))
    assert "regular hours only" in plan.note
    assert {step.hours for step in plan.steps} == {"regular"}


# plans


def test_minutes_are_planned_in_fortnights_that_begin_on_fixed_mondays(fake, time):
    steps = twelvedata_at(fake, time.clock).plan(Wanted("1m", NAMES, FIRST, LAST)).steps
    assert [(step.start, step.end) for step in steps] == [
        (dt.date(2026, 10, 26), dt.date(2026, 11, 1)),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 15)),
        (dt.date(2026, 11, 16), LAST),
    ]
    assert all(len(us_calendar().sessions_between(step.start, step.end)) * 390 <= 5000 for step in steps)


def test_days_of_a_lifetime_are_one_call_a_batch(fake, time):
    plan = twelvedata_at(fake, time.clock).plan(Wanted("1d", NAMES, dt.date(2007, 1, 3), dt.date(2026, 11, 19)))
    assert (len(plan.steps), plan.calls, plan.credits) == (1, 1 + len(NAMES), 2 * len(NAMES))  # a few above 5,000


def test_a_batch_is_no_larger_than_the_minutes_credits_and_the_days_are_counted(fake, time):
    many = tuple(f"S{number}" for number in range(900))
    plan = twelvedata_at(fake, time.clock, plan="basic").plan(Wanted("1d", many, FIRST, LAST))
    assert {len(step.symbols) for step in plan.steps} == {8, 4}
    assert "2 days" in plan.note
    assert plan.minutes == pytest.approx(900 / 8 - 1)


def test_minutes_from_before_there_were_any_are_refused(fake, time):
    with pytest.raises(ProviderRefused, match="2020-02-10"):
        twelvedata_at(fake, time.clock).plan(Wanted("1m", NAMES, dt.date(2019, 1, 2), LAST))


# credits


async def test_credits_that_run_out_within_a_batch_are_waited_for_and_only_the_rest_is_asked_again(
    provider, fake, time
):
    answers = fake.series_of

    def out_of_credits(symbol, query):
        late = symbol in NAMES[3:] and len(fake.asked) == 1
        return (
            {"code": 429, "message": "…for the current minute…", "status": "error"} if late else answers(symbol, query)
        )

    fake.series_of = out_of_credits
    assert_frame_equal(await bars_of(provider, DAILY), daily())
    assert fake.asked[1].query["symbol"] == ",".join(NAMES[3:])
    assert time.passed >= 40.0


async def test_too_many_calls_are_waited_for_until_the_next_minute_of_the_wall_clock(provider, fake, time):
    fake.faults = Faults(status=429, times=1)
    assert_frame_equal(await bars_of(provider, DAILY), daily())
    assert 40.0 <= time.naps[0] <= 41.0


async def test_credits_of_the_day_that_are_spent_are_not_waited_for(provider, fake, time):
    fake.spent_today = True
    with pytest.raises(ProviderRefused, match="for the day") as caught:
        await bars_of(provider, DAILY)
    assert "next day" in caught.value.hint
    assert time.naps == []


async def test_the_size_of_the_plan_and_what_others_spend_is_learnt_from_the_answers(fake, time):
    fake.credits = 377
    provider = twelvedata_at(fake, time.clock, plan="grow")
    fake.used[fake._minute()] = 100
    await bars_of(provider, DAILY)
    assert provider.health().credits_left == 377 - 105
    await provider.close()


async def test_the_free_plan_spends_no_more_than_eight_credits_in_any_minute(fake, time):
    provider = twelvedata_at(fake, time.clock, plan="basic")
    names = tuple(sorted(TRUTH.daily["symbol"].unique()))
    assert_frame_equal(await bars_of(provider, Wanted("1d", names, FIRST, LAST)), daily(names))
    assert provider.health().errors == {}
    assert max(fake.used.values()) <= 8
    await provider.close()


# refusals


@pytest.mark.parametrize("as_200", [False, True])
async def test_an_unknown_symbol_is_named_alone_and_left_out_of_a_batch(provider, fake, as_200):
    fake.errors_as_200 = as_200
    assert_frame_equal(await bars_of(provider, Wanted("1d", (*NAMES, "ZZNONE"), FIRST, LAST)), daily())
    with pytest.raises(UnknownName, match="ZZNONE"):
        await bars_of(provider, Wanted("1d", ("ZZNONE",), FIRST, LAST))


@pytest.mark.parametrize("names", [NAMES, NAMES[:1]])
@pytest.mark.parametrize("as_200", [False, True])
async def test_a_symbol_of_a_larger_plan_is_a_matter_of_the_plan_although_it_says_404(provider, fake, names, as_200):
    fake.gated, fake.errors_as_200 = {NAMES[0]}, as_200
    with pytest.raises(ProviderRefused, match="Grow or Venture") as caught:
        await bars_of(provider, Wanted("1d", names, FIRST, LAST))
    assert "plan" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "error"), [(400, BadInput), (401, ProviderRefused), (404, BadInput), (429, TryAgain), (500, TryAgain)]
)
async def test_an_error_is_the_same_error_when_it_comes_as_http_200(provider, fake, status, error):
    refused = fake.refused
    fake.refusal = lambda request: status
    fake.errors_as_200, fake.refused = True, lambda _: refused(status)
    with pytest.raises(error):
        await bars_of(provider, Wanted("1d", NAMES[:1], FIRST, LAST))


async def test_a_number_that_is_none_is_an_unreadable_answer(provider, fake):
    odd = TRUTH.daily.with_columns(close=pl.lit(1.5))
    fake.truth = Truth(daily=odd, symbols=TRUTH.symbols)
    fake.json = lambda body, json=fake.json: json({**body, "values": [{"datetime": "2026-11-19", "open": "much"}]})
    with pytest.raises(TryAgain, match="unreadable"):
        await bars_of(provider, Wanted("1d", NAMES[:1], LAST, LAST))


def test_settings_that_are_wrong_do_not_repeat_the_key():
    with pytest.raises(ValidationError) as caught:
        TwelveDataConfig(api_key=SecretStr("key-in-clear"), plan="gold", aki_key="key-in-clear")
    assert "key-in-clear" not in str(caught.value)
