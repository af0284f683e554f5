"""The quick scan's rule: its thresholds, worked verdicts, and the laws that its forerunners broke."""

from __future__ import annotations

import math
import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core import quick_rule
from tapehawk.core.columns import minute, raw
from tapehawk.core.errors import UnknownName
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import where
from tapehawk.core.horizons import HORIZONS
from tapehawk.core.panel import Panel
from tapehawk.core.quick_rule import GIVEN, Evidence, Thresholds, grade, net, strength, thresholds
from tapehawk.core.series import TIMEFRAMES

DAILY = GIVEN["1d"]
SEEN = Evidence(raw.open, raw.high, raw.low, raw.close, raw.volume, minute > 0, minute < 0)
"""Evidence that stands in a panel's columns, so that any can be judged."""


def panel_of(columns: dict[str, np.ndarray]) -> Panel:
    size = len(next(iter(columns.values())))
    prices = {name: columns.get(name, np.ones(size)) for name in ("open", "high", "low", "close", "volume")}
    rest = {"session": np.arange(size, dtype=float), "minute": np.zeros(size)}
    return Panel(("A",), np.array([0, size]), np.arange(size) * 86_400_000_000, {**prices, **rest, **columns})


def judged(*cases: tuple[float, ...], by: Thresholds = DAILY, rule: Any = strength) -> list[tuple[float, float]]:
    """Return (grade, strength) of evidence: short, long, rsi, macd, volume, and 1, 0 or -1 for the trend."""
    names = ("raw.open", "raw.high", "raw.low", "raw.close", "raw.volume", "minute")
    columns = dict(zip(names, np.array(cases, dtype=float).T.copy(), strict=True))
    graded = grade(SEEN, by)
    found = evaluate(panel_of(columns).block(0, 1), graded, rule(graded, net(SEEN, by), SEEN))
    return list(zip(*(column.tolist() for column in found), strict=True))


# -------------------------------------------------------------------------------------------- thresholds


def test_a_timeframe_between_two_stated_ones_lies_between_them_on_the_scale_of_logarithms():
    # 15m of 5m … 1h: share ln 3 / ln 12 = 0.442; 0.03^0.558 × 0.05^0.442 = 0.0376, 52^0.558 × 50^0.442 = 51.1
    assert thresholds("15m") == Thresholds(0.0376, 51.1, 66.7)
    # 4h of 1h … 1d: share ln 4 / ln 24 = 0.436; 0.05^0.564 × 0.06^0.436 = 0.0541
    assert thresholds("4h") == Thresholds(0.0541, 50.0, 65.0)
    assert [thresholds(name) for name in GIVEN] == list(GIVEN.values())


def test_s2_an_unknown_timeframe_is_an_error_and_never_another_timeframe():
    with pytest.raises(UnknownName, match="'60m'"):
        thresholds("60m")
    assert {thresholds(name) != DAILY for name in ("1m", "5m", "15m", "30m", "1h", "4h", "1w")} == {True}


def test_the_table_of_the_docs_is_that_of_the_rule():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "quick.md").read_text()
    rows = re.findall(r"^\| (\**)(\w+)\**((?: \| [0-9.]+(?: %)?){6}) \|$", page, re.MULTILINE)
    shown = {name: [float(cell) for cell in cells.replace("%", "").split("|")[1:]] for _, name, cells in rows}
    assert {name for bold, name, _ in rows if bold} == set(GIVEN)
    assert list(shown) == list(TIMEFRAMES)
    for name, cells in shown.items():
        by = thresholds(name)
        numbers = [*HORIZONS[name], by.momentum * 100, by.rsi_min, by.rsi_max, quick_rule.bars_needed(name)]
        assert cells == pytest.approx(numbers), name


# ---------------------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        # short, long, rsi, macd, volume, trend   (τ = 0.06)
        ((0.13, 0.07, 55, 0.3, 1.5, 1), (3, 50 + 15 + 15 + 10 + 5 + 5)),
        ((0.13, 0.07, 55, 0.3, 1.5, 0), (2, 100)),  # without the trend it is not strong, and as strong in points
        ((0.13, 0.07, 70, 0.3, 1.5, 1), (2, 50 + 15 + 15 + 10 + 0 + 5)),  # beyond rsi_max
        ((0.13, 0.07, 71, 0.3, 0.5, 1), (2, 50 + 15 + 15 + 10 - 10 - 3)),  # stretched, on little volume
        ((0.06, 0.03, 62, 0.1, 1.0, 1), (1, 50 + 7.5 + 7.5 + 5)),  # 0.06 is not above 0.06
        ((0.01, -0.06, 46, 0.02, 1.0, 0), (1, 50 + 1.25 - 15 + 1 + 5)),  # the longer momentum speaks against it
        ((0.01, 0.0, 45, 0.02, 1.0, 0), (0, 50 - (1.25 + 1))),  # RSI 45 is not above 45
        ((0.01, 0.0, 60, -0.02, 1.0, 0), (0, 50 - (1.25 - 1))),
        ((-0.06, -0.03, 38, -0.1, 1.0, -1), (-1, 50 + 7.5 + 7.5 + 5)),
        ((-0.13, -0.07, 45, -0.3, 1.5, -1), (-3, 100)),
        ((-0.13, -0.07, 29, -0.3, 0.5, -1), (-2, 50 + 40 - 10 - 3)),
        ((0.0, 0.0, 50, 0.0, 1.0, 0), (0, 50)),
    ],
)
def test_evidence_is_judged_as_worked_by_hand(evidence, expected):
    assert judged(evidence)[0] == pytest.approx(expected)


