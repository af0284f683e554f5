"""What an analysis looks at: for each kind of bars the panel, its closed bars, and what must be said of them.

A view holds until a bar closes or the store changes; then all are made anew, so that one analysis speaks of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tapehawk.analysis.part import On
from tapehawk.core.errors import CorruptStore, NoData
from tapehawk.core.instants import datetime_of, rfc3339_each
from tapehawk.core.panel import Ints, Panel
from tapehawk.data.freshness import SIMULATED, Newest, late
from tapehawk.scan.closed import Closed, closes_of, first_open
from tapehawk.scan.deep_inputs import Inputs
from tapehawk.scan.market_index import complete_end, index_of


@dataclass(frozen=True)
class Reading:
    """All inputs' values at a symbol's last closed bar, and what a `Bar` tells besides."""

    values: list[float]
    count: int
    known_at: str
    of: str
    labels: tuple[str, ...]
    lag: int


@dataclass(frozen=True, eq=False)
class View:
    """The closed bars of one panel.

    `lag`: sessions by which they end before those of other timeframes. `only`: the one symbol that is read, whoever is
    asked about.
    """

    closed: Closed
    lag: int
    labels: tuple[str, ...]
    only: str | None = None

    def read(self, inputs: Inputs, symbols: Sequence[str]) -> Mapping[str, Reading | str]:
        """Return for each symbol the values at its last closed bar, or why that says nothing of today."""
        if self.only is not None:
            return dict.fromkeys(symbols, self._read(inputs, [self.only])[self.only])
        return self._read(inputs, symbols)

    def _read(self, inputs: Inputs, symbols: Sequence[str]) -> Mapping[str, Reading | str]:
        found: dict[str, Reading | str] = {}
        places = []
        for symbol in symbols:
            why = self.closed.why_none(symbol)
            if why is None:
                places.append(self.closed.place[symbol])
            else:
                found[symbol] = why
        at = np.array(sorted(places), dtype=np.int64)
        behind = self.closed.behind(at, self.closed.until).tolist() if at.size and self.closed.until else []
        late_ones = [self.closed.why_late(place, n) for place, n in zip(at.tolist(), behind, strict=True)]
        found |= {self.closed.panel.symbols[p]: why for p, why in zip(at, late_ones, strict=True) if why}
        current = np.array([why is None for why in late_ones], dtype=bool)
        missed = [n for n, why in zip(behind, late_ones, strict=True) if why is None]
        return found | self._readings(inputs, at[current], missed)

    def _readings(self, inputs: Inputs, places: Ints, missed: list[int]) -> dict[str, Reading]:
        panel, bars = self.closed.panel, self.closed.ends[places] - 1
        if not bars.size:
            return {}
        times = rfc3339_each(closes_of(panel, bars))
        counts = (bars + 1 - panel.starts[places]).tolist()
        rows = inputs.rows(panel, bars)
        return {
            panel.symbols[place]: Reading(row, count, time, panel.symbols[place], self._said(sessions), self.lag)
            for place, row, count, time, sessions in zip(places.tolist(), rows, counts, times, missed, strict=True)
        }

    def _said(self, missed: int) -> tuple[str, ...]:
        if not missed:
            return self.labels
        return (*self.labels, f"no bar for {missed} session{'s' if missed > 1 else ''}")


class Views:
    """The views of some kinds of bars as time goes on.

    `bars`: the newest panel of a timeframe; raises NoData. `benchmark`: a symbol, None for the index of all stored.
    """

    def __init__(self, bars: Callable[[str], Panel], kinds: Iterable[On], benchmark: str | None) -> None:
        self._bars, self._kinds, self._benchmark = bars, tuple(kinds), benchmark
        self._closed: dict[On, tuple[int, Closed]] = {}
        self._indices: dict[str, tuple[Panel, Panel]] = {}

    def at(self, instant: int) -> Mapping[On, View | str]:
        """Return what there is to look at at an instant (µs UTC), or why there is nothing."""
        panels = {timeframe: self._panel(timeframe) for timeframe in dict.fromkeys(on.timeframe for on in self._kinds)}
        there = {on: panel for on in self._kinds if isinstance(panel := panels[on.timeframe], Panel)}
        closed = {on: self._closed_of(on, panel, instant) for on, panel in there.items()}
        due = max((one.until for one in closed.values() if one.until is not None), default=instant)
        return {
            on: self._view(on, closed[on], due, instant) if on in closed else str(panels[on.timeframe])
            for on in self._kinds
        }

    def _panel(self, timeframe: str) -> Panel | str:
        try:
            return self._bars(timeframe)
        except CorruptStore as unreadable:
            return unreadable.message
        except NoData:
            return f"no {timeframe} bars are stored"

    def _closed_of(self, on: On, panel: Panel, instant: int) -> Closed:
        """Return the closed bars of a panel, or of the index of it, found anew where a bar has closed since."""
        indexed = on.benchmark and self._benchmark is None
        looked_at, bound = self._index(panel) if indexed else panel, first_open(panel, instant)
        kept = self._closed.get(on)
        if kept is None or kept[0] != bound or kept[1].panel is not looked_at:
            closed = Closed.at(looked_at, instant)
            if indexed:
                closed = replace(closed, ends=np.array([complete_end(looked_at, int(closed.ends[0]))]))
            self._closed[on] = kept = bound, closed
        return kept[1]

    def _index(self, panel: Panel) -> Panel:
        kept = self._indices.get(panel.timeframe)
        if kept is None or kept[0] is not panel:
            self._indices[panel.timeframe] = kept = panel, index_of(panel)
        return kept[1]

    def _view(self, on: On, closed: Closed, due: int, instant: int) -> View:
        stale, lag = _stale_since(closed, instant), closed.lag(due)
        old = () if stale is None else (f"stale since {stale}",)
        other = (f"{on.timeframe} bars end {lag} session{'s' if lag > 1 else ''} before others",) if lag else ()
        only = None if not on.benchmark else self._benchmark or closed.panel.symbols[0]
        return View(closed, lag, (*closed.panel.labels, *old, *other), only)


def _stale_since(closed: Closed, instant: int) -> str | None:
    """Say since when the newest of the closed bars is behind what must be stored by an instant."""
    newest, panel = closed.newest, closed.panel
    if newest is None or SIMULATED in panel.labels:
        return None
    session, start = int(panel.columns["session"][newest]), int(panel.time[newest])
    now = datetime_of(instant)
    return late(Newest(panel.timeframe, panel.calendar, panel.hours, session, start), now)
