"""The contract of every provider, met by existing: a file in `cases/` is held to all of it."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from functools import lru_cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import ADJUSTMENTS, SCHEMA, TIMEFRAMES, check_bars
from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError, TryAgain, UnknownName
from tapehawk.core.sessions import calendar_named
from tapehawk.data.providers.door import Wanted
from tapehawk.data.shapes import ACTIONS, EXCHANGE_ZONE, SYMBOLS
from tests.data.providers.cases.case import Case, every_case, of_those
from tests.fakes.clock import JumpingClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import Truth, paying, simulated

pytestmark = pytest.mark.anyio

FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 20)
BEFORE_CHANGE, AFTER_CHANGE = dt.date(2026, 10, 30), dt.date(2026, 11, 2)  # clocks changed on the Sunday between
HALF_DAY = dt.date(2025, 11, 28)


class World:
    """What the fakes of a market know, its calendar, and one symbol of it; one that splits, where any does."""

    def __init__(self, market):
        self.market, truth = market, simulated(start=FIRST, end=LAST, market=market)
        self.truth = paying(truth) if market == "us" else truth
        self.calendar, self.zone = calendar_named(market), EXCHANGE_ZONE[market]
        self.someone = self.truth.daily["symbol"][0]
        splits = self.truth.actions.filter(pl.col("type") == "split", pl.col("ex_date").is_between(FIRST, LAST))
        self.split = next(iter(splits.to_dicts()), None)

    def daily(self, symbol=None, first=FIRST, last=LAST):
        return self._of(self.truth.daily, "UTC", symbol, first, last)

    def minutes(self, symbol=None, first=FIRST, last=LAST):
        return self._of(self.truth.minutes, self.zone, symbol, first, last)

    def _of(self, frame, zone, symbol, first, last):
        kept = frame.filter(pl.col("time").dt.convert_time_zone(zone).dt.date().is_between(first, last))
        return (kept if symbol is None else kept.filter(pl.col("symbol") == symbol)).sort("symbol", "time")


the_world = lru_cache(World)


over_http = of_those(lambda case: case.http)
over_http_with_errors_in_200 = of_those(lambda case: case.http and case.error_in_200)
over_http_with_a_limit = of_those(lambda case: case.http and case.limited)
over_http_with_a_key = of_those(lambda case: case.http and case.keyed)
whose_market_closes = of_those(lambda case: case.market != "crypto")
told_the_truth = of_those(lambda case: not case.own_truth)


@pytest.fixture(params=every_case(), ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def world(case):
    return the_world(case.market)


@pytest.fixture
def time():
    return JumpingClock(start=1_795_305_600_000_000)  # Sunday 2026-11-22 00:00 UTC: every session is over


@pytest.fixture
def fake(case, world):
    with case.fake(world.truth) as server:
        yield server


@pytest.fixture
async def provider(case, fake, time):
    made = case.provider(fake, time.clock)
    yield made
    await made.close()


async def fetched(provider, wanted):
    """Fetch everything that is wanted, step by step."""
    answers = [await provider.fetch(step) for step in provider.plan(wanted).steps]
    return answers, pl.concat([pl.DataFrame(schema=SCHEMA), *(one.bars for one in answers)]).sort("symbol", "time")


# what it offers and plans


async def test_an_offer_speaks_in_the_words_of_the_core(provider, case):
    offer = provider.offer
    assert provider.name == offer.provider == case.name
    assert set(offer.timeframes) <= set(TIMEFRAMES)
    assert offer.timeframes
    assert set(offer.adjustments) <= set(ADJUSTMENTS)
    assert offer.reference <= {"symbols", "splits", "dividends"}
    assert offer.streams <= {"bars", "trades"}
    assert bool(offer.streams) == bool(offer.stream_connections)


@pytest.mark.parametrize("timeframe", ["1d", "1m"])
async def test_a_plan_is_stable_adds_up_and_asks_nobody(provider, fake, world, timeframe):
    wanted = Wanted(timeframe, (world.someone,), FIRST, LAST)
    plan, again = provider.plan(wanted), provider.plan(wanted)
    assert plan == again
    assert len({step.id for step in plan.steps}) == len(plan.steps) > 0
    assert plan.calls == sum(step.calls for step in plan.steps)
    assert plan.credits == sum(step.credits for step in plan.steps)
    assert plan.bytes > 0
    assert plan.note
    assert fake.asked == []


async def test_different_wishes_have_different_steps(provider, world):
    wishes = [Wanted("1d", (world.someone,), FIRST, LAST), Wanted("1m", (world.someone,), FIRST, LAST)]
    wishes += [Wanted("1d", ("OTHER",), FIRST, LAST)]
    ids = [frozenset(step.id for step in provider.plan(wanted).steps) for wanted in wishes]
    assert not any(mine & other for at, mine in enumerate(ids) for other in ids[:at])
    shorter = provider.plan(Wanted("1d", (world.someone,), FIRST, AFTER_CHANGE))
    assert frozenset(step.id for step in shorter.steps) != ids[0]  # they may share sessions


async def test_a_timeframe_that_is_not_offered_is_bad_input(provider, world):
    missing = next(name for name in ("1w", "4h", "30m", "7m") if name not in provider.offer.timeframes)
    with pytest.raises(BadInput):
        provider.plan(Wanted(missing, (world.someone,), FIRST, LAST))


async def test_history_beyond_the_plan_is_refused_before_anybody_is_asked(provider, fake, world):
    since = provider.offer.history_since
    if since is None:
        assert provider.plan(Wanted("1d", (world.someone,), dt.date(2000, 1, 3), LAST)).steps
        return
    with pytest.raises(ProviderRefused, match=str(since)):
        provider.plan(Wanted("1d", (world.someone,), since - dt.timedelta(days=1), LAST))
    assert fake.asked == []


# history


async def test_daily_bars_equal_the_truth_and_are_dated_by_the_exchange(provider, world):
    answers, bars = await fetched(provider, Wanted("1d", (world.someone,), FIRST, LAST))
    assert_frame_equal(bars, world.daily(world.someone).select(SCHEMA.names()))
    assert all(one.complete for one in answers)
    sessions = world.calendar.sessions_between(FIRST, LAST).tolist()
    assert bars["time"].dt.date().to_physical().to_list() == sessions
    assert (bars["time"].dt.time() == dt.time()).all()


async def test_daily_bars_of_the_whole_market_equal_the_truth(provider, world):
    if not provider.offer.bulk_daily:
        with pytest.raises(BadInput):
            provider.plan(Wanted("1d", None, FIRST, LAST))
        return
    answers, bars = await fetched(provider, Wanted("1d", None, FIRST, LAST))
    assert_frame_equal(bars, world.daily().select(SCHEMA.names()))
    assert all(one.complete for one in answers)
    assert sum(one.announced or 0 for one in answers) in (0, bars.height)


async def test_minute_bars_equal_the_truth_across_a_change_of_clocks(provider, case, world):
    answers, bars = await fetched(provider, Wanted("1m", (world.someone,), FIRST, LAST))
    assert_frame_equal(bars, case.expected_minutes(world.minutes(world.someone)))
    assert all(one.complete for one in answers)
    days, minutes = world.calendar.locate(bars["time"].to_physical().to_numpy(), "extended")
    assert (days >= 0).all()
    assert minutes.min() >= 0


@whose_market_closes
async def test_regular_hours_are_the_regular_bars_only_in_summer_and_in_winter_time(provider, world):
    _, bars = await fetched(provider, Wanted("1m", (world.someone,), BEFORE_CHANGE, AFTER_CHANGE, hours="regular"))
    for day, opens in ((BEFORE_CHANGE, dt.time(13, 30)), (AFTER_CHANGE, dt.time(14, 30))):
        clocks = bars.filter(pl.col("time").dt.date() == day)["time"].dt.time()
        assert opens <= clocks.min() <= clocks.max() <= dt.time(opens.hour + 6, 59)
        assert len(clocks)


@whose_market_closes
async def test_an_early_close_is_followed(case, time):
    truth = simulated(3, HALF_DAY, HALF_DAY)
    someone = truth.daily["symbol"][0]
    with case.fake(truth) as fake:
        provider = case.provider(fake, time.clock)
        wanted = Wanted("1m", (someone,), HALF_DAY, HALF_DAY, hours="regular")
        _, bars = await fetched(provider, wanted)
        _, daily = await fetched(provider, Wanted("1d", (someone,), HALF_DAY, HALF_DAY))
        await provider.close()
    assert bars["time"].max() < dt.datetime(2025, 11, 28, 18, tzinfo=dt.UTC)
    assert daily["time"].to_list() == [dt.datetime(2025, 11, 28, tzinfo=dt.UTC)]
    assert bars["volume"].sum() == daily["volume"][0]


@pytest.mark.parametrize("timeframe", ["1d", "1m"])
async def test_every_page_is_read_to_the_last(provider, case, fake, timeframe, world):
    case.small_pages(fake)
    answers, bars = await fetched(provider, Wanted(timeframe, (world.someone,), BEFORE_CHANGE, AFTER_CHANGE))
    of = world.daily if timeframe == "1d" else world.minutes
    truth = of(world.someone, BEFORE_CHANGE, AFTER_CHANGE)
    expected = truth.select(SCHEMA.names()) if timeframe == "1d" else case.expected_minutes(truth)
    assert_frame_equal(bars, expected)
    assert all(one.complete for one in answers)
    assert all(one.announced in (None, one.bars.height) for one in answers)


async def test_bars_obey_the_contract(provider, world):
    for timeframe in ("1d", "1m"):
        _, bars = await fetched(provider, Wanted(timeframe, (world.someone,), FIRST, LAST))
        assert bars.schema == SCHEMA
        checked = check_bars(bars)
        assert checked.rejects.is_empty()
        assert checked.out_of_order == 0


async def test_prices_are_what_the_series_says_they_are(provider, world):
    """Around a split inside the range: as traded, or divided by it; never one under the other's name."""
    symbol = world.split["symbol"] if world.split else world.someone
    answers, bars = await fetched(provider, Wanted("1d", (symbol,), FIRST, LAST))
    raw = world.daily(symbol)
    adjustments = {one.series.adjustment for one in answers}
    assert adjustments <= set(provider.offer.adjustments)
    if adjustments == {"none"}:
        assert bars["close"].to_list() == raw["close"].to_list()
        assert bars["volume"].to_list() == raw["volume"].to_list()
    else:
        ratio = world.split["split_from"] / world.split["split_to"]
        before = raw["time"].dt.date() < world.split["ex_date"]
        expected = [close * ratio if early else close for close, early in zip(raw["close"], before, strict=True)]
        assert bars["close"].to_list() == pytest.approx(expected, rel=1e-4)
        assert {one.series.adjusted_as_of for one in answers} != {None}


