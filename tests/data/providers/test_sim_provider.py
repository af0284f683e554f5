"""The simulator asked as any provider is, and providers found by their names."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.errors import BadInput, ProviderRefused, UnknownName
from tapehawk.data.providers.door import Provider, Wanted
from tapehawk.data.providers.registry import build, config_type, provider_names, provider_type
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.adapter import SimProvider
from tapehawk.data.providers.sim.config import SimConfig
from tests.data.syncs import FIRST, LAST, MARKET, assert_stored, clock_at, stored, synced

SIMULATOR = Simulator(symbols=12)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def provider():
    return SimProvider(SimConfig(symbols=12), clock=clock_at().clock)


def test_a_sync_stores_what_the_simulator_makes_labelled_simulated(root, provider):
    done = synced(root, provider, replace(MARKET, start=dt.date(2025, 1, 2)))
    assert_stored(root, SIMULATOR.daily(dt.date(2025, 1, 2), LAST), provider="sim")
    assert done.series == ("us:sim:sim:none:consolidated:simulated",)
    assert done.actions.new == SIMULATOR.actions(dt.date(2025, 1, 2), LAST).height


@pytest.mark.parametrize("timeframe", ["1m", "5m", "1h"])
def test_minutes_come_session_by_session(root, provider, timeframe):
    wanted = Wanted(timeframe, None, dt.date(2026, 10, 30), dt.date(2026, 11, 2))
    assert len(provider.plan(wanted).steps) == 2
    synced(root, provider, wanted)
    assert_stored(root, SIMULATOR.intraday(timeframe, wanted.start, wanted.end), timeframe=timeframe, provider="sim")


def test_regular_hours_are_a_part_of_all_hours(provider):
    wanted = Wanted("1m", None, LAST, LAST, hours="regular")
    bars = asyncio.run(provider.fetch(provider.plan(wanted).steps[0])).bars
    whole = SIMULATOR.intraday("1m", LAST, LAST)
    assert_frame_equal(bars, bars.join(whole, on=bars.columns, how="semi", maintain_order="left"))
    assert bars["time"].min() == dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC)


def test_coins_have_a_bar_every_day(root, provider):
    name = Simulator().symbols(market="crypto")["symbol"][0]
    synced(root, provider, Wanted("1d", (name,), dt.date(2026, 11, 1), dt.date(2026, 11, 21)))
    assert stored(root, provider="sim").height == 21


def test_another_seed_is_another_market_and_is_fetched_anew(root, provider):
    synced(root, provider)
    other = SimProvider(SimConfig(symbols=12, seed=8), clock=clock_at().clock)
    assert synced(root, other).before == 0


def test_what_can_not_be_simulated_is_refused(provider):
    with pytest.raises(ProviderRefused, match="2008-01-02"):
        provider.plan(replace(MARKET, start=dt.date(2000, 1, 3)))
    with pytest.raises(BadInput, match="1w"):
        provider.plan(replace(MARKET, timeframe="1w"))
    with pytest.raises(BadInput, match="together"):
        provider.plan(Wanted("1d", ("AAA", "BBB/USDT"), FIRST, LAST))
    with pytest.raises(UnknownName, match="ZZNONE"):
        asyncio.run(provider.fetch(provider.plan(Wanted("1d", ("ZZNONE",), FIRST, LAST)).steps[0]))


def test_listings_are_of_today_and_in_the_store_s_columns(provider):
    found = asyncio.run(provider.symbols())
    us = found.filter(pl.col("market") == "us")
    assert us.filter("active").height == 12
    assert us.filter(~pl.col("active"))["last_seen"].null_count() == 0
    assert found.filter(pl.col("market") == "crypto").height > 0


# ------------------------------------------------------------------------------------------------ by name


@pytest.mark.parametrize("name", provider_names())
def test_every_provider_is_found_by_existing_and_built_from_its_settings_without_asking_anybody(name):
    provider = build(name, config_type(name)(), clock=clock_at().clock)
    assert isinstance(provider, Provider)
    assert provider.name == name == provider_type(name).name
    assert provider.health().calls == 0


def test_a_name_that_no_provider_has_says_the_nearest():
    with pytest.raises(UnknownName) as caught:
        provider_type("poligon")
    assert caught.value.nearest[0] == "polygon"
