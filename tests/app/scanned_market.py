"""A market in a store that range scans find something in, and its cut into many small parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tapehawk.core import panel
from tapehawk.scan import looking
from tests.scan.market import days, fill, frame

SYMBOLS, SESSIONS = 24, 120
NAMES = [f"S{number:02}" for number in range(SYMBOLS)]
FIRST, LAST = days(SESSIONS)[25], days(SESSIONS)[-1]


def stored(root: Path, *, seed: int = 5) -> Path:
    """Fill a store with symbols that rise and fall by chance, two of each tape so that there are ties."""
    return fill(root, *(frame(name, tape(seed + at // 2), days(SESSIONS)) for at, name in enumerate(NAMES)))


def tape(seed: int) -> list[tuple[float, float, float, float, float]]:
    """Return bars by chance."""
    chance = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(chance.normal(0, 0.03, SESSIONS))), 2)
    opened = np.round(close * np.exp(chance.normal(0, 0.02, SESSIONS)), 2)
    volume = np.round(chance.lognormal(15, 0.8, SESSIONS))
    return list(
        zip(opened, np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99, close, volume, strict=True)
    )


def cut_small(patch: pytest.MonkeyPatch) -> None:
    """Let parts be of two symbols each."""
    patch.setattr(panel, "LEAST_BLOCK_BARS", SESSIONS * 2)
    patch.setattr(looking, "PART_BARS", 1)
    patch.setattr(looking.Look.parts, "__defaults__", (1,))
