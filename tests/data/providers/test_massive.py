"""Massive's own dialect: what the family's contract does not know of."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import SecretStr

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.polygon import reading
from tapehawk.data.providers.polygon.adapter import PolygonProvider, _range
from tapehawk.data.providers.polygon.config import PolygonConfig
from tapehawk.data.providers.polygon.pages import rebased
from tapehawk.data.providers.polygon.planning import planned
from tapehawk.data.providers.polygon.plans import PLANS
from tapehawk.data.providers.polygon.reference import Dividend, Split, Ticker, action_rows, symbol_rows
from tapehawk.data.providers.polygon.stream import PolygonStream, elements
from tapehawk.data.providers.wire import seats
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.trouble import Answer, Trouble
from tapehawk.data.refill import series_of
from tests.fakes.clock import HeldClock, JumpingClock
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

TRUTH = simulated()
DAY = dt.date(2026, 11, 20)
SOMEONE = TRUTH.daily["symbol"][0]


@pytest.fixture
def fake():
    with FakeMassive(TRUTH) as server:
        yield server


def provider_of(fake, plan="advanced", time=None, **more):
    fake.plan = plan
    settings = {"base_url": fake.url, "stream_url": fake.stream_url, **more}
    config = PolygonConfig(api_key=SecretStr(fake.key), plan=plan, **settings)
    return PolygonProvider(config, clock=(time or JumpingClock()).clock)


@pytest.fixture
async def streaming(fake):
    """Return a provider whose time stands still: a stream's watchdog sleeps."""
    made = provider_of(fake, time=HeldClock())
    yield made
    await made.close()


@pytest.fixture
async def provider(fake):
    made = provider_of(fake)
    yield made
    await made.close()


def good(body):
    return Answer(200, {}, msgspec.json.encode(body))


# routes


def test_the_whole_market_comes_session_by_session():
    plan = planned(Wanted("1d", None, dt.date(2025, 11, 21), DAY), 5)
    assert len(plan.steps) == plan.calls == 251
    assert plan.minutes == pytest.approx(49.2)  # 5 at once, then 5 a minute
    assert "grouped daily" in plan.note


def test_few_symbols_over_many_sessions_come_symbol_by_symbol():
    plan = planned(Wanted("1d", ("AAPL", "MSFT"), dt.date(2025, 11, 21), DAY), None)
    assert [step.symbols for step in plan.steps] == [("AAPL",), ("MSFT",)]
    assert plan.minutes == 0.0


def test_many_symbols_over_few_sessions_come_grouped_and_only_they_are_kept():
    names = tuple(f"N{i}" for i in range(50))
    plan = planned(Wanted("1d", names, dt.date(2026, 11, 16), DAY), None)
    assert [step.kind for step in plan.steps] == ["session"] * 5
    assert {step.symbols for step in plan.steps} == {names}


def test_minutes_come_in_blocks_of_two_months_that_fit_a_page():
    plan = planned(Wanted("1m", ("AAPL",), dt.date(2026, 1, 15), dt.date(2026, 6, 30)), None)
    assert [(str(step.start), str(step.end), step.calls) for step in plan.steps] == [
        ("2026-01-15", "2026-02-28", 1),
        ("2026-03-01", "2026-04-30", 1),
        ("2026-05-01", "2026-06-30", 1),
    ]
    year = planned(Wanted("1m", ("AAPL",), dt.date(2025, 11, 1), dt.date(2026, 10, 31)), None)
    assert all(step.calls == 1 for step in year.steps)


def test_minutes_of_the_whole_market_have_no_route():
    with pytest.raises(BadInput, match="whole market"):
        planned(Wanted("1m", None, DAY, DAY), None)


async def test_wanted_symbols_of_a_grouped_session_are_kept_and_the_announced_count_is_of_all(fake, provider):
    names = tuple(TRUTH.daily["symbol"].unique().sort().head(3))
    (step,) = provider.plan(Wanted("1d", names, DAY, DAY)).steps
    answer = await provider.fetch(step)
    assert tuple(answer.bars["symbol"]) == names
    assert answer.complete
    assert answer.announced > 3
    assert [one.query["adjusted"] for one in fake.asked] == ["false"]


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_reaches_back_as_far_as_it_says(plan):
    years = {"basic": 2, "starter": 5, "developer": 10}.get(plan)
    since = PLANS[plan].history_since(dt.date(2028, 2, 29))
    assert since == (dt.date(2028 - years, 2, 28) if years else dt.date(2003, 9, 10))


