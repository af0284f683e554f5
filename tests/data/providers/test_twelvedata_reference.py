"""Twelve Data's reference data: who is listed and who was, splits whose factors are contradicted, dividends."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.core.errors import BadInput
from tapehawk.data.shapes import ACTIONS, SYMBOLS
from tests.data.providers.cases.twelvedata import twelvedata_at
from tests.fakes.clock import JumpingClock
from tests.fakes.truth import Truth, simulated
from tests.fakes.twelvedata import FakeTwelveData

pytestmark = pytest.mark.anyio

TRUTH = simulated()
OCTOBER = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
EX = dt.date(2026, 10, 5)
NAMES = ("symbol", "ex_date", "type", "split_to", "split_from", "cash_amount")


def actions_of(*rows):
    return pl.DataFrame(rows, schema={name: ACTIONS.schema[name] for name in NAMES}, orient="row")


@pytest.fixture
async def asked():
    """Serves symbols and actions, and returns a provider that asks for them."""
    paid = ("AAA", EX, "dividend", None, None, 0.25)
    splits = [("BBB", EX, "split", 4.0, 1.0, None), ("CCC", EX, "split", 1.0, 10.0, None)]
    actions = actions_of(paid, paid, *splits, ("DDD", EX, "split", 3.0, 2.0, None))
    with FakeTwelveData(Truth(symbols=TRUTH.symbols, actions=actions)) as fake:
        provider = twelvedata_at(fake, JumpingClock().clock, plan="pro")
        yield fake, provider
        await provider.close()


@pytest.mark.parametrize("swapped", [False, True])
async def test_a_splits_ratio_is_what_it_says_in_words_whichever_factor_is_the_new_one(asked, swapped):
    fake, provider = asked
    fake.factors_swapped = swapped
    found = await provider.actions(*OCTOBER)
    assert found.schema == ACTIONS.schema
    assert found.select("symbol", "type", "split_to", "split_from", "cash_amount").rows() == [
        ("AAA", "dividend", None, None, 0.5),  # two on one day are added up
        ("BBB", "split", 4.0, 1.0, None),
        ("CCC", "split", 1.0, 10.0, None),
        ("DDD", "split", 3.0, 2.0, None),
    ]
    assert sum(fake.used.values()) == 80


async def test_a_calendar_is_read_to_its_last_page(asked):
    fake, provider = asked
    fake.truth = Truth(actions=actions_of(*((f"S{n:04d}", EX, "dividend", None, None, 0.1) for n in range(1000))))
    found = await provider.actions(*OCTOBER)
    assert found.height == 1000
    assert [one.query["page"] for one in fake.asked if one.path == "/dividends_calendar"] == ["1", "2", "3"]


async def test_the_free_plan_has_no_corporate_actions(asked):
    fake, _ = asked
    provider = twelvedata_at(fake, JumpingClock().clock, plan="basic")
    assert provider.offer.reference == {"symbols"}
    with pytest.raises(BadInput, match="basic"):
        await provider.actions(*OCTOBER)


async def test_who_is_in_the_list_of_all_times_only_is_delisted(asked):
    _, provider = asked
    found = await provider.symbols()
    assert found.schema == SYMBOLS.schema
    truth = dict(TRUTH.symbols.select("symbol", "active").rows())
    assert dict(found.select("symbol", "active").rows()) == truth
    assert set(found["type"]) <= {"common", "etf", "preferred", "adr"}
    assert set(found["exchange"]) <= {"nasdaq", "nyse", "amex"}
