"""The open session's bars as a live scan sees them: read on in the journal, handed out as panels of the universe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tapehawk.core.panel import PRICES_AND_VOLUME, Flags, Ints, Panel
from tapehawk.core.sessions import calendar_named
from tapehawk.data.journal import Bars, Tape, bars_at, journal_path
from tapehawk.data.open_session import Places
from tapehawk.scan.history import Past, spread


class SessionBars:
    """The bars of one session by place: symbol (of the universe) and bar of the session. `like`: see `Past.empty`."""

    def __init__(self, past: Past, root: Path, like: Panel) -> None:
        self._past, self._like, self._split = past, like, past.split
        self._calendar = calendar_named(past.series.market)
        self.tape = Tape(journal_path(root, past.series, past.session))
        self.places = Places(self._calendar, past.session, past.series.timeframe)
        self._number: dict[str, int] = {symbol: number for number, symbol in enumerate(past.symbols)}
        self.every = np.arange(len(past.symbols))
        self._mine = np.empty(0, dtype=np.int64)

    @property
    def exist(self) -> bool:
        """Say whether the session has a journal."""
        return self.tape.path.exists() or self.tape.path.with_suffix(".sealed").exists()

    def upto(self, watermark: int) -> int:
        """Return how many bars of the session have closed by an instant."""
        return self.places.closed(watermark)

    def instant(self, place: int) -> int:
        """Return the instant at which so many bars of the session have closed, µs UTC."""
        return min(self.places.begins + place * self.places.step, self.places.ends)

    def read_on(self, done: int) -> Ints:
        """Note what the journal has brought; return the symbols with a bar before place `done`."""
        late: list[Ints] = [np.empty(0, dtype=np.int64)]
        for rows, records in self.tape.parts() if self.exist else ():
            more = [self._number.get(name, -1) for name in self.tape.names[self._mine.size :]]
            self._mine = np.concatenate([self._mine, np.array(more, dtype=np.int64)])
            symbol, slot = self._mine[rows["symbol"]], self.places.slot(rows["time"])
            known = symbol >= 0
            self.places.put(symbol[known], slot[known], records[known])
            late.append(symbol[known & (slot < done)])
        return np.unique(np.concatenate(late))

    def scanned(self, since: int, until: int, symbols: Ints, *, without: Ints | None = None) -> Panel:
        """Return symbols' bars `since` … `until` - 1 of the session, whole bars of the timeframe that is scanned."""
        bars = self.came(since, until, symbols, without=without)
        if self._past.slower is None:
            return bars
        return replace(spread(self._past.of_bars(bars), bars.symbols, split=self._split), labels=self._like.labels)

    def came(self, since: int, until: int, symbols: Ints, *, without: Ints | None = None) -> Panel:
        """Return symbols' bars `since` … `until` - 1 of the session as they came."""
        which = symbols if without is None else np.setdiff1d(symbols, without)
        records, counts = self.places.between(which, since, until)
        bars = bars_at(self.tape.path, records)
        session, minute = self._calendar.locate(bars["time"], self._past.hours)
        owner, inside = np.repeat(which, counts), session >= 0
        if not inside.all():
            bars, owner, session, minute = bars[inside], owner[inside], session[inside], minute[inside]
        return self._of(bars, owner, symbols, (session, minute))

    def missing(self, since: int, until: int) -> tuple[str, ...]:
        """Name the symbols that lack any of the bars, within the hours looked at, which start in [since, until)."""
        slots = np.arange(self.upto(since), self.upto(until))
        within, _ = self._calendar.locate(self.places.begins + slots * self.places.step, self._past.hours)
        lacks = self._none(self.every, slots[within >= 0]).any(axis=1)
        return tuple(self._past.symbols[number] for number in np.flatnonzero(lacks).tolist())

    def silent(self, done: int, bars: int) -> dict[str, int | None]:
        """Return the symbols with none of the last `bars` bars before place `done`, and the start of their last one.

        Those that have had one last come first, those without any last. Before so many bars have been nobody is.
        """
        if done < bars:
            return {}
        last = self.places.last(self.every, done)
        quiet = np.flatnonzero(last < done - bars)
        ordered = quiet[np.argsort(-last[quiet], kind="stable")]
        starts = self.places.begins + (last[ordered] + 1) * self.places.step - self.places.length
        return {
            self._past.symbols[number]: start if slot >= 0 else None
            for number, slot, start in zip(ordered.tolist(), last[ordered].tolist(), starts.tolist(), strict=True)
        }

    def _none(self, symbols: Ints, slots: Ints) -> Flags:
        """Say of symbols (rows) and bars of the session (columns) where there is none."""
        none: Flags = self.places.of(symbols[:, None], slots[None, :]) < 0
        return none

    def _of(self, bars: Bars, owner: Ints, symbols: Ints, at: tuple[Any, Any]) -> Panel:
        columns = {name: np.ascontiguousarray(bars[name]) for name in PRICES_AND_VOLUME}
        traded = {f"raw.{name}": column for name, column in columns.items()} if self._split else {}
        return replace(
            self._like,
            symbols=tuple(self._past.symbols[symbol] for symbol in symbols),
            starts=np.searchsorted(owner, np.append(symbols, symbols[-1] + 1)).astype(np.int64),
            time=np.ascontiguousarray(bars["time"]),
            columns={**columns, **traded, "session": at[0].astype(np.float64), "minute": at[1]},
            timeframe=self._past.series.timeframe,
        )
