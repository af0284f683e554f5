"""Bars that no market can have made: a high below another price, a price that is none, a volume below zero.

Imports refuse such rows one by one; this finds those that came another way. One finding a symbol.
"""

from __future__ import annotations

import numpy as np

from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told


def check(examined: Examined) -> list[Told]:
    """Tell the symbols that have impossible bars, with the first of them."""
    tape = examined.tape
    prices = np.stack((tape.open, tape.high, tape.low, tape.close))
    with np.errstate(invalid="ignore"):
        fine = np.isfinite(prices).all(axis=0) & (tape.low > 0) & np.isfinite(tape.volume) & (tape.volume >= 0)
        fine &= (tape.high >= prices.max(axis=0)) & (tape.low <= prices.min(axis=0))
    wrong = np.flatnonzero(~fine)
    symbols, first, counts = np.unique(tape.symbol[wrong], return_index=True, return_counts=True)
    rows = wrong[first].tolist()
    return [_told(examined, *one) for one in zip(symbols.tolist(), rows, counts.tolist(), strict=True)]


def _told(examined: Examined, symbol: int, row: int, count: int) -> Told:
    tape = examined.tape
    bar = "/".join(f"{column[row]:g}" for column in (tape.open, tape.high, tape.low, tape.close))
    more = f" and {count - 1} more" if count > 1 else ""
    detail = f"no market makes the bar {bar} (open/high/low/close) on a volume of {tape.volume[row]:g}{more}"
    repair = "import these bars again from a file that has them right: the newest revision wins"
    return Told(tape.names[symbol], examined.day_of(row), "error", detail, repair)
