"""Stop and target: cases worked by hand, and where there is no room."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.analysis.levels import Levels
from tapehawk.analysis.part import On, answered
from tests.analysis import facts

ON = On("1d")


def answer(side: str = "BUY", **values: float) -> dict:
    bar = {"close": 100.0, "traded": 100.0, "atr": 1.2, "upper": 120.0, "lower": 90.0, **values}
    return answered(Levels(), side, facts.seen({ON: bar}))


@pytest.mark.parametrize(
    ("atr", "lower", "stop", "reason"),
    [
        (1.2, 90.0, 98.2, "1.5 ATR"),  # 1.8 away; the band 10.5, a share of 3
        (4.0, 99.0, 98.5, "beyond the lower band"),  # 6 and 1 + 0.5
        (4.0, 90.0, 97.0, "3 % of the entry"),  # 6 and 10.5, which is too far
        (0.2, 90.0, 97.0, "3 % of the entry"),  # 0.3 is too near
        (4.0, 101.0, 97.0, "3 % of the entry"),  # the price has left the band behind
    ],
)
def test_the_stop_is_the_nearest_that_is_not_too_near(atr, lower, stop, reason):
    said = answer(atr=atr, lower=lower)
    assert (said["stop"], said["stop_reason"]) == (pytest.approx(stop), reason)
    assert said["stop_pct"] == pytest.approx(100 - stop)
    assert said["stop_atr"] == pytest.approx((100 - stop) / atr)


@pytest.mark.parametrize(
    ("upper", "target", "reward_risk", "reason"),
    [
        (120.0, 104.5, 2.5, "2.5 × the risk"),  # the risk is 1.8
        (104.0, 103.5, 3.5 / 1.8, "before the upper band"),
        (102.4, 101.9, 1.9 / 1.8, "before the upper band"),
        (99.0, 104.5, 2.5, "2.5 × the risk, with the band behind"),
    ],
)
def test_the_target_is_two_and_a_half_times_the_risk_or_before_the_band(upper, target, reward_risk, reason):
    said = answer(upper=upper)
    assert (said["target"], said["target_reason"]) == (pytest.approx(target), reason)
    assert said["reward_risk"] == pytest.approx(reward_risk)
    assert said["target_pct"] == pytest.approx(target - 100)
    assert said["target_atr"] == pytest.approx((target - 100) / 1.2)


@pytest.mark.parametrize(("upper", "reward_risk"), [(102.2, 1.7 / 1.8), (101.0, 0.5 / 1.8), (100.3, 0.0)])
def test_with_less_than_the_risk_to_gain_there_is_no_room(upper, reward_risk):
    said = answer(upper=upper)
    assert (said["target"], said["target_pct"], said["target_atr"]) == (None, None, None)
    assert said["reward_risk"] == pytest.approx(reward_risk)
    assert said["target_reason"] == f"no room: {reward_risk:.2f} × the risk before the upper band"


def test_s5_a_sellers_levels_are_a_buyers_mirrored():
    buy, sell = answer(upper=104.0, lower=99.0, atr=4.0), answer("SELL", upper=101.0, lower=96.0, atr=4.0)
    assert (buy["stop"], sell["stop"]) == (pytest.approx(98.5), pytest.approx(101.5))
    assert (buy["target"], sell["target"]) == (pytest.approx(103.5), pytest.approx(96.5))
    assert (sell["stop_reason"], sell["target_reason"]) == ("beyond the upper band", "before the lower band")


def test_levels_are_as_traded_on_the_bars_day():
    """After a later split 2:1 the adjusted close is 100, and 200 was paid that day."""
    said = answer(traded=200.0)
    assert (said["entry"], said["stop"], said["target"]) == (200.0, pytest.approx(196.4), pytest.approx(209.0))
    assert (said["support"], said["resistance"], said["atr"]) == (180.0, 240.0, pytest.approx(2.4))
    assert said["stop_atr"] == pytest.approx(1.5)


@given(bands=st.tuples(st.floats(100.0, 200.0), st.floats(100.0, 200.0)))
def test_the_reward_rises_with_the_distance_of_the_band_ahead(bands):
    near, far = sorted(bands)
    if near > 100.0:
        assert answer(upper=near)["reward_risk"] <= answer(upper=far)["reward_risk"] <= 2.5


@pytest.mark.parametrize(
    "values", [{"atr": 0.0}, {"traded": 0.0}, {"close": 0.0}, {"atr": -1.0}, {"upper": math.nan}, {"traded": math.nan}]
)
def test_without_a_price_or_a_range_there_are_no_levels(values):
    assert not answer(**values)["available"]


def test_a_hold_has_no_levels():
    assert answer("HOLD") == {"available": False, "reason": "HOLD has no side"}
