"""Splits put on prices when bars are read, as of a date.

A bar of session d, stored with prices adjusted as of a (never, for prices as traded), read as of date s, has

    factor = Π split_from / split_to  over the splits with  max(d, a) < ex_date ≤ s     price × factor, volume ÷ factor

so that a 4-for-1 split quarters the prices before it, and a split that came already inside the prices is not applied
again. One that was found missing from them (data/quarantine.py) is, whatever a says. Dividends are not applied to
prices. A split that a second source has contradicted (`confirmed` false) is not applied; one that nobody has checked
(null) is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEVER: Final = np.iinfo(np.int64).min
"""The date, in days, that prices as traded were adjusted as of."""


@dataclass(frozen=True)
class Split:
    """One symbol's split: `ratio` multiplies the prices of the sessions before `ex_day` (days since 1970-01-01).

    `missed`: adjusted prices were found not to know of it.
    """

    symbol: str
    ex_day: int
    ratio: float
    missed: bool = False


def splits_in(actions: pl.DataFrame, *, as_of: dt.date) -> list[Split]:
    """Pick the splits to apply as of a date, by symbol and date."""
    to, since = pl.col("split_to"), pl.col("split_from")
    usable = (pl.col("type") == "split") & (pl.col("ex_date") <= as_of) & (to > 0) & (since > 0)
    trusted = pl.col("confirmed").fill_null(value=True)
    chosen = actions.filter(usable & trusted).sort("symbol", "ex_date")
    rows = chosen.select("symbol", pl.col("ex_date").to_physical(), since / to)
    return [Split(*row) for row in rows.iter_rows()]


def split_factors(
    splits: Sequence[Split], symbols: Sequence[str], starts: Ints, sessions: Ints, adjusted_as_of: Ints
) -> Floats | None:
    """Return each bar's price factor, None when every one is 1.

    `sessions`, `adjusted_as_of`: shape n_bars, days since 1970-01-01 (NEVER for prices as traded); sessions rise within
    each symbol's segment `starts[i]` … `starts[i + 1]`.
    """
    place = {symbol: i for i, symbol in enumerate(symbols)}
    factors = np.ones(sessions.size)
    for split in splits:
        if split.symbol in place:
            first, end = starts[place[split.symbol]], starts[place[split.symbol] + 1]
            before = slice(first, first + np.searchsorted(sessions[first:end], split.ex_day))
            lacking = split.missed | (adjusted_as_of[before] < split.ex_day)
            factors[before] *= np.where(lacking, split.ratio, 1.0)
    return factors if np.any(factors != 1.0) else None
