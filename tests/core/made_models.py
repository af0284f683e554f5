"""Models made by hand: trees small enough to walk with a finger."""

from __future__ import annotations

from tapehawk.core.features import features_of, with_levels
from tapehawk.core.model import Ensemble, Model, Origin, Split
from tapehawk.core.scanner import Scanner

BUSY, QUIET, FALLING = 1.0, -1.0, -0.5
"""What the leaves of the first tree say of a setup on much volume, on little, and the second's of a falling trend."""


def made_model(scanner: Scanner, *, timeframe: str = "1d", hours: str = "regular", reason: str | None = None) -> Model:
    """Return a model of a scanner that likes volume and dislikes a trend against the side."""
    names = tuple(features_of(with_levels(scanner.setups())[0]))
    volume, trend = names.index("volume"), names.index("trend")
    trees = (Split(volume, 1.0, QUIET, BUSY), Split(trend, 0.0, Split(volume, 0.0, 2 * FALLING, FALLING), 0.0))
    return Model(Origin.of(scanner, timeframe, hours, "us"), names, Ensemble(trees, 1.5, 0.25), reason)
