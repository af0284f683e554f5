"""Walk-forward in time: train on the past, leave a gap, judge on what came next.

    train ────────────┤ purged ┆ embargo ├──── test ────┤            a label lives from its day to its horizon's end
    train ──────────────────────────────┤ purged ┆ embargo ├──── test ────┤

*Purged*: a row is trained on only if its label was over before the test began, so no label overlaps the test window.
*Embargo*: and over a week before it, because the days around a boundary are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tapehawk.core.panel import Flags, Ints

EMBARGO_DAYS: Final = 7
WINDOWS: Final = 6
"""Equal parts of the signals, in time: the first is only trained on, each of the others is judged on once."""


@dataclass(frozen=True, eq=False)
class Window:
    """One step of the walk: rows to train on and rows to judge on, as flags; `start`: the first day judged on."""

    train: Flags
    test: Flags
    start: int


def before(until: Ints, start: int, embargo: int = EMBARGO_DAYS) -> Flags:
    """Flag the rows whose labels were over, embargo included, when day `start` began."""
    flags: Flags = until < start - embargo
    return flags


def walk_forward(day: Ints, until: Ints, windows: int = WINDOWS, embargo: int = EMBARGO_DAYS) -> Iterator[Window]:
    """Yield the windows for rows in order of their days; a day is never cut in two."""
    edges = _edges(day, windows)
    for start, end in pairwise(edges[1:]):
        yield Window(before(until, start, embargo), (day >= start) & (day < end), start)


def last_part(day: Ints, share: float) -> int:
    """Return the day from which on the last `share` of the rows are."""
    return int(day[min(int(day.size * (1 - share)), day.size - 1)])


def _edges(day: Ints, windows: int) -> list[int]:
    """Return the days that windows of about as many rows begin at, and behind them the day after the last."""
    at = (np.arange(windows) * day.size) // windows
    return [*np.unique(day[at]).tolist(), int(day[-1]) + 1]
