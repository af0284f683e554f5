"""Opportunity: how good a moment this is for the signal's side, 0–100, from seven weighted parts.

Each part is 0–1 and judged as a buyer would; a seller judges the mirror image (RSI and %K from 100, %B from 1, moves
with the other sign), so that a SELL is as strong as its mirrored BUY. Moves are in ATR of the symbol's own timeframe,
never in prices or percent, so that one table serves every asset and timeframe.

    part         weight  a buyer's value
    rsi          .25     < 30 .3 · < 45 1 · < 55 .8 · < 70 .5 · else .2
    percent_b    .20     < .3 1 · < .5 .9 · < .7 .6 · else .2 · .5 where the bands have no width
    stochastic   .15     %K < 20: 1 in a rise (long momentum > 0), else .3 · < 40 .9 · < 60 .7 · < 80 .4 · else .1 ·
                         .5 where there is no range
    momentum     .15     rise (long > 0.1): 1 while short is -0.5 … 0.2, .4 above 0.5, else .6 ·
                         fall (long < -0.1): 1 while short is -0.2 … 0.5, else .5 · flat .5
    volume       .10     > 1.5 × usual: 1 if RSI < 55, else .3 · > 1.2 .8 · > 0.8 .6 · else .4
    trend        .10     .4 slope (EMA21 over 20 bars, ± 1 ATR) + .4 ADX / 50 + .2 place among the last 20 closes
    macd         .05     rise and histogram -0.25 … 0: 1 · 0 … 0.5 .7 · above .3 · else .5

Half of it is taken away where price and RSI diverge over 9 bars against the side. The more ADX, the steeper the slope
and the higher the place for the side, the higher the score; nothing else claims to be monotonic.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple, Self

from tapehawk.analysis.part import Bar, On, Part, Seen, sign_of
from tapehawk.core.columns import close
from tapehawk.core.expr import Expr, number
from tapehawk.core.horizons import HORIZONS
from tapehawk.core.indicators import adx, atr, bollinger, ema, highest, lowest, macd, rsi, rvol, stoch

WEIGHTS: Final[Mapping[str, float]] = {
    "rsi": 0.25,
    "percent_b": 0.20,
    "stochastic": 0.15,
    "momentum": 0.15,
    "volume": 0.10,
    "trend": 0.10,
    "macd": 0.05,
}
DIVERGENCE: Final = 0.5
UNDECIDED: Final = 0.5  # where a band or a range has no width, the price is in its middle
_AGO: Final = 9


class _Moment(NamedTuple):
    """The last closed bar as the side sees it; moves in ATR."""

    rsi: float
    percent_b: float | None
    stochastic: float | None
    short: float
    long: float
    volume: float
    slope: float
    adx: float
    place: float
    macd: float
    price_change: float
    rsi_change: float


@dataclass(frozen=True)
class Opportunity(Part):
    """The opportunity score of a signal.

    `observed`: what became of past signals that had a score in the same decile, handed in by whoever counts them; left
    out of the answer where it is None or answers None.
    """

    name: ClassVar[str] = "opportunity_score"
    timeframe: str = "1d"
    observed: Callable[[float], Mapping[str, Any] | None] | None = None

    @classmethod
    def of_signals_on(cls, timeframe: str) -> Self:
        """Judge the moment on the signal's own bars."""
        return cls(timeframe)

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return the indicators of the table, moves in ATR."""
        unit, strength, horizon = atr(14), rsi(14), HORIZONS[self.timeframe]
        average, direction = ema(close, 21), adx(14)
        place = number(close > highest(close, 20)[1]) - number(close < lowest(close, 20)[1])
        return {
            On(self.timeframe): {
                "rsi": strength,
                "percent_b": bollinger(20, 2.0).percent_b,
                "stochastic": stoch(14, 1).k,
                "momentum_short_atr": (close - close[horizon.short]) / unit,
                "momentum_long_atr": (close - close[horizon.long]) / unit,
                "rvol": rvol(20),
                "slope_atr": (average - average[20]) / unit,
                "adx": direction.adx,
                "place": place,
                "macd_histogram_atr": macd(12, 26, 9).histogram / unit,
                "price_change_9_atr": (close - close[_AGO]) / unit,
                "rsi_change_9": strength - strength[_AGO],
            }
        }

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        """Return the score, each part of it with its weight, and the inputs."""
        bar = seen.need(On(self.timeframe), HORIZONS[self.timeframe].history)
        moment = _seen_from(sign_of(side), bar)
        values = _values(moment)
        divergence = moment.price_change > 0 > moment.rsi_change
        score = 100.0 * sum(WEIGHTS[name] * value for name, value in values.items()) * (DIVERGENCE if divergence else 1)
        parts = {name: {"value": value, "weight": WEIGHTS[name]} for name, value in values.items()}
        observed = self.observed(score) if self.observed else None
        return {
            "score": score,
            "side": str(side),
            "parts": parts,
            "divergence": divergence,
            "inputs": {name: bar.get(name) for name in bar.values},
            **({"observed": observed} if observed is not None else {}),
        }


def _seen_from(sign: int, bar: Bar) -> _Moment:
    """Return the bar as it is for a buyer, mirrored for a seller."""
    return _Moment(
        rsi=_turned(bar["rsi"], sign, 100.0),
        percent_b=_turned_or_none(bar.get("percent_b"), sign, 1.0),
        stochastic=_turned_or_none(bar.get("stochastic"), sign, 100.0),
        short=sign * bar["momentum_short_atr"],
        long=sign * bar["momentum_long_atr"],
        volume=bar["rvol"],
        slope=sign * bar["slope_atr"],
        adx=bar["adx"],
        place=sign * bar["place"],
        macd=sign * bar["macd_histogram_atr"],
        price_change=sign * bar["price_change_9_atr"],
        rsi_change=sign * bar["rsi_change_9"],
    )


def _turned(value: float, sign: int, top: float) -> float:
    return value if sign > 0 else top - value


def _turned_or_none(value: float | None, sign: int, top: float) -> float | None:
    return None if value is None else _turned(value, sign, top)


def _values(at: _Moment) -> dict[str, float]:
    """Return the seven parts, 0–1, in the order of their weights."""
    return {
        "rsi": _banded(at.rsi, (30.0, 45.0, 55.0, 70.0), (0.3, 1.0, 0.8, 0.5, 0.2)),
        "percent_b": _banded(at.percent_b, (0.3, 0.5, 0.7), (1.0, 0.9, 0.6, 0.2)),
        "stochastic": _banded(
            at.stochastic, (20.0, 40.0, 60.0, 80.0), (1.0 if at.long > 0 else 0.3, 0.9, 0.7, 0.4, 0.1)
        ),
        "momentum": _momentum(at),
        "volume": _volume(at),
        "trend": _trend(at),
        "macd": _macd(at),
    }


def _banded(x: float | None, edges: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Return the value of the band that x lies in, each with its lower edge."""
    return UNDECIDED if x is None else values[bisect_right(edges, x)]


def _momentum(at: _Moment) -> float:
    if at.long > 0.1:
        return 1.0 if -0.5 < at.short < 0.2 else 0.4 if at.short > 0.5 else 0.6
    if at.long < -0.1:
        return 1.0 if -0.2 < at.short < 0.5 else 0.5
    return 0.5


def _volume(at: _Moment) -> float:
    if at.volume > 1.5:
        return 1.0 if at.rsi < 55.0 else 0.3
    return 0.8 if at.volume > 1.2 else 0.6 if at.volume > 0.8 else 0.4


def _trend(at: _Moment) -> float:
    slope = (min(max(at.slope, -1.0), 1.0) + 1.0) / 2.0
    return 0.4 * slope + 0.4 * min(at.adx / 50.0, 1.0) + 0.2 * (at.place + 1.0) / 2.0


def _macd(at: _Moment) -> float:
    if at.long > 0 and -0.25 < at.macd < 0:
        return 1.0
    if at.macd > 0:
        return 0.7 if at.macd < 0.5 else 0.3
    return 0.5
