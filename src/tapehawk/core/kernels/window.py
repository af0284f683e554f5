"""Windows that are looked at whole for each bar: weighted mean, deviation, place of the extreme.

Each bar's result is made from the n values of its own window, always in the same order, so nothing drifts and a cut
changes nothing. The loop over the window is the outer one: the inner one goes over a tile of bars, which the processor
does four or eight at a time. State: 1 once there is history, then the n - 1 values before the next bar (null where
there was none).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapehawk.core.kernels import kernel

_TILE = 512  # bars at a time: with their windows they stay in the innermost cache


def _load(x: Any, a: int, b: int, row: Any, n: int, wide: Any) -> None:
    """Put the n - 1 values before the run and the run itself into `wide`, and remember the last n - 1 of them."""
    for j in range(n - 1):
        wide[j] = row[1 + j] if row[0] == 1.0 else np.nan
    for i in range(b - a):
        v = x[a + i]
        wide[n - 1 + i] = v if v - v == 0.0 else np.nan
    if b > a:
        row[0] = 1.0
        for j in range(n - 1):
            row[1 + j] = wide[b - a + j]


def _longest(starts: Any) -> int:
    longest = 0
    for k in range(starts.size - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    return longest


def _fill(column: Any, value: float) -> None:
    for i in range(column.size):
        column[i] = value


def _offset(wide: Any, n: int, offset: Any) -> None:
    """Fill how far each window's mean lies from its first value.

    Deviations are taken from the first value and then from this: nothing is lost where a window hardly moves around a
    large number, and equal values deviate by exactly nothing.
    """
    first = wide[: offset.size]
    _fill(offset, 0.0)
    for j in range(1, n):
        later = wide[j : j + offset.size]
        for i in range(offset.size):
            offset[i] += later[i] - first[i]
    for i in range(offset.size):
        offset[i] /= n


def _std_of_one(window: Any) -> float:
    """Return what `_std` fills for a window, by the same steps (a third of the time for a single bar)."""
    offset, squares = 0.0, 0.0
    for j in range(1, window.size):
        offset += window[j] - window[0]
    offset /= window.size
    for j in range(window.size):
        d = (window[j] - window[0]) - offset
        squares += d * d
    return float(np.sqrt(squares / window.size))


def _std(wide: Any, n: int, offset: Any, out: Any) -> None:
    _offset(wide, n, offset)
    first = wide[: offset.size]
    _fill(out, 0.0)
    for j in range(n):
        value = wide[j : j + offset.size]
        for i in range(offset.size):
            d = (value[i] - first[i]) - offset[i]
            out[i] += d * d
    for i in range(offset.size):
        out[i] = np.sqrt(out[i] / n)


def _mean_deviation(wide: Any, n: int, offset: Any, out: Any) -> None:
    _offset(wide, n, offset)
    first = wide[: offset.size]
    _fill(out, 0.0)
    for j in range(n):
        value = wide[j : j + offset.size]
        for i in range(offset.size):
            out[i] += abs((value[i] - first[i]) - offset[i])
    for i in range(offset.size):
        out[i] /= n


def _weighted(wide: Any, n: int, out: Any) -> None:
    _fill(out, 0.0)
    for j in range(n):
        value = wide[j : j + out.size]
        for i in range(out.size):
            out[i] += (j + 1.0) * value[i]
    for i in range(out.size):
        out[i] /= 0.5 * n * (n + 1.0)


def _place(wide: Any, n: int, sign: float, best: Any, spoiled: Any, out: Any) -> None:
    """Fill how many bars ago the window's maximum of sign * x was; of equals the latest."""
    _fill(best, -np.inf)
    _fill(spoiled, 0.0)
    _fill(out, 0.0)
    for j in range(n):
        value = wide[j : j + out.size]
        for i in range(out.size):
            v = value[i] * sign
            spoiled[i] += v - v
            out[i] = n - 1.0 - j if v >= best[i] else out[i]
            best[i] = v if v >= best[i] else best[i]  # noqa: FURB136  (a null never wins)
    for i in range(out.size):
        out[i] += spoiled[i]


@kernel(width=int, warmup=lambda n: int(n) - 1, uses=(_load, _longest, _fill, _weighted))
def wma(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Mean of the last n values weighted 1 … n, the latest the heaviest."""
    n = int(params[0])
    wide = np.empty(_longest(starts) + n)
    for k in range(starts.size - 1):
        a, b = starts[k], starts[k + 1]
        _load(x, a, b, state[k], n, wide)
        for i in range(a, b, _TILE):
            _weighted(wide[i - a :], n, out[i : min(i + _TILE, b)])


@kernel(width=int, warmup=lambda n: int(n) - 1, uses=(_load, _longest, _fill, _offset, _std, _std_of_one))
def std(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Population standard deviation of the last n values, in two passes over the window; 0 for equal values."""
    n = int(params[0])
    wide, offset = np.empty(_longest(starts) + n), np.empty(_TILE)
    for k in range(starts.size - 1):
        a, b = starts[k], starts[k + 1]
        _load(x, a, b, state[k], n, wide)
        for i in range(a, b, _TILE):
            size = min(_TILE, b - i)
            if size == 1:
                out[i] = _std_of_one(wide[i - a : i - a + n])
            else:
                _std(wide[i - a :], n, offset[:size], out[i : i + size])


@kernel(width=int, warmup=lambda n: int(n) - 1, uses=(_load, _longest, _fill, _offset, _mean_deviation))
def mean_deviation(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Mean distance of the last n values from their own mean."""
    n = int(params[0])
    wide, offset = np.empty(_longest(starts) + n), np.empty(_TILE)
    for k in range(starts.size - 1):
        a, b = starts[k], starts[k + 1]
        _load(x, a, b, state[k], n, wide)
        for i in range(a, b, _TILE):
            size = min(_TILE, b - i)
            _mean_deviation(wide[i - a :], n, offset[:size], out[i : i + size])


def _since_extreme(x: Any, starts: Any, state: Any, n: int, sign: float, out: Any) -> None:
    wide, best, spoiled = np.empty(_longest(starts) + n), np.empty(_TILE), np.empty(_TILE)
    for k in range(starts.size - 1):
        a, b = starts[k], starts[k + 1]
        _load(x, a, b, state[k], n, wide)
        for i in range(a, b, _TILE):
            size = min(_TILE, b - i)
            _place(wide[i - a :], n, sign, best[:size], spoiled[:size], out[i : i + size])


_PLACE = (_load, _longest, _fill, _place, _since_extreme)


@kernel(width=int, warmup=lambda n: int(n) - 1, power=0, uses=_PLACE)
def since_highest(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Bars since the highest of the last n values; of equals the latest."""
    _since_extreme(x, starts, state, int(params[0]), 1.0, out)


@kernel(width=int, warmup=lambda n: int(n) - 1, power=0, uses=_PLACE)
def since_lowest(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Bars since the lowest of the last n values; of equals the latest."""
    _since_extreme(x, starts, state, int(params[0]), -1.0, out)
