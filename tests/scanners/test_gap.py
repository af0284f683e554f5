from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.scanner import setups_for
from tapehawk.core.sessions import us_calendar
from tapehawk.scanners.gap import Gap
from tests.scanners.tape import Minute, at_last, calm, daily, full_sessions, hits, intraday, mirrored, shown

GAP_UP = (102.5, 104.0, 102.2, 103.5, 1e6)


def test_a_daily_gap_of_two_percent_that_goes_on_is_a_buy_with_the_stop_at_the_other_end():
    tape = daily(*calm(30), GAP_UP)
    assert hits(Gap(), tape) == [("continuation_up", -1)]
    assert shown(Gap(), tape, "continuation_up") == {
        "entry": 103.5, "stop": 102.2, "opening_gap_pct": pytest.approx(2.5), "previous_close": 100.0
    }  # fmt: skip


def test_the_mirror_image_is_a_sell():
    tape = daily(*mirrored([*calm(30), GAP_UP]))
    assert hits(Gap(), tape) == [("continuation_down", -1)]
    assert shown(Gap(), tape, "continuation_down")["opening_gap_pct"] == pytest.approx(-2.5)


@pytest.mark.parametrize(
    "last",
    [
        (101.9, 104.0, 101.5, 103.5, 1e6),  # a gap below two percent
        (102.5, 104.0, 102.0, 102.4, 1e6),  # it closes against the gap
        (102.5, 104.0, 102.0, 102.5, 1e6),  # a doji goes nowhere
        (97.5, 99.0, 97.0, 98.5, 1e6),  # gaps down and closes up
    ],
)
def test_daily_near_misses_are_no_hits(last):
    for tape in ([*calm(30), last], mirrored([*calm(30), last])):
        assert at_last(Gap(), daily(*tape)) == []


def after(tape, *bars, timeframe=30):
    """Return the tape and then one more session of bars."""
    return [*tape, *[Minute(25, at * timeframe, bar) for at, bar in enumerate(bars)]]


FIRST, ABOVE = (100.8, 101.2, 100.6, 101.0, 1e5), (101.0, 101.6, 100.9, 101.4, 1e5)


def test_an_intraday_close_beyond_the_first_bar_after_a_gap_is_a_breakout():
    tape = intraday("30m", after(full_sessions("30m", 25), FIRST, ABOVE))
    assert at_last(Gap(), tape) == ["breakout_up"]
    row = shown(Gap(), tape, "breakout_up")
    assert (row["stop"], row["opening_gap_pct"]) == (100.6, pytest.approx(0.8))


def test_its_mirror_image_is_a_sell():
    down = mirrored([FIRST, ABOVE])
    tape = intraday("30m", after(full_sessions("30m", 25), *down))
    assert at_last(Gap(), tape) == ["breakout_down"]
    assert shown(Gap(), tape, "breakout_down")["stop"] == pytest.approx(99.4)


def test_intraday_near_misses_are_no_hits():
    small_gap = (100.4, 101.2, 100.2, 101.0, 1e5)
    inside_the_first = (101.0, 101.6, 100.9, 101.1, 1e5)
    for bars in ((small_gap, ABOVE), (FIRST, inside_the_first), (FIRST,)):
        assert at_last(Gap(), intraday("30m", after(full_sessions("30m", 25), *bars))) == []


def test_t2_the_gap_is_from_the_previous_sessions_close_not_from_the_bar_before():
    """Two bars later the consecutive bars have no gap, and the session still has."""
    later = (101.1, 101.6, 101.0, 101.5, 1e5)
    tape = intraday("30m", after(full_sessions("30m", 25), FIRST, (101.0, 101.1, 100.9, 101.1, 1e5), later))
    assert at_last(Gap(), tape) == ["breakout_up"]


def test_t2_a_gap_within_the_session_is_none():
    assert (
        at_last(
            Gap(),
            intraday(
                "30m",
                after(full_sessions("30m", 25), (100.0, 100.2, 99.9, 100.0, 1e5), (103.0, 104.0, 102.9, 103.9, 1e5)),
            ),
        )
        == []
    )


