"""The great runs of large caps, for the `lc` and `parabolic` scanners, and what they leave behind.

A run multiplies the price within three weeks and is given most of it back over the next seven. How far it must go
depends on the price, as the scanners' tiers do: (price from, last day's rise, rise before it).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tapehawk.data.providers.sim.plants import Canvas
from tapehawk.data.providers.sim.shapes import Shapes
from tapehawk.data.providers.sim.timeline import Floats, Ints

RUNS: Final = (
    ("lc", "lc_frontside_d2_extended"),
    ("lc", "lc_frontside_d2_extended_1"),
    ("lc", "lc_frontside_d3_extended_1"),
    ("parabolic", "a_plus"),
)
D2, D2_1, D3, PARABOLIC = range(4)

TIER_FROM: Final = np.array([5.0, 15.0, 25.0, 50.0, 90.0])
LAST_RISE: Final = {
    D2: np.array([0.50, 0.30, 0.20, 0.15, 0.10]),
    D2_1: np.array([1.00, 0.50, 0.30, 0.20, 0.15]),
    D3: np.array([0.30, 0.20, 0.10, 0.07, 0.05]),
}
EXTENDED: Final = np.array([2.5, 2.0, 1.5, 1.0, 0.75])
CLIMB: Final = 13  # bars
AFTERMATH: Final = 34  # bars
GIVEN_BACK: Final = 0.8

# A parabola's daily rises (log), each larger than the one before.
PARABOLA: Final = 1.5 * np.array(
    [0.012, 0.012, 0.014, 0.016, 0.018, 0.022, 0.026, 0.032, 0.04, 0.052, 0.07, 0.095, 0.13, 0.2]
)


def run(canvas: Canvas, kind: int, price: Floats) -> None:
    """Draw run number `kind` of shares whose price is at least `price`; the canvas's sizes must be 1."""
    climbed = _parabola(canvas) if kind == PARABOLIC else _climb(canvas, kind, price)
    _give_back(canvas.shapes, canvas.row, canvas.column, climbed)


def _climb(canvas: Canvas, kind: int, price: Floats) -> Floats:
    """Thirteen rising days, then the tier's own last day or two; return the log distance climbed."""
    tier = np.searchsorted(TIER_FROM[1:], price, side="right")
    whole = 1.2 * np.log(1.0 + EXTENDED[tier])
    steps = np.linspace(0.5, 1.5, CLIMB) / CLIMB
    last_days = 2 if kind == D3 else 1
    for number, step in enumerate(steps):
        canvas.bar(
            CLIMB - 1 + last_days - number, gap=0.1 * step * whole, body=0.9 * step * whole, up=0.004, down=0.004
        )
    last = np.maximum(np.log(1.0 + 1.3 * LAST_RISE[kind][tier]), 2.5 * whole / CLIMB)
    for ago in range(last_days):
        canvas.bar(ago, gap=0.01, body=last, up=0.004, down=0.004)
    for ago in range(5, -1, -1):
        canvas.volume(ago, 2.0)
        canvas.shapes.turnover[canvas.row, canvas.column - ago] = 3e8 if ago else 1.2e9
    return whole + last_days * (last + 0.01)


def _parabola(canvas: Canvas) -> Floats:
    """Fourteen rises, each larger; the day after them opens high and fails."""
    for ago, rise in enumerate(PARABOLA[::-1].tolist(), start=1):
        canvas.bar(ago, gap=0.1 * rise, body=0.9 * rise, up=0.004, down=0.004)
    canvas.bar(0, gap=0.09, body=-0.12, up=0.02, down=0.01)
    for ago, times in ((2, 4.0), (1, 6.0), (0, 4.0)):
        canvas.volume(ago, times)
    return np.full(len(canvas.row), float(PARABOLA.sum()) - 0.03)


def _give_back(shapes: Shapes, row: Ints, column: Ints, climbed: Floats) -> None:
    after = column[:, None] + np.arange(1, AFTERMATH + 1)
    shapes.body[row[:, None], after] -= (GIVEN_BACK * climbed / AFTERMATH)[:, None]
