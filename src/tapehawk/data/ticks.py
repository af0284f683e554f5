"""Bars built from trades, where a provider streams trades and no bars.

A trade comes as a StreamBar of one price at its own instant (open = high = low = close, its size as volume, not final).
A bar's open and close are those of its first and last trade by their instants, not by their arrival. It is final
`patience` after its window; a trade that comes later still revises it, within five bars. A bar that misses trades of a
gap is not built: a hole that is known is better than a bar that is wrong. (Where a line is open and falls silent,
nobody knows before the watchdog does: the bar of that minute is made of what had come.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tapehawk.data.providers.door import StreamBar

PATIENCE: Final = 1_000_000  # microseconds
REMEMBERED: Final = 5  # bars that late trades still revise


@dataclass
class _Building:
    """A bar so far; `first` and `last` are the instants of the trades that opened and close it."""

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
    """Builds bars of `step` microseconds; `too_late` counts the trades that no bar remembered took."""

    def __init__(self, step: int, *, patience: int = PATIENCE) -> None:
        self._step, self._patience = step, patience
        self._bars: dict[int, dict[str, _Building]] = {}
        self._closed = self._from = 0
        self.too_late = 0

    def add(self, trades: Iterable[StreamBar]) -> list[StreamBar]:
        """Take trades; return the bars that are final already and are revised by them."""
        late: dict[tuple[int, str], int] = {}
        for trade in trades:
            start = trade.time // self._step * self._step
            if start < max(self._from, self._closed - REMEMBERED * self._step):
                self.too_late += 1
                continue
            self._bars.setdefault(start, {}).setdefault(trade.symbol, _begun(trade)).add(trade)
            if start < self._closed:
                late[start, trade.symbol] = trade.received
        return [self._final(start, symbol, received) for (start, symbol), received in late.items()]

    def close(self, now: int) -> list[StreamBar]:
        """Return the bars whose time is over at `now`, by start and symbol."""
        until = (now - self._patience) // self._step * self._step
        due = sorted((start, name) for start in self._due(until) for name in self._bars[start])
        over = [self._final(start, name, now) for start, name in due]
        self._closed = max(self._closed, until)
        for start in [start for start in self._bars if start < self._closed - REMEMBERED * self._step]:
            del self._bars[start]
        return over

    def gap(self, since: int, now: int) -> None:
        """Give up the bars that miss trades between the two instants."""
        first = since // self._step * self._step
        self._bars = {start: bars for start, bars in self._bars.items() if start < first}
        self._from = now // self._step * self._step + self._step

    def _due(self, until: int) -> Iterator[int]:
        return (start for start in self._bars if self._closed <= start < until)

    def _final(self, start: int, symbol: str, now: int) -> StreamBar:
        one = self._bars[start][symbol]
        one.revision += 1
        prices = (one.open, one.high, one.low, one.close)
        return StreamBar(symbol, start, *prices, one.volume, final=True, revision=one.revision, received=now)


def _begun(trade: StreamBar) -> _Building:
    return _Building(trade.time, trade.time, *(trade.close,) * 4)
