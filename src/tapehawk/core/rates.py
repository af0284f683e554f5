"""How sure a share is: intervals for hit rates.

Wilson's interval takes every trial for independent. Signals of one day are not: a market that turns takes them all
along, so the plain interval is too narrow, often by far. The clustered one draws whole dates anew and is as wide as the
days differ; with a few dates only neither says much, and how many there were stands beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Z_95: Final = 1.959963984540054
DRAWS: Final = 2_000
SEED: Final = 20_260


@dataclass(frozen=True)
class Interval:
    """The ends of a 95 % interval."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval:
    """Return Wilson's score interval of a share, for independent trials; 0 to 1 where there were none.

    Source: Wilson, *Probable Inference, the Law of Succession, and Statistical Inference* (1927).
    """
    if not trials:
        return Interval(0.0, 1.0)
    share, square = successes / trials, Z_95 * Z_95
    middle = share + square / (2 * trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    low, high = (middle - half) / (1 + square / trials), (middle + half) / (1 + square / trials)
    return Interval(0.0 if successes == 0 else low, 1.0 if successes == trials else high)


def clustered(success: npt.NDArray[np.bool_], date: npt.NDArray[np.int64]) -> Interval | None:
    """Return the interval of a share whose trials depend on each other within a date: a bootstrap of whole dates.

    None with fewer than two dates, and where all trials came to the same: then drawing says nothing. The draws are the
    same every time.
    """
    dates, which = np.unique(date, return_inverse=True)
    if dates.size < 2 or success.all() or not success.any():
        return None
    trials = np.bincount(which, minlength=dates.size)
    successes = np.bincount(which, weights=success, minlength=dates.size)
    draws = np.random.default_rng(SEED).multinomial(dates.size, np.full(dates.size, 1 / dates.size), size=DRAWS)
    low, high = np.percentile((draws @ successes) / (draws @ trials), (2.5, 97.5))
    return Interval(float(low), float(high))
