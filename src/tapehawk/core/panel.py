"""A panel: the bars of many symbols as columns, one symbol after another in time order.

    symbols   AAA        BBB     CCC
    time      t0 t1 t2   t1 t2   t0 t1 t2 …      n_bars
    starts    0          3       5        8      n_symbols + 1

Every column is float64 and as long as `time`; null is NaN. A panel is usually a memory-mapped file shared by processes,
so nothing here writes to its arrays. Work is done in *blocks*, runs of whole symbols of up to some 512 k bars: few
enough that the calls do not count, enough of them that threads end together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import calendar_named

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Mask = npt.NDArray[np.uint8]  # 0 false, 1 unknown, 2 true
Column = npt.NDArray[Any]  # what an expression comes to: Floats or a Mask
Element = TypeVar("Element", bound=np.generic)

BLOCK_BARS, LEAST_BLOCK_BARS, ENOUGH_BLOCKS = 524_288, 65_536, 16
PRICES_AND_VOLUME = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False)
class Panel:
    """Bars of one timeframe and one kind of hours.

    `columns` holds open, high, low, close, volume (split-adjusted), `session` (the session's date as days since
    1970-01-01), `minute` (minutes since the open of these hours, 0 for daily bars) and, only where they differ from the
    adjusted ones, `raw.open` … `raw.volume`, the values as traded that day. `left_out`: how many bars a symbol has in
    the store that can't be trusted and are not here, all before its first bar here. `stale`: symbols whose bars end
    before the others' although they are listed. `apart`: ids of series that the store has of the same feed with volume
    of another scope; they are never joined with these bars.
    """

    symbols: tuple[str, ...]
    starts: Ints
    time: Ints
    columns: Mapping[str, Floats]
    timeframe: str = "1d"
    hours: str = "regular"
    calendar: str = "us"
    labels: tuple[str, ...] = ()
    data_version: str = "memory"
    left_out: Mapping[str, int] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.starts[-1] != self.time.size or self.starts.size != len(self.symbols) + 1:
            raise BadInput(
                f"a panel of {len(self.symbols)} symbols and {self.time.size} bars has starts that do not fit"
            )

    @property
    def n_bars(self) -> int:
        """Count the bars of all symbols."""
        return int(self.time.size)

    def ends(self) -> tuple[Ints, Ints]:
        """Return the rows of the symbols' first bars and of their last ones; a symbol without bars has neither."""
        has = self.starts[1:] > self.starts[:-1]
        return self.starts[:-1][has], self.starts[1:][has] - 1

    def block(self, first: int, last: int) -> Block:
        """Return the symbols first … last - 1 as one block."""
        return Block(self, first, last, np.ones(last - first, dtype=np.uint8))

    def blocks(self) -> Iterator[Block]:
        """Cut the panel into runs of whole symbols, of at most BLOCK_BARS bars or one symbol, covering each once."""
        first, symbols = 0, self.starts.size - 1
        most = min(BLOCK_BARS, max(LEAST_BLOCK_BARS, self.n_bars // ENOUGH_BLOCKS))
        while first < symbols:
            last = int(np.searchsorted(self.starts, self.starts[first] + most, side="right")) - 1
            last = min(max(last, first + 1), symbols)
            yield self.block(first, last)
            first = last

    def select(self, symbols: tuple[str, ...]) -> Panel:
        """Return a panel of these symbols only, in the panel's own order (a copy of their bars)."""
        wanted = set(symbols)
        keep = np.array([i for i, name in enumerate(self.symbols) if name in wanted], dtype=np.int64)
        if keep.size == len(self.symbols):
            return self
        rows, starts = rows_of(self.starts, keep)
        columns = {name: column[rows] for name, column in self.columns.items()}
        return replace(
            self, symbols=tuple(self.symbols[i] for i in keep), starts=starts, time=self.time[rows], columns=columns
        )

    def until(self, time: int) -> Panel:
        """Return the panel as it was when the bar that starts at `time` was the last one."""
        rows = np.flatnonzero(self.time <= time)
        counts = np.array(
            [np.count_nonzero(self.time[a:b] <= time) for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]
        )
        columns = {name: column[rows] for name, column in self.columns.items()}
        return replace(
            self,
            starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            time=self.time[rows],
            columns=columns,
        )


@dataclass(frozen=True, eq=False)
class Block:
    """The symbols first … last - 1 of a panel; `wanted`, one a symbol, is 1 for those that are looked at."""

    panel: Panel
    first: int
    last: int
    wanted: Mask
    _columns: dict[str, Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def starts(self) -> Ints:
        """Where each symbol's bars begin in the block, and behind them how many bars it has."""
        starts: Ints = self.panel.starts[self.first : self.last + 1] - self.first_bar
        return starts

    @cached_property
    def first_bar(self) -> int:
        """The block's first bar, as a place in the panel."""
        return int(self.panel.starts[self.first])

    @property
    def n_bars(self) -> int:
        """Count the block's bars."""
        return int(self.starts[-1])

    @cached_property
    def time(self) -> Ints:
        """Start of each bar, µs UTC."""
        return self.of(self.panel.time)

    def column(self, name: str) -> Floats:
        """Return a column, made at first use. `raw.x` falls back to `x`.

        `close_minute` is made of the calendar: the minute at which regular trading of the bar's session closes.
        """
        if name not in self._columns:
            self._columns[name] = self._close_minute() if name == "close_minute" else self._stored(name)
        return self._columns[name]

    def _stored(self, name: str) -> Floats:
        whole = self.panel.columns.get(name)
        return self.of(self.panel.columns[name.removeprefix("raw.")] if whole is None else whole)

    def _close_minute(self) -> Floats:
        days = self.column("session").astype(np.int64)
        return calendar_named(self.panel.calendar).regular_close_minute(days, self.panel.hours)

    def of(self, whole: npt.NDArray[Element]) -> npt.NDArray[Element]:
        """Return the block's part of an array as long as the panel, as a view."""
        return whole[self.first_bar : self.first_bar + self.n_bars]

    def of_symbols(self, wanted: Flags) -> Block:
        """Return the block with only some of its symbols looked at."""
        return replace(self, wanted=wanted.view(np.uint8))

    def any_per_symbol(self, flags: Flags) -> Flags:
        """Say for each symbol whether any of its bars is flagged."""
        found = np.zeros(self.last - self.first, dtype=bool)
        some = self.starts[1:] > self.starts[:-1]
        if some.any():  # runs without a bar would take the flag of the next one
            found[some] = np.logical_or.reduceat(flags, self.starts[:-1][some])
        return found

    def symbol_of(self, bars: Ints) -> Ints:
        """Return the place in the panel of the symbol that owns each of the panel's bars, which are the block's."""
        return self.first + np.searchsorted(self.starts, bars - self.first_bar, side="right") - 1


def rows_of(starts: Ints, keep: Ints) -> tuple[Ints, Ints]:
    """Return the rows of the segments `keep`, one after another, and the offsets of the new segments."""
    lengths = starts[keep + 1] - starts[keep]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    rows = np.arange(offsets[-1], dtype=np.int64) + np.repeat(starts[keep] - offsets[:-1], lengths)
    return rows, offsets
