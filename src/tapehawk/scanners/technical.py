"""Technical: extremes, trends and squeezes of the usual daily indicators, with a vote of five."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import add
from typing import Annotated

from pydantic import Field

from tapehawk.core.columns import close
from tapehawk.core.expr import Expr, function, number
from tapehawk.core.indicators import adx, atr, bollinger, count, ema, macd, roc, rsi, squeeze
from tapehawk.core.scanner import BUY, SELL, Direction, Scanner, Setup
from tapehawk.core.timeframes import daily

_SQUEEZED_BARS = 5
_rsi, _atr, _bands, _direction = rsi(14), atr(14), bollinger(20, 2.0), adx(14)
_histogram = macd(12, 26, 9).histogram
_trend = {True: ema(close, 20) > ema(close, 50), False: ema(close, 20) < ema(close, 50)}
_squeezed = count(squeeze(), _SQUEEZED_BARS)[1] == _SQUEEZED_BARS
_WORDS = {"risk_level": ("VERY_LOW_RISK", "LOW_RISK", "MEDIUM_RISK", "HIGH_RISK")}


class Technical(Scanner):
    """An oversold bounce, a trend or the end of a squeeze, judged on completed bars.

    On intraday bars the indicators are those of the sessions up to yesterday. A bounce: RSI or %B at its extreme and
    the MACD histogram turning. A trend: EMA20 and EMA50, ADX with its direction, and MACD agree. A squeeze: the
    Bollinger bands were inside the Keltner channel for five bars, and the close leaves them. The score is the share of
    five votes (RSI, MACD, %B, EMA, ADX) for the side; `risk_level` is VERY_LOW_RISK, LOW_RISK, MEDIUM_RISK or HIGH_RISK
    for 0, 1, 2 and 3 points: 2 for an RSI beyond 25 or 75, 1 at or beyond a band, 1 for a change above 3 %, at most 3.
    The stop is 1.5 ATR away.
    """

    rsi_oversold: Annotated[float, Field(ge=0, le=50, description="RSI at or below")] = 30
    rsi_overbought: Annotated[float, Field(ge=50, le=100, description="RSI at or above")] = 70
    macd_threshold: Annotated[float, Field(ge=0, le=10, description="MACD histogram beyond, in ATR")] = 0.1
    min_adx: Annotated[float, Field(ge=0, le=100, description="ADX of a trend")] = 20

    def setups(self) -> Iterator[Setup]:
        """Yield bounce, trend and squeeze for buyers, and their mirror images for sellers."""
        yield from self._side(BUY, ("oversold_bounce", "trend_up", "squeeze_up"), close - 1.5 * daily(_atr))
        yield from self._side(SELL, ("overbought_fade", "trend_down", "squeeze_down"), close + 1.5 * daily(_atr))

    def _side(self, side: Direction, names: tuple[str, str, str], stop: Expr) -> Iterator[Setup]:
        up = side is BUY
        votes = self._votes(up=up)
        turns = _histogram > _histogram[1] if up else _histogram < _histogram[1]
        leaves = close > _bands.upper if up else close < _bands.lower
        patterns: tuple[Mapping[str, Expr], ...] = (
            {"extreme": votes["rsi"] | votes["percent_b"], "MACD turns": turns},
            {name: votes[name] for name in ("ema", "adx", "macd")},
            {"squeezed": _squeezed, "leaves the bands": leaves},
        )
        share = reduce(add, map(number, votes.values())) * (100 / len(votes))
        for name, when in zip(names, patterns, strict=True):
            completed = {label: daily(condition) for label, condition in when.items()}
            yield Setup(name, side, completed, stop=stop, score=daily(share), show=_shown(), words=_WORDS)

    def _votes(self, *, up: bool) -> dict[str, Expr]:
        """Return the five votes for a side."""
        histogram, trending = _histogram / _atr, _direction.adx >= self.min_adx
        return {
            "rsi": _rsi <= self.rsi_oversold if up else _rsi >= self.rsi_overbought,
            "macd": histogram > self.macd_threshold if up else histogram < -self.macd_threshold,
            "percent_b": _bands.percent_b <= 0 if up else _bands.percent_b >= 1,
            "ema": _trend[up],
            "adx": trending & (_direction.plus > _direction.minus if up else _direction.plus < _direction.minus),
        }


def _risk() -> Expr:
    """Return the risk: 2 for an RSI beyond 25 or 75, 1 at or beyond a band, 1 for a change above 3 %; at most 3."""
    extreme, outside = (_rsi >= 75) | (_rsi <= 25), (_bands.percent_b >= 1) | (_bands.percent_b <= 0)
    points = number(extreme) * 2 + number(outside) + number(abs(roc(close)) > 3)
    return function("min", points, 3)


def _shown() -> Mapping[str, Expr]:
    values = {
        "rsi": _rsi,
        "macd_histogram_atr": _histogram / _atr,
        "percent_b": _bands.percent_b,
        "ema20": ema(close, 20),
        "ema50": ema(close, 50),
        "adx": _direction.adx,
        "price_change_pct": roc(close),
        "risk_level": _risk(),
    }
    return {name: daily(x) for name, x in values.items()}
