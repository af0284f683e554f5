"""The session that is still in its journal, read on as it grows: where each bar is, and each symbol's day so far.

    journal ──read on──► places (4 bytes a symbol and bar) ──► bars of a few symbols, read where they are
                     └─► a symbol's last, high, low and volume of the session, kept up as bars come

A revised bar's symbol is summed up anew from its bars; everything else is added to. Nothing is written, nothing locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import RLock

import numpy as np

from tapehawk.core.panel import Flags, Ints
from tapehawk.core.sessions import calendar_named
from tapehawk.data.journal import BAR, Bars, Tape, bars_at
from tapehawk.data.open_session import Places
from tapehawk.data.sealing import Newest

_NONE = np.nan


class SoFar:
    """One session's journal. `offset`: how far it was read; arrays are by the number of a symbol's name."""

    def __init__(self, path: Path) -> None:
        self._tape, self._lock = Tape(path), RLock()
        self._places: Places | None = None
        self._number: dict[str, int] = {}
        self.last, self.high, self.low, self.volume = (np.empty(0) for _ in range(4))
        self.slot = np.empty(0, dtype=np.int64)

    @property
    def offset(self) -> int:
        """How far the journal was read, in bytes."""
        return self._tape.offset

    def read_on(self) -> SoFar:
        """Take in what was written since."""
        with self._lock:
            for rows, records in self._tape.parts():
                self._take(rows, records)
        return self

    def number(self, symbol: str) -> int | None:
        """Return a symbol's number, None for one without a bar."""
        number = self._number.get(symbol)
        return None if number is None or self.slot[number] < 0 else number

    def names(self) -> list[str]:
        """Return the symbols that have a bar."""
        return [name for name, slot in zip(self._tape.names, self.slot.tolist(), strict=False) if slot >= 0]

    def closed(self) -> Ints:
        """Return when each symbol's last bar closed, µs UTC."""
        places = self._places
        return np.empty(0, np.int64) if places is None else places.begins + (self.slot + 1) * places.step

    def bars_of(self, symbols: Iterable[str]) -> Newest:
        """Return the newest revision of the bars of some symbols, as `newest` of a journal does for all."""
        with self._lock:
            numbers = sorted(number for symbol in symbols if (number := self.number(symbol)) is not None)
            found = self._bars(np.array(numbers, dtype=np.int64))
            return Newest(found, self._tape.names, self.offset)

    def starts(self) -> Ints:
        """Return the start of every bar that any symbol has, µs UTC, rising."""
        with self._lock:
            places = self._places
            if places is None:
                return np.empty(0, np.int64)
            every = np.arange(len(self._tape.names))
            there = np.flatnonzero((places.of(every[:, None], np.arange(places.slots)[None, :]) >= 0).any(axis=0))
            return np.asarray(places.begins + (there + 1) * places.step - places.length, np.int64)

    def _bars(self, numbers: Ints) -> Bars:
        if self._places is None or not numbers.size:
            return np.empty(0, BAR)
        return bars_at(self._tape.path, self._places.between(numbers, 0, self._places.slots)[0])

    def _take(self, rows: Bars, records: Ints) -> None:
        about = self._tape.about
        if about is None:
            return
        if self._places is None:
            self._places = Places(calendar_named(about.series.market), about.session, about.series.timeframe)
        self._grow()
        slot = self._places.slot(rows["time"])
        inside = slot >= 0
        rows, records, slot = rows[inside], records[inside], slot[inside]
        symbol = rows["symbol"].astype(np.int64)
        known = (self._places.of(symbol, slot) >= 0) | _repeated(symbol * self._places.slots + slot)
        anew = np.unique(symbol[known])
        self._places.put(symbol, slot, records)
        first = ~np.isin(symbol, anew)
        self._add(rows[first], symbol[first], slot[first])
        for number in anew.tolist():
            self._clear(number)
            bars = self._bars(np.array([number]))
            self._add(bars, np.full(bars.size, number), self._places.slot(bars["time"]))

    def _grow(self) -> None:
        names = self._tape.names
        more = len(names) - self.slot.size
        if more:
            self._number |= {name: number for number, name in enumerate(names[self.slot.size :], self.slot.size)}
            self.slot = np.concatenate([self.slot, np.full(more, -1)])
            self.volume = np.concatenate([self.volume, np.zeros(more)])
            self.last, self.high, self.low = (
                np.concatenate([one, np.full(more, _NONE)]) for one in (self.last, self.high, self.low)
            )

    def _clear(self, number: int) -> None:
        self.slot[number], self.volume[number] = -1, 0.0
        self.last[number] = self.high[number] = self.low[number] = _NONE

    def _add(self, rows: Bars, symbol: Ints, slot: Ints) -> None:
        np.add.at(self.volume, symbol, rows["volume"])
        np.fmax.at(self.high, symbol, rows["high"])
        np.fmin.at(self.low, symbol, rows["low"])
        order = np.lexsort((slot, symbol))
        ends = np.append(np.diff(symbol[order]) != 0, np.ones(min(order.size, 1), dtype=bool))
        newest = order[ends]
        newer = newest[slot[newest] > self.slot[symbol[newest]]]
        self.slot[symbol[newer]] = slot[newer]
        self.last[symbol[newer]] = rows["close"][newer]


def _repeated(keys: Ints) -> Flags:
    """Say which keys stand there more than once."""
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    found: Flags = counts[which] > 1
    return found