@told_the_truth
async def test_fractional_volumes_stay_fractional(case, time, world):
    odd = world.truth.daily.filter(pl.col("symbol") == world.someone).with_columns(volume=pl.col("volume") + 0.25)
    with case.fake(Truth(daily=odd, symbols=world.truth.symbols)) as fake:
        provider = case.provider(fake, time.clock)
        _, bars = await fetched(provider, Wanted("1d", (world.someone,), FIRST, LAST))
        await provider.close()
    assert bars["volume"].to_list() == odd.sort("time")["volume"].to_list()


@told_the_truth
async def test_no_bars_are_an_empty_answer_and_no_error(case, time, world):
    with case.fake(Truth(symbols=world.truth.symbols)) as fake:
        provider = case.provider(fake, time.clock)
        for timeframe in ("1d", "1m"):
            answers, bars = await fetched(provider, Wanted(timeframe, (world.someone,), AFTER_CHANGE, AFTER_CHANGE))
            assert bars.is_empty()
            assert bars.schema == SCHEMA
            assert all(one.complete and not one.announced for one in answers)
        await provider.close()


async def test_a_symbol_that_nobody_knows_is_no_bars_or_an_unknown_name(provider, case):
    wanted = Wanted("1d", ("ZZNONE",), AFTER_CHANGE, LAST)
    if case.unknown_is_empty:
        assert (await fetched(provider, wanted))[1].is_empty()
    else:
        with pytest.raises(UnknownName, match="ZZNONE"):
            await fetched(provider, wanted)


