"""Parabolic: names stretched so far by yesterday's close that today's gap up is one to sell.

Everything is known at the open: of the bar itself only its open is used. Yesterday is `[1]`; a multiple is of `_atr`,
the simple mean of the 14 true ranges up to yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import add
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.expr import Expr, function
from tapehawk.core.indicators import ema, highest, lowest, sma, true_range
from tapehawk.core.scanner import AT_OPEN, SELL, Scanner, Setup

_mean_range, _mean_volume = sma(true_range(), 14), sma(volume, 14)
_atr = _mean_range[1]
_ema9, _ema20 = ema(close, 9), ema(close, 20)
_gap = (open_ - close[1]) / _atr
_POSITION_BARS, _POSITION_AGO = 690, 7  # a thousand calendar days, and ten


class Parabolic(Scanner):
    """Yesterday far above every average after a steep rise on volume, today a gap further up: a short at the open.

    `a_plus` asks for the extreme of a parabola, `backside` for a gap up in a name that is not near its high of the last
    three years. The score is how far both went: the mean over the measures of `a_plus` of each as a share of twice its
    threshold, at most 1, times 100; 50 just meets all of them. Daily bars; known at the open, entered at the open. The
    stop is a quarter of an ATR above the session's high so far, which at the open is the open.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1d",)

    min_price: Annotated[float, Field(ge=0, le=1e6, description="open as traded")] = 8
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e13, description="mean of the 20 bars before")] = 30_000_000
    min_previous_close: Annotated[float, Field(ge=0, le=1e6, description="as traded, a_plus")] = 10
    above_previous_high: Annotated[bool, Field(description="a_plus opens above yesterday's high")] = False
    min_previous_gain_pct: Annotated[float, Field(ge=0, le=1000, description="open to close, a_plus; 0: any")] = 0

    def universe(self) -> Mapping[str, Expr]:
        """Return the floors, as they are known at the open."""
        return {
            f"open ≥ {self.min_price:g}": open_ >= self.min_price,
            f"dollar volume ≥ {self.min_dollar_volume:,.0f}": sma(close * volume, 20)[1] >= self.min_dollar_volume,
        }

    def setups(self) -> Iterator[Setup]:
        """Yield both forms, to sell at the open."""
        show = {"gap_atr": _gap, "open_over_ema9": open_ / _ema9[1], "slope_9_15_pct": _slope(15, 1)}
        for pattern, when in (("a_plus", self._a_plus()), ("backside", _backside())):
            yield Setup(
                pattern, SELL, when, entry=open_, stop=open_ + 0.25 * _atr, score=_score(), show=show, known=AT_OPEN
            )

    def _a_plus(self) -> dict[str, Expr]:
        above_low = _above_low(7) >= 0.5, _above_low(14) >= 1.5
        moves = (close[1] - close[3]) / _atr >= 2, (close[1] - close[4]) / _atr >= 2.5
        gain = (close[1] / open_[1] - 1) * 100
        return {
            "previous close": raw.close[1] > self.min_previous_close,
            "true range": true_range()[1] / _atr >= 2.5,
            "volume of both days": (volume[1] / _mean_volume[2] >= 2) & (volume[2] / _mean_volume[2] >= 2),
            "slope": (_slope(3, 1) >= 10) & (_slope(5, 1) >= 20) & (_slope(15, 1) >= 50),
            "above EMA9 and EMA20": (_over(_ema9, 1) / _atr >= 3.5) & (_over(_ema20, 1) / _atr >= 5),
            "above the low of 7 and 14 bars": above_low[0] & above_low[1],
            "ATR rises": (_atr / _mean_range[2] - 1) * 100 >= 9,
            "move of two and three days": moves[0] & moves[1],
            "gap up": _gap >= 0.5,
            "opens above EMA9": open_ / _ema9[1] >= 1,
            **({"opens above the high": open_ > high[1]} if self.above_previous_high else {}),
            **({"gain before": gain >= self.min_previous_gain_pct} if self.min_previous_gain_pct else {}),
        }


def _score() -> Expr:
    """Return 0–100: 50 at every threshold of `a_plus`, 100 at twice each."""
    measures = {
        true_range()[1] / _atr: 2.5,
        volume[1] / _mean_volume[2]: 2,
        volume[2] / _mean_volume[2]: 2,
        _slope(3, 1): 10,
        _slope(5, 1): 20,
        _slope(15, 1): 50,
        _over(_ema9, 1) / _atr: 3.5,
        _over(_ema20, 1) / _atr: 5,
        (close[1] - close[3]) / _atr: 2,
        (close[1] - close[4]) / _atr: 2.5,
        _gap: 0.5,
    }
    shares = [function("min", function("max", x / (2 * met), 0), 1) for x, met in measures.items()]
    return reduce(add, shares) * (100 / len(shares))


def _backside() -> dict[str, Expr]:
    top, bottom = highest(high, _POSITION_BARS)[_POSITION_AGO], lowest(low, _POSITION_BARS)[_POSITION_AGO]
    return {
        "lower three quarters of three years": (close[1] - bottom) / (top - bottom) <= 0.75,
        "stretched": _stretched(1) | _stretched(2),
        "strong day before": ((close - open_)[1] / _mean_range[2] >= 0.3) & (raw.volume[1] >= 15_000_000),
        "higher high and close": (high[1] > high[2]) & (close[1] > close[2]),
        "gap up": (_gap >= 0.75) & (open_ > high[1]),
        "opens above EMA9": open_ / _ema9[1] >= 0.9,
    }


def _stretched(ago: int) -> Expr:
    """Say whether a bar was wide, busy, rising and above EMA9, by the ATR of the bar before it."""
    own_atr, busy = _mean_range[ago + 1], function("max", volume[ago], volume[ago + 1]) / _mean_volume[ago + 1]
    return (
        (raw.close[ago + 1] >= 8)
        & (sma(close * volume, 20)[ago + 1] >= 30_000_000)
        & (true_range()[ago] / own_atr >= 0.9)
        & (busy >= 0.9)
        & (_slope(5, ago) >= 3)
        & (_over(_ema9, ago) / own_atr >= 1.05)
    )


def _slope(bars: int, ago: int) -> Expr:
    """Return by how many percent EMA9 rose over some bars, `ago` bars ago."""
    return ((_ema9 / _ema9[bars] - 1) * 100)[ago]


def _over(average: Expr, ago: int) -> Expr:
    """Return how far the high was above an average, `ago` bars ago."""
    return (high - average)[ago]


def _above_low(bars: int) -> Expr:
    """Return how far yesterday's close was above the low of some bars, in percent, over its ATR in percent."""
    return (close / lowest(low, bars) - 1)[1] / (_atr / close[1])
