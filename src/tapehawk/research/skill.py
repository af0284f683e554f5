"""Whether a model knows more than the base rate: Brier scores, their skill, and how sure that is.

    Brier = mean of (probability - outcome)²        skill = 1 - Brier of the model / Brier of the base rate

Signals of one day share that day's market, so the bootstrap draws whole days, not signals.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tapehawk.core.panel import Floats, Ints

DRAWS: Final = 2000
LOWEST_PERCENT: Final = 2.5  # of a 95 % interval


def brier(probability: Floats, label: Floats) -> float:
    """Return the mean squared error of some probabilities."""
    return float(np.mean((probability - label) ** 2))


def skill(probability: Floats, base: Floats, label: Floats) -> float:
    """Return the Brier skill against the base rate that was known when each signal was given; 0 knows as much."""
    return 1.0 - brier(probability, label) / brier(base, label)


def lower_bound(probability: Floats, base: Floats, label: Floats, day: Ints, seed: int) -> float:
    """Return the lower end of the skill's 95 % interval, from a bootstrap of whole days."""
    _, place = np.unique(day, return_inverse=True)
    mine = np.bincount(place, (probability - label) ** 2)
    reference = np.bincount(place, (base - label) ** 2)
    days = mine.size
    drawn = np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), size=DRAWS)
    return float(np.percentile(1.0 - (drawn @ mine) / (drawn @ reference), LOWEST_PERCENT))
