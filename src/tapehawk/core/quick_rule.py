"""The quick scan's rule: which side the last bars point to, and how far, as expressions of one timeframe.

    momentum over two lengths, RSI, MACD in ATR   →   grade -3 … 3   →   BUY, SELL or HOLD, with a strength of 0–100

Every part is mirrored: what speaks for a BUY, turned upside down, speaks as much for a SELL. Momenta are measured by
the timeframe's own threshold and MACD by the ATR, so that no score depends on the price or the length of a bar.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from tapehawk.core.columns import close, raw
from tapehawk.core.expr import Expr, function, known, number, where
from tapehawk.core.horizons import HORIZONS, Horizon
from tapehawk.core.indicators import atr, ema, ichimoku, macd, rsi, rvol
from tapehawk.core.series import TIMEFRAMES, check_timeframe

STRONG, USUAL, WEAK = 3, 2, 1
"""Grades of a BUY; a SELL has them negative, a HOLD is 0."""


RSI_BARS: Final = 14


@dataclass(frozen=True)
class Thresholds:
    """What counts as a move on a timeframe.

    `momentum`: the short momentum that is a move, as a fraction; over how many bars is that of `HORIZONS`.
    `rsi_min`, `rsi_max`: RSI of a BUY; of a SELL 100 - these.
    """

    momentum: float
    rsi_min: float
    rsi_max: float


GIVEN: Final[Mapping[str, Thresholds]] = {
    "1m": Thresholds(0.01, 55, 70),
    "5m": Thresholds(0.03, 52, 68),
    "1h": Thresholds(0.05, 50, 65),
    "1d": Thresholds(0.06, 50, 65),
    "1w": Thresholds(0.15, 45, 70),
}
"""Timeframes whose thresholds are stated; those between are interpolated."""


def thresholds(timeframe: str) -> Thresholds:
    """Return a timeframe's thresholds: stated, or between its neighbours' by the logarithm of the bar's length.

    Momenta are rounded to 0.0001 and RSI to 0.1. Raises UnknownName for no timeframe of ours.
    """
    check_timeframe(timeframe)
    if timeframe in GIVEN:
        return GIVEN[timeframe]
    minutes = TIMEFRAMES[timeframe]
    below = max((name for name in GIVEN if TIMEFRAMES[name] < minutes), key=TIMEFRAMES.__getitem__)
    above = min((name for name in GIVEN if TIMEFRAMES[name] > minutes), key=TIMEFRAMES.__getitem__)
    share = math.log(minutes / TIMEFRAMES[below]) / math.log(TIMEFRAMES[above] / TIMEFRAMES[below])
    a, b = GIVEN[below], GIVEN[above]

    def between(x: float, y: float) -> float:
        return float(x ** (1 - share) * y**share)

    return Thresholds(
        round(between(a.momentum, b.momentum), 4),
        round(between(a.rsi_min, b.rsi_min), 1),
        round(between(a.rsi_max, b.rsi_max), 1),
    )


def bars_needed(timeframe: str) -> int:
    """Return how many bars a symbol needs before it can be judged: the longer momentum's, at least those of RSI."""
    return max(HORIZONS[check_timeframe(timeframe)].long, RSI_BARS) + 1


class Evidence(NamedTuple):
    """What is judged: two momenta (fractions), RSI, the MACD histogram in ATR, volume in times usual, and two trends.

    `up` and `down`: the Ichimoku cloud below, and above; unknown until 78 bars are there.
    """

    short: Expr
    long: Expr
    rsi: Expr
    macd: Expr
    volume: Expr
    up: Expr
    down: Expr


def evidence(looks: Horizon) -> Evidence:
    """Return what the bars say. Warm-up: the longer momentum, at least 15 bars."""
    cloud = ichimoku()
    up = (close > cloud.span_a) & (close > cloud.span_b) & (cloud.conversion > cloud.base)
    down = (close < cloud.span_a) & (close < cloud.span_b) & (cloud.conversion < cloud.base)
    return Evidence(
        short=close / close[looks.short] - 1,
        long=close / close[looks.long] - 1,
        rsi=rsi(RSI_BARS),
        macd=macd(12, 26, 9).histogram / atr(14),
        volume=rvol(20),
        up=up & (cloud.span_a > cloud.span_b),
        down=down & (cloud.span_a < cloud.span_b),
    )


