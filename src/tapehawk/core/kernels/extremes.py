"""Rolling extremes: the same speed at any window and on any data.

Over a run of bars the maximum of n values is built from maxima of 1, 2, 4, … values, each a pass the processor does
four or eight at a time; a single bar (live) is compared with the last maximum, and the ring is searched only when that
one has left the window. A maximum rounds nothing, so both are the same value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapehawk.core.kernels import kernel

_FEW = 4  # bars of a segment up to which going bar by bar is the quicker way


def _load(x: Any, a: int, b: int, row: Any, n: int, sign: float, wide: Any) -> None:
    """Put the n - 1 values before the run and the run itself into `wide`, times `sign`; nulls as -inf."""
    seen = int(row[0])
    for j in range(n - 1):
        m = seen - (n - 1) + j
        wide[j] = row[3 + m % n] if m >= 0 else -np.inf
    for i in range(a, b):
        v = x[i]
        wide[n - 1 + i - a] = v * sign if v - v == 0.0 else -np.inf


def _keep(a: int, b: int, row: Any, n: int, wide: Any) -> None:
    """Remember the last n values in the ring of the state."""
    seen = int(row[0]) + b - a
    for i in range(max(a, b - n), b):
        row[3 + (seen - (b - i)) % n] = wide[n - 1 + i - a]
    row[0] = seen
    row[2] = _latest_greatest(row, seen, n)


def _latest_greatest(row: Any, seen: int, n: int) -> int:
    """Return where in the ring the greatest value is; of equals the latest."""
    place = seen % n if seen > n else 0
    best = place
    for _ in range(1, min(seen, n)):
        place = place + 1 if place + 1 < n else 0
        if row[3 + place] >= row[3 + best]:
            best = place
    return best


def _widen(wide: Any, length: int, n: int) -> None:
    """Turn `wide` in place into maxima over n values, each at the place of its first value."""
    done = 1
    while done < n:
        step = min(done, n - done)
        for j in range(length - step):
            p, q = wide[j], wide[j + step]
            wide[j] = p if p > q else q  # noqa: FURB136  (numba's max asks about nulls and is slower)
        done += step


def _run(x: Any, a: int, b: int, row: Any, n: int, sign: float, wide: Any, out: Any) -> None:
    _load(x, a, b, row, n, sign, wide)
    _keep(a, b, row, n, wide)
    _widen(wide, b - a + n - 1, n)
    run = int(row[1])
    for i in range(a, b):
        v = x[i]
        run = run + 1 if v - v == 0.0 else 0
        out[i] = wide[i - a] * sign if run >= n else np.nan
    row[1] = run


def _extreme(x: Any, starts: Any, state: Any, n: int, sign: float, out: Any) -> None:
    """Maximum of sign * x over n values, times sign.

    State: bars seen, bars since a null, place of the maximum in the ring, ring of the last n.
    """
    longest = 0
    for k in range(starts.size - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    wide = np.empty(longest + n)
    for k in range(starts.size - 1):
        a, b, row = starts[k], starts[k + 1], state[k]
        if b - a > _FEW:
            _run(x, a, b, row, n, sign, wide, out)
            continue
        seen, run, best = int(row[0]), int(row[1]), int(row[2])
        for i in range(a, b):
            v = x[i]
            known = v - v == 0.0
            value = v * sign if known else -np.inf
            run = run + 1 if known else 0
            place = seen % n
            seen += 1
            row[3 + place] = value
            if place == best:
                best = _latest_greatest(row, seen, n)
            elif value >= row[3 + best]:
                best = place
            out[i] = row[3 + best] * sign if run >= n else np.nan
        row[0], row[1], row[2] = seen, run, best


_USES = (_load, _latest_greatest, _keep, _widen, _run, _extreme)


@kernel(width=lambda n: int(n) + 3, warmup=lambda n: int(n) - 1, uses=_USES)
def highest(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Highest of the last n values, the current one included."""
    _extreme(x, starts, state, int(params[0]), 1.0, out)


@kernel(width=lambda n: int(n) + 3, warmup=lambda n: int(n) - 1, uses=_USES)
def lowest(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Lowest of the last n values, the current one included."""
    _extreme(x, starts, state, int(params[0]), -1.0, out)