def test_what_is_unknown_is_not_judged_but_unknown_volume_and_trend_take_nothing_away():
    null = math.nan
    assert all(np.isnan(judged((null, 0.1, 55, 0.3, 1, 1))[0]))
    assert all(np.isnan(judged((0.1, 0.1, null, 0.3, 1, 1))[0]))
    assert np.isnan(judged((0.1, null, 55, 0.3, 1, 1))[0][1])
    assert judged((0.13, 0.07, 55, 0.3, null, null))[0] == (2, 95)


# -------------------------------------------------------------------------------------------------- laws

numbers = st.floats(-0.5, 0.5)
evidences = st.lists(
    st.tuples(numbers, numbers, st.floats(0, 100), st.floats(-2, 2), st.floats(0, 5), st.sampled_from([-1, 0, 1])),
    min_size=1,
    max_size=30,
)
timeframes = st.sampled_from(["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"])


def mirrored(case):
    short, long, rsi, macd, volume, trend = case
    return -short, -long, 100 - rsi, -macd, volume, -trend


def holds_mirror(cases, by, rule) -> bool:
    turned = judged(*map(mirrored, cases), by=by, rule=rule)
    return all(
        a == -b and abs(x - y) < 1e-9 for (a, x), (b, y) in zip(judged(*cases, by=by, rule=rule), turned, strict=True)
    )


def exactly(cases):
    """RSI whose mirror is itself to the last bit, so that no rounding falls on the other side of a bound."""
    return [(s, lg, round(r * 4) / 4, m, v, t) for s, lg, r, m, v, t in cases]


@given(evidences, timeframes)
def test_s5_a_sell_is_as_strong_as_its_mirrored_buy(cases, timeframe):
    assert holds_mirror(exactly(cases), thresholds(timeframe), strength)


def test_s5_the_law_catches_a_rule_that_counts_everything_for_the_buy():
    def biased(graded, pointing, seen):
        return 50 + pointing + where(seen.rsi > 70, -10, 0)

    assert not holds_mirror([(-0.13, -0.07, 45, -0.3, 1.5, -1)], DAILY, biased)


@given(evidences, timeframes)
def test_s4_strength_is_between_0_and_100_and_not_always_100(cases, timeframe):
    found = [points for _, points in judged(*cases, by=thresholds(timeframe))]
    assert all(0 <= points <= 100 for points in found)
    assert judged((0.01, 0.0, 55, 0.02, 1.0, 0))[0][1] < 60


@given(evidences)
def test_more_momentum_on_the_stated_side_is_never_less_strong(cases):
    more = [(s * 1.5, lg, r, m, v, t) for s, lg, r, m, v, t in cases]
    for (side, points), (other, stronger) in zip(judged(*cases), judged(*more), strict=True):
        if side and np.sign(side) == np.sign(other):
            assert stronger >= points - 1e-9


# ------------------------------------------------------------------------------------------ from the bars

MOMENTA = {"1m": (10, 60), "1h": (4, 12), "1d": (7, 30)}


def walk(seed: int, size: int = 400, drift: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(drift, 0.02, size)))
    opened = close * np.exp(random.normal(0, 0.01, size))
    high, low = np.maximum(opened, close) * 1.005, np.minimum(opened, close) * 0.995
    frame = {"open": opened, "high": high, "low": low, "close": close, "volume": random.integers(1, 9, size) * 1e5}
    return pd.DataFrame(frame)


def columns_of(bars: pd.DataFrame, timeframe: str = "1d") -> dict[str, np.ndarray]:
    named = quick_rule.columns(timeframe)
    panel = panel_of({name: bars[name].to_numpy() for name in bars})
    return dict(zip(named, evaluate(panel.block(0, 1), *named.values()), strict=True))


