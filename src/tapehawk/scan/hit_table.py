"""The hits of one setup in a session that goes on: kept as arrays, made rows only when somebody looks.

A busy scanner hits some hundred thousand times a session over a whole market. A hit is kept in 8 bytes a column, and
many of them in a file without a name: memory holds what is being looked at, however long the session.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from tapehawk.core.panel import Element, Flags, Floats, Ints, Panel
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.scan.report import plain_rows
from tapehawk.scan.rows import Columns, Hits, hits_of

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str, str, str]  # scanner, pattern, symbol, bar_time
EVENT: Final = "· event"  # beside the columns of a row; no scanner can call one of its own so
_OF_EACH: Final = ("symbol", "time", "session", "began")
MANY: Final = 16_384
"""Hits of a setup that are worth a file (some 2 MB)."""


@dataclass(frozen=True, eq=False)
class HitTable:
    """Hits of one setup: symbol (place in the universe), bar start, session, which are events, and what is shown.

    Of one symbol they stand in order of time.
    """

    found: Found
    symbol: Ints
    time: Ints
    session: Floats
    began: Flags
    columns: Mapping[str, Floats]

    @classmethod
    def of_found(cls, found: Found, panel: Panel, symbols: Ints) -> Self:
        """Return hits in a panel; `symbols`: which of the universe the panel's are."""
        session = panel.columns["session"][found.bar]
        time = panel.time[found.bar]
        return cls(_setup_of(found), symbols[found.symbol], time, session, found.began, found.columns)

    @classmethod
    def none(cls, found: Found) -> Self:
        """Return the table of the same setup without a hit."""
        empty = np.empty(0, dtype=np.int64)
        columns = dict.fromkeys(found.columns, np.empty(0))
        return cls(_setup_of(found), empty, empty, np.empty(0), np.empty(0, dtype=bool), columns)

    def of(self, which: Flags | Ints) -> HitTable:
        """Return some of the hits."""
        columns = {name: column[which] for name, column in self.columns.items()}
        mine = {name: getattr(self, name)[which] for name in _OF_EACH}
        return HitTable(self.found, **mine, columns=columns)

    def key(self) -> Ints:
        """Return a number that is its own for each (symbol, minute of the day or two that a session may touch)."""
        return self.symbol * 4096 + self.time // 60_000_000 % 4096

    def equals(self, mine: Ints, other: HitTable, theirs: Ints) -> Flags:
        """Say which of some hits show the same as the other table's."""
        same = np.ones(mine.size, dtype=bool)
        for name, column in self.columns.items():
            a, b = column[mine], other.columns[name][theirs]
            same &= (a == b) | (np.isnan(a) & np.isnan(b))
        return same

    def on_disk(self, folder: Path) -> HitTable:
        """Return the same hits, kept in a file; itself where the disk does not take them."""
        arrays = [self.symbol, self.time, self.session, *self.columns.values(), self.began]  # flags last: alignment
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder) as file:
                for array in arrays:
                    file.write(np.ascontiguousarray(array).data)
                file.flush()
                memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError:
            return self
        each = 8 * self.symbol.size  # bytes of every column but the flags
        columns = {name: _at(memory, one, (3 + k) * each) for k, (name, one) in enumerate(self.columns.items())}
        symbol, time, session = (
            _at(memory, self.symbol, 0),
            _at(memory, self.time, each),
            _at(memory, self.session, 2 * each),
        )
        return HitTable(self.found, symbol, time, session, _at(memory, self.began, (3 + len(columns)) * each), columns)

    def hits(self, like: Panel, risk: Risk) -> Hits:
        """Return them with levels, confidence and size, as a scan over history gives them, and EVENT beside that."""
        hits = hits_of(self.as_found(), self._bars(like), risk)
        return replace(hits, columns={**hits.columns, EVENT: self.began[hits.which].tolist()})

    def as_found(self) -> Found:
        """Return what a search finds: each hit a bar of its own, in the order they stand."""
        return replace(self.found, symbol=self.symbol, bar=np.arange(self.symbol.size), columns=dict(self.columns))

    def _bars(self, like: Panel) -> Panel:
        """Return the hits' own bars as a panel of the universe's symbols."""
        starts = np.append(np.zeros(len(like.symbols), dtype=np.int64), self.symbol.size)
        return replace(like, starts=starts, time=self.time, columns={"session": self.session})


def whole(tables: Sequence[HitTable]) -> HitTable:
    """Return one setup's hits as one table."""
    if len(tables) == 1:
        return tables[0]
    columns = {name: np.concatenate([one.columns[name] for one in tables]) for name in tables[0].columns}
    joined = {name: np.concatenate([getattr(one, name) for one in tables]) for name in _OF_EACH}
    return HitTable(tables[0].found, **joined, columns=columns)


def _at(memory: mmap.mmap, like: npt.NDArray[Element], offset: int) -> npt.NDArray[Element]:
    """Return the array in mapped memory that was written from one like it."""
    return np.frombuffer(memory, like.dtype, like.size, offset)


def rows_and_events(columns: Columns) -> tuple[list[Row], list[Row]]:
    """Return hits as rows, and those of them that are events."""
    rows = list(plain_rows({name: column for name, column in columns.items() if name != EVENT}))
    return rows, [row for row, began in zip(rows, columns[EVENT], strict=True) if began]


def key_of(row: Row) -> Key:
    """Return what a row is known by."""
    return row["scanner"], row["pattern"], row["symbol"], row["bar_time"]


def _setup_of(found: Found) -> Found:
    """Return a find without what was found."""
    none = np.empty(0, dtype=np.int64)
    return replace(found, steps=[], symbol=none, bar=none, columns={}, began=none.astype(bool))
