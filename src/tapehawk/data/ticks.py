"""Bars built from trades, where a provider streams trades and no bars.

A trade comes as a StreamBar of one price at its own instant (open = high = low = close, its size as volume, not final).
A bar's open and close are those of its first and last trade by their instants, not by their arrival. It is final with
the symbol's first trade of a later window, or `patience` after its own; a trade that comes later still revises it,
within five bars.

A bar that misses trades of a gap is not built: a hole that is known is better than a bar that is wrong. Nor is one
whose volume nobody knows (a trade of unknown size, NaN) ever final: it is told as *partial*, its volume NaN. Both are
history's to bring, and what history has said is not revised by trades. (Where a line is open and falls silent, nobody
knows before the watchdog does: the bar of that minute is made of what had come.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from tapehawk.data.providers.door import StreamBar

PATIENCE: Final = 5_000_000  # microseconds
REMEMBERED: Final = 5  # bars that late trades still revise


@dataclass
class _Building:
    """A bar so far; `first` and `last` are the instants of the trades that opened and close it. `revision` -1: open."""

    first: int
    last: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0
    revision: int = -1

    def add(self, trade: StreamBar) -> None:
        if trade.time < self.first:
            self.first, self.open = trade.time, trade.close
        if trade.time >= self.last:
            self.last, self.close = trade.time, trade.close
        self.high, self.low = max(self.high, trade.close), min(self.low, trade.close)
        self.volume += trade.volume


class BarBuilder:
    """Builds bars of `step` microseconds; `too_late` counts the trades that no bar remembered took.

    `whole_from`: the start of the first bar that no gap has spoiled.
    """

    def __init__(self, step: int, *, patience: int = PATIENCE) -> None:
        self._step, self._patience = step, patience
        self._bars: dict[int, dict[str, _Building]] = {}
        self._newest: dict[str, int] = {}
        self._answered: dict[int, set[str]] = {}
        self._closed = self.whole_from = 0
        self.too_late = 0

    def add(self, trades: Iterable[StreamBar]) -> list[StreamBar]:
        """Take trades; return the bars that they close, and those that are final already and are revised by them."""
        said: dict[tuple[int, str], int] = {}
        for trade in trades:
            start, symbol = trade.time // self._step * self._step, trade.symbol
            if not self._takes(start, symbol):
                self.too_late += 1
                continue
            self._bars.setdefault(start, {}).setdefault(symbol, _begun(trade)).add(trade)
            before = self._newest.get(symbol, start)
            self._newest[symbol] = max(start, before)
            if start > before and self._is_open(before, symbol):
                said[before, symbol] = trade.received
            if start < max(self._closed, before):
                said[start, symbol] = trade.received
        return [self._said(start, symbol, received) for (start, symbol), received in said.items()]

    def close(self, now: int) -> list[StreamBar]:
        """Return the bars whose time is over at `now`, by start and symbol."""
        until = (now - self._patience) // self._step * self._step
        due = sorted((start, name) for start in self._due(until) for name in self._bars[start])
        over = [self._said(start, name, now) for start, name in due if self._is_open(start, name)]
        self._closed = max(self._closed, until)
        oldest = self._closed - REMEMBERED * self._step
        self._bars = {start: bars for start, bars in self._bars.items() if start >= oldest}
        self._answered = {start: symbols for start, symbols in self._answered.items() if start >= oldest}
        return over

    def gap(self, since: int, now: int) -> None:
        """Give up the bars that miss trades between the two instants."""
        first = since // self._step * self._step
        self._bars = {start: bars for start, bars in self._bars.items() if start < first}
        self.whole_from = now // self._step * self._step + self._step

    def answered(self, bars: pl.DataFrame) -> None:
        """Leave bars (symbol, time) as history has them."""
        oldest = self._closed - REMEMBERED * self._step
        rows = bars.select("symbol", pl.col("time").to_physical()).filter(pl.col("time") >= oldest)
        for symbol, start in rows.iter_rows():
            self._answered.setdefault(start, set()).add(symbol)
            self._bars.get(start, {}).pop(symbol, None)

    def _takes(self, start: int, symbol: str) -> bool:
        """Say whether a bar takes trades."""
        oldest = max(self.whole_from, self._closed - REMEMBERED * self._step)
        return start >= oldest and symbol not in self._answered.get(start, ())

    def _due(self, until: int) -> Iterator[int]:
        return (start for start in self._bars if self._closed <= start < until)

    def _is_open(self, start: int, symbol: str) -> bool:
        building = self._bars.get(start, {}).get(symbol)
        return building is not None and building.revision < 0

    def _said(self, start: int, symbol: str, now: int) -> StreamBar:
        one = self._bars[start][symbol]
        one.revision += 1
        prices, final = (one.open, one.high, one.low, one.close), not math.isnan(one.volume)
        return StreamBar(symbol, start, *prices, one.volume, final=final, revision=one.revision, received=now)


def _begun(trade: StreamBar) -> _Building:
    return _Building(trade.time, trade.time, *(trade.close,) * 4)
