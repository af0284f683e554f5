"""Patterns planted among ordinary bars, so that every scanner has something to find and tests know where.

A pattern is drawn once, for its upward form, on a `Canvas`: the same bars of many symbols at once, measured in *ranges*
(the mean true range of the quiet bars before, a log distance). The downward form is its mirror image. Bars before the
pattern are calmed, so that the scanners' averages are known to be near one range. The definitions are those of the
scanners; drawings exceed their thresholds by a margin that survives rounding to ticks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.data.providers.sim.shapes import Shapes, windows
from tapehawk.data.providers.sim.timeline import Floats, Ints

CALM: Final = 20  # bars before a pattern's last bar that are calmed
UP, DOWN = 1.0, -1.0


@dataclass(frozen=True)
class Canvas:
    """The bars of one pattern on many symbols, shape (n): its last bar is (`row`, `column`), one range is `size`."""

    shapes: Shapes
    row: Ints
    column: Ints
    size: Floats
    side: float

    def bar(
        self, ago: int, *, gap: Floats | float = 0.0, body: Floats | float, up: float = 0.1, down: float = 0.1
    ) -> None:
        """Draw the bar `ago` bars before the last one, in ranges; mirrored when the side is DOWN."""
        at = (self.row, self.column - ago)
        self.shapes.gap[at] = self.side * self.size * gap
        self.shapes.body[at] = self.side * self.size * body
        over, under = (up, down) if self.side == UP else (down, up)
        self.shapes.up[at] = self.size * over
        self.shapes.down[at] = self.size * under
        self.shapes.free[at] = False

    def volume(self, ago: int, times: float) -> None:
        """Make that bar's volume so many times the mean of the 20 bars before it."""
        column = self.column - ago
        mean = np.exp(windows(self.shapes.volume, self.row, column, 20)).mean(axis=1)
        self.shapes.volume[self.row, column] = np.log(times * mean)

    def at_least(self, ranges: float, log: float) -> Floats:
        """Return a distance in ranges that is both `ranges` ranges and a log distance of `log` long."""
        return np.maximum(ranges, log / self.size)


def inside(canvas: Canvas) -> None:
    """A bar strictly inside the one before; then a close beyond its high."""
    canvas.bar(2, body=-0.5, up=0.3, down=0.3)
    canvas.bar(1, gap=0.1, body=0.1)
    canvas.bar(0, body=0.9 + 0.006 / canvas.size)


def outside(canvas: Canvas) -> None:
    """A bar that strictly engulfs the one before and closes green; then a close beyond its high."""
    canvas.bar(2, body=0.2, up=0.15, down=0.15)
    canvas.bar(1, gap=-0.3, body=0.9, down=0.3)
    canvas.bar(0, body=0.8 + 0.006 / canvas.size)


def gap(canvas: Canvas) -> None:
    """An open at least 3 % from the previous close, and a close further on."""
    canvas.bar(0, gap=canvas.at_least(1.0, 0.03), body=0.5)
    canvas.volume(0, 1.8)


def spike(canvas: Canvas) -> None:
    """3.5 times the usual volume."""
    canvas.bar(0, body=0.6)
    canvas.volume(0, 3.5)


def run(canvas: Canvas) -> None:
    """Six bars one way that close near their ends."""
    for ago in range(5, -1, -1):
        canvas.bar(ago, gap=0.02, body=0.75, up=0.08)


def reversal(canvas: Canvas) -> None:
    """Five bars down; then a wider one that takes two of them back on twice the volume."""
    for ago in range(5, 0, -1):
        canvas.bar(ago, body=-0.65)
    canvas.bar(0, gap=-0.05, body=1.3, down=0.2)
    canvas.volume(0, 2.2)


def breakout(canvas: Canvas) -> None:
    """A week within one range; then a close well above it on four times the volume."""
    for ago in range(7, 0, -1):
        canvas.bar(ago, body=0.3 if ago % 2 else -0.3, up=0.2, down=0.2)
        canvas.volume(ago, 1.0)
    canvas.bar(0, body=1.6 + 0.01 / canvas.size)
    canvas.volume(0, 4.0)


