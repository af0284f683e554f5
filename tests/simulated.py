"""A small simulated market in a store, for the tests of the surfaces."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill, fill_intraday

LAST = dt.date(2025, 6, 30)
SYMBOLS = 60


def fill_market(root: Path) -> Path:
    """Fill a store with a year of 60 simulated names, and 5-minute bars of its last sessions."""
    simulator = Simulator(symbols=SYMBOLS)
    fill(root, simulator, dt.date(2024, 6, 3), LAST)
    fill_intraday(root, simulator, "5m", dt.date(2025, 6, 23), LAST)
    return root