def by_another_hand(bars: pd.DataFrame, timeframe: str) -> tuple[int, float]:
    """Judge the last bar with pandas, TA-Lib and plain comparisons, straight from the table of the rule."""
    close, high, low = bars["close"], bars["high"], bars["low"]
    by, looks = thresholds(timeframe), MOMENTA[timeframe]
    short, long = (close.iloc[-1] / close.iloc[-1 - bars_ago] - 1 for bars_ago in looks)
    rsi = talib.RSI(close.to_numpy(), 14)[-1]
    line = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    ranges = pd.concat([high - low, (high - close.shift()).abs(), (low - close.shift()).abs()], axis=1).max(axis=1)
    atr = ranges.iloc[:14].mean()
    for one in ranges.iloc[14:]:
        atr += (one - atr) / 14
    macd = (line - line.ewm(span=9, adjust=False).mean()).iloc[-1] / atr
    volume = bars["volume"].iloc[-1] / bars["volume"].iloc[-21:-1].mean()

    def middle(n):
        return (high.rolling(n).max() + low.rolling(n).min()) / 2

    a, b = ((middle(9) + middle(26)) / 2).shift(26).iloc[-1], middle(52).shift(26).iloc[-1]
    last, fast, slow = close.iloc[-1], middle(9).iloc[-1], middle(26).iloc[-1]
    side = 0
    if short > 0 and rsi > 45 and macd > 0:
        side, trend = 1, last > a and last > b and fast > slow and a > b
    elif short < 0 and rsi < 55 and macd < 0:
        side, trend = -1, last < a and last < b and fast < slow and a < b
    points = (
        15 * np.clip(short / (2 * by.momentum), -1, 1)
        + 15 * np.clip(long / by.momentum, -1, 1)
        + min(50 * abs(macd), 10) * np.sign(macd)
    )
    if not side:
        return 0, 50 - abs(points)
    towards, leaning = side * short, rsi if side > 0 else 100 - rsi
    level = 1
    if towards > by.momentum and leaning > by.rsi_min:
        level = 2
        if towards > 2 * by.momentum and side * long > by.momentum and leaning < by.rsi_max and trend:
            level = 3
    room = 5 if 40 < leaning < 60 else -10 if leaning > 70 else 0
    backed = 5 if volume > 1.2 else -3 if volume < 0.8 else 0
    return side * level, float(np.clip(50 + side * points + room + backed, 0, 100))


@pytest.mark.parametrize("timeframe", ["1m", "1h", "1d"])
@pytest.mark.parametrize("drift", [-0.006, 0.0, 0.006])
@pytest.mark.parametrize("seed", range(6))
def test_the_last_bar_is_judged_as_pandas_and_talib_do(seed, drift, timeframe):
    bars = walk(seed, drift=drift)
    found = columns_of(bars, timeframe)
    expected = by_another_hand(bars, timeframe)
    assert (found["grade"][-1], found["strength"][-1]) == pytest.approx(expected, abs=1e-6)


def test_the_walks_of_the_comparison_meet_every_verdict():
    cases = product(range(6), (-0.006, 0.0, 0.006), ("1m", "1h", "1d"))
    found = {by_another_hand(walk(seed, drift=drift), name)[0] for seed, drift, name in cases}
    assert found == {-3, -2, -1, 0, 1, 2, 3}


@pytest.mark.parametrize("seed", range(3))
def test_s6_ten_times_the_price_changes_no_score(seed):
    bars, dear = walk(seed), walk(seed)
    dear[["open", "high", "low", "close"]] *= 10
    found, scaled = columns_of(bars), columns_of(dear)
    for name in ("grade", "strength", "rsi", "macd", "ema"):
        assert scaled[name] == pytest.approx(found[name], abs=1e-9, nan_ok=True), name
    assert scaled["atr"][-1] == pytest.approx(10 * found["atr"][-1])


@pytest.mark.parametrize("seed", range(6))
def test_s5_bars_turned_upside_down_give_the_other_side_as_strongly(seed):
    # Small moves about a high level: there a rise and the fall that mirrors it are the same fraction.
    bars = walk(seed)
    for name in ("open", "high", "low", "close"):
        bars[name] = 10_000 + bars[name]
    turned = 20_200 - bars[["open", "high", "low", "close"]]
    turned = turned.rename(columns={"high": "low", "low": "high"}).assign(volume=bars["volume"])
    found, other = columns_of(bars, "1m"), columns_of(turned, "1m")
    assert np.array_equal(found["grade"][60:], -other["grade"][60:])
    assert np.nanmax(np.abs(found["strength"] - other["strength"])) < 0.5


@given(st.integers(61, 399))
def test_s9_a_verdict_does_not_change_when_later_bars_come(cut):
    bars = walk(7)
    whole, before = columns_of(bars), columns_of(bars.iloc[:cut])
    for name, column in before.items():
        assert np.array_equal(column, whole[name][:cut], equal_nan=True), name


def test_a_verdict_needs_as_many_bars_as_it_says():
    for timeframe in ("1m", "1d", "1h"):
        known = ~np.isnan(columns_of(walk(1), timeframe)["strength"])
        assert int(np.argmax(known)) == quick_rule.bars_needed(timeframe) - 1
