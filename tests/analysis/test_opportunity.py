"""The opportunity score: cases worked by hand, what it claims to rise with, and the defects it must not repeat."""

from __future__ import annotations

import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.analysis.opportunity import WEIGHTS, Opportunity
from tapehawk.analysis.part import On, answered
from tests.analysis import facts, tapes

ON = On("1d")
# A pullback in a rise: RSI 40 (1.0), %B .25 (1.0), %K 30 (.9), long 3 and short -0.3 ATR (1.0), volume 1.6 times the
# usual with RSI below 55 (1.0), slope half an ATR (.75), ADX 25 (.5), inside its range (.5), histogram -0.1 ATR (1.0).
PULLBACK = {
    "rsi": 40.0,
    "percent_b": 0.25,
    "stochastic": 30.0,
    "momentum_short_atr": -0.3,
    "momentum_long_atr": 3.0,
    "rvol": 1.6,
    "slope_atr": 0.5,
    "adx": 25.0,
    "place": 0.0,
    "macd_histogram_atr": -0.1,
    "price_change_9_atr": 0.4,
    "rsi_change_9": 5.0,
}
# .25·1 + .20·1 + .15·.9 + .15·1 + .10·1 + .10·(.4·.75 + .4·.5 + .2·.5) + .05·1 = .945
PULLBACK_SCORE = 94.5


def answer(side: str = "BUY", part: Opportunity | None = None, **values: float) -> dict:
    return answered(part or Opportunity(), side, facts.seen({ON: {**PULLBACK, **values}}))


def value(name: str, **values: float) -> float:
    return answer(**values)["parts"][name]["value"]


def test_the_weights_sum_to_one():
    assert sum(WEIGHTS.values()) == pytest.approx(1.0, abs=1e-12)


def test_a_pullback_worked_by_hand():
    said = answer()
    assert said["score"] == pytest.approx(PULLBACK_SCORE)
    assert {name: part["value"] for name, part in said["parts"].items()} == pytest.approx(
        {"rsi": 1, "percent_b": 1, "stochastic": 0.9, "momentum": 1, "volume": 1, "trend": 0.6, "macd": 1}
    )
    assert said["inputs"] == PULLBACK


def test_s5_selling_into_the_mirrored_rally_is_worth_as_much():
    mirrored = facts.mirror({ON: PULLBACK})
    assert answered(Opportunity(), "SELL", facts.seen(mirrored))["score"] == pytest.approx(PULLBACK_SCORE)


def test_s5_selling_the_pullback_itself_is_worth_little():
    # From the seller's side: RSI 60 (.5), %B .75 (.2), %K 70 (.4), long -3 and short 0.3 (1.0), volume 1.6 with RSI 60
    # (.3), slope -0.5 (.25), ADX .5, place .5, histogram 0.1 (.7).
    # .125 + .04 + .06 + .15 + .03 + .1·(.1 + .2 + .1) + .035 = .48
    assert answer("SELL")["score"] == pytest.approx(48.0)


def test_an_exhausted_rise_worked_by_hand():
    # RSI 75 (.2), %B .9 (.2), %K 95 (.1), long 6 and short 2 (.4), volume 2 with RSI 75 (.3), slope capped at 1, ADX 60
    # capped at 1, a new high (1): trend 1; histogram 0.8 (.3): .05 + .04 + .015 + .06 + .03 + .1 + .015 = .31
    values = {"rsi": 75.0, "percent_b": 0.9, "stochastic": 95.0, "momentum_long_atr": 6.0, "momentum_short_atr": 2.0}
    more = {"rvol": 2.0, "slope_atr": 4.0, "adx": 60.0, "place": 1.0, "macd_histogram_atr": 0.8}
    assert answer(**values, **more)["score"] == pytest.approx(31.0)


def test_a_divergence_against_the_side_halves_the_score():
    said = answer(price_change_9_atr=0.5, rsi_change_9=-2.0)
    assert said["divergence"]
    assert said["score"] == pytest.approx(PULLBACK_SCORE / 2)
    assert not answer("SELL", price_change_9_atr=0.5, rsi_change_9=-2.0)["divergence"]
    assert answer("SELL", price_change_9_atr=-0.5, rsi_change_9=2.0)["divergence"]


def test_s8_divergences_happen_on_bars():
    """A scalar in place of the RSI's column once made them impossible."""
    names = tuple(f"S{number}" for number in range(60))
    panels = {"1d": tapes.panel("1d", 120, seed=8, symbols=names)}
    found = tapes.analyst(panels, Opportunity()).analyse(names, dict.fromkeys(names, "BUY"))
    assert {one["opportunity_score"]["divergence"] for one in found.values()} == {True, False}


def test_volume_and_moves_of_bars_are_counted_as_stated():
    panel = tapes.panel("1d", 260, seed=9)
    (found,) = tapes.analyst({"1d": panel}, Opportunity()).analyse(["AAA"], {"AAA": "BUY"}).values()
    close, high, low, volume = (panel.columns[name][:260] for name in ("close", "high", "low", "volume"))
    inputs = found["opportunity_score"]["inputs"]
    assert inputs["rvol"] == pytest.approx(volume[-1] / volume[-21:-1].mean())
    moves = [inputs[name] for name in ("momentum_short_atr", "momentum_long_atr", "price_change_9_atr")]
    unit = talib.ATR(high, low, close, 14)[-1]
    assert moves == pytest.approx([(close[-1] - close[-1 - n]) / unit for n in (7, 30, 9)])


