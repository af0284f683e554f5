"""Bars of whole numbers, drawn from a seed: sums of them are exact, so values can be compared to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from tapehawk.core.panel import Panel
from tapehawk.core.slower import MINUTES

MONDAY = 19_002  # 2022-01-10
US_PER_MINUTE = 60_000_000


def calendar_of(bars: int, timeframe: str, *, first: int = MONDAY) -> tuple[np.ndarray, np.ndarray]:
    """Return the sessions (weekdays) and minutes of so many bars in a row."""
    step = MINUTES.get(timeframe)
    a_day = -(-390 // step) if step else 1
    number = np.arange(bars)
    day = number // a_day
    session = first + day // 5 * 7 + day % 5 if timeframe != "1w" else first + 7 * day
    return session.astype(float), (number % a_day * float(step or 0))


def random_panel(
    lengths: Sequence[int], timeframe: str = "1d", *, seed: int = 0, holes: float = 0.0, nulls: float = 0.0
) -> Panel:
    """Return a panel of symbols of these lengths that end together.

    Traded prices are whole numbers, adjusted ones half of them before the middle of the symbol's bars (a 2:1 split).
    `holes`: share of bars missing. `nulls`: share of traded volumes that are null.
    """
    rng = np.random.default_rng(seed)
    longest = max(lengths, default=0)
    session, minute = calendar_of(longest, timeframe)
    kept = [np.flatnonzero((np.arange(longest) >= longest - n) & (rng.random(longest) >= holes)) for n in lengths]
    rows = np.concatenate([*kept, np.empty(0, dtype=np.int64)]).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum([k.size for k in kept]))).astype(np.int64)
    half = np.where(rows < longest // 2, 0.5, 1.0)
    traded = _prices(rows.size, rng)
    columns = {name: column * half for name, column in traded.items() if name != "volume"}
    columns |= {"volume": traded["volume"] / half}
    traded["volume"] = np.where(rng.random(rows.size) < nulls, np.nan, traded["volume"])
    columns |= {f"raw.{name}": column for name, column in traded.items()}
    columns |= {"session": session[rows], "minute": minute[rows]}
    time = (session[rows] * 1440 + minute[rows]).astype(np.int64) * US_PER_MINUTE
    names = tuple(f"S{number:03}" for number in range(len(lengths)))
    return Panel(names, starts, time, columns, timeframe=timeframe)


def _prices(bars: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    close = np.maximum(20 + np.cumsum(rng.integers(-2, 3, bars)), 8).astype(float)
    opened = close + rng.integers(-3, 4, bars)
    high = np.maximum(opened, close) + rng.integers(0, 3, bars)
    low = np.minimum(opened, close) - rng.integers(0, 3, bars)
    return {
        "open": opened, "high": high, "low": low, "close": close, "volume": rng.integers(0, 50, bars).astype(float),
    }  # fmt: skip


def pieces(panel: Panel, cuts: Sequence[int]) -> list[Panel]:
    """Cut a panel at bar times: the cuts are places among its distinct times. Every piece names every symbol."""
    times = np.unique(panel.time)
    edges = [times[0] if times.size else 0, *(times[min(c, times.size - 1)] for c in cuts if times.size)]
    bounds = [*sorted(edges), (times[-1] if times.size else 0) + 1]
    return [_between(panel, first, last) for first, last in pairwise(bounds)]


def bar_by_bar(panel: Panel) -> list[Panel]:
    """Cut a panel into pieces of one time each."""
    return pieces(panel, range(1, np.unique(panel.time).size))


def one_symbol(panel: Panel, place: int) -> Panel:
    """Return the bars of one symbol."""
    return panel.select((panel.symbols[place],))


def _between(panel: Panel, first: int, last: int) -> Panel:
    inside = (panel.time >= first) & (panel.time < last)
    counts = np.concatenate(([0], np.cumsum(inside)))
    return replace(
        panel,
        starts=counts[panel.starts].astype(np.int64),
        time=panel.time[inside],
        columns={name: column[inside] for name, column in panel.columns.items()},
    )