async def test_basic_has_five_calls_a_minute_and_no_stream(fake):
    provider = provider_of(fake, "basic")
    assert provider.offer.calls_per_minute == 5
    assert provider.offer.streams == frozenset()
    with pytest.raises(BadInput, match="live stream"):
        provider.stream(["AAPL"])


async def test_delayed_plans_say_delayed_and_mean_ok(fake):
    provider = provider_of(fake, "starter")
    (step,) = provider.plan(Wanted("1d", None, DAY, DAY)).steps
    assert (await provider.fetch(step)).bars.height == 12
    assert "delayed" in PLANS["starter"].stream
    assert provider.offer.delay == 15
    assert "delayed 15 m" in series_of(provider.offer).labels
    assert not provider_of(fake, "advanced").offer.delay
    await provider.close()


# answers


@pytest.mark.parametrize("midnight", [False, True])
async def test_grouped_rows_are_dated_by_the_exchange_wherever_in_the_session_they_are_stamped(
    fake, provider, midnight
):
    fake.grouped_at_midnight = midnight
    for day in (dt.date(2026, 10, 30), dt.date(2026, 11, 2), DAY):
        (step,) = provider.plan(Wanted("1d", None, day, day)).steps
        answer = await provider.fetch(step)
        assert answer.complete
        assert set(answer.bars["time"].dt.date()) == {day}


async def test_rows_of_another_session_make_an_answer_incomplete(fake, provider):
    (step,) = provider.plan(Wanted("1d", None, DAY, DAY)).steps
    stray = (await provider.fetch(step)).announced
    row = {"T": "AAPL", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": 1_795_150_800_000 - 86_400_000}
    page = reading.read_bars(good({"status": "OK", "resultsCount": 1, "results": [row]}))
    assert stray == 12
    bars = reading.bars_of(page.results, timeframe="1d")
    assert bars["time"].dt.date().to_list() == [DAY - dt.timedelta(days=1)]


async def test_fewer_rows_than_announced_are_told(fake, provider, monkeypatch):
    honest = fake._envelope
    monkeypatch.setattr(fake, "_envelope", lambda rows, query: honest(rows[:-1], query) | {"resultsCount": len(rows)})
    (step,) = provider.plan(Wanted("1d", None, DAY, DAY)).steps
    answer = await provider.fetch(step)
    assert (answer.announced, answer.bars.height, answer.complete) == (12, 11, False)


async def test_the_previous_bar_is_stamped_at_the_close_and_dated_all_the_same(provider):
    bars = await provider.previous(SOMEONE)
    expected = TRUTH.of("1d", SOMEONE).sort("time").tail(1)
    assert_frame_equal(bars, expected.select(bars.columns))


def test_prices_that_come_adjusted_although_not_asked_for_are_not_taken():
    row = {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": 1}
    with pytest.raises(Trouble, match="adjusted"):
        reading.read_bars(good({"status": "OK", "adjusted": True, "resultsCount": 1, "results": [row]}))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "ERROR", "error": "Unknown API Key"}, "key"),
        ({"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, "plan"),
        ({"status": "ERROR", "error": "You are not entitled to this data."}, "plan"),
        ({"status": "NOT_FOUND", "message": "Ticker not found."}, "unknown"),
        ({"status": "ERROR", "error": "You've exceeded the maximum requests per minute"}, "limit"),
        ({"status": "ERROR", "error": "something else"}, "server"),
    ],
)
def test_an_error_within_http_200_is_known_by_its_words(body, kind):
    with pytest.raises(Trouble) as caught:
        reading.read_bars(good(body))
    assert caught.value.kind == kind


@pytest.mark.parametrize("in_error", [False, True])
async def test_the_sentence_of_a_refusal_is_found_in_either_field(fake, in_error):
    fake.error_for_message = in_error
    provider = provider_of(fake, "advanced")
    fake.plan = "basic"
    fake.refusal = lambda request: 403
    with pytest.raises(ProviderRefused, match="not entitled"):
        await provider.previous(SOMEONE)
    await provider.close()


