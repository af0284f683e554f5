"""The market regime: its six rules worked by hand, for the symbol and for the benchmark."""

from __future__ import annotations

import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.analysis.part import Bar, Seen, answered
from tapehawk.analysis.regime import BENCHMARK, SYMBOL, Regime
from tests.analysis import facts, tapes

RISE = {"rising": 5, "falling": 0, "adx": 30.0, "spread_pct": 4.0, "return_20_pct": 6.0, "atr_pct": 2.0}


def answer(**values: float) -> dict:
    one = {name: float(value) for name, value in {**RISE, **values}.items()}
    return answered(Regime(), "HOLD", facts.seen({SYMBOL: one, BENCHMARK: one}))


@pytest.mark.parametrize(
    ("values", "regime", "confidence"),
    [
        ({"adx": 15, "spread_pct": 1}, "sideways", 0.45),  # 5·5 + 10·2
        ({"adx": 0, "spread_pct": 0}, "sideways", 1.0),  # 100 + 30, at most 100
        ({}, "bull", 1.0),  # 20·5 + 6, at most 100
        ({"rising": 4, "falling": 1}, "bull", 0.86),  # 20·4 + 6
        ({"rising": 4, "falling": 1, "return_20_pct": -3}, "bull", 0.80),
        ({"rising": 1, "falling": 4, "return_20_pct": -7.5}, "bear", 0.875),
        ({"rising": 3, "falling": 2}, "bull", 0.45),
        ({"rising": 2, "falling": 3}, "bear", 0.45),
        ({"rising": 2, "falling": 2}, "sideways", 0.5),  # one pair of equals
        ({"adx": 15, "spread_pct": 3}, "bull", 1.0),  # narrow, but not narrow enough
        ({"adx": 20, "spread_pct": 1}, "bull", 1.0),
    ],
)
def test_the_first_rule_that_holds_decides(values, regime, confidence):
    said = answer(**values)
    assert (said["regime"], said["confidence"]) == (regime, pytest.approx(confidence))


@pytest.mark.parametrize(
    ("atr_pct", "volatility"), [(0, "low"), (1.49, "low"), (1.5, "medium"), (3.49, "medium"), (3.5, "high")]
)
def test_volatility_is_the_range_in_percent_of_the_price(atr_pct, volatility):
    assert answer(atr_pct=atr_pct)["volatility"] == volatility


@given(gains=st.tuples(st.floats(-50, 50), st.floats(-50, 50)))
def test_confidence_in_a_bull_rises_with_the_gain_and_in_a_bear_with_the_loss(gains):
    less, more = sorted(gains)
    bull = [answer(rising=4, falling=1, return_20_pct=gain)["confidence"] for gain in (less, more)]
    bear = [answer(rising=1, falling=4, return_20_pct=gain)["confidence"] for gain in (less, more)]
    assert bull[0] <= bull[1]
    assert bear[0] >= bear[1]


def test_the_benchmark_stands_beside_the_symbol_with_its_name():
    bars = {SYMBOL: Bar(RISE, 300, of="AAA"), BENCHMARK: Bar({**RISE, "rising": 0, "falling": 5}, 300, of="SPY")}
    said = answered(Regime(), "BUY", Seen(bars))
    assert (said["regime"], said["benchmark"]["regime"], said["benchmark"]["of"]) == ("bull", "bear", "SPY")


def test_without_a_benchmark_the_symbol_s_regime_stands_alone():
    said = answered(Regime(), "BUY", Seen({SYMBOL: Bar(RISE, 300)}, {BENCHMARK: "no 1d bars of SPY are stored"}))
    assert said["regime"] == "bull"
    assert said["benchmark"] == {"available": False, "reason": "no 1d bars of SPY are stored"}


def test_a_short_history_is_no_regime():
    said = answered(Regime(), "BUY", Seen({SYMBOL: Bar(RISE, 37)}))
    assert said == {"available": False, "reason": "not enough history: 37 of 200 1d bars"}


@pytest.mark.parametrize(("drift", "regime"), [(0.004, "bull"), (-0.004, "bear")])
def test_a_steady_drift_is_recognised_on_bars(drift, regime):
    panels = {"1d": tapes.panel("1d", 260, drift=drift, step=0.001)}
    found = tapes.analyst(panels, Regime()).analyse(tapes.SYMBOLS, {})
    assert {one["market_regime"]["regime"] for one in found.values()} == {regime}


def test_s12_the_return_spans_twenty_bars_and_the_adx_is_wilders():
    panel = tapes.panel("1d", 260, seed=3)
    found = tapes.analyst({"1d": panel}, Regime()).analyse(["BBB"], {})["BBB"]["market_regime"]["inputs"]
    close, high, low = (panel.columns[name][260:520] for name in ("close", "high", "low"))
    assert found["return_20_pct"] == pytest.approx(100 * (close[-1] / close[-21] - 1))
    assert found["adx"] == pytest.approx(talib.ADX(high, low, close, 14)[-1], abs=1e-4)  # seeds differ, and settle
