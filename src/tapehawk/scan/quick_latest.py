"""The last closed bar of each symbol and what the quick scan's rule says of it: a market's warm state.

    panel of a data version ──last closed bars──► rule, once ──► Latest: a value a symbol, kept until the data or the
                                                                clock brings a newer bar

A bar that has not closed is never looked at. The values are those of the whole history to the last bit, because they
are made of it by the one evaluator; a newer data version brings a new panel and costs one more evaluation of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from tapehawk.core import quick_rule
from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.values import values_at
from tapehawk.data.freshness import Newest
from tapehawk.scan.closed import Closed, closes_of

NEVER: Final = np.iinfo(np.int64).max
DAY: Final = 86_400_000_000


@dataclass(frozen=True, eq=False)
class Latest:
    """One value a symbol of the panel, by name (null where a symbol is not known).

    `bar`: place of its last closed bar, -1 where it has none or was not asked for. `closed`: when that bar closed, µs
    UTC. `change`: percent since 24 h before (crypto), or since the previous regular close; null on weekly bars, which
    do not know either. `newest`: the market's newest closed bar, also when few were asked for. `good_until`: the
    instant at which a stored bar that is open now closes.
    """

    panel: Panel
    bar: Ints
    closed: Ints
    values: Mapping[str, Floats]
    change: Floats
    newest: Newest
    good_until: int

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Return symbol → its place in the panel."""
        return {symbol: place for place, symbol in enumerate(self.panel.symbols)}

    @cached_property
    def session(self) -> Ints:
        """Return the session of each symbol's last closed bar, as days since 1970-01-01; -1 where it has none."""
        days = self.panel.columns["session"][np.maximum(self.bar, 0)].astype(np.int64)
        return np.where(self.bar >= 0, days, -1)

    def close_by(self, place: int, instant: int) -> float:
        """Return a symbol's close of the last bar that had closed by an instant at which one did, adjusted as its last.

        Null where there is none. Bars don't overlap: one that has closed by then is one that started before.
        """
        first, last = self.panel.starts[place : place + 2].tolist()
        at = first + int(np.searchsorted(self.panel.time[first:last], instant)) - 1
        return float(self.panel.columns["close"][at]) if at >= first else float("nan")


def latest(panel: Panel, now: int, *, asked: Flags | None = None, threads: int = 2) -> Latest:
    """Judge every symbol's last bar that closed by `now` (µs UTC); `asked`: only these symbols of the panel."""
    bar, good_until = last_closed(panel, now)
    newest = _newest(panel, bar[bar >= 0])
    if asked is not None:
        bar = np.where(asked, bar, -1)
    some = bar >= 0
    bars = bar[some]
    found = values_at(panel, bars, quick_rule.columns(panel.timeframe), threads=threads) if bars.size else {}
    closed = np.full(bar.size, -1)
    closed[some] = closes_of(panel, bars)
    values = {name: _spread(column, some) for name, column in found.items()}
    return Latest(panel, bar, closed, values, _spread(changes_to(panel, bars), some), newest, good_until)


def last_closed(panel: Panel, now: int) -> tuple[Ints, int]:
    """Return the place of each symbol's last bar that closed by an instant (-1: none), and when the next one closes."""
    ends = Closed.at(panel, now).ends
    open_ = ends[ends < panel.starts[1:]]
    good_until = int(closes_of(panel, open_).min(initial=NEVER))
    return np.where(ends > panel.starts[:-1], ends - 1, -1), good_until


def _newest(panel: Panel, bars: Ints) -> Newest:
    session = int(panel.columns["session"][bars].max(initial=-1))
    return Newest(panel.timeframe, panel.calendar, panel.hours, session, int(panel.time[bars].max(initial=-1)))


def changes_to(panel: Panel, bars: Ints) -> Floats:
    """Return the change to each bar's close, percent."""
    close = panel.columns["close"]
    before = _before(panel, bars)
    then = np.where(before >= 0, close[np.maximum(before, 0)], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (close[bars] / then - 1) * 100
    return np.where(np.isfinite(change), change, np.nan)


def _before(panel: Panel, bars: Ints) -> Ints:
    """Return the bar whose close each bar's change counts from: -1 where there is none."""
    if panel.timeframe == "1w":
        return np.full(bars.size, -1)
    of_a_day = panel.calendar != "crypto"
    when = panel.columns["session"] if of_a_day else panel.time
    bound = when[bars] - (1 if of_a_day else DAY)
    first = panel.starts[np.searchsorted(panel.starts, bars, side="right") - 1]
    found = [
        start + int(np.searchsorted(when[start:bar], upto, side="right")) - 1
        for start, bar, upto in zip(first.tolist(), bars.tolist(), bound.tolist(), strict=True)
    ]
    before = np.array(found, dtype=np.int64)
    return np.where(before >= first, before, -1)


def _spread(values: Floats, some: Flags) -> Floats:
    out = np.full(some.size, np.nan)
    out[some] = values
    return out