@pytest.mark.parametrize(
    ("rsi", "expected"), [(29.9, 0.3), (30, 1.0), (44.9, 1.0), (45, 0.8), (55, 0.5), (69.9, 0.5), (70, 0.2)]
)
def test_the_bands_of_rsi_have_their_lower_edge(rsi, expected):
    assert value("rsi", rsi=rsi) == expected


@pytest.mark.parametrize(("percent_b", "expected"), [(-0.1, 1.0), (0.3, 0.9), (0.5, 0.6), (0.7, 0.2)])
def test_the_bands_of_the_bollinger_position(percent_b, expected):
    assert value("percent_b", percent_b=percent_b) == expected


@pytest.mark.parametrize(("k", "expected"), [(20, 0.9), (40, 0.7), (60, 0.4), (80, 0.1)])
def test_the_bands_of_the_stochastic(k, expected):
    assert value("stochastic", stochastic=k) == expected


def test_an_oversold_stochastic_is_worth_something_in_a_rise_only():
    assert value("stochastic", stochastic=10, momentum_long_atr=1) == 1.0
    assert value("stochastic", stochastic=10, momentum_long_atr=-1) == 0.3


@pytest.mark.parametrize(
    ("long", "short", "expected"),
    [
        (1, -0.4, 1.0), (1, 0.3, 0.6), (1, 0.6, 0.4), (1, -0.6, 0.6),
        (-1, 0.4, 1.0), (-1, -0.3, 0.5), (-1, 0.6, 0.5), (0.05, 0, 0.5), (-0.05, 0, 0.5),
    ],
)  # fmt: skip
def test_s7_momentum_is_judged_in_atr(long, short, expected):
    assert value("momentum", momentum_long_atr=long, momentum_short_atr=short) == expected


@pytest.mark.parametrize(
    ("rvol", "rsi", "expected"), [(1.6, 54, 1.0), (1.6, 55, 0.3), (1.3, 54, 0.8), (0.9, 54, 0.6), (0.8, 54, 0.4)]
)
def test_volume_counts_more_before_the_move_than_after_it(rvol, rsi, expected):
    assert value("volume", rvol=rvol, rsi=rsi) == expected


@pytest.mark.parametrize(
    ("long", "histogram", "expected"), [(1, -0.2, 1.0), (1, -0.3, 0.5), (1, 0.4, 0.7), (-1, 0.5, 0.3), (-1, -0.2, 0.5)]
)
def test_s6_macd_is_judged_in_atr(long, histogram, expected):
    assert value("macd", momentum_long_atr=long, macd_histogram_atr=histogram) == expected


@pytest.mark.parametrize("name", ["percent_b", "stochastic"])
def test_a_range_without_width_counts_as_its_middle(name):
    assert value(name, **{name: float("nan")}) == 0.5


@pytest.mark.parametrize(("name", "low", "high"), [("adx", 0, 100), ("slope_atr", -3, 3), ("place", -1, 1)])
@given(data=st.data())
def test_the_score_rises_with_the_trend(name, low, high, data):
    part, on = Opportunity(), ON
    values = data.draw(facts.values_of(part, nulls=0))
    numbers = st.sampled_from([-1.0, 0.0, 1.0]) if name == "place" else st.floats(low, high)
    less, more = sorted(data.draw(st.tuples(numbers, numbers)))
    scores = [answered(part, "BUY", facts.seen({on: {**values[on], name: x}}))["score"] for x in (less, more)]
    assert scores[0] <= scores[1]


def test_s4_the_score_reaches_both_ends_of_its_scale():
    """Multiplied by 100 and clipped it once was 100 always."""
    best = answer(adx=50.0, slope_atr=1.0, place=1.0, stochastic=10.0)["score"]
    worst = {"rsi": 75.0, "percent_b": 0.9, "stochastic": 95.0, "rvol": 0.5, "adx": 0.0, "slope_atr": -1.0}
    worse = answer(**worst, momentum_short_atr=1.0, place=-1.0, price_change_9_atr=1.0, rsi_change_9=-1.0)["score"]
    assert best == pytest.approx(100.0)
    assert worse < 15


def test_what_became_of_past_signals_stands_beside_the_score_where_it_is_known():
    asked = []
    part = Opportunity(observed=lambda score: asked.append(score) or ({"n": 41, "rate": 0.61} if score > 50 else None))
    found = answer(part=part)
    assert (found["observed"], asked) == ({"n": 41, "rate": 0.61}, [found["score"]])
    assert "observed" not in answer(part=part, price_change_9_atr=1.0, rsi_change_9=-1.0)  # half as good
    assert "observed" not in answer()


def test_a_hold_has_no_side_to_judge():
    assert answer("HOLD") == {"available": False, "reason": "HOLD has no side"}
