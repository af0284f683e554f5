"""The deep analysis of symbols: every part's inputs read at the last closed bars, in one go, then its answer.

    symbols, sides ─► per timeframe: whose last closed bar? ─► one script over the blocks that hold them ─► values
                                                              values ─► part by part, symbol by symbol ─► answers

The values are those that a scan sees at the same bars, from the same evaluator over the whole history. A symbol without
bars, one that has had none for some sessions and one that is gone are said to be that, part by part; a part that fails
for a symbol spoils that part of that symbol only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeAlias

from tapehawk.analysis.part import HOLD, Bar, On, Part, Seen, answered, unavailable
from tapehawk.catalog import part_types
from tapehawk.core.errors import BadInput
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.series import check_timeframe
from tapehawk.scan.deep_inputs import Inputs
from tapehawk.scan.deep_views import Reading, View, Views

Analysis: TypeAlias = dict[str, dict[str, Any]]
"""Part → its answer: `available`, then what it says, or the `reason` why it says nothing."""
_Readings: TypeAlias = Mapping[On, Mapping[str, Reading | str]]


def usual_parts(timeframe: str = "1d") -> tuple[Part, ...]:
    """Return every part of the package, as it is asked about signals of a timeframe. Raises UnknownName."""
    check_timeframe(timeframe)
    return tuple(kind.of_signals_on(timeframe) for kind in part_types())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Analyst:
    """Answers for symbols, one or ten thousand at a time, from any thread.

    `bars`: the newest panel of a timeframe; raises NoData where there is none. `benchmark`: the symbol whose bars stand
    for the market; None for the equal-weight return of everything stored. `now`: the clock that tells which bars have
    closed. Making one opens the panels and loads what the parts compute with, so that no call has to.
    """

    def __init__(
        self,
        bars: Callable[[str], Panel],
        parts: Sequence[Part],
        *,
        benchmark: str | None = None,
        now: Callable[[], dt.datetime] = _now,
    ) -> None:
        self._parts, self._now = tuple(parts), now
        if len({part.name for part in parts}) < len(parts):
            raise BadInput("two parts of an analysis have one name", hint="give each another `name`")
        self._inputs = {on: Inputs(on, self._parts) for part in self._parts for on in part.inputs()}
        self._views, self._looking = Views(bars, self._inputs, benchmark), Lock()
        self.ready()

    def ready(self) -> None:
        """Open what is new in the store and compute every input once, so that the next call has only its own to do."""
        there = (
            view.closed.current for on, view in self._view().items() if isinstance(view, View) and not on.benchmark
        )
        self.analyse([symbol for symbol in there if symbol is not None], {})

    def analyse(self, symbols: Sequence[str], sides: Mapping[str, str]) -> dict[str, Analysis]:
        """Return every part's answer for each symbol; one that is not among `sides` is a HOLD."""
        asked = list(dict.fromkeys(symbols))
        read = {
            on: dict.fromkeys(asked, view) if isinstance(view, str) else view.read(self._inputs[on], asked)
            for on, view in self._view().items()
        }
        return {
            symbol: {part.name: self._answer(part, str(sides.get(symbol, HOLD)), symbol, read) for part in self._parts}
            for symbol in asked
        }

    def _view(self) -> Mapping[On, View | str]:
        with self._looking:
            return self._views.at(microseconds(self._now()))

    def _answer(self, part: Part, side: str, symbol: str, read: _Readings) -> dict[str, Any]:
        bars, missing = {}, {}
        for on, inputs in self._inputs.items():
            if part.name in inputs.places:
                one = read[on][symbol]
                if isinstance(one, str):
                    missing[on] = one
                else:
                    bars[on] = _bar(one, inputs.places[part.name])
        try:
            return answered(part, side, Seen(bars, missing))
        except Exception as error:  # noqa: BLE001 - the outermost frame of a part: its bug is one answer, not the scan
            return unavailable(f"failed: {type(error).__name__}: {error}")


def _bar(read: Reading, places: Mapping[str, int]) -> Bar:
    values = {name: read.values[place] for name, place in places.items()}
    return Bar(values, read.count, read.known_at, read.of, read.labels, read.lag)
