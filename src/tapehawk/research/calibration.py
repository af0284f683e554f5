"""From scores to probabilities that mean what they say: a line through the log of the odds, never falling.

Fitted on signals that the trees have not seen (Platt). Where a higher score does not mean more successes the line is
flat: everything gets the base rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from tapehawk.core.panel import Floats


@dataclass(frozen=True)
class Line:
    """probability = 1 / (1 + exp(-(slope × score + intercept)))."""

    slope: float
    intercept: float

    @classmethod
    def fitted(cls, score: Floats, label: Floats) -> Self:
        """Return the likeliest line that does not fall. The labels hold at least one of each kind."""
        from sklearn.linear_model import LogisticRegression

        base = float(np.log(label.mean() / (1 - label.mean())))
        spread = float(score.std())
        if spread == 0.0:
            return cls(0.0, base)
        centre = float(score.mean())
        fit = LogisticRegression(C=np.inf).fit(((score - centre) / spread)[:, None], label)
        slope = float(fit.coef_[0, 0]) / spread
        if slope <= 0.0:
            return cls(0.0, base)
        return cls(slope, float(fit.intercept_[0]) - slope * centre)

    def probability(self, score: Floats) -> Floats:
        """Return the calibrated probabilities of some scores."""
        chance: Floats = 1 / (1 + np.exp(-(score * self.slope + self.intercept)))
        return chance


def reliability(probability: Floats, label: Floats, bins: int = 10) -> list[dict[str, float]]:
    """Return for tenths of the signals, by stated probability: how many, what was stated and what was observed."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if part.size]
    return [
        {"n": int(part.size), "stated": float(probability[part].mean()), "observed": float(label[part].mean())}
        for part in parts
    ]
