"""What was put into the simulated market and where: known from arithmetic, not from looking at bars.

Columns: symbol, time (date label of the session), kind, detail.

    a scanner's name      detail: the pattern whose last bar this is
    split                 detail: new shares : old shares, on the ex date
    halt                  detail: sessions without a bar from here, or the minute of a five-minute halt
    listing, delisting    the company's first, last session
    revised               one bar of this session is corrected in the day's feed
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from tapehawk.data.providers.sim.companies import Companies, Habits, listings
from tapehawk.data.providers.sim.feed import Day, corrected
from tapehawk.data.providers.sim.plants import PLANTS
from tapehawk.data.providers.sim.runs import RUNS
from tapehawk.data.providers.sim.schedule import NOTHING, schedule
from tapehawk.data.providers.sim.sessions import SessionBars
from tapehawk.data.providers.sim.timeline import EVENT, SLOT, Ints, Rows

SCHEMA: Final = pl.Schema({"symbol": pl.String(), "time": pl.Int64(), "kind": pl.String(), "detail": pl.String()})
Fact = tuple[int, int, int, str, str]  # seat, generation, ordinal, kind, detail


def patterns(rows: Rows, known: Companies) -> Iterator[Fact]:
    """Tell the planted patterns by the session of their last bar."""
    kind = schedule(rows, known)
    names = [(plant.scanner, plant.pattern) for plant in PLANTS] + list(RUNS)
    for row, slot in np.argwhere(kind != NOTHING).tolist():
        yield (*_company(rows, known, row), int(rows.start[row]) + slot * SLOT + EVENT, *names[kind[row, slot]])


def splits(rows: Rows, known: Companies) -> Iterator[Fact]:
    """Tell the splits by their ex date."""
    at = known.split_at[known.of(rows)]
    for row in np.flatnonzero(at >= 0).tolist():
        to, of = shares(float(known.ratio[known.of(rows)][row]))
        yield (*_company(rows, known, row), int(rows.start[row] + at[row]), "split", f"{to:g}:{of:g}")


def halts(rows: Rows, known: Companies) -> Iterator[Fact]:
    """Tell the halts of whole sessions by the first one without a bar."""
    cell = known.of(rows)
    at, length = known.halt_at[cell], known.halt_length[cell]
    for row in np.flatnonzero(at >= 0).tolist():
        detail = f"{length[row]} sessions without a bar"
        yield (*_company(rows, known, row), int(rows.start[row] + at[row]), "halt", detail)


def short_halts(days: SessionBars) -> Iterator[Fact]:
    """Tell the halts within a session."""
    for at in np.flatnonzero(days.halted >= 0).tolist():
        fact = (int(days.seat[at]), int(days.generation[at]), int(days.ordinal[at]))
        yield (*fact, "halt", f"5 minutes from minute {days.halted[at]}")


def comings_and_goings(known: Companies) -> Iterator[Fact]:
    """Tell the first session of companies that were listed later, and the last of those that left."""
    for one in listings(known):
        if one.generation:
            yield one.seat, one.generation, one.first, "listing", "first session"
        if one.last is not None:
            yield one.seat, one.generation, one.last, "delisting", "last session"


def corrections(seed: int, habits: Habits, days: SessionBars, size: int) -> Iterator[Fact]:
    """Tell the sessions of which a bar is corrected in the feed."""
    for ordinal in np.unique(days.ordinal).tolist():
        today = np.flatnonzero(days.ordinal == ordinal)
        chosen: Ints = today[corrected(Day(seed, habits, ordinal, size))[days.seat[today]]]
        for at in chosen.tolist():
            yield int(days.seat[at]), int(days.generation[at]), ordinal, "revised", "one bar of this session's feed"


def shares(ratio: float) -> tuple[float, float]:
    """Return (new shares, old shares) in whole numbers: 2 → (2, 1), 1.5 → (3, 2), 0.1 → (1, 10)."""
    if ratio < 1:
        return 1.0, round(1 / ratio)
    return (ratio, 1.0) if ratio == round(ratio) else (2 * ratio, 2.0)


def _company(rows: Rows, known: Companies, row: int) -> tuple[int, int]:
    at, block = known.of(rows)
    return int(rows.seat[row]), int(known.generation[at[row], block[row]])
