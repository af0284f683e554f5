"""Averages: simple, exponential, Wilder's, and the moving sum they rest on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapehawk.core.kernels import kernel


def bars_until_forgotten(alpha: float) -> int:
    """Bars after which a starting value weighs less than 1e-10: (1 - alpha) ** bars < 1e-10."""
    return 0 if alpha >= 1.0 else math.ceil(math.log(1e-10) / math.log(1.0 - alpha))


def _followed(x: Any, first: int, last: int, alpha: float, average: float, out: Any) -> float:
    """Let an average follow x over the bars first … last - 1; returns where it ends."""
    keep = 1.0 - alpha
    for i in range(first, last):
        v = x[i]
        if v - v == 0.0:
            average = alpha * v + keep * average
            out[i] = average
        else:
            out[i] = np.nan
    return average


@kernel(
    width=lambda _: 2,
    warmup=lambda _: 0,
    settling=lambda n: bars_until_forgotten(2.0 / (n + 1.0)),
    uses=(_followed,),
)
def ema(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Exponential average, alpha = 2/(n+1), seeded with the first value. State: bars seen, last value."""
    alpha = 2.0 / (params[0] + 1.0)
    for k in range(starts.size - 1):
        seen, last = state[k, 0], state[k, 1]
        i, b = starts[k], starts[k + 1]
        while i < b and seen == 0.0:
            v = x[i]
            out[i] = np.nan
            if v - v == 0.0:
                seen, last, out[i] = 1.0, v, v
            i += 1
        state[k, 0], state[k, 1] = seen, _followed(x, i, b, alpha, last, out)


@kernel(
    width=lambda _: 2,
    warmup=lambda n: int(n) - 1,
    settling=lambda n: bars_until_forgotten(1.0 / n),
    uses=(_followed,),
)
def rma(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Wilder's average, alpha = 1/n, seeded with the mean of the first n. State: values seen, sum or average."""
    n = params[0]
    for k in range(starts.size - 1):
        seen, last = state[k, 0], state[k, 1]
        i, b = starts[k], starts[k + 1]
        while i < b and seen < n:
            v = x[i]
            out[i] = np.nan
            if v - v == 0.0:
                seen += 1.0
                last += v
                if seen == n:
                    last /= n
                    out[i] = last
            i += 1
        state[k, 0], state[k, 1] = seen, _followed(x, i, b, 1.0 / n, last, out)


def _moving_sum(x: Any, starts: Any, state: Any, n: int, divisor: float, out: Any) -> None:
    """Sum of the last n values over `divisor`; the error of each addition is kept (two-sum), so nothing drifts.

    A null starts the sum anew; n zeros make it exactly zero again, so that no trace of what has left can be divided by.
    State: values since the last null, zeros at the end, sum, compensation, ring of the last n values.
    """
    for k in range(starts.size - 1):
        a, b, row = starts[k], starts[k + 1], state[k]
        run, zeros, total, lost = int(row[0]), int(row[1]), row[2], row[3]
        for i in range(a, b):
            v = x[i]
            if v - v != 0.0:
                if run > 0:
                    row[4:] = 0.0
                run, zeros, total, lost = 0, 0, 0.0, 0.0
                out[i] = np.nan
                continue
            change, slip = v, 0.0
            if run >= n:
                old = x[i - n] if i - n >= a else row[4 + run % n]
                change = v - old
                w = change - v
                slip = (v - (change - w)) - (old + w)
            t = total + change
            u = t - total
            lost += ((total - (t - u)) + (change - u)) + slip
            total = t
            run += 1
            zeros = zeros + 1 if v == 0.0 else 0
            if zeros >= n:
                total, lost = 0.0, 0.0
            out[i] = (total + lost) / divisor if run >= n else np.nan
        for i in range(max(a, b - min(run, n)), b):
            row[4 + (run - (b - i)) % n] = x[i]
        row[0], row[1], row[2], row[3] = run, min(zeros, n), total, lost


@kernel(width=lambda n: int(n) + 4, warmup=lambda n: int(n) - 1, uses=(_moving_sum,))
def sma(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Mean of the last n values."""
    _moving_sum(x, starts, state, int(params[0]), params[0], out)


@kernel(width=lambda n: int(n) + 4, warmup=lambda n: int(n) - 1, uses=(_moving_sum,))
def sum(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Sum of the last n values."""
    _moving_sum(x, starts, state, int(params[0]), 1.0, out)
