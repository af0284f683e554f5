"""Market regime: bull, bear or sideways on daily bars, for the symbol and for the benchmark.

Five comparisons (close with EMA20, EMA50 and EMA200, EMA20 with EMA50, EMA50 with EMA200) count for a rise or a fall;
equal values count for neither. The first that holds decides, confidence in percent before it is divided by 100:

    sideways   ADX < 20 and spread < 3     min(100, 5 (20 - ADX) + 10 (3 - spread))
    bull       4 or 5 for a rise           min(100, 20 × count + the gain of 20 bars in percent, if any)
    bear       4 or 5 for a fall           min(100, 20 × count + the loss of 20 bars in percent, if any)
    bull       more for a rise             min(80, 15 × count)
    bear       more for a fall             min(80, 15 × count)
    sideways   else                        50

The spread is the deviation of 20 closes in percent of their mean. Volatility is ATR in percent of the close: low below
1.5, medium below 3.5, high from there on. Within bull the confidence rises with the gain, within bear with the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, ClassVar, Final

from tapehawk.analysis.part import Bar, On, Part, Seen, unavailable
from tapehawk.core.columns import close
from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr, number
from tapehawk.core.indicators import adx, ema, natr, roc, sma, std

HISTORY: Final = 200  # daily bars, as many as the slowest average is long
SYMBOL, BENCHMARK = On("1d"), On("1d", benchmark=True)
_PAIRS: Final = (
    (close, ema(close, 20)),
    (close, ema(close, 50)),
    (close, ema(close, 200)),
    (ema(close, 20), ema(close, 50)),
    (ema(close, 50), ema(close, 200)),
)
_INPUTS: Final[Mapping[str, Expr]] = {
    "rising": reduce(add, (number(fast > slow) for fast, slow in _PAIRS)),
    "falling": reduce(add, (number(fast < slow) for fast, slow in _PAIRS)),
    "adx": adx(14).adx,
    "spread_pct": std(close, 20) / sma(close, 20) * 100,
    "return_20_pct": roc(close, 20),
    "atr_pct": natr(14),
}


@dataclass(frozen=True)
class Regime(Part):
    """The regime of the symbol's days, and beside it that of the benchmark's. It has no side."""

    name: ClassVar[str] = "market_regime"

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return the same inputs for the symbol and for the benchmark."""
        return {SYMBOL: _INPUTS, BENCHMARK: _INPUTS}

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002 - a regime is nobody's side
        """Return the symbol's regime with its inputs, and the benchmark's or why there is none."""
        return {**_of(seen.need(SYMBOL, HISTORY)), "benchmark": _of_benchmark(seen)}


def _of_benchmark(seen: Seen) -> Mapping[str, Any]:
    try:
        bar = seen.need(BENCHMARK, HISTORY)
        return {"available": True, "of": bar.of, **_of(bar)}
    except NoData as lacking:
        return unavailable(lacking.message)


def _of(bar: Bar) -> dict[str, Any]:
    regime, percent = _judged(bar["rising"], bar["falling"], bar)
    return {
        "regime": regime,
        "confidence": percent / 100.0,
        "volatility": _volatility(bar["atr_pct"]),
        "inputs": {name: bar.get(name) for name in bar.values},
    }


def _judged(rising: float, falling: float, bar: Bar) -> tuple[str, float]:
    """Return the label and its confidence in percent."""
    strength, spread, gain = bar["adx"], bar["spread_pct"], bar["return_20_pct"]
    if strength < 20.0 and spread < 3.0:
        return "sideways", min(100.0, 5.0 * (20.0 - strength) + 10.0 * (3.0 - spread))
    for label, count, move in (("bull", rising, gain), ("bear", falling, -gain)):
        if count >= 4:
            return label, min(100.0, 20.0 * count + max(move, 0.0))
    if rising == falling:
        return "sideways", 50.0
    return ("bull" if rising > falling else "bear"), min(80.0, 15.0 * max(rising, falling))


def _volatility(atr_pct: float) -> str:
    return "low" if atr_pct < 1.5 else "medium" if atr_pct < 3.5 else "high"
