"""The hits of a session that goes on: kept as arrays, made rows only when somebody looks.

A busy scanner hits some hundred thousand times a session over a whole market; a hit is kept in 8 bytes a column. When
symbols are played again their hits are compared with those before, and only what differs becomes rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeAlias

import numpy as np

from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.scan.report import plain_rows
from tapehawk.scan.rows import hits_of

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str, str, str]  # scanner, pattern, symbol, bar_time


@dataclass
class Changes:
    """What a step brought: rows that are new and rows that hold no longer; a row that changed is in both."""

    added: list[Row] = field(default_factory=list)
    withdrawn: list[Row] = field(default_factory=list)

    def __iadd__(self, other: Changes) -> Self:
        self.added += other.added
        self.withdrawn += other.withdrawn
        return self


@dataclass(frozen=True, eq=False)
class _Table:
    """Hits of one setup: symbol (place in the universe), bar start, session, and what is shown."""

    found: Found
    symbol: Ints
    time: Ints
    session: Floats
    columns: Mapping[str, Floats]

    def of(self, which: Flags | Ints) -> _Table:
        columns = {name: column[which] for name, column in self.columns.items()}
        return _Table(self.found, self.symbol[which], self.time[which], self.session[which], columns)

    def key(self) -> Ints:
        """Return a number that is its own for each (symbol, minute of the day or two that a session may touch)."""
        return self.symbol * 4096 + self.time // 60_000_000 % 4096

    def equals(self, mine: Ints, other: _Table, theirs: Ints) -> Flags:
        """Say which of some hits show the same as the other table's."""
        same = np.ones(mine.size, dtype=bool)
        for name, column in self.columns.items():
            a, b = column[mine], other.columns[name][theirs]
            same &= (a == b) | (np.isnan(a) & np.isnan(b))
        return same


class SessionRows:
    """The hits so far. `like`: a panel of the universe's symbols, without bars."""

    def __init__(self, like: Panel, risk: Risk) -> None:
        self._like, self._risk = like, risk
        self._tables: dict[int, list[_Table]] = {}

    def add(self, found: list[Found], panel: Panel, symbols: Ints) -> Changes:
        """Take hits of bars that are new; `symbols`: which of the universe the panel's are."""
        new = [self._table(one, panel, symbols) for one in found]
        for number, table in enumerate(new):
            if table.symbol.size:
                self._tables.setdefault(number, []).append(table)
        return Changes([row for table in new for row in self._rows(table)])

    def replace(self, found: list[Found], panel: Panel, symbols: Ints) -> Changes:
        """Take all hits of symbols that were played again, in place of what they had."""
        changes = Changes()
        for number, one in enumerate(found):
            new, old = self._table(one, panel, symbols), self._whole(number, one)
            theirs = np.isin(old.symbol, symbols)
            before = old.of(theirs)
            _, was, now = np.intersect1d(before.key(), new.key(), return_indices=True)
            same = before.equals(was, new, now)
            changes.withdrawn += self._rows(before.of(_all_but(before.symbol.size, was[same])))
            changes.added += self._rows(new.of(_all_but(new.symbol.size, now[same])))
            self._tables[number] = [old.of(~theirs), new]
        return changes

    def rows(self) -> dict[Key, Row]:
        """Return all of them as rows."""
        every = [row for tables in self._tables.values() for table in tables for row in self._rows(table)]
        return {(row["scanner"], row["pattern"], row["symbol"], row["bar_time"]): row for row in every}

    def _table(self, found: Found, panel: Panel, symbols: Ints) -> _Table:
        kept = replace(found, steps=[], symbol=np.empty(0, np.int64), bar=np.empty(0, np.int64), columns={})
        session = panel.columns["session"][found.bar]
        return _Table(kept, symbols[found.symbol], panel.time[found.bar], session, found.columns)

    def _whole(self, number: int, like: Found) -> _Table:
        """Return one setup's hits as one table."""
        tables = self._tables.get(number) or [self._table(_nothing(like), self._like, np.empty(0, np.int64))]
        columns = {name: np.concatenate([one.columns[name] for one in tables]) for name in like.columns}
        symbol, time, session = (
            np.concatenate([getattr(one, name) for one in tables]) for name in ("symbol", "time", "session")
        )
        return _Table(tables[0].found, symbol, time, session, columns)

    def _rows(self, table: _Table) -> list[Row]:
        """Return hits as rows: levels, confidence and size as a scan over history gives them."""
        if not table.symbol.size:
            return []
        size = table.symbol.size
        starts = np.append(np.zeros(len(self._like.symbols), dtype=np.int64), size)
        bars = replace(self._like, starts=starts, time=table.time, columns={"session": table.session})
        found = replace(table.found, symbol=table.symbol, bar=np.arange(size), columns=dict(table.columns))
        return list(plain_rows(hits_of(found, bars, self._risk).columns))


def differences(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> Changes:
    """Return what changed from some rows to others."""
    withdrawn = [row for key, row in old.items() if new.get(key) != row]
    return Changes([row for key, row in new.items() if old.get(key) != row], withdrawn)


def _all_but(size: int, these: Ints) -> Flags:
    rest = np.ones(size, dtype=bool)
    rest[these] = False
    return rest


def _nothing(like: Found) -> Found:
    none = np.empty(0, dtype=np.int64)
    return replace(like, symbol=none, bar=none, columns=dict.fromkeys(like.columns, np.empty(0)))
