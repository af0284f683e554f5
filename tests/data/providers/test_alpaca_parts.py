"""Alpaca's parts alone: plans on the calendar, answers read from bytes, symbols and corporate actions."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, ProviderRefused
from tapehawk.core.sessions import crypto_calendar, us_calendar
from tapehawk.data.providers.alpaca.planning import planned
from tapehawk.data.providers.alpaca.reading import read_bars, read_trouble, until_reset
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.wire.trouble import Answer, Trouble
from tapehawk.data.shapes import ACTIONS, SYMBOLS, shaped
from tests.data.providers.cases.alpaca import alpaca_at
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.clock import START, JumpingClock
from tests.fakes.truth import Truth, simulated

pytestmark = pytest.mark.anyio

TRUTH = simulated()
MANY = tuple(f"S{number:03d}" for number in range(250))
# providers.md 3.5, word for word
SAVED = b"""{"bars":{"AAPL":[{"t":"2026-11-20T14:30:00Z","o":231.2,"h":231.7,"l":231.05,"c":231.61,"v":184231,"n":2104,
"vw":231.4471},{"t":"2026-11-20T14:31:00Z","o":231.62,"h":231.88,"l":231.55,"c":231.8,"v":97510,"n":1180,
"vw":231.7012}]},"next_page_token":"QUFQTHxNfDIwMjYtMTEtMjBUMTQ6MzE6MDAuMDAwMDAwMDAwWg==","currency":"USD"}"""


def answer(body, status=200, **headers):
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, body)


def plan(wanted, calendar=None, market="us"):
    return planned(wanted, calendar or us_calendar(), market=market, feed="sip", calls_per_minute=200)


# plans


def test_daily_bars_are_planned_in_batches_of_symbols_and_calendar_years():
    made = plan(Wanted("1d", MANY, dt.date(2024, 6, 3), dt.date(2026, 3, 2)))
    assert [len(step.symbols) for step in made.steps] == [100] * 3 + [100] * 3 + [50] * 3
    assert {(step.start, step.end) for step in made.steps} == {
        (dt.date(2024, 6, 3), dt.date(2024, 12, 31)),
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 2)),
    }
    assert made.steps[1].calls == 3  # 100 symbols × 250 sessions, 10,000 a page
    assert made.minutes == 0.0


def test_minutes_are_planned_in_smaller_batches_and_months():
    made = plan(Wanted("1m", MANY[:12], dt.date(2026, 1, 15), dt.date(2026, 2, 27)))
    assert [(len(step.symbols), step.start.month) for step in made.steps] == [(10, 1), (10, 2), (2, 1), (2, 2)]
    assert made.steps[0].end == dt.date(2026, 1, 31)


def test_the_order_in_which_symbols_are_named_changes_no_step():
    days = dt.date(2026, 11, 2), dt.date(2026, 11, 6)
    assert plan(Wanted("1d", MANY, *days)) == plan(Wanted("1d", (*reversed(MANY), "S007"), *days))


def test_days_without_a_session_are_planned_for_crypto_only():
    weekend = Wanted("1m", ("BTC/USD",), dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert plan(weekend).steps == ()
    assert plan(weekend, crypto_calendar(), "crypto").calls == 1


async def test_the_whole_market_has_no_route():
    with pytest.raises(BadInput) as caught:
        plan(Wanted("1d", None, dt.date(2026, 11, 2), dt.date(2026, 11, 2)))
    assert caught.value.hint


# answers


def test_a_saved_answer_is_read():
    page = read_bars(answer(SAVED), ("AAPL", "MSFT"), timeframe="1m")
    assert page.next == "QUFQTHxNfDIwMjYtMTEtMjBUMTQ6MzE6MDAuMDAwMDAwMDAwWg=="
    assert page.bars.rows() == [
        ("AAPL", dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC), 231.2, 231.7, 231.05, 231.61, 184231.0),
        ("AAPL", dt.datetime(2026, 11, 20, 14, 31, tzinfo=dt.UTC), 231.62, 231.88, 231.55, 231.8, 97510.0),
    ]


@pytest.mark.parametrize("t", ["2026-11-20T14:30:00Z", "2026-11-20T14:30:00.000000000Z", "2026-11-20T09:30:00-05:00"])
def test_an_instant_is_the_same_in_every_form_of_the_standard(t):
    page = read_bars(answer(SAVED.replace(b"2026-11-20T14:30:00Z", t.encode())), ("AAPL",), timeframe="1m")
    assert page.bars["time"][0] == dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("t", "day"),
    [
        ("2026-10-30T04:00:00Z", dt.date(2026, 10, 30)),
        ("2026-11-01T04:00:00Z", dt.date(2026, 11, 1)),  # a day of 25 hours
        ("2026-11-02T05:00:00Z", dt.date(2026, 11, 2)),
        ("2027-03-14T05:00:00Z", dt.date(2027, 3, 14)),  # a day of 23 hours
        ("2027-03-15T04:00:00Z", dt.date(2027, 3, 15)),
    ],
)
def test_a_day_is_dated_in_new_york(t, day):
    page = read_bars(answer(SAVED.replace(b"2026-11-20T14:30:00Z", t.encode())), ("AAPL",), timeframe="1d")
    assert day in page.bars["time"].dt.date().to_list()
    assert set(page.bars["time"].dt.time()) == {dt.time()}


@pytest.mark.parametrize("body", [b'{"bars":{},"next_page_token":null}', b'{"bars":null}', b'{"bars":{"AAPL":null}}'])
def test_no_bars_come_in_several_forms(body):
    page = read_bars(answer(body), ("AAPL",), timeframe="1m")
    assert page.bars.is_empty()
    assert page.next is None


def test_bars_of_symbols_that_nobody_asked_for_are_left_out():
    assert read_bars(answer(SAVED), ("MSFT",), timeframe="1m").bars.is_empty()


def test_a_time_that_is_none_makes_the_answer_unreadable():
    with pytest.raises(Trouble, match="yesterday") as caught:
        read_bars(answer(SAVED.replace(b"2026-11-20T14:31:00Z", b"yesterday")), ("AAPL",), timeframe="1m")
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"<html><h1>401 Authorization Required</h1></html>", "key"),
        (401, b'{"code":40110000,"message":"request is not authorized"}', "key"),
        (403, b'{"message":"forbidden."}', "key"),
        (403, b'{"message":"subscription does not permit querying recent SIP data"}', "plan"),
        (400, b'{"message":"invalid symbol: zz1"}', "input"),
        (429, b'{"message":"too many requests."}', "limit"),
        (502, b"<html></html>", "server"),
        (500, b"", "server"),
    ],
)
def test_each_refusal_has_its_kind(status, body, kind):
    assert read_trouble(answer(body, status), START).kind == kind


def test_the_end_of_the_vendors_minute_is_believed_within_a_minute():
    now = START / 1e6
    assert until_reset({"x-ratelimit-reset": str(int(now) + 25)}, START) == 25.0
    assert until_reset({"x-ratelimit-reset": str(int(now) - 3600)}, START) == 0.0
    assert until_reset({"x-ratelimit-reset": str(int(now) + 3600)}, START) == 60.0
    assert until_reset({}, START) is None


# reference


@pytest.fixture
async def asked():
    """Serves symbols and actions, and returns a provider that asks for them."""
    ex = dt.date(2026, 10, 5)
    paid = [("AAA", ex, "dividend", None, None, 0.25), ("AAA", dt.date(2026, 9, 1), "dividend", None, None, 9.0)]
    split = [("BBB", ex, "split", 4.0, 1.0, None), ("CCC", ex, "split", 1.0, 10.0, None)]
    names = ("symbol", "ex_date", "type", "split_to", "split_from", "cash_amount")
    schema = {name: ACTIONS.schema[name] for name in names}
    actions = pl.DataFrame([*paid, paid[0], *split], schema=schema, orient="row")
    again = TRUTH.symbols.filter(~pl.col("active")).head(1).with_columns(active=pl.lit(value=True))
    with FakeAlpaca(Truth(symbols=pl.concat([TRUTH.symbols, again]), actions=actions)) as fake:
        provider = alpaca_at(fake, JumpingClock().clock)
        yield fake, provider, again["symbol"][0]
        await provider.close()


async def test_actions_are_found_by_ex_date_although_they_are_processed_later(asked):
    fake, provider, _ = asked
    fake.most_a_page = 2
    found = await provider.actions(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert found.schema == ACTIONS.schema
    assert found.select("symbol", "type", "split_to", "split_from", "cash_amount").rows() == [
        ("AAA", "dividend", None, None, 0.5),  # two on one day are added up
        ("BBB", "split", 4.0, 1.0, None),
        ("CCC", "split", 1.0, 10.0, None),
    ]
    assert len(fake.asked) == 3


async def test_of_a_symbol_that_was_used_again_the_active_one_is_listed(asked):
    _, provider, again = asked
    found = await provider.symbols()
    assert found.schema == SYMBOLS.schema
    assert found.filter(pl.col("symbol") == again)["active"].to_list() == [True]
    assert set(found["symbol"]) == set(TRUTH.symbols["symbol"])
    assert shaped(found, SYMBOLS)["exchange"].is_in(["nasdaq", "nyse", "amex"]).all()


async def test_the_accounts_host_has_keys_of_its_own(asked):
    fake, provider, _ = asked
    fake.secret = "another-account"  # noqa: S105 - a fake's
    with pytest.raises(ProviderRefused, match="401"):
        await provider.symbols()