def grade(seen: Evidence, given: Thresholds) -> Expr:
    """Return 3 for a strong BUY, 2 for a usual, 1 for a weak one, the same negative for a SELL, 0 for a HOLD.

    A grade needs every one of its conditions to be true; null where not even a weak one can be judged.
    """
    fallen = 100 - seen.rsi
    buy = _grade(seen.short, seen.long, seen.rsi, seen.macd, seen.up, given)
    sell = _grade(-seen.short, -seen.long, fallen, -seen.macd, seen.down, given)
    return buy - sell


def _grade(short: Expr, long: Expr, rsi_: Expr, macd_: Expr, trend: Expr, given: Thresholds) -> Expr:  # noqa: PLR0913 - one side of the evidence
    """Return how strong one side is, 0–3; the two sides exclude each other (the sign of the short momentum)."""
    tau, above = given.momentum, macd_ > 0
    weak = (short > 0) & (rsi_ > 45) & above
    usual = (short > tau) & (rsi_ > given.rsi_min) & above
    within = (rsi_ > given.rsi_min) & (rsi_ < given.rsi_max)
    strong = (short > 2 * tau) & (long > tau) & within & above & trend
    return where(_surely(strong), STRONG, where(usual, USUAL, where(weak, WEAK, 0)))


def _surely(condition: Expr) -> Expr:
    """Return true where the condition is, false also where it is unknown."""
    return known(number(condition)) & condition


def net(seen: Evidence, given: Thresholds) -> Expr:
    """Return how far the evidence points up (positive) or down: points within ±40.

    15 for each momentum, in full from the bounds of a strong grade on, and 10 for MACD, in full from 0.2 ATR on.
    """
    tau = given.momentum
    return 15 * _within(seen.short / (2 * tau)) + 15 * _within(seen.long / tau) + 10 * _within(seen.macd * 5)


def strength(graded: Expr, pointing: Expr, seen: Evidence) -> Expr:
    """Return how far the evidence points to the stated side, 0–100; of a HOLD 50 less how far it points to any.

    A side gets 5 more where RSI has room (40–60), 10 less where it is stretched (above 70, for a SELL below 30), and 5
    more on volume above 1.2 × usual, 3 less below 0.8 ×; unknown volume says nothing.
    """
    side = where(graded > 0, 1, where(graded < 0, -1, 0))
    leaning = where(graded < 0, 100 - seen.rsi, seen.rsi)
    room = where((leaning > 40) & (leaning < 60), 5, where(leaning > 70, -10, 0))
    volume = where(seen.volume > 1.2, 5, where(seen.volume < 0.8, -3, 0))
    backed = where(known(seen.volume), volume, 0)
    stated = function("max", function("min", 50 + side * pointing + room + backed, 100), 0)
    hold = (graded == 0) & (seen.rsi >= 0)  # RSI is never below 0; where it is unknown, so is a HOLD
    return where(hold, 50 - abs(pointing), stated)


def _within(x: Expr) -> Expr:
    return function("max", function("min", x, 1), -1)


def columns(timeframe: str) -> dict[str, Expr]:
    """Return everything a row of the quick scan is made of, by name. Raises UnknownName for no timeframe of ours.

    `price` is as traded; `close` and `atr` are split-adjusted; `ema` is EMA5 over EMA13, less 1. Where `strength` is
    null the history is too short, or nothing has moved yet.
    """
    given = thresholds(timeframe)
    seen = evidence(HORIZONS[timeframe])
    graded = grade(seen, given)
    return {
        "price": raw.close,
        "close": close,
        "atr": atr(14),
        "rsi": seen.rsi,
        "macd": seen.macd,
        "ema": ema(close, 5) / ema(close, 13) - 1,
        "grade": graded,
        "strength": strength(graded, net(seen, given), seen),
    }
