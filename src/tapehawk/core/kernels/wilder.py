"""Wilder's recurrences that no sum of simpler kernels gives in one pass: true range, strength, direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapehawk.core.kernels import kernel
from tapehawk.core.kernels.averages import bars_until_forgotten


@kernel(inputs=3, width=lambda: 2, warmup=lambda: 0, settling=lambda: 1)
def wilder_range(high: Any, low: Any, close: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Greatest of h - l and the distances of h and l from the previous close; first h - l. State: 1, last close."""
    for k in range(starts.size - 1):
        seen, last = state[k, 0], state[k, 1]
        for i in range(starts[k], starts[k + 1]):
            h, l, c = high[i], low[i], close[i]
            out[i] = np.nan
            if (h - h) + (l - l) + (c - c) == 0.0:
                top = h if seen == 0.0 or h > last else last
                bottom = l if seen == 0.0 or l < last else last
                out[i] = top - bottom
                seen, last = 1.0, c
        state[k, 0], state[k, 1] = seen, last


@kernel(width=lambda _: 4, warmup=int, settling=lambda n: bars_until_forgotten(1.0 / n), power=0)
def wilder_rsi(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """100 × rises / (rises + falls), Wilder's averages of both over n; null while nothing has moved.

    State: values seen (up to n + 1), the last, average (before n changes: sum) of rises, of falls.
    """
    n = params[0]
    alpha = 1.0 / n
    keep = 1.0 - alpha
    for k in range(starts.size - 1):
        seen, last, rise, fall = state[k, 0], state[k, 1], state[k, 2], state[k, 3]
        for i in range(starts[k], starts[k + 1]):
            v = x[i]
            out[i] = np.nan
            if v - v != 0.0:
                continue
            change = v - last
            last = v
            up = max(change, 0.0)
            down = max(-change, 0.0)
            if seen > n:
                rise, fall = alpha * up + keep * rise, alpha * down + keep * fall
            else:
                seen += 1.0
                if seen > 1.0:
                    rise, fall = rise + up, fall + down
                if seen > n:
                    rise, fall = rise / n, fall / n
            if seen > n and rise + fall > 0.0:
                out[i] = 100.0 * rise / (rise + fall)
        state[k, 0], state[k, 1], state[k, 2], state[k, 3] = seen, last, rise, fall


def _directional(high: Any, low: Any, close: Any, starts: Any, state: Any, n: float, what: int, out: Any) -> None:
    """Wilder's directional movement: +DI (what 1), -DI (2) or ADX (3).

    State: bars seen (up to n + 1), last high, low, close; average (before n moves: sum) of true range, rises of the
    high, falls of the low; directional indices seen (up to n), their average (before n: sum).
    """
    alpha = 1.0 / n
    keep = 1.0 - alpha
    for k in range(starts.size - 1):
        row = state[k]
        seen, h1, l1, c1 = row[0], row[1], row[2], row[3]
        tr, plus, minus, count, adx = row[4], row[5], row[6], row[7], row[8]
        for i in range(starts[k], starts[k + 1]):
            h, l, c = high[i], low[i], close[i]
            out[i] = np.nan
            if (h - h) + (l - l) + (c - c) != 0.0:
                continue
            up, down = h - h1, l1 - l
            rise = up if up > down and up > 0.0 else 0.0
            fall = down if down > up and down > 0.0 else 0.0
            span = max(h, c1) - min(l, c1)
            h1, l1, c1 = h, l, c
            if seen > n:
                tr, plus, minus = alpha * span + keep * tr, alpha * rise + keep * plus, alpha * fall + keep * minus
            else:
                seen += 1.0
                if seen > 1.0:
                    tr, plus, minus = tr + span, plus + rise, minus + fall
                if seen > n:
                    tr, plus, minus = tr / n, plus / n, minus / n
            if seen <= n or tr == 0.0:
                continue
            if what < 3:
                out[i] = 100.0 * (plus if what == 1 else minus) / tr
            else:
                dx = 100.0 * abs(plus - minus) / (plus + minus) if plus + minus > 0.0 else 0.0
                if count >= n:
                    adx = alpha * dx + keep * adx
                else:
                    count += 1.0
                    adx += dx
                    if count >= n:
                        adx /= n
                if count >= n:
                    out[i] = adx
        row[0], row[1], row[2], row[3] = seen, h1, l1, c1
        row[4], row[5], row[6], row[7], row[8] = tr, plus, minus, count, adx


@kernel(
    inputs=3,
    width=lambda _: 9,
    warmup=int,
    settling=lambda n: bars_until_forgotten(1.0 / n),
    power=0,
    uses=(_directional,),
)
def wilder_plus(high: Any, low: Any, close: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Percent of the true range that was upward movement of the high."""
    _directional(high, low, close, starts, state, params[0], 1, out)


@kernel(
    inputs=3,
    width=lambda _: 9,
    warmup=int,
    settling=lambda n: bars_until_forgotten(1.0 / n),
    power=0,
    uses=(_directional,),
)
def wilder_minus(high: Any, low: Any, close: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Percent of the true range that was downward movement of the low."""
    _directional(high, low, close, starts, state, params[0], 2, out)


@kernel(
    inputs=3,
    width=lambda _: 9,
    warmup=lambda n: 2 * int(n) - 1,
    settling=lambda n: 2 * bars_until_forgotten(1.0 / n),
    power=0,
    uses=(_directional,),
)
def wilder_adx(high: Any, low: Any, close: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Wilder's average of 100 × |+DI - -DI| / (+DI + -DI), 0 where both are; null while nothing moves."""
    _directional(high, low, close, starts, state, params[0], 3, out)