async def test_fields_that_nobody_announced_change_nothing(provider, fake, world):
    fake.faults = Faults(extra_fields=True)
    _, bars = await fetched(provider, Wanted("1d", (world.someone,), FIRST, LAST))
    assert_frame_equal(bars, world.daily(world.someone).select(SCHEMA.names()))


# reference data


async def test_symbols_come_in_the_stores_columns_delisted_ones_too(provider, case, fake, world):
    if "symbols" not in provider.offer.reference:
        with pytest.raises(BadInput):
            await provider.symbols()
        return
    case.small_pages(fake)
    found = await provider.symbols()
    assert found.schema == SYMBOLS.schema
    assert not found.select(SYMBOLS.keys).is_duplicated().any()
    listed = found.filter("active", market=world.market)["symbol"]
    assert set(listed) == set(world.truth.symbols.filter("active")["symbol"])


async def test_actions_come_in_the_stores_columns_and_equal_the_truth(provider, case, fake, world):
    if not {"splits", "dividends"} & provider.offer.reference:
        with pytest.raises(BadInput):
            await provider.actions(FIRST, LAST)
        return
    case.small_pages(fake)
    found = await provider.actions(dt.date(2020, 1, 2), LAST)
    assert found.schema == ACTIONS.schema
    assert not found.select(ACTIONS.keys).is_duplicated().any()
    columns = ("symbol", "ex_date", "split_to", "split_from")
    splits = found.filter(pl.col("type") == "split").select(columns).sort("symbol", "ex_date")
    told = world.truth.actions.filter(pl.col("type") == "split")
    assert_frame_equal(splits, told.select(columns).sort("symbol", "ex_date"))
    none = await provider.actions(dt.date(2019, 1, 2), dt.date(2019, 1, 3))
    assert none.is_empty()


