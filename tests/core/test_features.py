"""Features: known in time, without unit, mirrored; the values by slow arithmetic over the bars."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import evaluate
from tapehawk.core.features import features_of, with_levels
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, SELL, Setup
from tests.scanners.tape import Bar, daily, mirrored

LONG = Setup("up", BUY, {"up": close > open_}, stop=low[1])
SHORT = Setup("down", SELL, {"down": close < open_}, stop=high[1])


def walk(count: int = 200, seed: int = 3) -> list[Bar]:
    rng = np.random.default_rng(seed)
    closes = 100 + np.cumsum(rng.normal(0, 0.8, count))
    opens = closes + rng.normal(0, 0.5, count)
    tops = np.maximum(opens, closes) + rng.exponential(0.4, count)
    bottoms = np.minimum(opens, closes) - rng.exponential(0.4, count)
    volumes = np.exp(rng.normal(14, 0.5, count))
    return [tuple(map(float, bar)) for bar in zip(opens, tops, bottoms, closes, volumes, strict=True)]


def values(setup: Setup, panel: Panel, at: int = -1) -> dict[str, float]:
    features = features_of(setup)
    columns = evaluate(panel.block(0, len(panel.symbols)), *features.values())
    return {name: float(column[at]) for name, column in zip(features, columns, strict=True)}


def by_hand(bars: list[Bar]) -> dict[str, float]:
    """The features of a BUY on the last bar, one bar after another."""
    o, h, l, c, v = np.array(bars).T
    ranges = [h[0] - l[0]] + [max(h[i], c[i - 1]) - min(l[i], c[i - 1]) for i in range(1, len(c))]
    room = wilder(ranges, 14)
    ema20, ema50 = exponential(c, 20), exponential(c, 50)
    moves = np.diff(c)
    gains, losses = wilder(list(np.maximum(moves, 0)), 14)[-1], wilder(list(np.maximum(-moves, 0)), 14)[-1]
    top, bottom = h[-60:].max(), l[-60:].min()
    return {
        "risk": abs(c[-1] - l[-2]) / room[-1],
        "body": (c[-1] - o[-1]) / room[-1],
        "location": (2 * c[-1] - h[-1] - l[-1]) / room[-1],
        "move_5": (c[-1] - c[-6]) / room[-1],
        "move_20": (c[-1] - c[-21]) / room[-1],
        "extension": (c[-1] - ema20) / room[-1],
        "trend": (ema20 - ema50) / room[-1],
        "rsi": 100 - 100 / (1 + gains / losses) - 50,
        "place_60": (2 * c[-1] - top - bottom) / (top - bottom),
        "volume": np.log(v[-1] / v[-21:-1].mean()),
        "range": ranges[-1] / room[-2],
        "volatility": np.log(100 * room[-1] / c[-1]),
    }


def wilder(xs: list[float], length: int) -> list[float]:
    out = [sum(xs[:length]) / length]
    for x in xs[length:]:
        out.append(out[-1] + (x - out[-1]) / length)
    return out


def exponential(xs: np.ndarray, length: int) -> float:
    value = xs[0]
    for x in xs[1:]:
        value += 2 / (length + 1) * (x - value)
    return value


def test_the_values_are_those_of_slow_arithmetic_over_the_bars():
    bars = walk()
    found, expected = values(LONG, daily(*bars)), by_hand(bars)
    assert found.keys() - expected.keys() == {"adx"}  # TA-Lib checks that one, in test_indicators
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def test_a_sell_has_the_features_of_the_buy_that_mirrors_it():
    bars = walk()
    upside_down = mirrored(bars, around=bars[-1][3])
    assert values(SHORT, daily(*upside_down)) == pytest.approx(values(LONG, daily(*bars)), abs=1e-9)


def test_prices_ten_times_as_high_and_volumes_a_hundredth_change_nothing():
    bars = walk()
    larger = [(10 * o, 10 * h, 10 * l, 10 * c, v / 100) for o, h, l, c, v in bars]
    assert values(LONG, daily(*larger)) == pytest.approx(values(LONG, daily(*bars)), rel=1e-9)


def test_every_feature_is_known_after_sixty_bars_and_some_are_not_before():
    bars = walk()
    assert all(np.isfinite(list(values(LONG, daily(*bars[:60])).values())))
    assert not all(np.isfinite(list(values(LONG, daily(*bars[:59])).values())))


def test_of_a_setup_known_at_the_open_nothing_but_the_open_of_its_own_bar_is_looked_at():
    setup = Setup("fade", SELL, {"up": open_ > close[1]}, stop=high[1] * 1.2, entry=open_, known=AT_OPEN)
    bars = walk()
    opened = bars[-1][0]
    otherwise = [*bars[:-1], (opened, opened * 1.5, opened * 0.5, opened * 1.4, 1e9)]
    assert values(setup, daily(*otherwise)) == values(setup, daily(*bars))
    assert values(LONG, daily(*otherwise)) != values(LONG, daily(*bars))


def test_only_setups_with_a_side_have_a_target_to_reach():
    watched = Setup("watched", NONE, {"up": close > open_})
    assert with_levels([LONG, watched, SHORT]) == [LONG, SHORT]
    with pytest.raises(BadInput, match="'watched' has no levels"):
        features_of(watched)