def test_the_next_page_is_asked_for_at_the_configured_address():
    assert rebased("https://api.massive.com/v2/aggs/x/1/2?cursor=abc%3D&z=1") == "/v2/aggs/x/1/2?cursor=abc%3D&z=1"
    assert rebased(None) is None
    assert rebased("") is None


async def test_an_address_with_a_path_of_its_own_is_kept_for_every_page(fake):
    provider = provider_of(fake, base_url=f"{fake.url}/")
    fake.most_a_page = 5
    (step,) = provider.plan(Wanted("1d", (SOMEONE,), dt.date(2026, 10, 26), DAY)).steps
    assert (await provider.fetch(step)).bars.height == 20
    assert len(fake.asked) == 4
    await provider.close()


async def test_pages_that_lead_in_a_circle_end_in_an_error(fake, provider, monkeypatch):
    honest = fake._envelope
    circle = {"next_url": "https://api.massive.com/v2/aggs/ticker/A/range/1/day/2026-11-01/2026-11-20?cursor=e30="}
    monkeypatch.setattr(fake, "_envelope", lambda rows, query: honest(rows, query) | circle)
    (step,) = provider.plan(Wanted("1d", (SOMEONE,), dt.date(2026, 11, 2), DAY)).steps
    with pytest.raises(TryAgain, match="circle"):
        await provider.fetch(step)


async def test_symbols_with_slashes_and_dots_are_asked_for_as_they_are(fake, provider):
    (step,) = provider.plan(Wanted("1d", ("BRK.B",), dt.date(2026, 11, 2), DAY)).steps
    await provider.fetch(step)
    assert "/BRK.B/" in fake.asked[-1].path


# reference


def test_a_ticker_used_again_begins_the_day_after_its_last_owner_left():
    rows = symbol_rows(
        [
            Ticker("META", active=True, name="Meta", type="CS", primary_exchange="XNAS"),
            Ticker("META", active=False, name="An ETF", type="ETF", delisted_utc="2022-01-31T05:00:00Z"),
            Ticker("OLD", active=False, delisted_utc="2020-05-05T04:00:00Z"),
        ]
    )
    told = rows.select("symbol", "first_seen", "last_seen", "active", "type", "exchange").rows()
    assert told == [
        ("META", None, dt.date(2022, 1, 31), False, "etf", None),
        ("META", dt.date(2022, 2, 1), None, True, "common", "nasdaq"),
        ("OLD", None, dt.date(2020, 5, 5), False, None, None),
    ]


def test_dividends_of_one_day_are_added_up_and_splits_keep_their_direction():
    day = dt.date(2026, 10, 6)
    rows = action_rows([Split("ZZTS", day, 3, 1)], [Dividend("KO", day, 0.5), Dividend("KO", day, 1.25)])
    assert rows.select("symbol", "type", "split_from", "split_to", "cash_amount", "source").rows() == [
        ("KO", "dividend", None, None, 1.75, "polygon"),
        ("ZZTS", "split", 3.0, 1.0, None, "polygon"),
    ]


def test_nothing_is_a_table_of_nothing():
    assert symbol_rows([]).is_empty()
    assert action_rows([], []).is_empty()


@pytest.mark.parametrize("old", [False, True])
async def test_corporate_actions_come_from_the_new_route_or_from_the_old_one(fake, provider, old):
    fake.old_routes_only = old
    found = await provider.actions(dt.date(2020, 1, 2), DAY)
    assert found.height == TRUTH.actions.height
    assert bool(fake.paths("/v3/reference/splits")) == old


@pytest.mark.parametrize(
    ("time", "market"),
    [
        (dt.datetime(2026, 11, 20, 13, 5, 11, tzinfo=dt.UTC), "extended-hours"),
        (dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC), "open"),
        (dt.datetime(2026, 11, 21, 14, 30, tzinfo=dt.UTC), "closed"),
        (dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC), "closed"),  # 01:30 in New York, and an hour later again
        (dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC), "closed"),
    ],
    ids=str,
)
async def test_the_state_of_the_market_is_told_with_the_vendors_time(fake, provider, time, market):
    fake.now = time.timestamp
    status = await provider.market_status()
    assert (status.market, status.server_time) == (market, time)


# the stream


