from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.evaluate import evaluate
from tapehawk.core.indicators import bollinger, macd, rsi
from tapehawk.scanners.technical import Technical
from tests.scanners.tape import Minute, at_last, calm, daily, found, intraday, mirrored, shown
from tests.scanners.test_momentum import climb

WAVE = climb(*(100 + np.sin(np.arange(60) * 0.7)))
FALL = climb(*np.linspace(99.5, 88.0, 20), start=100.0)
RISE = climb(*(100 + 0.02 * np.arange(30) ** 1.6), start=100.0)


def test_an_oversold_name_whose_macd_turns_is_a_bounce():
    tape = [*WAVE, *FALL, (88.0, 89.5, 87.8, 89.0, 1e6)]
    assert "oversold_bounce" in at_last(Technical(), daily(*tape))
    row = shown(Technical(), daily(*tape), "oversold_bounce")
    assert row["rsi"] <= 30
    assert row["stop"] < 89.0


def test_an_overbought_name_whose_macd_turns_is_a_fade():
    tape = mirrored([*WAVE, *FALL, (88.0, 89.5, 87.8, 89.0, 1e6)])
    assert "overbought_fade" in at_last(Technical(), daily(*tape))
    assert shown(Technical(), daily(*tape), "overbought_fade")["stop"] > 111.0


def test_a_fall_that_goes_on_is_no_bounce():
    falling = climb(*(100 - 0.02 * np.arange(30) ** 1.6), start=100.0)
    assert "oversold_bounce" not in at_last(Technical(), daily(*WAVE, *falling))


def test_a_rise_on_which_ema_adx_and_macd_agree_is_a_trend_up_and_its_mirror_image_one_down():
    assert at_last(Technical(), daily(*WAVE, *RISE)) == ["trend_up"]
    assert at_last(Technical(), daily(*mirrored([*WAVE, *RISE]))) == ["trend_down"]
    assert at_last(Technical(min_adx=99), daily(*WAVE, *RISE)) == []
    assert at_last(Technical(macd_threshold=9), daily(*WAVE, *RISE)) == []


QUIET = [(100.0, 100.6, 99.4, 100.0 + 0.05 * (i % 2), 1e6) for i in range(80)]


def test_a_close_that_leaves_the_bands_after_a_squeeze_of_five_bars_is_a_hit_on_that_side():
    assert "squeeze_up" in at_last(Technical(), daily(*QUIET, (100.1, 101.2, 100.0, 101.0, 1e6)))
    down = at_last(Technical(), daily(*mirrored([*QUIET, (100.1, 101.2, 100.0, 101.0, 1e6)])))
    assert "squeeze_down" in down
    assert "squeeze_up" not in down


def test_a_close_within_the_bands_or_without_a_squeeze_is_none():
    assert "squeeze_up" not in at_last(Technical(), daily(*QUIET, (100.0, 100.6, 99.4, 100.06, 1e6)))
    wild = climb(*(100 + 3 * np.sin(np.arange(80) * 0.3)))
    assert "squeeze_up" not in at_last(Technical(), daily(*wild, (wild[-1][3], 112.2, 99.0, 112.0, 1e6)))


def test_the_score_is_the_share_of_five_votes():
    for tape in ([*WAVE, *RISE], mirrored([*WAVE, *RISE])):
        (one,) = [
            one for one in found(Technical(), daily(*tape)).values() if one.bar.size and one.bar[-1] == len(tape) - 1
        ]
        score = one.columns["score"][-1]
        assert score in (60.0, 80.0)  # EMA, ADX and MACD; RSI and %B vote for the other side


def test_the_risk_level_counts_an_extreme_rsi_the_bands_and_a_large_change():
    calm_trend = shown(Technical(), daily(*WAVE, *RISE), "trend_up")
    points = 2 * (calm_trend["rsi"] >= 75) + (calm_trend["percent_b"] >= 1) + (abs(calm_trend["price_change_pct"]) > 3)
    assert calm_trend["risk_level"] == min(points, 3)


def test_q10_on_a_cutoff_the_daily_indicators_are_those_of_yesterday():
    """Today's bars are a crash; a scan at 10:00 must say what the closes up to yesterday said."""
    sessions = [*WAVE, *RISE]
    tape = [Minute(day, at, bar) for day, bar in enumerate(sessions) for at in (0, 390 - 30)]
    today = len(sessions)
    crash = [Minute(today, 0, (110.0, 110.1, 80.0, 81.0, 1e6)), Minute(today, 30, (81.0, 81.5, 80.0, 80.5, 1e6))]
    panel = intraday("30m", [*tape, *crash])
    assert "trend_up" in at_last(Technical(), panel)
    row, closed = shown(Technical(), panel, "trend_up"), shown(Technical(), daily(*sessions), "trend_up")
    for name in ("rsi", "percent_b", "ema20", "ema50"):
        assert row[name] == pytest.approx(closed[name])
    assert row["entry"] == 80.5


def test_on_daily_bars_the_completed_bar_itself_counts():
    tape = daily(*WAVE, *RISE)
    last_rsi = evaluate(tape.block(0, 1), rsi(14))[0][-1]
    assert shown(Technical(), tape, "trend_up")["rsi"] == last_rsi


def test_q10_every_pattern_asks_something_of_the_indicators():
    assert at_last(Technical(), daily(*calm(120))) == []


def test_q11_the_indicators_are_the_real_ones():
    tape = daily(*WAVE, *RISE)
    row = shown(Technical(), tape, "trend_up")
    values = evaluate(tape.block(0, 1), rsi(14), bollinger(20).percent_b, macd().histogram)
    assert [row["rsi"], row["percent_b"]] == [values[0][-1], values[1][-1]]
    assert 0 <= row["rsi"] <= 100


def test_s6_macd_is_judged_in_atr_so_a_hundredfold_price_changes_nothing():
    tape = [*WAVE, *RISE]
    expensive = [(o * 100, h * 100, l * 100, c * 100, v) for o, h, l, c, v in tape]
    assert at_last(Technical(), daily(*expensive)) == at_last(Technical(), daily(*tape)) == ["trend_up"]


def test_s5_a_mirrored_market_gives_the_mirrored_score():
    tape = [*WAVE, *FALL, (88.0, 89.5, 87.8, 89.0, 1e6)]
    up = shown(Technical(), daily(*tape), "oversold_bounce")["score"]
    down = shown(Technical(), daily(*mirrored(tape)), "overbought_fade")["score"]
    assert up == down


def test_history_that_is_too_short_is_unknown_and_no_hit():
    assert at_last(Technical(), daily(*RISE[:20])) == []
