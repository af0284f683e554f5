"""The horizons of momentum: those of the trade, and what lies between them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tapehawk.core.horizons import HORIZONS
from tapehawk.core.series import TIMEFRAMES

TRADERS = {"1m": (10, 60), "5m": (5, 20), "1h": (4, 12), "1d": (7, 30), "1w": (4, 12)}
BETWEEN = [
    (a, b, name)
    for a, b in pairwise(TRADERS)
    for name in TIMEFRAMES
    if TIMEFRAMES[a] < TIMEFRAMES[name] < TIMEFRAMES[b]
]


def test_every_timeframe_has_one():
    assert list(HORIZONS) == list(TIMEFRAMES)


@pytest.mark.parametrize("timeframe", TRADERS)
def test_those_of_the_trade_stand_as_they_are(timeframe):
    assert tuple(HORIZONS[timeframe]) == TRADERS[timeframe]


@pytest.mark.parametrize(("faster", "slower", "timeframe"), BETWEEN)
def test_those_between_are_interpolated_geometrically(faster, slower, timeframe):
    minutes = TIMEFRAMES[timeframe]
    steps = 1000  # walk from one to the other in equal ratios until the minutes are reached
    ratio = (TIMEFRAMES[slower] / TIMEFRAMES[faster]) ** (1 / steps)
    step = next(n for n in range(steps) if TIMEFRAMES[faster] * ratio**n >= minutes)
    for mine, low, high in zip(HORIZONS[timeframe], TRADERS[faster], TRADERS[slower], strict=True):
        assert mine == round(low * (high / low) ** (step / steps))


def test_history_is_the_long_horizon_and_fifty_bars():
    assert HORIZONS["1d"].history == 80
