"""Hit rates counted by hand: groups, deciles, what is beside a signal."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tapehawk.core.errors import UnknownName
from tapehawk.core.rates import wilson
from tapehawk.scan.hit_rates import Observed, hit_rates, with_deciles
from tapehawk.scan.track_record import COLUMNS, track_of_signals, with_regime

DAY = dt.date(2024, 3, 11)


def track(*rows: dict) -> pl.DataFrame:
    usual = {
        "scanner": "gap", "pattern": "up", "symbol": "A", "direction": "BUY", "timeframe": "1d", "date": DAY,
        "bar_time": "2024-03-11T13:30:00Z", "phase": "regular", "score": 50.0, "status": "closed", "outcome": "success",
        "known_at": 0, "r": 1.0, "mae": -0.5, "mfe": 1.0, "bars_held": 3,
    }  # fmt: skip
    return pl.DataFrame([{**usual, **row} for row in rows], schema=COLUMNS)


FAILED = {"outcome": "failure", "r": -1.0}
LATE = {"outcome": "timed_out", "r": 0.2}
GOES_ON = {"status": "triggered", "outcome": "open", "r": None}
EXPIRED = {"status": "expired", "outcome": "no_trade", "r": None}
CANCELLED = {"status": "cancelled", "outcome": "no_trade", "r": None}
BY_HAND = {"status": "closed", "outcome": "no_trade", "r": None}


def test_the_rate_is_of_those_that_came_to_an_end_and_the_others_are_counted_beside_it():
    (one,) = hit_rates(track({}, {}, FAILED, LATE, GOES_ON, EXPIRED, CANCELLED, BY_HAND))
    assert (one.signals, one.n, one.successes, one.failures, one.timed_out) == (8, 4, 2, 1, 1)
    assert (one.open, one.expired, one.cancelled) == (1, 1, 1)
    assert one.rate == 0.5
    assert one.interval == wilson(2, 4)
    assert one.mean_r == pytest.approx(0.3)
    assert one.clustered is None


def test_groups_are_counted_apart_and_sorted():
    rows = track({"pattern": "up"}, {"pattern": "down", **FAILED}, {"pattern": "up", **FAILED}, {"phase": "premarket"})
    found = hit_rates(rows, ("pattern", "phase"))
    assert [(tuple(one.group.values()), one.n, one.rate) for one in found] == [
        (("down", "regular"), 1, 0.0), (("up", "premarket"), 1, 1.0), (("up", "regular"), 2, 0.5),
    ]  # fmt: skip
    assert hit_rates(rows, ())[0].n == 4


def test_a_group_without_an_end_has_no_rate():
    (one,) = hit_rates(track(GOES_ON))
    assert (one.n, one.rate, one.interval, one.mean_r, one.scores) == (0, None, None, None, None)


def test_dates_that_go_together_widen_the_interval():
    rows = [{"date": DAY + dt.timedelta(days=k), **({} if k % 2 else FAILED)} for k in range(20) for _ in range(10)]
    (one,) = hit_rates(track(*rows))
    assert one.dates == 20
    assert one.clustered.high - one.clustered.low > 2 * (one.interval.high - one.interval.low)


def test_the_regime_is_whatever_a_callable_says_of_the_date():
    rows = with_regime(track({}, {"date": dt.date(2024, 3, 12), **FAILED}), {DAY: "bull"}.get)
    assert [(one.group["regime"], one.n) for one in hit_rates(rows, ("regime",))] == [("bull", 1), (None, 1)]
    with pytest.raises(UnknownName):
        hit_rates(track({}), ("regime",))
    with pytest.raises(UnknownName):
        hit_rates(track({}), ("weather",))


def test_deciles_are_tenths_of_each_scanners_own_closed_scores():
    rows = [{"score": float(k)} for k in range(1, 101)] + [{"score": 5.0, "scanner": "crp"}, {"score": None}]
    deciles = with_deciles(track(*rows))["decile"].to_list()
    assert deciles[:100] == [k // 10 + 1 for k in range(100)]
    assert deciles[100:] == [1, None]
    by = hit_rates(track(*rows), ("scanner", "decile"))
    assert [one.n for one in by if one.group["scanner"] == "gap"] == [10] * 10 + [1]
    assert (by[1].scores.low, by[1].scores.high) == (1.0, 10.0)


def test_equal_scores_share_a_decile():
    rows = [{"score": 55.0}] * 8 + [{"score": 90.0}] * 2
    assert [one.n for one in hit_rates(track(*rows), ("decile",))] == [8, 2]


def test_an_open_signal_has_the_decile_of_its_score_among_the_closed():
    rows = [{"score": float(k)} for k in range(1, 101)] + [{**GOES_ON, "score": 200.0}]
    assert with_deciles(track(*rows))["decile"][-1] == 10


def past(count: int, **facts) -> list[dict]:
    return [{"score": 10.0 * (k % 10), "known_at": k, **({} if k % 4 else FAILED), **facts} for k in range(count)]


def test_what_is_observed_beside_a_score_is_of_its_decile():
    found = Observed(track(*past(400))).of(35.0)
    assert (found.group, found.n) == ({"decile": 4}, 40)
    assert found.rate == pytest.approx(np.mean([k % 4 != 0 for k in range(400) if k % 10 == 3]))
    assert found.interval == wilson(found.successes, 40)


def test_thirty_closed_outcomes_in_all_are_needed_and_a_decile_of_few_says_so_by_its_interval():
    assert Observed(track(*past(29), *[GOES_ON] * 9)).of(95.0) is None
    found = Observed(track(*past(30))).of(95.0)
    assert (found.n, found.interval) == (3, wilson(found.successes, 3))
    assert found.interval.high - found.interval.low > 0.5
    assert Observed(track({**GOES_ON})).of(35.0) is None


def test_a_decile_in_which_nothing_closed_says_nothing():
    lone = Observed(track(*[{"score": 50.0}] * 40))
    assert lone.of(50.0).n == 40
    assert lone.of(50.1) is None


def test_an_empty_log_has_an_empty_track():
    assert track_of_signals([]).schema == pl.Schema(COLUMNS)
    assert hit_rates(track_of_signals([]), ("scanner", "decile")) == []
