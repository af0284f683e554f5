"""A panel as it was adjusted on an earlier day: without the splits that came later.

Adjusting multiplies, which rounds: of two prices that were equal as traded one may come out higher in the last digit,
and what compares them then answers otherwise. Who asks what was said on a day looks at the numbers of that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from tapehawk.core.panel import PRICES_AND_VOLUME, Panel
from tapehawk.data.actions import NEVER, split_factors, splits_in


def as_known(panel: Panel, actions: pl.DataFrame, day: dt.date) -> Panel:
    """Return the panel adjusted for the splits up to a date, to the last bit as on that date.

    Bars that came adjusted, whose prices as traded nobody knows, stay as they are.
    """
    if "raw.close" not in panel.columns:
        return panel
    raw = {name: panel.columns[f"raw.{name}"] for name in PRICES_AND_VOLUME}
    sessions = panel.columns["session"].astype(np.int64)
    never = np.full(sessions.size, NEVER)
    factors = split_factors(splits_in(actions, as_of=day), panel.symbols, panel.starts, sessions, never)
    if factors is None:
        return replace(panel, columns={**panel.columns, **raw})
    adjusted = {name: column / factors if name == "volume" else column * factors for name, column in raw.items()}
    return replace(panel, columns={**panel.columns, **adjusted})
