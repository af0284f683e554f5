"""Folding bars into slower ones, with the bar still forming as the state."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from tapehawk.core.kernels import compile_loop

WIDTH: Final = 9
"""Floats of state a symbol: 1 if a bar is forming, its bucket, session, minute, open, high, low, close, volume."""


def fold(
    buckets: Any, o: Any, h: Any, lo: Any, c: Any, v: Any, session: Any, minute: Any,
    starts: Any, state: Any, slow: Any, slow_starts: Any, closed: Any,
) -> None:  # fmt: skip
    """Fold bars into buckets; a bar is closed when one of another bucket arrives.

    Fills slow (8, …: bucket, session, minute, open, high, low, close, volume of the bars closed here), slow_starts and,
    for each base bar, `closed`: how many of its symbol's slow bars closed in this call before it opened.
    """
    m = 0
    for k in range(starts.size - 1):
        row = state[k]
        slow_starts[k] = m
        for i in range(starts[k], starts[k + 1]):
            if row[0] == 1.0 and buckets[i] != row[1]:
                for f in range(8):
                    slow[f, m] = row[1 + f]
                m += 1
                row[0] = 0.0
            closed[i] = m - slow_starts[k]
            if row[0] == 0.0:
                row[0], row[1], row[2], row[3] = 1.0, buckets[i], session[i], minute[i]
                row[4], row[5], row[6], row[7], row[8] = o[i], h[i], lo[i], c[i], v[i]
            else:
                row[5], row[6] = max(row[5], h[i]), min(row[6], lo[i])
                row[7] = c[i]
                row[8] += v[i]
    slow_starts[starts.size - 1] = m


@cache
def compiled_fold() -> Callable[..., None]:
    """Return the compiled form of `fold`."""
    return compile_loop(fold, "f8r f8r f8r f8r f8r f8r f8r f8r i8r f8x2 f8x2 i8 i8")
