"""Slower bars made of stored faster ones, against a slow plain way of making them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from tapehawk.core.bars import SCHEMA, TIMEFRAMES
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import calendar_named, day_number
from tapehawk.data import store
from tapehawk.data.panels import PanelQuestion, find_panel, open_panel, panel_series
from tapehawk.data.versions import data_version
from tests.data.bar_frames import AS_TRADED, daily, minutes

NEW_YORK = ZoneInfo("America/New_York")
EARLY_CLOSE = dt.date(2024, 7, 3)
CLOCKS_CHANGE = dt.date(2024, 3, 8), dt.date(2024, 3, 11)  # the Friday before, the Monday after
NAMES = ("open", "high", "low", "close", "volume")


def walk(symbol, times, seed=0):
    """Return bars that wander, one at each time."""
    random = np.random.default_rng(seed)
    closes = 100 * np.exp(np.cumsum(random.normal(0, 0.01, len(times))))
    opens = closes * np.exp(random.normal(0, 0.005, len(times)))
    columns = {
        "symbol": [symbol] * len(times),
        "time": times,
        "open": opens,
        "high": np.maximum(opens, closes) * 1.01,
        "low": np.minimum(opens, closes) * 0.99,
        "close": closes,
        "volume": random.integers(1, 1000, len(times)).astype(float),
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def session_bars(symbol, date, step, *, seed=0, thin=False, hours="regular"):
    """Return one session's bars of `step` minutes; `thin`: only some of them, as of a name that seldom trades."""
    session = calendar_named("us").session_on(date)
    begin, end = (session.open, session.close)
    if hours == "extended":
        begin, end = session.premarket_open, session.after_hours_close
    times = [datetime_of(at) for at in range(begin, end, step * 60_000_000)]
    bars = walk(symbol, times, seed)
    return bars.filter(pl.Series(np.random.default_rng(seed).random(bars.height) < 0.3)) if thin else bars


def plainly(bars, timeframe, hours="regular"):
    """Make slower bars one at a time, from New York's clock: {(symbol, start): [open, high, low, close, volume]}."""
    made = {}
    opens = dt.time(9, 30) if hours == "regular" else dt.time(4)
    for row in bars.sort("symbol", "time").iter_rows(named=True):
        here = row["time"].astimezone(NEW_YORK)
        begin = dt.datetime.combine(here.date(), opens, NEW_YORK)
        passed = (here - begin) // dt.timedelta(minutes=TIMEFRAMES[timeframe])
        start = (begin + passed * dt.timedelta(minutes=TIMEFRAMES[timeframe])).astimezone(dt.UTC)
        bar = made.setdefault((row["symbol"], start), [row["open"], 0.0, float("inf"), 0.0, 0.0])
        bar[1], bar[2], bar[3] = max(bar[1], row["high"]), min(bar[2], row["low"]), row["close"]
        bar[4] += row["volume"]
    return made


def bars_in(panel):
    """Return {(symbol, start): [open, high, low, close, volume]} of a panel."""
    found = {}
    for symbol, first, end in zip(panel.symbols, panel.starts[:-1], panel.starts[1:], strict=True):
        for i in range(first, end):
            start = datetime_of(panel.time[i])
            found[symbol, start] = [float(panel.columns[name][i]) for name in NAMES]
    return found


def keep(root, timeframe, *frames, **facts):
    store.append_bars(root, [(replace(AS_TRADED, timeframe=timeframe, **facts), pl.concat(frames))])


@pytest.mark.parametrize("hours", ["regular", "extended"])
@pytest.mark.parametrize(("stored", "asked"), [("1m", "15m"), ("5m", "15m"), ("5m", "1h"), ("30m", "1h"), ("5m", "4h")])
@pytest.mark.parametrize("dates", [CLOCKS_CHANGE, (EARLY_CLOSE, dt.date(2024, 7, 5))])
def test_intraday_bars_are_those_made_one_at_a_time(tmp_path, stored, asked, dates, hours):
    frames = [session_bars("AAA", date, TIMEFRAMES[stored], seed=i, hours=hours) for i, date in enumerate(dates)]
    thin = [session_bars("BBB", date, TIMEFRAMES[stored], seed=i + 7, thin=True) for i, date in enumerate(dates)]
    keep(tmp_path, stored, *frames, *thin)
    panel = open_panel(tmp_path, PanelQuestion(asked, hours=hours))
    made, expected = bars_in(panel), plainly(pl.concat([*frames, *thin]), asked, hours)
    assert made.keys() == expected.keys()
    for bar, values in made.items():
        assert values == pytest.approx(expected[bar], rel=1e-12)
    assert panel.timeframe == asked
    assert panel.labels == (f"made of {stored} bars",)
    assert panel.data_version == data_version(tmp_path, stored)
    assert panel_series(tmp_path, PanelQuestion(asked, hours=hours)).timeframe == asked
    assert set(panel.columns["minute"] % TIMEFRAMES[asked]) == {0.0}