async def test_dividends_equal_the_truth_by_the_day_on_which_the_price_is_without_them(provider, case, fake, world):
    if not {"splits", "dividends"} & (offered := provider.offer.reference):
        return  # it refuses, as the test before says
    case.small_pages(fake)
    if "dividends" not in offered:
        assert "dividend" not in set((await provider.actions(FIRST, LAST))["type"])
        return
    columns = ("symbol", "ex_date", "cash_amount")
    told = world.truth.actions.filter(pl.col("type") == "dividend").select(columns).sort("symbol", "ex_date")
    found = (await provider.actions(FIRST, LAST)).filter(pl.col("type") == "dividend").select(columns)
    assert told.height == 3
    assert_frame_equal(found.sort("symbol", "ex_date"), told)


# what goes wrong


@over_http
@pytest.mark.parametrize("status", Case.statuses)
async def test_every_documented_error_becomes_one_of_ours_with_something_to_do(provider, case, fake, status, world):
    fake.faults = Faults(status=status)
    with pytest.raises(TapehawkError) as caught:
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))
    assert type(caught.value) is case.statuses[status]
    assert case.name in str(caught.value)
    assert "\n" not in str(caught.value)


@over_http
@pytest.mark.parametrize("body", ["json", "html"])
async def test_an_address_where_nothing_is_is_no_unknown_symbol(provider, case, fake, body, world):
    """A page of the web server's is none even where a symbol was asked for."""
    fake.faults, offer = Faults(status=404, body=body), provider.offer
    questions = {
        "one symbol": (body == "html", lambda: fetched(provider, Wanted("1d", (world.someone,), FIRST, LAST))),
        "the market": (offer.bulk_daily, lambda: fetched(provider, Wanted("1d", None, LAST, LAST))),
        "listings": ("symbols" in offer.reference, provider.symbols),
        "actions": (bool({"splits", "dividends"} & offer.reference), lambda: provider.actions(FIRST, LAST)),
    }
    for ask in (ask for offered, ask in questions.values() if offered):
        with pytest.raises(BadInput) as caught:
            await ask()
        assert type(caught.value) is BadInput
        assert f"providers.{case.name}." in caught.value.hint


@over_http
@pytest.mark.parametrize("body", ["html", "empty"])
@pytest.mark.parametrize("status", [None, 401, 429, 502])
async def test_an_html_page_or_an_empty_body_is_an_error_of_ours_too(provider, fake, status, body, world):
    fake.faults = Faults(status=status, body=body)
    with pytest.raises(ProviderRefused if status == 401 else TryAgain):
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))


