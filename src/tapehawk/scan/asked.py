"""The bars a question is about: the panel opened, the days settled, the symbols narrowed to those asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Ints, Panel
from tapehawk.scan.question import Days, Question, days_asked, nearest_stored

ALL = "all"


@dataclass(frozen=True, eq=False)
class Asked:
    """`panel`: the bars of those symbols that have any; `symbols`: how many were asked for; `days`: the sessions.

    `among`: the bars of the whole universe, which ranks are taken among whichever symbols are asked for. `without`: the
    symbols among them that are not asked for. `series`: whose bars they are. `notes`: what a reader must be told of
    them in a sentence. `unstored`: who was asked for and has no stored bar.
    """

    panel: Panel
    symbols: int
    days: Days
    among: Panel
    series: str = "memory"
    notes: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    unstored: tuple[str, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Say whether only some of the universe's symbols are asked for."""
        return len(self.panel.symbols) < len(self.among.symbols)

    def labelled(self, label: str) -> Asked:
        """Return the same bars with one more label."""
        panel, among = (replace(one, labels=(*one.labels, label)) for one in (self.panel, self.among))
        return replace(self, panel=panel, among=among)

    def no_data(self, cutoff: str | None) -> NoData:
        """Return the error that none of the symbols asked for has a bar on the days asked for."""
        names, days = self.panel.symbols, self.days
        who = names[0] if len(names) == 1 else f"none of {len(names):,} symbols"
        when = f"on {days.date}" if days.first == days.last else f"from {days.start} to {days.date}"
        by = f" closed by {cutoff}" if cutoff else ""
        has = f"{who} has {'no' if len(names) == 1 else 'a'} {self.panel.timeframe} bar {when}{by}"
        return NoData(has, hint=nearest_stored(self.panel.columns["session"], days.first, days.last))

    def without_a_bar(self, with_one: int) -> Mapping[str, int]:
        """Say why symbols with stored bars have none on the days asked for; `with_one` of them have."""
        session, starts = self.panel.columns["session"], self.panel.starts
        left_out = np.array([name in self.without for name in self.panel.symbols], dtype=bool)
        ended = np.flatnonzero(~left_out & (session[starts[1:] - 1] < self.days.first))
        begun = np.flatnonzero(~left_out & (session[starts[:-1]] > self.days.last))
        excluded = int(left_out.sum())
        stale = self._among(ended, self.panel.stale)
        quarantined = self._among(begun, self.panel.left_out)
        reasons = {
            "stale": stale,
            "last bar is earlier": ended.size - stale,
            "quarantined": quarantined,
            "first bar is later": begun.size - quarantined,
            "excluded": excluded,
            "no bar then": len(self.panel.symbols) - with_one - ended.size - begun.size - excluded,
        }
        return {reason: count for reason, count in reasons.items() if count}

    def why_no_bar(self, place: int) -> str:
        """Say why a symbol with stored bars has none on the days asked for, in the words of `without_a_bar`."""
        panel, name = self.panel, self.panel.symbols[place]
        session = panel.columns["session"][panel.starts[place] : panel.starts[place + 1]]
        if session[-1] < self.days.first:
            return "stale" if name in panel.stale else "last bar is earlier"
        if session[0] > self.days.last:
            return "quarantined" if name in panel.left_out else "first bar is later"
        return "no bar then"

    def _among(self, places: Ints, names: Collection[str]) -> int:
        return sum(self.panel.symbols[place] in names for place in places) if names else 0


def asked_for(store: Path, question: Question, panel: Panel) -> Asked:
    """Narrow the whole panel to what is asked. Raises UnknownName for a symbol or universe, NoData for an empty one."""
    days = days_asked(question, panel)
    for symbol in sorted({*question.symbols, *question.without}.difference(panel.symbols)):
        raise UnknownName("symbol", symbol, panel.symbols, place=f"the {question.timeframe} bars that are stored")
    among, named = panel, None
    if question.universe not in (None, ALL):
        from tapehawk.scan.universe import members  # reads the store with Polars, which other questions need not load

        named = set(members(store, str(question.universe), days))
        among = _of(panel, named, question)
    without = frozenset(question.without)
    if not question.symbols:
        whole = len(panel.symbols if named is None else named)
        return Asked(among, whole, days, among, without=without, unstored=_unstored(named or (), panel))
    wanted = set(question.symbols) if named is None else named.intersection(question.symbols)
    narrowed = _of(among, wanted, question)
    return Asked(narrowed, len(wanted), days, among, without=without, unstored=_unstored(wanted, panel))


def _unstored(names: Collection[str], panel: Panel) -> tuple[str, ...]:
    return tuple(sorted(set(names).difference(panel.symbols))) if names else ()


def _of(panel: Panel, names: set[str], question: Question) -> Panel:
    stored = tuple(names.intersection(panel.symbols))
    if not stored:
        raise NoData(
            f"the universe {question.universe!r} has no symbol with stored bars",
            hint="scanner data status lists what is stored",
        )
    return panel.select(stored)