def close_range(canvas: Canvas) -> None:
    """A narrow session that closes near its high on more volume than usual."""
    width = np.minimum(0.35, 0.022 / canvas.size)
    canvas.bar(0, body=0.75 * width, up=0.0, down=0.0)
    high, low = (canvas.shapes.up, canvas.shapes.down) if canvas.side == UP else (canvas.shapes.down, canvas.shapes.up)
    high[canvas.row, canvas.column] = 0.05 * width * canvas.size
    low[canvas.row, canvas.column] = 0.20 * width * canvas.size
    canvas.volume(0, 1.9)


def squeeze(canvas: Canvas) -> None:
    """Twenty-four bars to and fro with small bodies and long wicks; then a close far outside."""
    for ago in range(24, 0, -1):
        canvas.bar(ago, body=0.35 if ago % 2 else -0.35, up=0.35, down=0.35)
    canvas.bar(0, body=2.4)
    canvas.volume(0, 1.6)


def crowd(canvas: Canvas) -> None:
    """Nine times the usual volume on a clear move."""
    canvas.bar(0, body=1.0)
    canvas.volume(0, 9.0)


def quiet_crowd(canvas: Canvas) -> None:
    """Nine times the usual volume, and the price hardly moves."""
    canvas.bar(0, body=0.05, up=0.2, down=0.2)
    canvas.volume(0, 9.0)


@dataclass(frozen=True)
class Plant:
    """A pattern of a scanner: how it is drawn and on which side.

    `busy` shares are many enough for a scanner's floor; a `quiet` path before it leaves small averages behind.
    """

    scanner: str
    pattern: str
    draw: Callable[[Canvas], None]
    side: float
    busy: bool = False
    quiet: bool = False


PLANTS: Final = (
    Plant("inside_bar", "breakout", inside, UP),
    Plant("inside_bar", "breakdown", inside, DOWN),
    Plant("outside_bar", "follow_through_up", outside, UP),
    Plant("outside_bar", "follow_through_down", outside, DOWN),
    Plant("gap", "continuation_up", gap, UP),
    Plant("gap", "continuation_down", gap, DOWN),
    Plant("volume_spike", "up", spike, UP),
    Plant("volume_spike", "down", spike, DOWN),
    Plant("momentum", "continuation_up", run, UP, quiet=True),
    Plant("momentum", "continuation_down", run, DOWN, quiet=True),
    Plant("reversal", "up", reversal, UP, quiet=True),
    Plant("reversal", "down", reversal, DOWN, quiet=True),
    Plant("breakout", "resistance_break", breakout, UP),
    Plant("breakout", "support_break", breakout, DOWN),
    Plant("crp", "near_high", close_range, UP),
    Plant("crp", "near_low", close_range, DOWN),
    Plant("technical", "squeeze_up", squeeze, UP, quiet=True),
    Plant("technical", "squeeze_down", squeeze, DOWN, quiet=True),
    Plant("relative_volume", "up", crowd, UP, busy=True),
    Plant("relative_volume", "down", crowd, DOWN, busy=True),
    Plant("relative_volume", "flat", quiet_crowd, UP, busy=True),
)


def calm(shapes: Shapes, row: Ints, column: Ints) -> Floats:
    """Tame the bars before each pattern's last one, take them from the path's drift, and return one range of each."""
    ranges = windows(shapes.true_range(), row, column - 6, CALM - 6).mean(axis=1)
    size: Floats = np.clip(ranges, 0.006, 0.06)
    at = (row[:, None], column[:, None] + np.arange(-CALM, 1))
    limit = size[:, None]
    shapes.gap[at] = np.clip(shapes.gap[at], -0.5 * limit, 0.5 * limit)
    shapes.body[at] = np.clip(shapes.body[at], -1.2 * limit, 1.2 * limit)
    shapes.up[at] = np.minimum(shapes.up[at], 0.8 * limit)
    shapes.down[at] = np.minimum(shapes.down[at], 0.8 * limit)
    middle = shapes.volume[at].mean(axis=1, keepdims=True)
    shapes.volume[at] = np.clip(shapes.volume[at], middle - 1.0, middle + 1.0)
    shapes.free[at] = False
    return size


def plant(shapes: Shapes, kind: Ints, row: Ints, column: Ints) -> None:
    """Draw pattern number `kind` so that its last bar is (row, column); all three of shape (n)."""
    size = calm(shapes, row, column)
    for number, pattern in enumerate(PLANTS):
        mine = kind == number
        if mine.any():
            pattern.draw(Canvas(shapes, row[mine], column[mine], size[mine], pattern.side))