def test_the_last_bar_of_an_early_close_ends_with_it(tmp_path):
    keep(tmp_path, "5m", session_bars("AAA", EARLY_CLOSE, 5))
    panel = open_panel(tmp_path, PanelQuestion("1h"))
    assert panel.columns["minute"].tolist() == [0.0, 60.0, 120.0, 180.0]


def test_the_bar_still_forming_and_the_one_the_history_begins_within_are_left_out(tmp_path):
    day = session_bars("AAA", dt.date(2024, 1, 3), 5)
    keep(tmp_path, "5m", day[2:35])  # 09:40 to 12:25
    assert open_panel(tmp_path, PanelQuestion("1h")).columns["minute"].tolist() == [60.0]


def test_a_name_that_seldom_trades_has_its_last_bar_when_the_market_is_past_it(tmp_path):
    busy = session_bars("AAA", dt.date(2024, 1, 3), 5)
    keep(tmp_path, "5m", busy, busy[:14].with_columns(symbol=pl.lit("BBB")))
    panel = open_panel(tmp_path, PanelQuestion("1h"))
    assert panel.columns["minute"][panel.starts[1] :].tolist() == [0.0, 60.0]


def test_symbols_without_a_complete_bar_are_not_in_the_panel(tmp_path):
    busy = session_bars("AAA", dt.date(2024, 1, 3), 5)
    keep(tmp_path, "5m", busy[:14], busy[13:14].with_columns(symbol=pl.lit("BBB")))
    assert open_panel(tmp_path, PanelQuestion("1h")).symbols == ("AAA",)


def test_no_complete_bar_is_no_data(tmp_path):
    keep(tmp_path, "5m", session_bars("AAA", dt.date(2024, 1, 3), 5)[:5])
    with pytest.raises(NoData, match="no 1h bar is complete"):
        open_panel(tmp_path, PanelQuestion("1h"))


def test_weekly_bars_are_made_of_daily_ones_and_labelled_with_their_first_session(tmp_path):
    days = calendar_named("us").sessions_between(dt.date(2024, 1, 2), dt.date(2024, 1, 24))
    times = [dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=int(day)) for day in days]
    bars = walk("AAA", times)
    keep(tmp_path, "1d", bars)
    panel = open_panel(tmp_path, PanelQuestion("1w"))
    # 1 January was a holiday: the first week begins on Tuesday. The 15th was one, too. The last week is not over.
    labels = [dt.date(2024, 1, 2), dt.date(2024, 1, 8), dt.date(2024, 1, 16)]
    assert panel.columns["session"].tolist() == [day_number(date) for date in labels]
    assert panel.time.tolist() == [day_number(date) * 86_400_000_000 for date in labels]
    second = bars.filter(pl.col("time").dt.date().is_between(dt.date(2024, 1, 8), dt.date(2024, 1, 12)))
    assert [panel.columns[name][1] for name in NAMES] == [
        second["open"][0],
        second["high"].max(),
        second["low"].min(),
        second["close"][-1],
        second["volume"].sum(),
    ]
    assert panel.labels == ("made of 1d bars",)


def test_a_split_within_a_week_is_put_on_before_its_bar_is_made(tmp_path):
    keep(tmp_path, "1d", daily("AAA", [10.0, 10.0, 5.0, 5.0, 5.0], first=dt.date(2024, 1, 8)))
    split = {"symbol": ["AAA"], "ex_date": [dt.date(2024, 1, 10)], "type": ["split"]}
    store.append_actions(tmp_path, pl.DataFrame({**split, "split_to": [2.0], "split_from": [1.0]}))
    columns = open_panel(tmp_path, PanelQuestion("1w")).columns
    assert (columns["open"][0], columns["high"][0], columns["volume"][0]) == (5.0, 5.05, 2 * 2000 + 3 * 1000)
    assert (columns["raw.open"][0], columns["raw.high"][0], columns["raw.volume"][0]) == (10.0, 10.1, 5000)


