"""Which pattern stands in which slot: arithmetic on seat, block and slot, known without making a bar."""

from __future__ import annotations

from typing import Final

import numpy as np

from tapehawk.data.providers.sim import plants, runs
from tapehawk.data.providers.sim.companies import Companies
from tapehawk.data.providers.sim.plants import PLANTS, Canvas
from tapehawk.data.providers.sim.runs import RUNS
from tapehawk.data.providers.sim.shapes import Shapes
from tapehawk.data.providers.sim.timeline import EVENT, SLOT, SLOTS, Bools, Ints, Rows, offset

NOTHING: Final = -1
RUN_SLOTS: Final = (2, 6)  # of a large cap; the slot after each takes the aftermath
AFTER_RUNS: Final = (0, 4)  # wide ranges are still remembered
BUSY_SHARES: Final = 500_000
LONG_WAY: Final = 1.0
BUSY: Final = np.array([pattern.busy for pattern in PLANTS])
QUIET: Final = np.array([pattern.quiet for pattern in PLANTS])


def schedule(rows: Rows, known: Companies) -> Ints:
    """Return the pattern of every slot, shape (n_rows, SLOTS).

    An index into PLANTS, or len(PLANTS) + an index into RUNS, or NOTHING. Patterns rotate over the seats whose slots
    end at the same session, so that as many different ones as there are such seats end at every session.
    """
    cell = known.of(rows)
    slot = np.arange(SLOTS)
    turn = (rows.block * SLOTS)[:, None] + slot - (offset(rows.seat) // SLOT)[:, None]
    kind = (turn + (rows.seat // SLOT + 5 * (rows.seat % SLOT))[:, None]) % len(PLANTS)
    large = large_caps(known, cell)[:, None]
    unfit = BUSY[kind] & ~_busy(known, cell)[:, None]
    shaken = large & np.isin(slot, AFTER_RUNS)
    unfit |= QUIET[kind] & (shaken | ~_quiet(known, cell)[:, None])
    kind = np.where(unfit, NOTHING, kind)
    turn_of_run = ((rows.block * 2)[:, None] + slot // 4 + rows.seat[:, None]) % len(RUNS)
    kind = np.where(large & np.isin(slot, RUN_SLOTS), len(PLANTS) + turn_of_run, kind)
    kind = np.where(large & np.isin(slot, np.add(RUN_SLOTS, 1)), NOTHING, kind)
    newly_listed = (known.first[cell] > 0)[:, None] & (slot == 0)
    return np.where(newly_listed, NOTHING, kind)


def large_caps(known: Companies, cell: tuple[Ints, Ints]) -> Bools:
    """Return which companies trade enough dollars, at a price that makes enough shares of them, for a great run."""
    return (known.dollars[cell] >= 8e7) & (known.price[cell] >= 30.0) & (known.price[cell] <= 250.0)


def plant_all(shapes: Shapes, rows: Rows, known: Companies) -> None:
    """Draw every scheduled pattern."""
    kind = schedule(rows, known)
    row, slot = np.nonzero(kind != NOTHING)
    kind, column = kind[row, slot], slot * SLOT + EVENT
    small = kind < len(PLANTS)
    plants.plant(shapes, kind[small], row[small], column[small])
    plants.calm(shapes, row[~small], column[~small])
    cell = known.of(rows)
    price = 0.6 * np.exp(np.minimum(known.level[cell], known.end[cell]))
    for number in range(len(RUNS)):
        mine = kind == len(PLANTS) + number
        if mine.any():
            canvas = Canvas(shapes, row[mine], column[mine], np.ones(int(mine.sum())), plants.UP)
            runs.run(canvas, number, price[row[mine]])


def _busy(known: Companies, cell: tuple[Ints, Ints]) -> Bools:
    """Return whose shares, even after a consolidation, are many enough for a scanner that demands it."""
    shares = known.dollars[cell] / np.exp(np.maximum(known.level[cell], known.end[cell]))
    return shares * np.minimum(known.ratio[cell], 1.0) >= BUSY_SHARES


def _quiet(known: Companies, cell: tuple[Ints, Ints]) -> Bools:
    """Return whose blocks have no long way to go: a steady drift widens every true range."""
    return np.abs(known.end[cell] - known.level[cell] + np.log(known.ratio[cell])) <= LONG_WAY
