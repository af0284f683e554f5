"""From hits to signals, by worked examples: confidence, levels, size."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, SELL, Setup
from tapehawk.core.signals import (
    OWN,
    Budget,
    Risk,
    confidence,
    confidence_factors,
    position_size,
    signal_columns,
    targets,
    valid_levels,
)

NULL, INF = float("nan"), float("inf")
ACCOUNT = Budget(np.array([1000.0]), 100_000.0)  # 1 % of 100,000
UP = Setup("up", BUY, {"up": close > open_}, stop=low, base=110)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


# ------------------------------------------------------------------------------------------------------- confidence


@pytest.mark.parametrize(
    ("base", "true", "score"),
    [
        (110, [], 55.0),
        (110, ["volume"], 68.75),
        (110, ["trend"], 63.25),
        (110, ["rsi"], 60.5),
        (110, ["volume", "trend", "rsi"], 110 * 1.25 * 1.15 * 1.10 / 2),
        (162, ["trend", "rsi"], 100.0),  # 204.93 is capped at 200
        (162, ["trend"], 93.15),
    ],
)
def test_t3_confidence_is_base_times_what_applies_capped_at_200_and_halved(base, true, score):
    columns = {
        "entry": array(1.0),
        **{f"factor.{name}": array(1.0 if name in true else 0.0) for name in ("volume", "trend", "rsi")},
    }
    scores, applied = confidence(base, columns)
    assert scores[0] == pytest.approx(score, rel=1e-15)
    assert applied == [true]


def test_an_unknown_factor_does_not_apply():
    scores, applied = confidence(100, {"entry": array(1.0, 2.0), "factor.trend": array(NULL, 1.0)})
    assert scores.tolist() == pytest.approx([50, 57.5])
    assert applied == [[], ["trend"]]


def test_factors_mirror_for_a_sell():
    buy, sell = confidence_factors(UP), confidence_factors(Setup("down", SELL, UP.when, stop=high, base=110))
    assert str(buy["trend"]) == "ema(close, 20) > ema(close, 50)"
    assert str(sell["trend"]) == "ema(close, 20) < ema(close, 50)"
    assert str(buy["rsi"]) == "rsi(14) > 40 and rsi(14) < 70"
    assert str(sell["rsi"]) == "rsi(14) > 30 and rsi(14) < 60"
    assert buy["volume"] is sell["volume"]


def test_a_setup_known_at_the_open_is_given_nothing_of_its_own_bars_close():
    setup = Setup("gap", SELL, {"gap": open_ > high[1]}, stop=high[1] * 1.1, base=100, entry=open_, known=AT_OPEN)
    at_close, at_open = signal_columns(UP), signal_columns(setup)
    for name in ("atr", "rvol", "dollar_volume"):
        assert at_open[name] is at_close[name][1]
    assert str(at_open["volume"]) == "volume[1]"
    assert at_open["factor.volume"] is confidence_factors(setup)["volume"][1]
    assert at_open["entry"] is open_


def test_a_scanners_own_columns_do_not_meet_the_houses():
    shown = signal_columns(Setup("x", NONE, UP.when, show={"atr": close, "volume": open_}))
    assert shown[OWN + "atr"] is close
    assert shown["atr"] is not close


# ----------------------------------------------------------------------------------------------------------- levels


def test_targets_are_one_and_two_r_beyond_the_entry():
    one, two = targets(array(10, 10), array(9, 12))
    assert one.tolist() == [11, 8]
    assert two.tolist() == [12, 6]


@pytest.mark.parametrize(
    ("direction", "entry", "stop", "ok"),
    [
        (BUY, 10, 9, True), (BUY, 10, 10, False), (BUY, 10, 11, False), (BUY, 10, NULL, False), (BUY, NULL, 9, False),
        (BUY, 10, 0, False), (BUY, 10, -1, False), (BUY, INF, 9, False), (SELL, 10, 11, True), (SELL, 10, 10, False),
        (SELL, 10, 9, False), (SELL, 10, INF, False), (NONE, 10, NULL, True),
    ],
)  # fmt: skip
def test_levels_are_finite_unequal_and_on_the_right_sides(direction, entry, stop, ok):
    assert valid_levels(direction, array(entry), array(stop)).tolist() == [ok]


# ------------------------------------------------------------------------------------------------------------- size


def size(entry: float, stop: float, usual: float, budget: Budget = ACCOUNT) -> tuple[float, str | None]:
    sizes, reasons = position_size(array(entry), array(stop), array(usual), budget)
    return sizes[0], reasons[0]


@pytest.mark.parametrize(
    ("entry", "stop", "usual", "shares", "why"),
    [
        (50, 44, 1e6, 166, "1,000 dollars over 6 a share"),
        (50, 56, 1e6, 166, "the same for a short"),
        (50, 49, 1e6, 200, "10 % of the account by value, not 1,000"),
        (50, 44, 5_000, 50, "1 % of the usual volume"),
        (0.5, 0.4, 1e9, 10_000, "the budget and not 20,000"),
        (10, 7, 1e6, 333, "rounded down"),
    ],
)
def test_size_is_what_the_budget_buys_within_the_caps(entry, stop, usual, shares, why):
    assert size(entry, stop, usual) == (shares, None), why


@pytest.mark.parametrize(
    ("entry", "stop", "usual", "reason"),
    [
        (5000, 3900, 1e6, "risk per share exceeds the budget"),
        (20_000, 19_900, 1e6, "10 % of the account is less than one share"),
        (50, 44, NULL, "usual volume unknown"),
        (50, 44, 99, "1 % of usual volume is less than one share"),
        (20_000, 1, NULL, "risk per share exceeds the budget"),
    ],
)
def test_a_size_of_nothing_has_its_first_reason(entry, stop, usual, reason):
    assert size(entry, stop, usual) == (0, reason)


def test_a_coins_size_is_in_lots():
    lots = Budget(np.array([1000.0]), 100_000.0, lot=1e-3)
    assert size(60_000, 50_000, 1e6, lots)[0] == pytest.approx(0.1)
    assert size(60_000, 50_000, 0.05, lots) == (0, "1 % of usual volume is less than one lot")


def test_a_hair_of_rounding_takes_no_lot_away():
    assert 0.3 / 0.1 < 3
    assert size(1.1, 1.0, 1e6, Budget(np.array([0.3]), 100_000.0))[0] == 3


def test_t3_the_phase_scales_the_risk_and_not_the_confidence():
    budget = Budget.of(Risk(), ["premarket", "regular", "after_hours", "continuous"])
    assert budget.to_lose.tolist() == [700, 1000, 500, 1000]
    assert Budget.of(Risk(50_000, 0.02), ["regular"]).to_lose.tolist() == [1000]


def test_an_account_may_scale_its_risk_in_other_ways():
    mine = Risk(by_phase={"premarket": 0.0, "regular": 0.25})
    assert Budget.of(mine, ["premarket", "regular"]).to_lose.tolist() == [0, 250]
    sizes, reasons = position_size(array(50), array(44), array(1e6), Budget.of(mine, ["premarket"]))
    assert (sizes[0], reasons[0]) == (0, "risk per share exceeds the budget")
