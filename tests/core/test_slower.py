"""Buckets from the session's open, the last one short; a bar sees only slow bars that were over when it opened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, minute, open_, raw, volume
from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import Expr, call, on, rank
from tapehawk.core.panel import Panel
from tapehawk.core.slower import Forming
from tapehawk.core.timeframes import bars_a_session, for_bars
from tests.core.random_bars import MONDAY, random_panel

NULL = float("nan")


def tape(*closes: float, minutes: list[float], timeframe: str = "30m", sessions: list[int] | None = None) -> Panel:
    """One symbol with a bar at each of these minutes; open, high and low follow from the close."""
    c = np.array(closes, dtype=float)
    days = np.array(sessions or [0] * c.size, dtype=float) + MONDAY
    columns = {"open": c - 1, "high": c + 2, "low": c - 2, "close": c, "volume": c * 10}
    columns |= {"session": days, "minute": np.array(minutes, dtype=float)}
    time = (days * 1440 + columns["minute"]).astype(np.int64) * 60_000_000
    return Panel(("A",), np.array([0, c.size]), time, columns, timeframe=timeframe)


def values(x: Expr, panel: Panel) -> list[float]:
    return evaluate(panel.block(0, len(panel.symbols)), x)[0].tolist()


def same(a: list[float], b: list[float]) -> bool:
    return np.array_equal(a, b, equal_nan=True)


def test_a_bar_sees_the_hour_that_was_over_when_it_opened_never_its_own():
    half_hours = tape(1, 2, 3, 4, 5, minutes=[0, 30, 60, 90, 120])
    assert same(values(on("1h", close), half_hours), [NULL, NULL, 2, 2, 4])


def test_open_high_low_close_and_volume_are_those_of_the_whole_slow_bar():
    half_hours = tape(5, 3, 9, minutes=[0, 30, 60])
    whole = {open_: 4, high: 7, low: 1, close: 3, volume: 80}
    assert {x: values(on("1h", x), half_hours)[2] for x in whole} == whole


def test_buckets_begin_at_the_sessions_open_and_the_last_one_is_short():
    # 09:30, 10:30, … 15:30; the last hour has one half-hour bar, and its value is seen by the next session's first.
    closes = list(range(1, 15))
    minutes = [30.0 * i for i in range(13)] + [0.0]
    day = tape(*closes, minutes=minutes, sessions=[0] * 13 + [1])
    seen = values(on("1h", close), day)
    assert seen[11:] == [10, 12, 13]
    assert values(on("4h", minute), day)[8:] == [0] * 5 + [240]


def test_a_missing_bar_neither_moves_a_bucket_nor_makes_an_empty_one():
    holes = tape(1, 2, 3, 4, minutes=[30, 90, 300, 360])
    assert same(values(on("1h", close), holes), [NULL, 1, 2, 3])
    assert same(values(on("1h", minute), holes), [NULL, 0, 60, 300])


def test_within_on_an_index_counts_slow_bars_and_outside_base_bars():
    half_hours = tape(*range(1, 9), minutes=[30.0 * i for i in range(8)])
    assert same(values(on("1h", close[1]), half_hours), [NULL] * 4 + [2, 2, 4, 4])
    assert same(values(on("1h", close)[1], half_hours), [NULL, NULL, NULL, 2, 2, 4, 4, 6])


def test_kernels_within_on_run_over_slow_bars():
    half_hours = tape(*range(1, 9), minutes=[30.0 * i for i in range(8)])
    assert same(values(on("1h", call("sma", close, params=(2,))), half_hours), [NULL] * 4 + [3, 3, 5, 5])


def test_a_condition_is_unknown_until_a_slow_bar_has_closed():
    half_hours = tape(*range(1, 6), minutes=[30.0 * i for i in range(5)])
    assert values(on("1h", close > open_), half_hours) == [1, 1, 2, 2, 2]


def test_the_bars_own_timeframe_is_one_bar_ago():
    assert for_bars(on("1d", close), "1d") is close[1]
    assert for_bars(on("1h", call("ema", close, params=(3,))[2]), "1h") is call("ema", close, params=(3,))[2][1]
    daily = random_panel((9,))
    assert same(values(on("1d", close), daily), values(close[1], daily))


def test_a_day_is_a_session_and_a_week_begins_on_monday():
    # Thursday, Friday | Monday, Tuesday: the week that ended on Friday is over on Monday.
    days = tape(1, 2, 3, 4, minutes=[0] * 4, sessions=[3, 4, 7, 8], timeframe="1d")
    assert same(values(on("1w", close), days), [NULL, NULL, 2, 2])
    assert same(values(on("1w", open_), days), [NULL, NULL, 0, 0])
    intraday = tape(1, 2, 3, 4, minutes=[0, 30, 0, 30], sessions=[4, 4, 7, 7])
    assert same(values(on("1d", close), intraday), [NULL, NULL, 2, 2])
    assert same(values(on("1w", close), intraday), [NULL, NULL, 2, 2])


def test_prices_as_traded_are_folded_apart_from_adjusted_ones():
    panel = random_panel((40,), "30m")
    a_session_before = 12  # the last bar of the first session
    assert values(on("1d", raw.close), panel)[13] == panel.columns["raw.close"][a_session_before]
    assert values(on("1d", close), panel)[13] == panel.columns["close"][a_session_before]
    assert panel.columns["raw.close"][a_session_before] != panel.columns["close"][a_session_before]


def test_symbols_do_not_meet_in_a_bucket():
    two = random_panel((5, 5), "30m")
    assert np.isnan(values(on("1d", close), two)).all()


def test_what_depends_on_the_timeframe_means_the_slow_one_within_on():
    panel = random_panel((30,), "30m")
    assert values(bars_a_session, panel)[-1] == 13
    assert values(on("1d", close / close * bars_a_session), panel)[-1] == 1
    assert values(bars_a_session, replace(panel, timeframe="1w"))[-1] == 1 / 5


def test_a_slow_bar_forms_in_the_state_until_a_bar_of_the_next_one_comes():
    forming = Forming.empty(1)
    panel = tape(1, 2, 3, minutes=[0, 30, 60])
    first = forming.close_bars(panel.until(int(panel.time[1])).block(0, 1), "1h")
    assert first.block.n_bars == 0
    last = tape(3, minutes=[60])
    assert forming.close_bars(last.block(0, 1), "1h").block.column("close").tolist() == [2]


@pytest.mark.parametrize(
    ("timeframe", "slower", "message"),
    [
        ("1d", "1h", "faster bars can not be made of slower ones"),
        ("1d", "2h", "no such timeframe"),
        ("1h", "5m", "faster"),
    ],
)
def test_only_slower_timeframes_that_exist_can_be_asked_for(timeframe, slower, message):
    with pytest.raises(BadInput, match=message):
        for_bars(on(slower, close), timeframe)


def test_a_rank_stands_outside_on_because_symbols_are_compared_at_one_time():
    with pytest.raises(BadInput, match="rank"):
        for_bars(on("1d", rank(close / close[1])), "30m")
    assert for_bars(rank(on("1d", close / close[1])), "30m").op == "rank"
