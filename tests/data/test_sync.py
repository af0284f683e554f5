"""Sync: what is stored afterwards, what a second one does, and what is never fetched twice."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain, UnknownName
from tapehawk.data import store
from tapehawk.data.providers.door import Wanted
from tapehawk.data.sync.ledger import Ledger, alone
from tapehawk.data.sync.planning import plan_sync
from tapehawk.data.sync.running import sync
from tests.data.syncs import FIRST, LAST, MARKET, assert_stored, clock_at, planned, polygon, stored, synced
from tests.fakes.faults import NONE, Faults
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()
NAMES = tuple(TRUTH.daily["symbol"].unique().sort())
MINUTES = Wanted("1m", NAMES[:3], FIRST, LAST)


@pytest.fixture
def fake():
    with FakeMassive(TRUTH) as server:
        yield server


@pytest.fixture
def time():
    return clock_at()


@pytest.fixture
def provider(fake, time):
    return polygon(fake, time)


# ------------------------------------------------------------------------------------------------ stored


def test_the_whole_market_comes_session_by_session_with_actions_and_listings(root, provider):
    done = synced(root, provider)
    assert_stored(root, TRUTH.daily)
    assert (done.bars.new, done.steps, done.before) == (TRUTH.daily.height, 20, 0)
    assert done.series == ("us:polygon:sip:none:consolidated",)
    splits = TRUTH.actions.filter(pl.col("ex_date").is_between(FIRST, LAST))
    assert store.read_actions(root)["symbol"].to_list() == splits["symbol"].to_list()
    listed = store.read_symbols(root)
    assert set(listed.filter("active")["symbol"]) == set(TRUTH.symbols.filter("active")["symbol"])
    assert listed.filter(~pl.col("active")).height == TRUTH.symbols.filter(~pl.col("active")).height > 0


def test_named_symbols_come_with_minutes_of_all_hours_across_a_change_of_clocks(root, provider):
    synced(root, provider, MINUTES)
    assert_stored(root, TRUTH.minutes.filter(pl.col("symbol").is_in(NAMES[:3])), timeframe="1m")


def test_a_second_sync_asks_for_nothing_and_stores_nothing(root, provider, fake):
    synced(root, provider)
    asked, version = len(fake.asked), store.tables.table_version(root, "bars_1d")
    done = synced(root, provider)
    assert (done.steps, done.before, done.bars.new, done.calls) == (0, 20, 0, 0)
    assert len(fake.asked) == asked
    assert store.tables.table_version(root, "bars_1d") == version


def test_a_later_end_or_an_earlier_start_fetches_what_is_new_only(root, provider, fake):
    synced(root, provider, replace(MARKET, start=dt.date(2026, 11, 2), end=dt.date(2026, 11, 13)))
    fake.asked.clear()
    done = synced(root, provider)
    assert (done.steps, done.before) == (10, 10)
    assert len(fake.paths("/grouped/")) == 10
    assert_stored(root, TRUTH.daily)


def test_what_was_stored_by_other_ways_is_not_stored_again(root, provider):
    synced(root, provider)
    (root / "sync" / "polygon.jsonl").unlink()
    done = synced(root, provider)
    assert (done.bars.new, done.bars.revised, done.bars.unchanged) == (0, 0, TRUTH.daily.height)
    assert_stored(root, TRUTH.daily)


def test_a_store_that_was_put_back_is_older_than_its_ledger_and_is_filled_again(root, provider):
    synced(root, provider)
    for path in sorted((root / "bars_1d" / "_delta_log").glob("*.json"))[1:]:
        path.unlink()
    assert stored(root).is_empty()
    synced(root, provider)
    assert_stored(root, TRUTH.daily)


def test_a_bar_that_breaks_the_contract_is_refused_written_down_and_counted(root, time):
    bad = TRUTH.daily.with_columns(high=pl.when(pl.col("symbol") == NAMES[0]).then(0.01).otherwise("high"))
    with FakeMassive(replace(TRUTH, daily=bad)) as fake:
        done = synced(root, polygon(fake, time))
    assert done.rejected == {"high below low": 20}
    assert done.reject_file.read_text().count("high below low") == 20
    assert_stored(root, TRUTH.daily.filter(pl.col("symbol") != NAMES[0]))


def test_progress_is_told_step_by_step_with_rows_and_the_time_left(root, provider):
    heard = []
    synced(root, provider, on_progress=heard.append)
    assert [one.done for one in heard] == list(range(1, 21))
    assert {one.steps for one in heard} == {20}
    assert heard[-1].rows == TRUTH.daily.height
    assert heard[-1].left == 0


def test_memory_holds_two_batches_and_not_the_whole_sync(root, provider, monkeypatch):
    monkeypatch.setattr("tapehawk.data.sync.fetching.STEPS_A_COMMIT", 3)
    synced(root, provider)
    assert store.tables.table_version(root, "bars_1d") >= 20 // 3
    assert_stored(root, TRUTH.daily)


# ------------------------------------------------------------------------------------------------ calendar


def test_a_holiday_is_not_asked_for_and_an_early_close_is_no_gap(root, time):
    start, end = dt.date(2025, 11, 24), dt.date(2025, 12, 1)
    truth = simulated(3, start, end)
    wanted = Wanted("1m", tuple(truth.daily["symbol"].unique()), start, end)
    with FakeMassive(truth) as fake:
        provider = polygon(fake, time)
        plan = planned(root, provider, replace(MARKET, start=start, end=end))
        assert dt.date(2025, 11, 27) not in {step.start for step in plan.steps}
        assert len(plan.steps) == 5
        synced(root, provider, replace(MARKET, start=start, end=end))
        synced(root, provider, wanted)
    assert_stored(root, truth.daily)
    assert_stored(root, truth.minutes, timeframe="1m")


def test_a_range_without_a_session_is_nothing_to_do(root, provider):
    weekend = Wanted("1d", None, dt.date(2026, 11, 21), dt.date(2026, 11, 21))
    assert synced(root, provider, weekend).steps == 0


# ------------------------------------------------------------------------------------------------ at once


def test_a_second_sync_of_the_same_provider_is_told_that_one_is_at_work(root, provider):
    with alone(root, "polygon"), pytest.raises(TryAgain, match="another sync is asking polygon"):
        synced(root, provider)
    synced(root, provider)
    assert_stored(root, TRUTH.daily)


def test_syncs_of_two_providers_share_a_table_without_losing_a_bar(root, time, fake):
    from tapehawk.data.providers.sim.adapter import SimProvider
    from tapehawk.data.providers.sim.config import SimConfig

    wanted = replace(MARKET, start=dt.date(2026, 1, 2))
    other = SimProvider(SimConfig(symbols=12), clock=time.clock)

    async def both():
        mine = polygon(fake, time)
        plans = [await plan_sync(root, mine, MARKET, now=time.clock.now())]
        plans += [await plan_sync(root, other, wanted, now=time.clock.now())]
        first, second = plans
        await asyncio.gather(sync(root, mine, first, clock=time.clock), sync(root, other, second, clock=time.clock))
        await mine.close()

    asyncio.run(both())
    assert_stored(root, TRUTH.daily)
    assert (
        stored(root, provider="sim")
        .filter(pl.col("time") >= dt.datetime(2026, 10, 26, tzinfo=dt.UTC))
        .equals(TRUTH.daily.sort("symbol", "time"))
    )


# ------------------------------------------------------------------------------------------------ refused


def test_a_wrong_key_ends_the_sync_at_the_first_call(root, fake, time):
    with pytest.raises(ProviderRefused, match="polygon"):
        synced(root, polygon(fake, time, key="wrong-key-99"))
    assert len(fake.asked) == 1


def test_a_plan_that_does_not_reach_so_far_back_is_refused_before_anybody_is_asked(root, fake, time):
    with pytest.raises(ProviderRefused, match="reaches back to 2024-11-22"):
        synced(root, polygon(fake, time, "basic"), replace(MARKET, start=dt.date(2020, 1, 2)))
    assert fake.asked == []


def test_minutes_of_the_whole_market_are_bad_input_where_there_is_no_route_to_them(root, provider):
    with pytest.raises(BadInput, match="no route"):
        synced(root, provider, replace(MARKET, timeframe="1m"))


def test_an_unknown_symbol_is_told_with_the_nearest_name_and_the_others_are_stored(root, provider):
    wanted = Wanted("1d", (NAMES[0], f"{NAMES[1]}X"), FIRST, FIRST)
    for _ in range(2):  # and again the second time
        with pytest.raises(UnknownName) as caught:
            synced(root, provider, wanted)
        assert caught.value.name == f"{NAMES[1]}X"
        assert NAMES[1] in caught.value.nearest
    assert stored(root)["symbol"].unique().to_list() == [NAMES[0]]


def test_a_provider_that_goes_down_midway_leaves_what_came_and_the_next_sync_goes_on(root, fake, time):
    synced(root, polygon(fake, time), replace(MARKET, end=dt.date(2026, 10, 26)))
    fake.faults = Faults(status=500, path="/grouped/")
    with pytest.raises(TryAgain, match=r"1 of 20 steps are stored") as caught:
        synced(root, polygon(fake, time))
    assert "goes on from here" in caught.value.hint
    fake.faults = NONE
    assert synced(root, polygon(fake, time), time=clock_at()).before == 1
    assert_stored(root, TRUTH.daily)


def test_one_step_that_fails_does_not_keep_the_others_from_being_stored(root, fake, time):
    fake.faults = Faults(status=500, path="/grouped/locale/us/market/stocks/2026-10-28")
    with pytest.raises(TryAgain, match="19 of 20 steps are stored"):
        synced(root, polygon(fake, time))
    assert_stored(root, TRUTH.daily.filter(pl.col("time").dt.date() != dt.date(2026, 10, 28)))
    assert len(list(Ledger(root, "polygon").steps())) == 19 + 2