@over_http
@pytest.mark.parametrize(
    "faults",
    [
        Faults(truncate=60, times=2),
        Faults(truncate=60, truncate_what="transfer", times=2),
        Faults(status=500, times=2),
        Faults(status=429, retry_after="1", times=2),
        Faults(body="html", times=1),
        Faults(abort=True, times=1),
    ],
)
async def test_what_passes_by_itself_is_got_over(provider, fake, faults, world):
    fake.faults = faults
    _, bars = await fetched(provider, Wanted("1d", (world.someone,), FIRST, LAST))
    assert_frame_equal(bars, world.daily(world.someone).select(SCHEMA.names()))


@over_http_with_errors_in_200
async def test_an_error_that_comes_as_http_200_is_an_error(provider, fake, world):
    fake.error_with_200 = True
    with pytest.raises(TapehawkError):
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))


@over_http_with_a_key
async def test_a_wrong_key_is_refused_at_once_and_no_key_before_anybody_is_asked(case, fake, time, world):
    provider = case.provider(fake, time.clock, key="wrong-key-99")
    with pytest.raises(ProviderRefused) as caught:
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))
    assert caught.value.hint
    assert len(fake.asked) == 1
    await provider.close()


@over_http_with_a_key
async def test_one_call_proves_address_and_key(case, fake, provider, time):
    assert await provider.prove()
    assert len(fake.asked) == 1
    fake.faults = Faults(status=404, body="html")
    with pytest.raises(BadInput):
        await provider.prove()
    fake.faults, wrong = NONE, case.provider(fake, time.clock, key="wrong-key-99")
    with pytest.raises(ProviderRefused):
        await wrong.prove()
    await wrong.close()


@over_http_with_a_limit
async def test_a_plan_with_a_limit_is_never_exceeded(case, fake, time, world):
    fake.tick = time.clock.tick
    provider = case.provider(fake, time.clock, metered=True)
    limit = provider.offer.calls_per_minute
    for _ in range(2 * limit + 1):
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))
    assert dict(provider.health().errors) == {}
    assert time.passed >= 120.0
    await provider.close()


@over_http
async def test_a_provider_that_is_down_is_told_so_left_alone_and_found_again(provider, fake, time, world):
    wanted = Wanted("1d", (world.someone,), LAST, LAST)
    fake.faults = Faults(abort=True)
    with pytest.raises(TryAgain):
        await fetched(provider, wanted)
    assert provider.health().breaker == "open"
    asked = len(fake.asked)
    with pytest.raises(TryAgain):
        await fetched(provider, wanted)
    assert len(fake.asked) == asked
    fake.faults = NONE
    time.pass_by(60.0)
    assert (await fetched(provider, wanted))[1].height == 1
    health = provider.health()
    assert health.breaker == "closed"
    assert health.errors["line"] >= 5
    assert health.last_error
    assert health.last_success_at


@over_http
@pytest.mark.parametrize(
    "faults", [NONE, *(Faults(status=status) for status in (400, 401, 404, 429, 500)), Faults(truncate=9)]
)
async def test_the_key_is_nowhere_to_be_read(case, fake, time, caplog, faults, world):
    caplog.set_level(logging.DEBUG)
    provider = case.provider(fake, time.clock)
    fake.faults = faults
    said = [repr(provider), repr(vars(provider)), repr(provider.offer)]
    try:
        await fetched(provider, Wanted("1d", (world.someone,), LAST, LAST))
    except TapehawkError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        said += [str(error), repr(error), error.hint, *frames.format()]
    said += [repr(provider.health())]
    said += [f"{record.getMessage()} {vars(record)!r}" for record in caplog.records if record.name != "aiohttp.server"]
    await provider.close()
    assert fake.key not in "\n".join(said)
    assert all(fake.key not in f"{one.path} {one.query}" for one in fake.asked)


async def test_a_closed_provider_may_be_used_again(provider, world):
    wanted = Wanted("1d", (world.someone,), LAST, LAST)
    first = (await fetched(provider, wanted))[1]
    await provider.close()
    assert_frame_equal((await fetched(provider, wanted))[1], first)
