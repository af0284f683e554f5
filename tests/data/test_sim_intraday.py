"""Simulated minutes add up to the day, keep to the calendar, and arrive as the feed's script says."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import TIMEFRAMES, check_bars
from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import AFTER_HOURS, PREMARKET, REGULAR, us_calendar
from tapehawk.data.providers.sim import Simulator

INTRADAY = [name for name in TIMEFRAMES if name not in ("1d", "1w")]
SPRING = dt.date(2024, 3, 7), dt.date(2024, 3, 12)  # clocks change on the 10th
THANKSGIVING = dt.date(2024, 11, 27), dt.date(2024, 12, 2)  # half day on the 29th
HALF_DAY = dt.date(2024, 11, 29)


@pytest.fixture(scope="module")
def simulator():
    return Simulator(symbols=60)


@pytest.fixture(scope="module")
def minutes(simulator):
    return simulator.intraday("1m", *THANKSGIVING)


def phase(bars):
    return bars.with_columns(phase=pl.Series(us_calendar().phases(bars["time"].to_physical().to_numpy())))


def aggregated(bars):
    """Regular bars to sessions, by plain aggregation."""
    return (
        phase(bars)
        .filter(pl.col("phase") == REGULAR)
        .group_by(
            "symbol",
            pl.col("time").dt.convert_time_zone("America/New_York").dt.date().alias("date"),
            maintain_order=True,
        )
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
        )
    )


def by_date(daily):
    return daily.with_columns(pl.col("time").dt.date().alias("date")).select(
        "symbol", "date", pl.exclude("symbol", "date", "time")
    )


@pytest.mark.parametrize("timeframe", INTRADAY)
@pytest.mark.parametrize("span", [SPRING, THANKSGIVING], ids=["clock change", "half day"])
def test_regular_bars_aggregate_to_the_daily_bar_exactly(simulator, timeframe, span):
    bars = simulator.intraday(timeframe, *span)
    assert check_bars(bars).rejects.is_empty()
    assert check_bars(bars).out_of_order == 0
    assert_frame_equal(aggregated(bars), by_date(simulator.daily(*span)), check_exact=True)


def test_a_coins_bars_aggregate_to_its_day_exactly(simulator):
    bars = simulator.intraday("15m", *SPRING, market="crypto")
    days = bars.group_by("symbol", pl.col("time").dt.date().alias("date"), maintain_order=True).agg(
        pl.col("open").first(),
        pl.col("high").max(),
        pl.col("low").min(),
        pl.col("close").last(),
        pl.col("volume").sum(),
    )
    assert_frame_equal(days, by_date(simulator.daily(*SPRING, market="crypto")), check_exact=True)
    assert bars.height == 6 * 6 * 96


@pytest.mark.parametrize("timeframe", ["5m", "30m", "1h", "4h"])
def test_slower_bars_are_made_of_the_minutes_of_their_phase(simulator, minutes, timeframe):
    calendar = us_calendar()
    times = minutes["time"].to_physical().to_numpy()
    phases = calendar.phases(times)
    days = calendar.locate(times, "extended")[0]
    opens = np.select(
        [phases == PREMARKET, phases == REGULAR, phases == AFTER_HOURS],
        [calendar.open_of(days, "extended"), calendar.open_of(days), calendar.close_of(days)],
    )
    start = times - (times - opens) % (TIMEFRAMES[timeframe] * 60_000_000)
    expected = (
        minutes.with_columns(pl.Series("time", start).cast(pl.Datetime("us", "UTC")))
        .group_by("symbol", "time", maintain_order=True)
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
        )
    )
    assert_frame_equal(simulator.intraday(timeframe, *THANKSGIVING), expected, check_exact=True)


def test_every_minute_is_inside_its_session_and_a_half_day_ends_at_one(minutes):
    calendar = us_calendar()
    days, _ = calendar.locate(minutes["time"].to_physical().to_numpy(), "extended")
    assert (days >= 0).all()
    new_york = phase(minutes).with_columns(pl.col("time").dt.convert_time_zone("America/New_York"))
    half = new_york.filter((pl.col("time").dt.date() == HALF_DAY) & (pl.col("phase") == REGULAR))
    assert half["time"].max().time() == dt.time(12, 59)
    assert half["time"].min().time() == dt.time(9, 30)


def test_the_open_stays_at_half_past_nine_in_new_york_when_clocks_change(simulator):
    bars = phase(simulator.intraday("30m", *SPRING)).filter(pl.col("phase") == REGULAR)
    first = bars.group_by(pl.col("time").dt.date().alias("date")).agg(pl.col("time").min()).sort("date")
    assert [time.hour for time in first["time"]] == [14, 14, 13, 13]
    local = first["time"].dt.convert_time_zone("America/New_York")
    assert {time.time() for time in local} == {dt.time(9, 30)}


def test_volume_is_heavy_at_both_ends_of_the_day(simulator):
    bars = phase(simulator.intraday("30m", dt.date(2024, 6, 3), dt.date(2024, 6, 7))).filter(pl.col("phase") == REGULAR)
    liquid = bars.group_by("symbol").agg(pl.col("volume").sum()).sort("volume").tail(20)["symbol"]
    shares = bars.filter(pl.col("symbol").is_in(liquid.implode())).with_columns(
        share=pl.col("volume") / pl.col("volume").sum().over("symbol")
    )
    curve = shares.group_by(pl.col("time").dt.time()).agg(pl.col("share").sum()).sort("time")["share"].to_list()
    assert curve[0] > 1.8 * curve[6] < curve[-1]


def test_premarket_leads_from_the_previous_close_to_the_open(simulator):
    start, end = dt.date(2024, 5, 6), dt.date(2024, 6, 14)
    gaps = simulator.truth(start, end).filter(pl.col("kind") == "gap")
    daily = simulator.daily(start, end)
    assert gaps.height >= 3
    for symbol, time in gaps.select("symbol", "time").rows():
        day = daily.filter((pl.col("symbol") == symbol) & (pl.col("time") == time))
        before = phase(simulator.intraday("1m", time.date(), time.date(), [symbol])).filter(
            pl.col("phase") == PREMARKET
        )
        if before.height >= 50:
            assert abs(np.log(before["close"][-1] / day["open"][0])) < 0.015


def test_an_illiquid_symbol_has_minutes_without_a_bar(simulator, minutes):
    counts = phase(minutes).filter(pl.col("phase") == REGULAR).group_by("symbol").len()
    assert counts["len"].min() < 0.7 * counts["len"].max()


def test_a_halt_within_the_session_is_told_and_leaves_its_minutes_empty():
    simulator = Simulator(symbols=300)
    truth = simulator.truth(dt.date(2024, 1, 2), dt.date(2024, 6, 28))
    halts = truth.filter((pl.col("kind") == "halt") & pl.col("detail").str.contains("5 minutes"))
    assert halts.height >= 5
    for symbol, time, detail in halts.head(8).select("symbol", "time", "detail").rows():
        bars = phase(simulator.intraday("1m", time.date(), time.date(), [symbol])).filter(pl.col("phase") == REGULAR)
        _, minute = us_calendar().locate(bars["time"].to_physical().to_numpy())
        first = int(detail.split()[-1])
        assert not ((minute >= first) & (minute < first + 5)).any()


def test_some_symbols_and_sessions_alone_are_as_they_are_among_all(simulator, minutes):
    some = minutes["symbol"].unique().sort().gather_every(17).to_list()
    cut = minutes.filter(pl.col("symbol").is_in(some) & (pl.col("time").dt.date() == HALF_DAY))
    alone = simulator.intraday("1m", HALF_DAY, HALF_DAY, some)
    assert_frame_equal(alone, cut, check_exact=True)


@pytest.fixture(scope="module")
def days_with_outage(simulator):
    days = [dt.date(2024, 6, 3) + dt.timedelta(days=k) for k in range(5)]
    return {day: simulator.feed(day) for day in days}


def test_the_feed_brings_every_bar_once_but_for_outages_and_corrections(simulator, days_with_outage):
    outages = 0
    for day, feed in days_with_outage.items():
        bars = simulator.intraday("1m", day, day)
        line = feed.filter(pl.col("symbol").is_null())
        assert line["kind"].to_list() in ([], ["disconnect", "reconnect"])
        first = feed.filter(pl.col("revision") == 0, pl.col("symbol").is_not_null())
        missing = bars.join(first, on=["symbol", "time"], how="anti")
        outages += line.height > 0
        assert missing.is_empty() == line.is_empty()
        assert first.select("symbol", "time").is_unique().all()
        if line.height:
            begin, end = line["arrival"]
            assert feed.filter(pl.col("arrival").is_between(begin, end), pl.col("symbol").is_not_null()).is_empty()
            assert dt.timedelta(minutes=2) <= end - begin <= dt.timedelta(minutes=10)
    assert 1 <= outages <= 4


def test_the_newest_revision_of_what_arrived_is_the_truth(simulator, days_with_outage):
    for day, feed in days_with_outage.items():
        bars = simulator.intraday("1m", day, day)
        told = feed.drop_nulls("symbol").sort("symbol", "time", "revision").unique(["symbol", "time"], keep="last")
        wrong = told.join(bars, on=list(bars.columns), how="anti")
        lost_in_outage = wrong.height
        assert lost_in_outage <= 1


def test_corrected_bars_came_wrong_first_and_the_truth_names_their_session(simulator, days_with_outage):
    found = 0
    for day, feed in days_with_outage.items():
        told = simulator.truth(day, day).filter(pl.col("kind") == "revised")["symbol"].to_list()
        revised = feed.filter(pl.col("kind") == "revised")
        assert set(revised["symbol"]) <= set(told)
        both = revised.join(feed.filter(pl.col("revision") == 0), on=["symbol", "time"])
        assert (both["volume"] > both["volume_right"]).all()
        assert (both["arrival"] > both["arrival_right"]).all()
        found += revised.height
    assert found >= 3


def test_no_bar_arrives_before_it_closed_and_late_ones_come_at_least_half_a_minute_after(days_with_outage):
    for feed in days_with_outage.values():
        bars = feed.drop_nulls("symbol").with_columns(after=pl.col("arrival") - pl.col("time") - pl.duration(minutes=1))
        late = bars.filter(pl.col("kind") == "late")
        assert late.height >= 5
        assert late["after"].min() >= dt.timedelta(seconds=30)
        assert bars.filter(pl.col("kind") == "bar")["after"].max() < dt.timedelta(seconds=1)
        assert bars["after"].min() > dt.timedelta(0)
        assert feed["arrival"].is_sorted()


def test_a_symbol_fares_the_same_in_a_feed_of_its_own(simulator, days_with_outage):
    day, feed = next(iter(days_with_outage.items()))
    symbol = feed["symbol"].drop_nulls()[0]
    alone = simulator.feed(day, [symbol])
    assert_frame_equal(alone, feed.filter((pl.col("symbol") == symbol) | pl.col("symbol").is_null()))


def test_a_day_without_a_session_has_no_feed(simulator):
    with pytest.raises(BadInput, match="no session"):
        simulator.feed(dt.date(2024, 6, 15))
