"""Kernels, bars a second on one core, against a copy of the same column."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Result, Timing, in_turn
from tapehawk.core.kernels import all_kernels

SYMBOLS, BARS = 52, 1_255  # a block: what the kernels see, in the processor's caches


def data() -> dict[str, np.ndarray]:
    """Return a block's worth of random, rising and falling prices."""
    n = SYMBOLS * BARS
    walk = np.exp(np.cumsum(np.random.default_rng(7).normal(0, 0.01, n)))
    return {"random": walk, "rising": np.arange(1.0, n + 1), "falling": np.arange(n, 0.0, -1)}


def results() -> list[Result]:
    """Run the claims."""
    columns = data()
    rows = [_one(name, 20.0, "random", columns["random"], 200) for name in ("delay", "ema", "sma")]
    for window in (5.0, 20.0, 250.0):
        for name in ("highest", "lowest"):
            rows += [_one(name, window, of, column, 80) for of, column in columns.items()]
    return rows


def _one(name: str, window: float, of: str, column: np.ndarray, promised: int) -> Result:
    """Measure one kernel with one window; `promised` is M bars/s on one core."""
    kernel, starts, out = all_kernels()[name], np.arange(0, column.size + 1, BARS), np.empty(column.size)
    state, numbers = kernel.empty_state(SYMBOLS, (window,)), np.array([window])
    ours, copy = in_turn(
        [lambda: kernel.compiled(column, starts, state, numbers, out), lambda: np.copyto(out, column)],
        runs=200,
        warm=20,
    )
    return Result(
        f"{name}({window:.0f}), {of} data",
        _speed(column.size, ours),
        f"copying the column {_speed(column.size, copy)}",
        f"{ours.median / copy.median:.1f}× a copy",
        f"≥ {promised} M bars/s",
        column.size / ours.median >= promised * 1e6,
    )


def _speed(bars: int, timing: Timing) -> str:
    """Return millions of bars a second: at the median, from the slowest run to the fastest."""
    middle, least, most = (bars / one / 1e6 for one in (timing.median, max(timing.seconds), min(timing.seconds)))
    return f"{middle:.0f} M bars/s ({least:.0f}–{most:.0f}, n={len(timing.seconds)})"