def test_a_timeframe_s_own_bars_come_first_and_the_slowest_that_fit_next(tmp_path):
    keep(tmp_path, "5m", session_bars("AAA", dt.date(2024, 1, 3), 5))
    keep(tmp_path, "30m", session_bars("AAA", dt.date(2024, 1, 4), 30))
    made = open_panel(tmp_path, PanelQuestion("1h"))
    assert made.labels == ("made of 30m bars",)
    keep(tmp_path, "1h", minutes("AAA", dt.datetime(2024, 1, 5, 14, 30, tzinfo=dt.UTC), [1.0], step=60))
    own = open_panel(tmp_path, PanelQuestion("1h"))
    assert (own.n_bars, own.labels) == (1, ())


def test_own_bars_of_another_market_do_not_stand_in_the_way(tmp_path):
    coins = minutes("BTC/USDT", dt.datetime(2024, 1, 3, tzinfo=dt.UTC), [1.0] * 3, step=60)
    keep(tmp_path, "1h", coins, market="crypto")
    keep(tmp_path, "5m", session_bars("AAA", dt.date(2024, 1, 3), 5))
    made = open_panel(tmp_path, PanelQuestion("1h"))
    assert made.labels == ("made of 5m bars",)
    assert find_panel(tmp_path, PanelQuestion("1h")).data_version == made.data_version == "bars_1h@1+bars_5m@1"
    assert open_panel(tmp_path, PanelQuestion("1h", "crypto")).labels == ()
    keep(tmp_path, "1h", minutes("AAA", dt.datetime(2024, 1, 5, 14, 30, tzinfo=dt.UTC), [1.0], step=60))
    assert open_panel(tmp_path, PanelQuestion("1h")).labels == ()


def test_new_faster_bars_make_the_panel_anew(tmp_path):
    keep(tmp_path, "5m", session_bars("AAA", dt.date(2024, 1, 3), 5))
    before = open_panel(tmp_path, PanelQuestion("1h"))
    keep(tmp_path, "5m", session_bars("AAA", dt.date(2024, 1, 4), 5))
    assert find_panel(tmp_path, PanelQuestion("1h")) is None
    assert open_panel(tmp_path, PanelQuestion("1h")).n_bars == 2 * before.n_bars
    again = open_panel(tmp_path, PanelQuestion("1h", version=before.data_version))
    assert bars_in(again) == bars_in(before)


def test_bars_that_lie_across_two_buckets_are_refused(tmp_path):
    keep(tmp_path, "1h", minutes("AAA", dt.datetime(2024, 1, 3, 15, 0, tzinfo=dt.UTC), [1.0] * 6, step=60))
    with pytest.raises(NoData, match="not counted from the session's open"):
        open_panel(tmp_path, PanelQuestion("4h"))


def test_what_can_not_be_made_is_refused_as_before(tmp_path):
    keep(tmp_path, "1h", session_bars("AAA", dt.date(2024, 1, 3), 60))
    for timeframe in ("15m", "1d", "1w"):
        with pytest.raises(NoData, match=f"no {timeframe} bars are stored; stored are 1h"):
            open_panel(tmp_path, PanelQuestion(timeframe))
    with pytest.raises(UnknownName, match="series"):
        open_panel(tmp_path, PanelQuestion("1h", prefer="us:other:sip:none:consolidated"))


def test_real_coins_hours_made_of_five_minutes_are_the_published_ones(tmp_path, shared):
    few = pl.col("symbol").is_in(["BTC/USDT", "DOGE/USDT"]) & (pl.col("time").dt.month() == 3)
    fast, slow = (
        pl.scan_parquet(shared / f"crypto_{name}.parquet").rename({"ts": "time"}).filter(few).select(SCHEMA.names())
        for name in ("5m", "1h")
    )
    keep(tmp_path, "5m", fast.collect().sort("symbol", "time"), market="crypto")
    panel = open_panel(tmp_path, PanelQuestion("1h", "crypto"))
    published = slow.collect().sort("symbol", "time")
    assert panel.time.tolist() == published["time"].to_physical().to_list()
    for name in NAMES[:4]:
        assert panel.columns[name].tolist() == published[name].to_list()
    # Sums of decimals: equal but for the order of adding.
    assert panel.columns["volume"] == pytest.approx(published["volume"].to_numpy(), rel=1e-12)
