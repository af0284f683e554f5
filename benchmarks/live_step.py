"""A bar closes: 10,000 symbols × one bar × every shipped scanner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.lc import watch
from benchmarks.market import panel, simulated_store
from benchmarks.measure import Result, Timing
from benchmarks.shared_work import daily_scanners
from tapehawk.core.live import Live
from tapehawk.core.panel import Panel

STEPS, WARM = 60, 10


def step_panel(bars: Panel, back: int) -> Panel:
    """Return one bar of every symbol: its last but `back`."""
    rows = np.maximum(bars.starts[1:] - 1 - back, bars.starts[:-1])
    columns = {name: np.ascontiguousarray(column[rows]) for name, column in bars.columns.items()}
    return replace(bars, starts=np.arange(rows.size + 1), time=bars.time[rows], columns=columns)


def results() -> list[Result]:
    """Run the claim."""
    import time

    bars, scanners = panel(simulated_store()), daily_scanners()
    live = Live([watch(s) for s in scanners], bars)
    steps = [step_panel(bars, STEPS - i) for i in range(STEPS)]
    seconds = []
    for step in steps:
        began = time.perf_counter()
        live.advance(step)
        seconds.append(time.perf_counter() - began)
    live.close()
    ours = Timing(tuple(seconds[WARM:]))
    touched = Timing(tuple(_touch(live) for _ in range(5)))
    claim = f"live step: {len(bars.symbols):,} symbols × 1 bar × {len(scanners)} scanners"
    return [
        Result(
            claim,
            str(ours),
            f"copying all states once {touched}",
            f"{ours.median / touched.median:.1f}× that",
            "≤ 30 ms",
            ours.median <= 0.030,
        )
    ]


def _touch(live: Live) -> float:
    """Return the seconds to copy every kernel's state once."""
    import time

    from tapehawk.core.state import copied

    began = time.perf_counter()
    for states in live.states():
        for state in states:
            copied(state)
    return time.perf_counter() - began
