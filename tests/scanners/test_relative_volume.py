from __future__ import annotations

import math

import pytest

from tapehawk.scanners.relative_volume import RelativeVolume
from tests.scanners.tape import Minute, at_last, calm, daily, full_sessions, intraday, mirrored, shown

UP = (100.0, 101.5, 99.9, 101.2, 6e6)


def test_a_session_with_five_times_its_usual_volume_that_rises_is_a_buy():
    tape = daily(*calm(30), UP)
    assert at_last(RelativeVolume(), tape) == ["up"]
    row = shown(RelativeVolume(), tape, "up")
    assert (row["relative_volume"], row["avg_daily_volume"], row["current_volume"]) == (6.0, 1e6, 6e6)
    assert row["score"] == pytest.approx(25 * math.log2(6))
    assert row["price_change_pct"] == pytest.approx(1.2)
    assert row["avg_dollar_volume"] == 1e8


def test_its_mirror_image_is_a_sell_and_a_still_one_is_watched():
    assert at_last(RelativeVolume(), daily(*mirrored([*calm(30), UP]))) == ["down"]
    assert at_last(RelativeVolume(), daily(*calm(30), (100.0, 100.3, 99.8, 100.1, 6e6))) == ["flat"]


def test_the_stop_is_one_and_a_half_atr_from_the_close():
    atr = 0.5 + (1.6 - 0.5) / 14
    assert shown(RelativeVolume(), daily(*calm(30), UP), "up")["stop"] == pytest.approx(101.2 - 1.5 * atr)
    down = shown(RelativeVolume(), daily(*mirrored([*calm(30), UP])), "down")
    assert down["stop"] == pytest.approx(98.8 + 1.5 * atr)


def test_near_misses_are_no_hits():
    assert at_last(RelativeVolume(), daily(*calm(30), (100.0, 101.5, 99.9, 101.2, 4.99e6))) == []
    thin = daily(*calm(30, volume=99_000), (100.0, 101.5, 99.9, 101.2, 9e5))
    assert at_last(RelativeVolume(), thin) == []
    assert at_last(RelativeVolume(min_avg_volume=0), thin) == ["up"]


def test_the_score_is_at_most_100():
    assert shown(RelativeVolume(), daily(*calm(30), (100.0, 101.5, 99.9, 101.2, 5e7)), "up")["score"] == 100.0


def test_volume_is_compared_with_what_the_same_minute_usually_had():
    sessions = [
        Minute(day, at, (100.0, 100.25, 99.75, 100.0, 1e6 if at == 0 else 1e4))
        for day in range(25)
        for at in range(0, 390, 30)
    ]
    as_usual_at_the_open = Minute(25, 0, (100.0, 101.5, 99.9, 101.2, 1e6))
    assert at_last(RelativeVolume(), intraday("30m", [*sessions, as_usual_at_the_open])) == []
    busy = [Minute(25, 0, (100.0, 101.5, 99.9, 101.2, 3e6)), Minute(25, 30, (101.2, 101.6, 101.1, 101.5, 2.1e6))]
    tape = intraday("30m", [*sessions, *busy])
    assert at_last(RelativeVolume(), tape) == ["up"]
    row = shown(RelativeVolume(), tape, "up")
    assert row["relative_volume"] == pytest.approx(5.1 / 1.01)
    assert (row["day_high"], row["day_low"], row["avg_daily_volume"]) == (101.6, 99.9, pytest.approx(1.12e6))


def test_a_row_says_when_the_session_began_to_trade_and_where_it_stands():
    late = [Minute(25, at, (100.0, 101.5, 99.9, 101.2 + at / 1000, 9e6)) for at in (60, 120)]
    row = shown(RelativeVolume(), intraday("30m", [*full_sessions("30m", 25), *late]), "up")
    assert (row["first_tick"], row["last_tick"], row["current_ticks"]) == (60, 120, 2)
    assert (row["open_price"], row["current_price"]) == (100.0, row["entry"])


def test_q9_change_bounds_have_a_sign_are_open_by_default_and_count_from_the_true_open():
    big = (100.0, 109.5, 99.9, 109.0, 6e6)
    assert at_last(RelativeVolume(), daily(*calm(30), big)) == ["up"]
    assert at_last(RelativeVolume(price_change_max=5), daily(*calm(30), big)) == []
    falling = daily(*mirrored([*calm(30), big]))
    assert at_last(RelativeVolume(price_change_max=5), falling) == ["down"]
    assert at_last(RelativeVolume(price_change_min=-5), falling) == []


def test_q9_a_session_without_a_trade_in_a_minute_counts_with_what_it_had_by_then():
    sessions = [
        minute
        for minute in full_sessions("30m", 25, (100.0, 100.25, 99.75, 100.0, 1e6))
        if minute.minute != 30 or minute.session % 2
    ]
    tape = [
        *sessions,
        Minute(25, 0, (100.0, 100.2, 99.9, 100.0, 1e6)),
        Minute(25, 30, (100.0, 101.5, 99.9, 101.2, 8e6)),
    ]
    row = shown(RelativeVolume(), intraday("30m", tape), "up")
    assert row["relative_volume"] == pytest.approx(9 / 1.5)


def test_q9_fewer_sessions_than_are_needed_are_not_enough():
    """A third of the sessions asked for, and `min_sample_days`."""
    young = daily(*calm(20), UP)
    assert at_last(RelativeVolume(lookback_days=62), young) == ["up"]
    assert at_last(RelativeVolume(lookback_days=63), young) == []
    assert at_last(RelativeVolume(lookback_days=60, min_sample_days=21), young) == []
    row = shown(RelativeVolume(lookback_days=60), young, "up")
    assert (row["expected_volume_by_cutoff"], row["avg_daily_volume"]) == (1e6, 1e6)


def test_a_session_of_few_bars_is_not_judged():
    """Nine bars of a minute are too few, ten are enough; of five minutes two."""
    for timeframe, few in (("1m", 9), ("5m", 1)):
        minutes = 390 // len(full_sessions(timeframe, 1))
        busy = [
            Minute(25, at * minutes, (100.0 + at / 4, 100.5 + at / 4, 100.0 + at / 4, 100.4 + at / 4, 2e6))
            for at in range(10)
        ]
        usual = [one for one in full_sessions(timeframe, 25) if one.minute < 60]
        quiet = RelativeVolume(min_avg_volume=0, min_dollar_volume=0)
        assert at_last(quiet, intraday(timeframe, [*usual, *busy[:few]])) == []
        assert at_last(quiet, intraday(timeframe, [*usual, *busy[: few + 1]])) == ["up"]


@pytest.mark.parametrize(
    ("last", "high", "signal"), [(101.6, 101.9, 3), (101.6, 101.6, 2), (101.1, 101.4, 2), (100.9, 102.0, 1)]
)
def test_momentum_is_graded_by_the_change_and_the_range(last, high, signal):
    row = shown(RelativeVolume(), daily(*calm(30), (100.0, high, 99.9, last, 6e6)), "up")
    assert (row["momentum_signal"], row["current_ticks"]) == (signal, 1)