def test_patterns_exist_only_where_they_make_sense():
    assert [setup.pattern for setup in setups_for(Gap(), "1d")] == ["continuation_up", "continuation_down"]
    assert {"breakout_up", "breakout_down"} < {setup.pattern for setup in setups_for(Gap(), "5m")}


def extended(premarket, regular=(), *, after_hours=True):
    """25 sessions of extended hours that close at 100 and print 110 afterwards, then one more of these bars."""
    tape = []
    for day in range(25):
        tape += [Minute(day, at, (100.0, 100.25, 99.75, 100.0, 1e5)) for at in range(300, 720, 30)]
        tape += [Minute(day, 720, (110.0, 110.1, 109.9, 110.0, 1e3))] if after_hours else []
    tape += [Minute(25, 270 + 30 * i, bar) for i, bar in enumerate(premarket)]
    return intraday("30m", [*tape, *[Minute(25, 330 + 30 * i, bar) for i, bar in enumerate(regular)]], hours="extended")


@pytest.mark.parametrize("after_hours", [True, False])
def test_the_premarket_gap_is_the_last_premarket_trade_over_the_previous_regular_close(after_hours):
    tape = extended([(101.0, 102.6, 100.9, 102.5, 1e4)], after_hours=after_hours)
    assert at_last(Gap(), tape) == ["continuation_up"]
    row = shown(Gap(), tape, "continuation_up")
    assert (row["previous_close"], row["opening_gap_pct"]) == (100.0, pytest.approx(2.5))


def test_a_premarket_bar_that_falls_back_goes_on_nowhere():
    assert at_last(Gap(), extended([(103.5, 103.6, 102.4, 102.5, 1e4)])) == []


def test_in_extended_hours_the_regular_gap_is_that_of_the_first_regular_trade():
    tape = extended([(103.0, 103.1, 102.9, 103.0, 1e4)], [FIRST, ABOVE])
    assert at_last(Gap(), tape) == ["breakout_up"]
    row = shown(Gap(), tape, "breakout_up")
    assert (row["opening_gap_pct"], row["stop"], row["previous_close"]) == (pytest.approx(0.8), 100.6, 100.0)


def test_after_hours_there_is_no_breakout_of_the_opening_bar():
    tape = extended([], [FIRST, *[(101.0, 101.1, 100.9, 101.0, 1e5)] * 12, (103.0, 104.0, 102.9, 103.9, 1e5)])
    assert tape.columns["minute"][-1] == 720
    assert at_last(Gap(), tape) == []


def on_days_until(last, tape):
    """Return the tape moved so that its last session is this one."""
    days = us_calendar().sessions_between(last - dt.timedelta(days=90), last)
    old, place = np.unique(tape.columns["session"], return_inverse=True)
    return replace(tape, columns={**tape.columns, "session": days[-old.size :][place].astype(float)})


def test_after_an_early_close_the_previous_close_is_that_of_13_00():
    """25 sessions that trade at 100 until 13:00 and at 110 until 16:00, and a premarket bar of 112.5 and 102.5."""
    tape = [
        Minute(day, at, (price, price + 0.25, price - 0.25, price, 1e5))
        for day in range(25)
        for at, price in [(at, 100.0 if at < 540 else 110.0) for at in range(330, 720, 30)]
    ]
    tape = intraday("30m", [*tape, Minute(25, 300, (112.4, 112.6, 112.2, 112.5, 1e5))], hours="extended")
    early, usual = (on_days_until(dt.date(2025, 12, day), tape) for day in (1, 10))
    assert shown(Gap(), early, "continuation_up")["previous_close"] == 100.0
    assert shown(Gap(), usual, "continuation_up")["previous_close"] == 110.0


def test_after_an_early_close_there_is_no_breakout_although_it_is_before_16_00():
    bars = [FIRST, *[(101.0, 101.1, 100.9, 101.0, 1e5)] * 6, (103.0, 104.0, 102.9, 103.9, 1e5)]
    tape = extended([], bars)
    assert tape.columns["minute"][-1] == 540
    assert at_last(Gap(), on_days_until(dt.date(2025, 11, 28), tape)) == []
    assert at_last(Gap(), on_days_until(dt.date(2025, 11, 26), tape)) == ["breakout_up"]
