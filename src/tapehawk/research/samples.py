"""What a model learns from: past signals, what was known of each when it was given, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from tapehawk.core.panel import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class Samples:
    """Past signals, one row each, in order of their days.

    `names` and `features` (rows, names): what was known at `available_at`. `label` is 1 where target1 was reached
    before the stop within the horizon, else 0. A label belongs to the days `day` (the signal's session) to `until`
    (the last of its horizon, whenever it was decided): days since 1970-01-01.
    """

    names: tuple[str, ...]
    features: Floats
    label: Floats
    day: Ints
    until: Ints

    def __len__(self) -> int:
        return int(self.label.size)

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Return several patterns' signals as one, in order of their days and otherwise as they come."""
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ("label", "day", "until")]
        features = np.concatenate([part.features for part in parts])
        order = np.argsort(columns[1], kind="stable")
        label, day, until = (column[order] for column in columns)
        return cls(parts[0].names, features[order], label, day, until)

    def of(self, which: Flags | Ints) -> Samples:
        """Return some of the rows."""
        return Samples(self.names, self.features[which], self.label[which], self.day[which], self.until[which])

    def complete(self) -> Samples:
        """Return the rows of which every feature is known."""
        return self.of(np.flatnonzero(np.isfinite(self.features).all(axis=1)))