def test_a_frame_mixes_statuses_bars_and_what_nobody_knows():
    frame = (
        '[{"ev":"status","status":"success","message":"subscribed to: AM.AAPL"},'
        '{"ev":"AM","sym":"AAPL","v":97510.5,"dv":"97510.5","av":1203321,"op":230.9,"vw":231.7,"o":231.62,"c":231.80,'
        '"h":231.88,"l":231.55,"a":231.3,"z":82,"s":1795185060000,"e":1795185120000},'
        '{"ev":"T","sym":"AAPL","x":4,"i":"52983525","p":231.81,"s":20,"c":[12,37],"t":1795185121501},'
        '{"ev":"LULD","T":"AAPL","h":243.5,"l":220.3,"i":[21],"t":1795185121503},'
        '{"ev":"NEW","sym":["AAPL"],"o":"?"}]'
    )
    assert [one.ev for one in elements(frame)] == ["status", "AM", "T", "LULD"]
    stream = PolygonStream("ws://nowhere", ["AAPL"], keys=Keys.bearer(SecretStr("key-key")))
    (bar,) = stream.read(frame, 1_795_185_121_000_000)
    assert (bar.symbol, bar.time, bar.volume, bar.close) == ("AAPL", 1_795_185_060_000_000, 97510.5, 231.8)


def test_the_whole_market_is_one_subscription_and_many_symbols_are_several_messages():
    stream = PolygonStream("ws://nowhere", ["*"], keys=Keys.bearer(SecretStr("key-key")))
    assert stream.changes(frozenset({"*"}), frozenset()) == ['{"action":"subscribe","params":"AM.*"}']
    many = stream.changes(frozenset(f"S{i}" for i in range(1200)), frozenset({"OLD"}))
    assert [message.count("AM.") for message in many] == [500, 500, 200, 1]
    assert many[-1] == '{"action":"unsubscribe","params":"AM.OLD"}'


async def test_a_second_program_on_the_key_ends_the_first_which_says_so_and_does_not_fight(
    fake, streaming, monkeypatch
):
    async def heard(bars):
        del bars

    first = asyncio.create_task(streaming.stream(["AAPL"]).run(heard))
    await asyncio.to_thread(fake.await_subscribers, "AAPL")
    other = provider_of(fake, time=HeldClock())
    monkeypatch.setattr(seats, "_TAKEN", set())  # another program knows nothing of this one's streams
    second = other.stream(["MSFT"])
    running = asyncio.create_task(second.run(heard))
    with pytest.raises(ProviderRefused, match="connections") as caught:
        await asyncio.wait_for(first, 20)
    assert "one connection" in caught.value.hint
    await asyncio.to_thread(fake.await_subscribers, "MSFT")
    assert fake.asked[-1].path == "/stocks"
    assert len(fake.asked) == 2
    await second.close()
    await running
    await other.close()


async def test_what_the_plan_does_not_let_one_hear_is_noted_and_the_stream_goes_on(fake, streaming):
    heard = asyncio.Event()
    stream = streaming.stream([SOMEONE])
    running = asyncio.create_task(stream.run(lambda _: heard.set()))
    await asyncio.to_thread(fake.await_subscribers, SOMEONE)
    refusal = {"ev": "status", "status": "error", "message": "not authorized"}
    await asyncio.to_thread(fake.push_events, [refusal])
    await asyncio.to_thread(fake.push, TRUTH.minutes.filter(pl.col("symbol") == SOMEONE).head(1))
    await asyncio.wait_for(heard.wait(), 20)
    assert "not authorized" in streaming.health().last_error
    await stream.close()
    await running


async def test_what_a_gap_wants_of_a_session_is_asked_for_from_its_first_minute_on():
    provider = PolygonProvider(PolygonConfig(api_key=SecretStr("no-key"), plan="advanced"))
    since = 1_795_185_000_000_000
    whole = Wanted("1m", ("AAA",), DAY, DAY)
    (part,), (all_of_it,) = (provider.plan(one).steps for one in (replace(whole, since=since), whole))
    assert (part.since, all_of_it.since) == (since, None)
    assert part.id != all_of_it.id
    assert _range(part) == f"{since // 1000}/{us_calendar().need_session(DAY).after_hours_close // 1000}"
    assert _range(all_of_it) == f"{DAY}/{DAY}"
