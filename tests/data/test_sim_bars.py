"""Simulated daily bars: lawful, the same every time, each symbol its own, whole across splits and listings."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import SCHEMA, check_bars
from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.sim import Simulator, market
from tapehawk.data.providers.sim.filling import fill, fill_intraday
from tapehawk.data.quarantine import quarantined
from tapehawk.data.store import read_actions, read_bars, read_symbols

START, END = dt.date(2023, 1, 3), dt.date(2024, 12, 31)


@pytest.fixture(scope="module")
def simulator():
    return Simulator(symbols=300)


@pytest.fixture(scope="module")
def daily(simulator):
    return simulator.daily(START, END)


def fingerprint(frame):
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()


def test_daily_bars_obey_the_bar_contract_as_they_come(daily):
    checked = check_bars(daily)
    assert daily.schema == SCHEMA
    assert checked.rejects.is_empty()
    assert checked.out_of_order == 0
    assert checked.good.height == daily.height


def test_coins_obey_it_too_on_every_date(simulator):
    coins = simulator.daily(START, END, market="crypto")
    assert check_bars(coins, market="crypto").rejects.is_empty()
    assert coins.group_by("symbol").len()["len"].to_list() == [(END - START).days + 1] * 6


def test_every_bar_is_a_session_of_the_calendar(daily):
    days = set(us_calendar().sessions_between(START, END).tolist())
    assert set((daily["time"].to_physical() // market.DAY).to_list()) == days


def test_a_session_has_nearly_as_many_bars_as_the_market_has_seats(daily):
    assert daily.group_by("time").len()["len"].min() >= 0.97 * 300


def test_another_process_makes_the_same_bytes(daily):
    code = (
        "import datetime as dt, hashlib; from tapehawk.data.providers.sim import Simulator;"
        "d = Simulator(symbols=300).daily(dt.date(2023, 1, 3), dt.date(2024, 12, 31));"
        "print(hashlib.sha256(d.write_csv().encode()).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == fingerprint(daily)


def test_another_seed_makes_another_market(daily):
    other = Simulator(seed=8, symbols=300).daily(START, END)
    assert fingerprint(other) != fingerprint(daily)


@pytest.mark.parametrize("part", [1, 7, 1000])
def test_how_many_seats_are_made_at_once_changes_nothing(daily, part, monkeypatch):
    monkeypatch.setattr(market, "PART", part)
    assert_frame_equal(Simulator(symbols=300).daily(START, END), daily)


def test_a_larger_market_leaves_the_smaller_ones_symbols_as_they_are(daily):
    larger = Simulator(symbols=700).daily(START, END)
    smaller = larger.filter(pl.col("symbol").is_in(daily["symbol"].unique().implode()))
    assert_frame_equal(smaller, daily)


def test_some_symbols_alone_are_as_they_are_among_all(simulator, daily):
    some = daily["symbol"].unique().sort().gather_every(41).to_list()
    assert_frame_equal(simulator.daily(START, END, some), daily.filter(pl.col("symbol").is_in(some)))


@pytest.mark.parametrize(
    "asked", [("2023-02-06", "2023-02-06"), ("2023-11-01", "2024-03-28"), ("2024-12-01", "2024-12-31")]
)
def test_any_range_of_dates_is_a_cut_of_a_longer_one(simulator, daily, asked):
    start, end = map(dt.date.fromisoformat, asked)
    cut = daily.filter(pl.col("time").dt.date().is_between(start, end))
    assert_frame_equal(simulator.daily(start, end), cut)


def test_splits_move_the_price_and_the_shares_and_nothing_else(simulator, daily):
    """Without the split the session would be one among others; with it, the jump is the ratio."""
    jumps, left = [], []
    for symbol, ex, to, of in (
        simulator.actions(START, END).select("symbol", "ex_date", "split_to", "split_from").rows()
    ):
        bars = daily.filter(pl.col("symbol") == symbol)
        at = bars.select((pl.col("time").dt.date() >= ex).arg_max()).item()
        if at == 0:
            continue
        jump = bars["close"][at - 1] / bars["open"][at]
        jumps.append(jump)
        left.append(np.log(jump / (to / of)))
    assert len(jumps) >= 15
    assert max(map(abs, left)) < 0.25
    assert np.median(np.abs(left)) < 0.03
    assert min(jumps) < 0.3
    assert max(jumps) > 2.5


def test_without_its_splits_undone_a_symbol_would_show_the_jump(simulator, daily):
    """The test above can fail: shifted by one session, the ratio is not there."""
    symbol, ex, to, of = next(
        row
        for row in simulator.actions(START, END).select("symbol", "ex_date", "split_to", "split_from").rows()
        if row[2] / row[3] >= 3 and row[1] > START
    )
    bars = daily.filter((pl.col("symbol") == symbol) & (pl.col("time").dt.date() > ex))
    assert abs(np.log(bars["close"][0] / bars["open"][1] / (to / of))) > 0.5


def test_names_come_and_go_and_the_symbols_frame_says_when(simulator, daily):
    symbols = simulator.symbols(START, END)
    seen = daily.group_by("symbol").agg(
        pl.col("time").dt.date().min().alias("first"), pl.col("time").dt.date().max().alias("last")
    )
    both = symbols.join(seen, on="symbol", how="full")
    assert both["first"].null_count() == both["first_seen"].null_count() == 0
    gone = both.filter(~pl.col("active"))
    new = both.filter(pl.col("first_seen") > START)
    assert gone.height >= 5
    assert gone.filter(pl.col("last") != pl.col("last_seen")).is_empty()
    assert new.height >= 5
    assert new.filter(pl.col("first") != pl.col("first_seen")).is_empty()


def test_a_name_that_leaves_later_is_not_known_to_leave(simulator):
    gone = simulator.symbols(START, END).filter(~pl.col("active"))
    symbol, last = gone.select("symbol", "last_seen").row(0)
    before = simulator.symbols(START, last - dt.timedelta(days=1)).filter(pl.col("symbol") == symbol)
    assert before.select("last_seen", "active").row(0) == (None, True)


def test_a_halted_session_has_no_bar(simulator, daily):
    halts = simulator.truth(START, END).filter(
        (pl.col("kind") == "halt") & pl.col("detail").str.contains("without a bar")
    )
    assert halts.height >= 10
    assert halts.join(daily, on=["symbol", "time"], how="inner").is_empty()


def test_no_ticker_can_be_a_real_one_and_every_name_says_simulated():
    symbols = Simulator(symbols=6000).symbols()
    assert symbols["symbol"].is_unique().all()
    assert symbols["symbol"].is_sorted()
    assert all(re.fullmatch(r"[A-Z]{4,5}\d", symbol) for symbol in symbols["symbol"])
    assert symbols["name"].str.contains("(simulated)", literal=True).all()


def test_prices_and_dollar_volumes_span_a_real_market(daily):
    usual = daily.group_by("symbol").agg(
        pl.col("close").median(), (pl.col("close") * pl.col("volume")).median().alias("dollars")
    )
    assert usual["close"].min() < 8
    assert usual["close"].max() > 250
    assert usual["dollars"].min() < 3e5
    assert usual["dollars"].max() > 1e9


def test_returns_have_fat_tails_clustered_volatility_and_a_market_factor(simulator):
    bars = simulator.daily(dt.date(2022, 1, 3), END)
    split = set(simulator.actions(dt.date(2022, 1, 3), END)["symbol"])
    wide = bars.filter(~pl.col("symbol").is_in(split)).pivot("symbol", index="time", values="close").sort("time")
    closes = wide.select([c for c in wide.columns if c != "time" and wide[c].null_count() == 0]).to_numpy()
    returns = np.diff(np.log(closes), axis=0)
    scaled = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    market_return = scaled.mean(axis=1)
    size = np.abs(scaled)
    assert (scaled**4).mean() > 4
    assert np.mean([np.corrcoef(size[1:, k], size[:-1, k])[0, 1] for k in range(size.shape[1])]) > 0.02
    assert market_return.std() > 3 / np.sqrt(scaled.shape[1])


def test_the_series_says_what_the_bars_are(simulator):
    series = simulator.series("5m")
    assert (series.provider, series.feed, series.adjustment, series.volume_scope) == (
        "sim",
        "sim",
        "none",
        "consolidated",
    )
    assert series.simulated
    assert "simulated" in series.labels


def test_a_store_is_filled_with_bars_splits_and_names(simulator, daily, tmp_path):
    small = Simulator(symbols=20)
    start, end = dt.date(2024, 11, 1), END
    assert fill(tmp_path, small, start, end).new == small.daily(start, end).height
    assert fill(tmp_path, small, start, end).unchanged == small.daily(start, end).height
    fill(tmp_path, small, start, end, "crypto")
    fill_intraday(tmp_path, small, "5m", end, end)
    assert_frame_equal(read_bars(tmp_path, small.series()).drop("adjusted_as_of"), small.daily(start, end))
    assert_frame_equal(read_bars(tmp_path, small.series("5m")).drop("adjusted_as_of"), small.intraday("5m", end, end))
    assert read_symbols(tmp_path).height == small.symbols(start, end).height + 6
    assert read_actions(tmp_path).height == small.actions(start, end).height


def test_what_is_filled_in_is_checked_as_every_write_is(tmp_path, monkeypatch):
    """Prices that jump at splits which nobody tells of are quarantined; told of, they are not."""
    some, (start, end) = Simulator(symbols=60), (dt.date(2024, 1, 2), END)
    splits = some.actions(start, end)
    fill(tmp_path / "told", some, start, end)
    assert quarantined(tmp_path / "told", some.series()).is_empty()
    monkeypatch.setattr(some, "actions", lambda *_: splits.clear())
    fill(tmp_path / "silent", some, start, end)
    found = quarantined(tmp_path / "silent", some.series())
    assert found.height > 0
    assert set(found.select("symbol", "date").rows()) <= set(splits.select("symbol", "ex_date").rows())


def test_a_range_without_a_session_is_empty(simulator):
    saturday = dt.date(2024, 6, 15)
    assert simulator.daily(saturday, saturday).is_empty()
    assert simulator.intraday("5m", saturday, saturday).is_empty()
    assert simulator.truth(saturday, saturday).is_empty()
    assert simulator.actions(saturday, saturday).is_empty()


def test_what_can_not_be_simulated_is_refused_with_the_reason(simulator):
    with pytest.raises(BadInput, match="reaches from 2008-01-02"):
        simulator.daily(dt.date(1999, 1, 4), END)
    with pytest.raises(BadInput, match="exchanged"):
        simulator.daily(END, START)
    with pytest.raises(UnknownName, match="AAPL"):
        simulator.daily(START, END, ["AAPL"])
    with pytest.raises(UnknownName, match="timeframe"):
        simulator.intraday("2m", START, START)
    with pytest.raises(BadInput, match="not made of minutes"):
        simulator.intraday("1d", START, START)
    with pytest.raises(OutOfBounds):
        Simulator(symbols=0)
    with pytest.raises(OutOfBounds):
        Simulator(seed=-1)
