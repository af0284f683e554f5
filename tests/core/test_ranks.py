"""Ranks across the universe at each time, against counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.columns import close, raw
from tapehawk.core.expr import percentile, rank
from tapehawk.core.ranks import ranked, ranks_of
from tests.core.random_bars import random_panel

NULL = float("nan")
POINTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([NULL, -1.0, 0.0, 1.0, 2.0, 3.0])), max_size=25)


def counted(time, values, *, as_percentile):
    """Rank by counting, one value after another."""
    out = []
    for t, v in zip(time, values, strict=True):
        others = [w for u, w in zip(time, values, strict=True) if u == t and not math.isnan(w)]
        if math.isnan(v):
            out.append(NULL)
        elif as_percentile:
            out.append(100.0 * sum(w <= v for w in others) / len(others))
        else:
            out.append(1.0 + sum(w > v for w in others))
    return out


@given(points=POINTS, as_percentile=st.booleans())
def test_a_rank_is_what_counting_says(points, as_percentile):
    time, values = np.array([t for t, _ in points], dtype=np.int64), np.array([v for _, v in points], dtype=float)
    ours = ranked(time, values, as_percentile=as_percentile)
    expected = counted(time, values, as_percentile=as_percentile)
    # "the percent that is lower or equal": of equal ones all are counted, so they share the better place
    np.testing.assert_array_equal(ours, expected)


def test_the_highest_is_first_equals_share_the_better_place_and_null_is_not_counted():
    values, time = np.array([3.0, 5.0, 5.0, NULL, 1.0]), np.zeros(5, dtype=np.int64)
    np.testing.assert_array_equal(ranked(time, values, as_percentile=False), [3, 1, 1, NULL, 4])
    np.testing.assert_array_equal(ranked(time, values, as_percentile=True), [50, 100, 100, NULL, 25])


def test_symbols_are_compared_at_the_same_time_only():
    panel = random_panel((30, 20, 25), seed=3)
    x = close / close[1]
    column = ranks_of(panel, [rank(x)], {})[rank(x)]
    late = panel.time == panel.time[-1]
    assert sorted(column[late]) == [1, 2, 3]
    only_one_was_there = panel.time == panel.time[1]
    assert column[only_one_was_there].tolist() == [1]


def test_outside_the_universe_nobody_is_ranked_or_counted():
    panel = random_panel((12, 12, 12), seed=5)
    universe = {"price": raw.close >= np.median(panel.columns["raw.close"])}
    column = ranks_of(panel, [rank(raw.volume)], universe)[rank(raw.volume)]
    inside = panel.columns["raw.close"] >= np.median(panel.columns["raw.close"])
    assert np.isnan(column[~inside]).all()
    expected = counted(panel.time[inside], panel.columns["raw.volume"][inside], as_percentile=False)
    assert column[inside].tolist() == expected


def test_a_condition_of_the_universe_may_rank_among_what_the_others_leave():
    panel = random_panel((12, 12, 12), seed=5)
    best = rank(raw.volume) <= 2
    given_ = ranks_of(panel, [best, rank(raw.close)], {"busy": best, "price": raw.close > 0})
    busy = given_[rank(raw.volume)] <= 2
    assert np.isnan(given_[rank(raw.close)][~busy]).all()


def test_a_rank_of_ranks_is_made_from_the_inside_out():
    panel = random_panel((12, 12, 12), seed=5)
    outer = rank(0 - rank(raw.close) + 0)
    column = ranks_of(panel, [outer], {})[outer]
    inner = ranks_of(panel, [rank(raw.close)], {})[rank(raw.close)]
    assert column.tolist() == counted(panel.time, -inner, as_percentile=False)


@pytest.mark.parametrize(
    "planted",
    [lambda t, v: ranked(t, -v, as_percentile=False), lambda t, v: ranked(t * 0, v, as_percentile=False)],
    ids=["upside down", "all times at once"],
)
def test_counting_catches_a_wrong_order_and_times_that_run_together(planted):
    time, values = np.array([0, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 4.0])
    assert planted(time, values).tolist() != counted(time, values, as_percentile=False)


def test_percentile_is_a_hundred_for_the_highest():
    panel = random_panel((8, 8), seed=1)
    column = ranks_of(panel, [percentile(raw.close)], {})[percentile(raw.close)]
    assert column.max() == 100
