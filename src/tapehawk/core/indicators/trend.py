"""Which way prices go: direction, reversal lines, smoothed candles."""

from __future__ import annotations

from typing import NamedTuple

from tapehawk.core.columns import close, high, low
from tapehawk.core.expr import Expr, call
from tapehawk.core.indicators.bounds import bars


class Directional(NamedTuple):
    """Average directional index and the two directional indicators, each 0–100."""

    adx: Expr
    plus: Expr
    minus: Expr


def adx(length: int = 14) -> Directional:
    """Directional movement: ±DI = 100 × rma(±DM) / rma(true range); adx = rma(100 × |+DI - -DI| / (+DI + -DI)).

    Unit: 0–100. Seed: means of the first `length` values, from the second bar on (TA-Lib's sums hold one bar less).
    Null while nothing has moved. Warm-up: `length` bars, adx 2 × `length` - 1; within 1e-9 after ≈ 23 (adx: 46) ×
    `length` more. Source: Wilder (1978).
    """
    numbers = (bars(length, "length"),)
    plus, minus = (call(kernel, high, low, close, params=numbers) for kernel in ("wilder_plus", "wilder_minus"))
    return Directional(call("wilder_adx", high, low, close, params=numbers), plus, minus)
