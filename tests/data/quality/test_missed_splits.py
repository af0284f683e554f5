"""Missed splits: told from news, from spikes, from known splits; on walks, on the simulator, on real bars."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.quality import Examined, check_store, examine
from tapehawk.data.quarantine import quarantined
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tests.data.quality.planted import DAILY, FIVE, action, changed, market, minutes, sessions, split, told, walk

DAYS = sessions(120)
DAY = DAYS[80]


def found(bars, series=DAILY, **known):
    rows = Examined(series, bars.sort("symbol", "time"), **known).missed_splits
    return rows.select("symbol", "date", "split_to", "split_from").rows()


# ------------------------------------------------------------------------------------------------------- walks


@given(
    ratio=st.sampled_from([(1, n) for n in (3, 4, 5, 7, 8, 10, 15, 20, 26, 30, 50)] + [(n, 1) for n in (2, 3, 4, 10)]),
    seed=st.integers(0, 10_000),
    at=st.integers(30, 110),
)
def test_a_split_of_any_usual_ratio_is_found_on_its_day(ratio, seed, at):
    bars = split(walk("AAA", seed=seed), "AAA", DAYS[at], *ratio)
    ((symbol, date, to, since),) = found(bars)
    assert (symbol, date) == ("AAA", DAYS[at])
    assert since / to == pytest.approx(ratio[1] / ratio[0], rel=0.2)


@given(seed=st.integers(0, 10_000), night=st.floats(0.005, 0.12))
def test_no_walk_however_wild_is_told_as_a_split(seed, night):
    assert found(walk("AAA", seed=seed, night=night)) == []


@given(seed=st.integers(0, 10_000), jump=st.floats(0.25, 6), busier=st.floats(200, 1000))
def test_news_that_everybody_trades_on_is_no_split(seed, jump, busier):
    bars = walk("AAA", seed=seed).with_columns(
        pl.when(pl.col("time").dt.date() >= DAY).then(pl.col(name) * jump).otherwise(name)
        for name in ("open", "high", "low", "close")
    )
    assert found(changed(bars, "AAA", DAY, volume=lambda column: column * busier)) == []


def test_a_jump_that_comes_back_or_was_there_before_is_no_split():
    for days in (1, 3):
        there = pl.col("time").dt.date().is_between(DAY, DAYS[80 + days - 1])
        away = walk("AAA").with_columns(
            *[pl.when(there).then(pl.col(name) * 10).otherwise(name) for name in ("open", "high", "low", "close")],
            pl.when(there).then(pl.col("volume") / 10).otherwise("volume"),
        )
        assert found(away) == []


def test_a_jump_is_judged_before_the_next_bar_is_there():
    bars = split(walk("AAA"), "AAA", DAY, 1, 10).filter(pl.col("time").dt.date() <= DAY)
    assert [row[1] for row in found(bars)] == [DAY]


def test_a_bar_that_overlaps_the_one_before_confirms_nothing():
    bars = changed(split(walk("AAA"), "AAA", DAY, 1, 10), "AAA", DAY, low=lambda column: column / 11)
    assert found(bars) == []


def test_a_flat_bar_without_a_trade_counts_only_at_an_exact_ratio():
    bars = split(walk("AAA"), "AAA", DAY, 1, 10)
    before = bars.filter(pl.col("time").dt.date() == DAYS[79])["close"][0]
    for factor, expected in ((10.0, [DAY]), (10.3, [])):
        price = pl.lit(before * factor)
        flat = changed(
            bars,
            "AAA",
            DAY,
            **dict.fromkeys(("open", "high", "low", "close"), lambda _, price=price: price),
            volume=lambda column: column * 0,
        )
        assert [row[1] for row in found(flat)] == expected


def test_five_bars_of_history_are_needed():
    assert found(split(walk("AAA"), "AAA", DAYS[5], 1, 10)) == []
    assert [row[1] for row in found(split(walk("AAA"), "AAA", DAYS[6], 1, 10))] == [DAYS[6]]


def test_two_splits_in_a_quarter_are_both_found():
    bars = split(split(walk("AAA"), "AAA", DAYS[60], 1, 25), "AAA", DAYS[90], 1, 4)
    assert [row[1] for row in found(bars)] == [DAYS[60], DAYS[90]]


# ------------------------------------------------------------------------------------------------ known splits


def test_a_split_that_is_known_is_put_on_before_bars_are_judged():
    bars = split(market(), "CCC", DAY, 1, 10)
    assert found(bars, actions=action("CCC", DAY, 1, 10)) == []
    assert [row[:2] for row in found(bars, actions=action("CCC", DAY, 1, 10, confirmed=False))] == [("CCC", DAY)]


def test_a_contradicted_record_gives_the_ratio_and_is_told():
    bars = split(market(), "CCC", DAY, 1, 33)
    actions = action("CCC", DAY, 1, 33, confirmed=False)
    ((*_, to, since),) = found(bars, actions=actions)
    assert (to, since) == (1, 33)
    (finding,) = told(bars, actions=actions)
    assert "a second source contradicts it" in finding.detail
    assert f"`CCC,{DAY},split,1,33,true`" in finding.repair


def test_a_record_of_another_day_is_pointed_at():
    (finding,) = told(split(market(), "CCC", DAY, 1, 10), actions=action("CCC", DAYS[82], 1, 10, confirmed=False))
    assert f"one is recorded for {DAYS[82]}" in finding.detail


def test_adjusted_prices_that_lack_a_known_split_are_found_until_it_is_put_on():
    adjusted = replace(DAILY, adjustment="split", adjusted_as_of=DAYS[-1])
    bars = split(market(), "CCC", DAY, 1, 10).with_columns(adjusted_as_of=pl.lit(DAYS[-1]))
    assert [row[:2] for row in found(bars, adjusted, actions=action("CCC", DAY, 1, 10))] == [("CCC", DAY)]
    assert told(bars, adjusted, actions=action("CCC", DAY, 1, 10)) == []  # the quarantine table puts it on
    assert len(told(bars, adjusted)) == 1


def test_coins_do_not_split():
    coin = replace(DAILY, market="crypto")
    assert found(split(market(), "CCC", DAY, 1, 10), coin) == []


def test_intraday_bars_are_judged_by_their_sessions():
    day = sessions(8)[6]
    assert [row[:2] for row in found(split(minutes(), "CCC", day, 1, 10), FIVE)] == [("CCC", day)]


# --------------------------------------------------------------------------------------------------- simulated


def test_of_simulated_splits_that_nobody_was_told_of_nearly_all_are_found_and_nothing_else():
    start, end = dt.date(2022, 1, 3), dt.date(2024, 12, 31)
    simulator = Simulator(seed=5, symbols=400)
    bars, actions = simulator.daily(start, end), simulator.actions(start, end)
    series = simulator.series()
    known = examine(Examined(series, bars, actions=actions), ["missed_split"])
    assert known.height == 0
    truth = set(actions.select("symbol", "ex_date").rows())
    hits = {row[:2] for row in found(bars, series)}
    assert len(truth) > 40
    assert len(truth & hits) / len(truth) > 0.85  # measured: 53 of 59
    assert len(hits - truth) <= 1


# -------------------------------------------------------------------------------------------------------- real

EIGHT = {
    ("MDWD", dt.date(2022, 12, 20)): 7, ("SBET", dt.date(2023, 4, 26)): 10, ("PSTV", dt.date(2023, 5, 1)): 15,
    ("VISL", dt.date(2023, 5, 1)): 20, ("WGS", dt.date(2023, 5, 4)): 33, ("SPRC", dt.date(2023, 9, 28)): 26,
    ("VVPR", dt.date(2023, 10, 6)): 10, ("IMTE", dt.date(2023, 10, 17)): 10,
}  # fmt: skip
SPLIT = replace(DAILY, adjustment="split", adjusted_as_of=dt.date(2024, 3, 1))


def real(shared, name: str) -> pl.DataFrame:
    bars = pl.read_parquet(shared / f"{name}.parquet").sort("symbol", "date")
    time = pl.col("date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("time")
    numbers = [pl.col(column).cast(pl.Float64) for column in ("open", "high", "low", "close", "volume")]
    return bars.select("symbol", time, *numbers)


def recorded(shared, first: dt.date, last: dt.date) -> pl.DataFrame:
    actions = pl.read_parquet(shared / "corporate_actions.parquet")
    return actions.filter(pl.col("type") == "split", pl.col("ex_date").is_between(first, last))


def test_all_eight_known_ones_are_found_with_one_false_alarm_per_hundred_thousand_bars_at_most(shared):
    bars = real(shared, "us_daily_adjusted").with_columns(adjusted_as_of=pl.lit(SPLIT.adjusted_as_of))
    actions = pl.read_parquet(shared / "corporate_actions.parquet")
    rows = {row[:2]: row[3] for row in found(bars, SPLIT, actions=actions)}
    assert {place: rows.get(place) for place in EIGHT} == EIGHT
    assert len(rows) - len(EIGHT) <= 20  # measured: 12; allowed are 60


def test_all_eight_are_quarantined_by_the_check_and_counted_in_the_funnel_of_a_day_before_them(shared, tmp_path):
    names = [symbol for symbol, _ in EIGHT]
    bars = real(shared, "us_daily_adjusted").filter(pl.col("symbol").is_in([*names, "AAPL", "MSFT", "NVDA"]))
    store.append_bars(tmp_path, [(SPLIT, bars)])
    store.append_actions(tmp_path, pl.read_parquet(shared / "corporate_actions.parquet"))
    assert quarantined(tmp_path, SPLIT).is_empty()
    check_store(tmp_path)
    kept = quarantined(tmp_path, SPLIT)
    assert dict(zip(kept.select("symbol", "date").iter_rows(), kept["split_from"], strict=True)) == EIGHT
    report = Desk(tmp_path).run(Question("inside_bar", scan_date=min(day for _, day in EIGHT) - dt.timedelta(days=1)))
    (asked, stored, then, *_) = report.funnel[0]["steps"]
    assert [one["passed"] for one in (asked, stored, then)] == [11, 11, 3]
    assert then["reasons"] == {"quarantined": 8}


def test_of_real_splits_whose_adjustment_is_taken_back_nearly_all_are_found(shared):
    bars, end = real(shared, "us_daily_adjusted"), dt.date(2024, 3, 1)
    one = recorded(shared, dt.date(2020, 2, 3), end).filter("confirmed").sort("ex_date").group_by("symbol").last()
    mine = bars.join(one.select("symbol", "ex_date", ratio=pl.col("split_to") / pl.col("split_from")), on="symbol")
    before = pl.col("time").dt.date() < pl.col("ex_date")
    factor = pl.when(before).then("ratio").otherwise(1.0)
    undone = mine.select(
        "symbol",
        "time",
        *[pl.col(name) * factor for name in ("open", "high", "low", "close")],
        (pl.col("volume") / factor).round().alias("volume"),
    )
    truth = set(mine.select("symbol", "ex_date").unique().rows())
    hits = {row[:2] for row in found(undone)}
    assert len(truth) > 500
    assert len(truth & hits) / len(truth) > 0.93  # measured: 537 of 569
    assert len(hits - truth) <= 10


def test_of_the_splits_of_2016_in_bars_as_traded_most_are_found(shared):
    truth = set(recorded(shared, dt.date(2016, 1, 4), dt.date(2016, 12, 31)).select("symbol", "ex_date").rows())
    hits = {row[:2] for row in found(real(shared, "us_daily_raw_2016"))}
    assert len(truth & hits) / len(truth) > 0.85  # measured: 143 of 162
    assert len(hits - truth) < 40  # measured: 29; the record is incomplete


def test_the_whole_market_is_examined_in_one_go(shared):
    bars = real(shared, "us_daily_adjusted").with_columns(adjusted_as_of=pl.lit(SPLIT.adjusted_as_of))
    rows = examine(Examined(SPLIT, bars))
    counts = dict(rows["kind"].value_counts().iter_rows())
    assert counts["gap"] == 163
    assert set(counts) <= {"missed_split", "gap", "spike", "zero_volume_run", "duplicate"}
    assert counts["spike"] < 600
    assert np.isin(rows.filter(kind="gap")["date"].mode().to_numpy(), np.datetime64("2023-06-05")).all()
