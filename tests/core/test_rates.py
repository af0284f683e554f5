"""Intervals of shares against published ones, and what dependence within a date does to them."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.rates import clustered, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_newcombes_table(successes, trials, low, high):
    """Newcombe, *Two-sided confidence intervals for the single proportion* (1998), method 3."""
    interval = wilson(successes, trials)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_wilson_mirrors_and_knows_nothing_without_trials():
    up, down = wilson(9, 30), wilson(21, 30)
    assert up.low == pytest.approx(1 - down.high)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)
    assert wilson(5, 5).high == 1


def test_signals_that_share_their_dates_fate_are_as_many_as_the_dates():
    date = np.repeat(np.arange(40), 25)
    success = np.repeat(np.arange(40) % 2 == 0, 25)
    wide, narrow, as_dates = clustered(success, date), wilson(500, 1000), wilson(20, 40)
    assert wide.high - wide.low > 4 * (narrow.high - narrow.low)
    assert wide.high - wide.low == pytest.approx(as_dates.high - as_dates.low, rel=0.15)


def test_independent_signals_have_about_the_plain_interval_and_the_same_one_every_time():
    rng = np.random.default_rng(0)
    success, date = rng.random(2000) < 0.4, rng.integers(0, 500, 2000)
    one, plain = clustered(success, date), wilson(int(success.sum()), 2000)
    assert one.low == pytest.approx(plain.low, abs=0.006)
    assert one == clustered(success, date)


@pytest.mark.parametrize("success", [[True, False], [True, True, True], [False, False, False]])
def test_one_date_and_one_fate_have_no_clustered_interval(success):
    date = np.zeros(2, dtype=np.int64) if len(success) == 2 else np.arange(3)
    assert clustered(np.array(success), date) is None
