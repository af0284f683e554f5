"""How fast prices move: oscillators between bounds, and differences of averages."""

from __future__ import annotations

from typing import NamedTuple

from tapehawk.core.columns import close, high, low
from tapehawk.core.expr import Expr, call
from tapehawk.core.indicators.basics import ema, highest, lowest, roc, sma
from tapehawk.core.indicators.bounds import bars


def rsi(length: int = 14, x: Expr = close) -> Expr:
    """Relative strength index: 100 - 100 / (1 + rma(rises) / rma(falls)).

    Unit: 0–100. Seed: means of the first `length` rises and falls. Null while nothing has moved (TA-Lib answers 0).
    Warm-up: `length` bars; within 1e-9 after ≈ 23 × `length` more. Source: Wilder (1978).
    """
    return call("wilder_rsi", x, params=(bars(length, "length"),))


class Oscillator(NamedTuple):
    """A line, its signal line and their difference."""

    line: Expr
    signal: Expr
    histogram: Expr


def macd(fast: int = 12, slow: int = 26, signal: int = 9, x: Expr = close) -> Oscillator:
    """Moving average convergence/divergence: ema(fast) - ema(slow); signal = its ema; histogram = line - signal.

    Unit: that of x. Seed: first values (TA-Lib: means). Warm-up: none; within 1e-9 of the price after ≈ 12 × `slow`
    plus 12 × `signal` bars. Source: Appel, *The Moving Average Convergence-Divergence Trading Method* (1979).
    """
    line = ema(x, bars(fast, "fast")) - ema(x, bars(slow, "slow"))
    smooth = ema(line, bars(signal, "signal"))
    return Oscillator(line, smooth, line - smooth)


def ppo(fast: int = 12, slow: int = 26, signal: int = 9, x: Expr = close) -> Oscillator:
    """Percentage price oscillator: 100 × (ema(fast) / ema(slow) - 1), with signal and histogram.

    Unit: percent. Seed: first values. Warm-up: as `macd`. Source: Appel, in percent.
    """
    line = (ema(x, bars(fast, "fast")) / ema(x, bars(slow, "slow")) - 1) * 100
    smooth = ema(line, bars(signal, "signal"))
    return Oscillator(line, smooth, line - smooth)


class Stochastic(NamedTuple):
    """%K and its average %D, 0–100."""

    k: Expr
    d: Expr


def stoch(length: int = 14, smooth: int = 3, signal: int = 3) -> Stochastic:
    """Stochastic oscillator: %K = sma of 100 × (close - lowest low) / (highest high - lowest low); %D = sma of %K.

    Unit: 0–100; null where the range is 0. `smooth` = 1 is the fast form. Warm-up: `length` + `smooth` - 2 bars, %D
    `signal` - 1 more; exact. Source: Lane (1957).
    """
    return _smoothed(_location(close, high, low, bars(length, "length")), smooth, signal)


def stoch_rsi(length: int = 14, window: int = 14, smooth: int = 3, signal: int = 3) -> Stochastic:
    """Stochastic of the RSI: where rsi(length) lies in its own range of `window` bars, smoothed.

    %K = sma of 100 × (rsi - lowest rsi) / (highest rsi - lowest rsi); %D = sma of %K.

    Unit: 0–100; null where the RSI has not moved. Seed: that of `rsi`. Warm-up: `length` + `window` + `smooth` - 2
    bars, %D `signal` - 1 more; settles as `rsi`. Source: Chande and Kroll (1994).
    """
    x = rsi(length)
    return _smoothed(_location(x, x, x, bars(window, "window")), smooth, signal)


def _location(x: Expr, top: Expr, bottom: Expr, length: int) -> Expr:
    """Where x lies between the lowest and the highest of the window, 0–100."""
    low_, high_ = lowest(bottom, length), highest(top, length)
    return (x - low_) / (high_ - low_) * 100


def _smoothed(x: Expr, smooth: int, signal: int) -> Stochastic:
    k = sma(x, bars(smooth, "smooth"))
    return Stochastic(k, sma(k, bars(signal, "signal")))


def williams_r(length: int = 14) -> Expr:
    """Williams %R: -100 × (highest high - close) / (highest high - lowest low).

    Unit: -100–0; null where the range is 0. Warm-up: `length` - 1 bars; exact. Source: Williams (1973).
    """
    top = highest(high, length)
    return (close - top) / (top - lowest(low, length)) * 100


def cci(length: int = 20) -> Expr:
    """Commodity channel index: (p - sma(p)) / (0.015 × mean deviation of p), p = (high + low + close) / 3.

    Unit: none; null where p has not moved. Warm-up: `length` - 1 bars; exact. Source: Lambert (1980).
    """
    p = (high + low + close) / 3
    deviation = call("mean_deviation", p, params=(bars(length, "length"),))
    return (p - sma(p, length)) / (deviation * 0.015)


class Signal(NamedTuple):
    """A line and its signal line."""

    line: Expr
    signal: Expr


def trix(length: int = 14, signal: int = 9, x: Expr = close) -> Signal:
    """Rate of change of a triple exponential average: roc(ema(ema(ema(x)))), with the ema of it as signal.

    Unit: percent per bar. Seed: first values (TA-Lib: means). Warm-up: 1 bar; within 1e-9 after ≈ 20 × `length` bars.
    Source: Hutson (1983).
    """
    line = roc(ema(ema(ema(x, length), length), length))
    return Signal(line, ema(line, bars(signal, "signal")))
