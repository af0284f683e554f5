from __future__ import annotations

import pytest

from tapehawk.scanners.breakout import Breakout
from tests.scanners.tape import Minute, at_last, calm, daily, full_sessions, hits, intraday, mirrored, shown

LEVEL = 100.25
BREAK = (100.2, 101.6, 100.0, 101.3, 1.6e6)


def test_a_close_beyond_the_high_of_five_sessions_on_volume_is_a_buy():
    assert hits(Breakout(), daily(*calm(30), BREAK)) == [("resistance_break", -1)]


def test_a_close_below_the_low_of_five_sessions_on_volume_is_a_sell():
    assert hits(Breakout(), daily(*mirrored([*calm(30), BREAK]))) == [("support_break", -1)]


def test_rows_show_the_level_how_far_beyond_and_how_busy():
    row = shown(Breakout(), daily(*calm(30), BREAK), "resistance_break")
    assert row["level"] == LEVEL
    assert row["breakout_pct"] == pytest.approx(100 * (101.3 / LEVEL - 1))
    assert row["volume_ratio"] == pytest.approx(1.6)
    assert (row["open_price"], row["current_high"], row["current_low"], row["current_volume"]) == (
        100.2,
        101.6,
        100,
        1.6e6,
    )


def test_the_stop_is_the_nearer_of_an_atr_from_the_level_and_the_sessions_other_end():
    atr = (13 * 0.5 + 1.6) / 14
    assert shown(Breakout(), daily(*calm(14), BREAK), "resistance_break")["stop"] == 100.0
    wide = (100.2, 101.6, 97.0, 101.3, 1.6e6)
    atr = (13 * 0.5 + 4.6) / 14
    assert shown(Breakout(), daily(*calm(13), wide), "resistance_break")["stop"] == pytest.approx(LEVEL - atr)


@pytest.mark.parametrize(
    ("close", "volume", "score"),
    [(101.0, 1.5e6, 20 + 10), (101.3, 2.1e6, 30 + 20 + 20), (102.4, 3.1e6, 50 + 30 + 20), (100.8, 1.6e6, 20 + 10)],
)
def test_the_score_adds_strength_volume_and_momentum(close, volume, score):
    tape = [*calm(30), (100.2, close, 100.0, close, volume)]
    assert shown(Breakout(), daily(*tape), "resistance_break")["score"] == score
    assert shown(Breakout(), daily(*mirrored(tape)), "support_break")["score"] == pytest.approx(score)


@pytest.mark.parametrize(
    "last",
    [
        (100.2, 101.6, 100.0, 100.75, 1.6e6),  # beyond by less than half a percent
        (100.2, 101.6, 100.0, 101.3, 1.49e6),  # too quiet
        (100.0, 103.0, 99.5, 99.9, 9e6),  # the high broke out, the close came back
    ],
)
def test_near_misses_are_no_hits(last):
    assert at_last(Breakout(), daily(*calm(30), last)) == []


def test_q3_an_upper_wick_is_no_breakout_and_every_parameter_counts():
    wick = (100.0, 110.0, 99.9, 100.1, 9e6)
    assert at_last(Breakout(), daily(*calm(30), wick)) == []
    tape = daily(*calm(20), (100.0, 101.2, 99.9, 100.0, 1e6), *calm(5), BREAK)
    assert at_last(Breakout(), tape) == ["resistance_break"]
    assert at_last(Breakout(consolidation_period=6), tape) == []
    assert at_last(Breakout(resistance_break_pct=2), tape) == []
    assert at_last(Breakout(breakout_volume_ratio=2), tape) == []


def test_q6_the_session_itself_is_not_in_the_extreme_it_breaks():
    assert at_last(Breakout(), daily(*calm(30), (100.2, 103.0, 100.0, 101.3, 1.6e6))) == ["resistance_break"]


def test_q1_q2_on_intraday_bars_the_session_so_far_is_judged_and_one_bar_stands_for_it():
    """The last bar up to the cutoff speaks for the session: its volume alone (a tenth) would say nothing."""
    tape = full_sessions("30m", 20, (100.0, 100.25, 99.75, 100.0, 1e6))
    tape += [Minute(20, 0, (100.2, 100.9, 100.0, 100.8, 2.9e6)), Minute(20, 30, (100.8, 101.6, 100.7, 101.3, 0.2e6))]
    row = shown(Breakout(), intraday("30m", tape), "resistance_break")
    assert row["volume_ratio"] == pytest.approx(3.1 / 2)
    assert (row["open_price"], row["current_high"], row["current_low"], row["current_volume"]) == (
        100.2,
        101.6,
        100,
        3.1e6,
    )


def test_q4_volume_is_compared_with_what_earlier_sessions_had_by_the_same_minute():
    busy_open = [
        Minute(day, at, (100.0, 100.25, 99.75, 100.0, 5e6 if at == 0 else 1e5))
        for day in range(20)
        for at in range(0, 390, 30)
    ]
    as_busy_as_every_open = Minute(20, 0, (100.2, 101.6, 100.0, 101.3, 5e6))
    assert at_last(Breakout(), intraday("30m", [*busy_open, as_busy_as_every_open])) == []


def test_intraday_and_daily_levels_are_the_same_five_sessions():
    tape = [*full_sessions("1h", 20, (100.0, 100.25, 99.75, 100.0, 1e5))]
    old_high = [
        Minute(20, 0, (100.0, 101.2, 99.9, 100.0, 1e5)),
        *[Minute(21 + i, 0, (100.0, 100.25, 99.75, 100.0, 1e5)) for i in range(5)],
    ]
    last = Minute(26, 0, (100.2, 101.6, 100.0, 101.3, 9e5))
    assert at_last(Breakout(), intraday("1h", [*tape, *old_high, last])) == ["resistance_break"]
    assert at_last(Breakout(consolidation_period=6), intraday("1h", [*tape, *old_high, last])) == []


def test_the_band_the_floor_and_the_cap_are_those_of_the_settings():
    cheap = daily(*[(o / 4, h / 4, l / 4, c / 4, v) for o, h, l, c, v in [*calm(30), BREAK]])
    assert at_last(Breakout(), cheap) == []
    assert at_last(Breakout(min_price=10), cheap) == ["resistance_break"]
    thin = daily(*calm(30, volume=5_000), (100.2, 101.6, 100.0, 101.3, 9_999))
    assert at_last(Breakout(), thin) == []
    assert at_last(Breakout(min_volume=0), thin) == ["resistance_break"]
    assert Breakout().limit() == (3, 10.0)


def test_q5_the_band_is_of_prices_as_traded():
    tape = [*calm(30), BREAK]
    as_traded = {
        name: [bar[i] * (20 if i < 4 else 1 / 20) for bar in tape]
        for i, name in enumerate(("open", "high", "low", "close", "volume"))
    }
    assert at_last(Breakout(), daily(*tape, raw=as_traded)) == []  # traded at 2,026 that day
