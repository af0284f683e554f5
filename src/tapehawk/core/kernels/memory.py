"""Kernels that remember: the value n bars ago, a running total, the time since something."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapehawk.core.kernels import NEVER, kernel


@kernel(width=lambda n: int(n) + 1, warmup=int)
def delay(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Value of x n bars ago. State: bars seen, ring of the last n."""
    n = int(params[0])
    for k in range(starts.size - 1):
        a, b, row = starts[k], starts[k + 1], state[k]
        seen = int(row[0])
        head = min(b - a, n)
        for i in range(a, a + head):
            v = row[1 + (seen + i - a) % n]
            out[i] = v if seen + i - a >= n and v - v == 0.0 else np.nan
        before, after = x[a : b - head], out[a + head : b]  # as slices the loop runs eight bars at a time
        for i in range(after.size):
            v = before[i]
            after[i] = v if v - v == 0.0 else np.nan
        seen += b - a
        for i in range(max(a, b - n), b):
            row[1 + (seen - (b - i)) % n] = x[i]
        row[0] = seen


@kernel(width=lambda: 2, warmup=lambda: 0, settling=lambda: NEVER)
def cumulate(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Sum of all x so far, compensated (Neumaier). State: sum, compensation."""
    for k in range(starts.size - 1):
        total, lost = state[k, 0], state[k, 1]
        for i in range(starts[k], starts[k + 1]):
            v = x[i]
            if v - v != 0.0:
                out[i] = np.nan
                continue
            t = total + v
            u = t - total
            lost += (total - (t - u)) + (v - u)
            total = t
            out[i] = total + lost
        state[k, 0], state[k, 1] = total, lost


@kernel(width=lambda: 1, warmup=lambda: 0, settling=lambda: NEVER, power=0)
def bars_since(x: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Bars since x was last true (0 at the bar itself); null before the first. State: bars since + 1, 0 if never."""
    for k in range(starts.size - 1):
        ago = state[k, 0]
        for i in range(starts[k], starts[k + 1]):
            if x[i] == 1.0:
                ago = 1.0
            elif ago > 0.0:
                ago += 1.0
            out[i] = ago - 1.0 if ago > 0.0 else np.nan
        state[k, 0] = ago
