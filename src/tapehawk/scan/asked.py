"""The bars a question is about: the panel opened, the days settled, the symbols narrowed to those asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Ints, Panel
from tapehawk.scan.question import Days, Question, days_asked

ALL = "all"


@dataclass(frozen=True, eq=False)
class Asked:
    """`panel`: the bars of those symbols that have any; `symbols`: how many were asked for; `days`: the sessions."""

    panel: Panel
    symbols: int
    days: Days

    def without_a_bar(self, with_one: int) -> Mapping[str, int]:
        """Say why symbols with stored bars have none on the days asked for; `with_one` of them have."""
        session, starts = self.panel.columns["session"], self.panel.starts
        ended = np.flatnonzero(session[starts[1:] - 1] < self.days.first)
        begun = np.flatnonzero(session[starts[:-1]] > self.days.last)
        stale = self._among(ended, self.panel.stale)
        quarantined = self._among(begun, self.panel.left_out)
        reasons = {
            "stale": stale,
            "last bar is earlier": ended.size - stale,
            "quarantined": quarantined,
            "first bar is later": begun.size - quarantined,
            "no bar then": len(self.panel.symbols) - with_one - ended.size - begun.size,
        }
        return {reason: count for reason, count in reasons.items() if count}

    def _among(self, places: Ints, names: Collection[str]) -> int:
        return sum(self.panel.symbols[place] in names for place in places) if names else 0


def asked_for(store: Path, question: Question, panel: Panel) -> Asked:
    """Narrow the whole panel to what is asked. Raises UnknownName for a symbol or universe, NoData for an empty one."""
    days = days_asked(question, panel)
    for symbol in set(question.symbols).difference(panel.symbols):
        raise UnknownName("symbol", symbol, panel.symbols, place=f"{question.timeframe} bars of {store}")
    wanted: Iterable[str] | None = question.symbols or None
    if question.universe not in (None, ALL):
        from tapehawk.scan.universe import members  # reads the store with Polars, which other questions need not load

        named = members(store, str(question.universe), days)
        wanted = named if wanted is None else set(wanted).intersection(named)
    if wanted is None:
        return Asked(panel, len(panel.symbols), days)
    narrowed = set(wanted)
    stored = tuple(narrowed.intersection(panel.symbols))
    if not stored:
        raise NoData(
            f"the universe {question.universe!r} has no symbol with stored bars",
            hint="scanner data status lists what is stored",
        )
    return Asked(panel.select(stored), len(narrowed), days)
