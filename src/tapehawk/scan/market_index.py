"""An index of everything stored: the equal-weight return of the universe, bar by bar, as a panel of one symbol.

    return of a bar   mean over the symbols that have it of close / previous close - 1, each held within -50 % … +100 %
    level             100 × the product of 1 + return; open, high, low and close are that level
    volume            how many symbols the mean is of

The returns are held so that a split which the data missed does not move the market. A bar's level uses returns up to
that bar only. There are no highs and lows of an index that did not trade, so ranges are those of closes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.series import TIMEFRAMES
from tapehawk.core.session_table import DAY, MINUTE

LEAST_RETURN, MOST_RETURN = -0.5, 1.0
FIRST_LEVEL: Final = 100.0
_THURSDAY: Final = 3  # day 0 was one; weeks are counted from Mondays


def index_of(panel: Panel) -> Panel:
    """Return the index of a panel's symbols. Its first bar is the first that has a previous one."""
    slot = _slots(panel)
    total, count = _returns(panel, slot)
    there = np.flatnonzero(count)
    level = np.asarray(FIRST_LEVEL * np.cumprod(1.0 + total[there] / count[there]), np.float64)
    bars = np.zeros(count.size, dtype=np.int64)
    bars[slot] = np.arange(slot.size)  # some bar of each slot
    bar = bars[there]
    columns: dict[str, Floats] = dict.fromkeys(("open", "high", "low", "close"), level)
    columns |= {"volume": count[there].astype(np.float64)}
    columns |= {name: panel.columns[name][bar] for name in ("session", "minute")}
    name = f"equal weight of {len(panel.symbols):,} symbols, closes only"
    return replace(
        panel,
        symbols=(name,),
        starts=np.array([0, there.size]),
        time=panel.time[bar],
        columns=columns,
        left_out={},
        stale=(),
    )


def complete_end(index: Panel, end: int) -> int:
    """Return `end`, or an earlier one so that the last bar is of at least half the symbols of the bar before it."""
    count = index.columns["volume"]
    while end > 1 and 2 * count[end - 1] < count[end - 2]:
        end -= 1
    return end


def _slots(panel: Panel) -> Ints:
    """Number every bar by its time."""
    if panel.timeframe == "1w":
        week = (panel.time // DAY + _THURSDAY) // 7
        return np.asarray(week - week.min(), np.int64)
    return np.asarray((panel.time - panel.time.min()) // (TIMEFRAMES[panel.timeframe] * MINUTE), np.int64)


def _returns(panel: Panel, slot: Ints) -> tuple[Floats, Ints]:
    """Return the sum of the returns in each slot, and of how many."""
    slots = int(slot.max()) + 1
    total, count = np.zeros(slots), np.zeros(slots, dtype=np.int64)
    for block in panel.blocks():
        close = block.column("close")
        change = np.full(close.size, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            change[1:] = close[1:] / close[:-1] - 1.0
        change[block.starts[:-1][block.starts[:-1] < close.size]] = np.nan
        known = np.isfinite(change)
        at = block.of(slot)[known]
        total += np.bincount(at, np.clip(change[known], LEAST_RETURN, MOST_RETURN), slots)
        count += np.bincount(at, minlength=slots)
    return total, count
