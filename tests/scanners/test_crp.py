from __future__ import annotations

import pytest

from tapehawk.scanners.crp import Crp
from tests.scanners.tape import Minute, at_last, calm, daily, full_sessions, hits, intraday, mirrored, shown

# Calm sessions are 0.5 % wide; 0.7 of that is 0.35 %.
NEAR_HIGH = (99.95, 100.2, 99.9, 100.18, 1.3e6)


def test_a_narrow_busy_session_that_closes_near_its_high_is_a_buy():
    tape = daily(*calm(30), NEAR_HIGH)
    assert hits(Crp(), tape) == [("near_high", -1)]
    row = shown(Crp(), tape, "near_high")
    assert row["stop"] == 99.9
    assert row["close_location"] == pytest.approx(0.28 / 0.3)
    assert row["current_range_pct"] == pytest.approx(100 * 0.3 / 100.18)
    assert row["range_ratio"] == pytest.approx(0.3 / 100.18 / 0.005)
    assert (row["volume_ratio"], row["current_volume"], row["open_price"]) == (pytest.approx(1.3), 1.3e6, 99.95)


def test_the_mirror_image_is_a_sell_with_the_same_score():
    tape = daily(*mirrored([*calm(30), NEAR_HIGH]))
    assert hits(Crp(), tape) == [("near_low", -1)]
    assert shown(Crp(), tape, "near_low")["stop"] == pytest.approx(100.1)
    up = shown(Crp(), daily(*calm(30), NEAR_HIGH), "near_high")["score"]
    assert shown(Crp(), tape, "near_low")["score"] == pytest.approx(up, abs=0.1)  # percents of another price


def test_the_score_adds_the_four_graded_parts():
    row = shown(Crp(), daily(*calm(30), NEAR_HIGH), "near_high")
    parts = (
        (0.28 / 0.3 - 0.5) / 0.5 * 40,
        (1 - row["range_ratio"]) * 30,
        (1.3 - 1) / 2 * 20,
        (100.18 / 99.95 - 1) / 0.02 * 10,
    )
    assert row["score"] == pytest.approx(sum(parts))


@pytest.mark.parametrize(
    "last",
    [
        (99.95, 100.2, 99.9, 100.12, 1.3e6),  # closes in the middle
        (99.90, 100.26, 99.9, 100.25, 1.3e6),  # as wide as 0.72 of its usual range
        (99.95, 100.2, 99.9, 100.18, 1.1e6),  # too quiet
        (100.19, 100.2, 99.9, 100.18, 1.3e6),  # near the high, but below its open
    ],
)
def test_near_misses_are_no_hits(last):
    for tape in ([*calm(30), last], mirrored([*calm(30), last])):
        assert at_last(Crp(), daily(*tape)) == []


def test_a_range_of_more_than_three_percent_is_not_narrow_however_wide_is_usual():
    wild = [(100.0, 105.0, 95.0, 100.0, 1e6)] * 30
    assert at_last(Crp(), daily(*wild, (98.0, 101.5, 98.0, 101.4, 1.3e6))) == []
    assert at_last(Crp(), daily(*wild, (98.6, 101.5, 98.6, 101.4, 1.3e6))) == ["near_high"]


def test_a_session_at_exactly_four_fifths_is_near_on_both_sides():
    top, bottom = (99.92, 100.2, 99.9, 100.14, 1.3e6), (100.18, 100.2, 99.9, 99.96, 1.3e6)
    assert at_last(Crp(close_location=0.799), daily(*calm(30), top)) == ["near_high"]
    assert at_last(Crp(close_location=0.799), daily(*calm(30), bottom)) == ["near_low"]


def test_q1_the_session_so_far_is_judged_and_not_its_last_bar():
    """The last bar closes at its own high on little volume; the session stands in its middle."""
    sessions = full_sessions("30m", 21, (100.0, 100.25, 99.75, 100.0, 1e5))
    wide = [Minute(21, 0, (100.0, 101.0, 99.0, 99.5, 9e5)), Minute(21, 30, (99.5, 99.6, 99.49, 99.6, 9e5))]
    assert at_last(Crp(), intraday("30m", [*sessions, *wide])) == []
    narrow = [Minute(21, 0, (99.95, 100.0, 99.9, 99.95, 1.5e5)), Minute(21, 30, (99.95, 100.2, 99.95, 100.18, 1.1e5))]
    tape = intraday("30m", [*sessions, *narrow])
    assert at_last(Crp(), tape) == ["near_high"]
    row = shown(Crp(), tape, "near_high")
    assert (row["current_low"], row["open_price"], row["volume_ratio"]) == (99.9, 99.95, pytest.approx(1.3))


def test_q1_scores_do_not_collapse_to_a_few_values():
    scores = {
        shown(Crp(), daily(*calm(30), (99.95, 100.2, 99.9, 100.16 + i / 1000, 1.3e6)), "near_high")["score"]
        for i in range(20)
    }
    assert len(scores) == 20


def test_q2_a_session_is_one_bar_of_the_question_and_its_rows_are_capped_by_score():
    assert Crp().limit() == (3, 10.0)
    assert Crp(max_results_per_day=7, min_probability_score=50).limit() == (7, 50.0)


def test_q5_volume_floors_are_of_the_session_so_far():
    sessions = full_sessions("30m", 21, (100.0, 100.25, 99.75, 100.0, 8e3))
    last = [Minute(21, 0, (99.95, 100.0, 99.9, 99.95, 1.2e4)), Minute(21, 30, (99.95, 100.2, 99.95, 100.18, 9e3))]
    assert at_last(Crp(min_volume=20_000), intraday("30m", [*sessions, *last])) == ["near_high"]
    assert at_last(Crp(min_volume=22_000), intraday("30m", [*sessions, *last])) == []


def test_q12_percents_are_percents():
    assert at_last(Crp(range_threshold_pct=0.2), daily(*calm(30), NEAR_HIGH)) == []
    assert at_last(Crp(range_threshold_pct=0.31), daily(*calm(30), NEAR_HIGH)) == ["near_high"]
