"""The last bar of every symbol that is being received: the newest journal of each series, read on.

A journal is truth and outlives its writer, so whoever starts late has the same last bars as who was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tapehawk.core.panel import Ints
from tapehawk.core.series import Series
from tapehawk.data.journal import Bars, Tape


@dataclass(frozen=True)
class LastBar:
    """A symbol's last bar. Instants are µs UTC; prices as traded."""

    symbol: str
    series: Series
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class LastBars:
    """Reads on what is received into the journals below `root`. `now`: the last bar of each symbol so far."""

    def __init__(self, root: Path) -> None:
        self._root = root / "journal"
        self._tapes: dict[Path, Tape] = {}
        self.now: dict[str, LastBar] = {}

    def read_on(self) -> list[LastBar]:
        """Return the last bars that are new or were revised since. Raises CorruptStore."""
        news: dict[str, LastBar] = {}
        for folder in sorted(self._root.glob("1m.*")):
            journals = sorted(folder.glob("*.journal"))
            if journals:
                news |= self._read(self._tape(folder, journals[-1]))
        self.now |= news
        return list(news.values())

    def _tape(self, folder: Path, path: Path) -> Tape:
        """Return the tape of a series: that of its newest session."""
        tape = self._tapes.get(folder)
        if tape is None or tape.path.stem < path.stem:
            tape = self._tapes[folder] = Tape(path)
        return tape

    def _read(self, tape: Tape) -> dict[str, LastBar]:
        news: dict[str, LastBar] = {}
        for rows, _ in tape.parts():
            if tape.about is not None:
                for row in rows[_last_of_each(rows)].tolist():
                    bar = _bar(tape.names[row[0]], tape.about.series, row)
                    known = news.get(bar.symbol) or self.now.get(bar.symbol)
                    if known is None or known.time <= bar.time:
                        news[bar.symbol] = bar
        return news


def _last_of_each(rows: Bars) -> Ints:
    """Return where each symbol's last bar stands; of one that was revised, the revision."""
    order = np.lexsort((np.arange(rows.size), rows["time"], rows["symbol"]))
    symbols = rows["symbol"][order]
    last: Ints = order[np.append(symbols[1:] != symbols[:-1], True)[: symbols.size]]
    return last


def _bar(symbol: str, series: Series, row: tuple[float, ...]) -> LastBar:
    _, _, time, open, high, low, close, volume, _ = row
    return LastBar(symbol, series, int(time), open, high, low, close, volume)
