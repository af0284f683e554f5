"""Runs of bars in which nothing was traded: flat bars that a vendor filled in, or a symbol that hardly trades."""

from __future__ import annotations

import numpy as np

from tapehawk.core.series import TIMEFRAMES
from tapehawk.core.sessions import date_of
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.tape import runs

SHORTEST = 10  # bars, and an hour: in shorter ones thin names abound


def check(examined: Examined) -> list[Told]:
    """Tell the runs of `SHORTEST` and more bars, an hour at least, with a volume of zero."""
    tape = examined.tape
    shortest = max(SHORTEST, 60 // TIMEFRAMES[examined.timeframe])
    first, length = runs(tape.volume == 0, ~tape.follows)
    long = np.flatnonzero(length >= shortest)
    return [_told(examined, int(first[i]), int(length[i])) for i in long]


def _told(examined: Examined, first: int, length: int) -> Told:
    tape, last = examined.tape, first + length - 1
    detail = f"{length} bars without a trade, to {date_of(examined.day_of(last))}"
    repair = "nothing to mend if it did not trade; a floor of dollar volume in the scan keeps such names out"
    return Told(tape.names[tape.symbol[first]], examined.day_of(first), "note", detail, repair)
