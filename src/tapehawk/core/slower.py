"""Slower bars out of faster ones, for `on("1h", x)`.

Base bars are folded into buckets counted from the session's open (the last one may be short); a bucket's bar is
*closed* when a bar of a later bucket arrives, so the value a base bar sees is always that of a bar closed before it
opened. The bar still forming stays in the state, as does the last closed bar's value: a bar at a time or a year at once
give the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, Union

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import UNKNOWN
from tapehawk.core.kernels.folding import WIDTH, compiled_fold
from tapehawk.core.panel import PRICES_AND_VOLUME, Block, Column, Floats, Ints

__all__ = [
    "MINUTES", "ORDER", "Closed", "Forming", "Held", "Kept", "State", "bucket", "check_slower", "compiled_fold",
]  # fmt: skip

Kept: TypeAlias = Union[Floats, "Forming", "Held"]
State: TypeAlias = dict[Expr, Kept]
"""What the nodes of a plan remember: a kernel's array, the slow bars still forming, what an `on(…)` node holds."""

MINUTES: Final = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240}
ORDER: Final = (*MINUTES, "1d", "1w")
_MONDAY = 3  # 1970-01-01 was a Thursday


def check_slower(base: str, slower: str) -> None:
    """Raise BadInput unless bars of `slower` can be made of bars of `base`."""
    if slower not in ORDER:
        raise BadInput(f'on("{slower}", …): no such timeframe', hint=f"one of {', '.join(ORDER)}")
    if ORDER.index(slower) < ORDER.index(base):
        raise BadInput(
            f'on("{slower}", …) on {base} bars: faster bars can not be made of slower ones',
            hint=f"scan {slower} bars or faster",
        )


def bucket(session: Floats, minute: Floats, timeframe: str) -> Floats:
    """Return a number for each bar that is equal within, and rises from, one slow bar to the next."""
    if timeframe == "1w":
        weeks: Floats = np.floor((session + _MONDAY) / 7.0)
        return weeks
    if timeframe == "1d":
        return session
    within: Floats = session * 1440.0 + np.floor(minute / MINUTES[timeframe])
    return within


def opening_minute(minute: Floats, timeframe: str) -> Floats:
    """Return the minute at which the slow bar that holds each bar begins: 0 for daily and weekly bars."""
    if timeframe not in MINUTES:
        return np.zeros(minute.size)
    begins: Floats = np.floor(minute / MINUTES[timeframe]) * MINUTES[timeframe]
    return begins


@dataclass
class Forming:
    """The slow bars still forming, a row a symbol; as adjusted, and as traded where the panel tells them apart."""

    adjusted: Floats
    raw: Floats

    @classmethod
    def empty(cls, symbols: int) -> Forming:
        """Return the state before the first bar."""
        return cls(np.zeros((symbols, WIDTH)), np.zeros((symbols, WIDTH)))

    def close_bars(self, block: Block, timeframe: str) -> Closed:
        """Fold a block's bars, and return the slow bars that closed in it."""
        columns, starts, seen = _fold(block, timeframe, self.adjusted, "")
        if any(name.startswith("raw.") for name in block.panel.columns):
            traded, _, _ = _fold(block, timeframe, self.raw, "raw.")
            columns |= {f"raw.{name}": traded[name] for name in PRICES_AND_VOLUME}
        names = block.panel.symbols[block.first : block.last]
        time = np.zeros(starts[-1], dtype=np.int64)
        panel = replace(block.panel, symbols=names, starts=starts, time=time, columns=columns, timeframe=timeframe)
        return Closed(panel.block(0, len(names)), block.starts, seen)


def _fold(block: Block, timeframe: str, state: Floats, prefix: str) -> tuple[dict[str, Floats], Ints, Ints]:
    """Fold one kind of prices; return the slow bars' columns, their starts, and how many each base bar saw close."""
    session, minute = block.column("session"), block.column("minute")
    prices = [block.column(prefix + name) for name in PRICES_AND_VOLUME]
    read = [bucket(session, minute, timeframe), *prices, session, opening_minute(minute, timeframe)]
    symbols = block.starts.size - 1
    slow, seen = np.empty((8, block.n_bars + symbols)), np.empty(block.n_bars, dtype=np.int64)
    starts = np.empty(symbols + 1, dtype=np.int64)
    compiled_fold()(*map(np.ascontiguousarray, read), block.starts, state, slow, starts, seen)
    _, *columns = (np.ascontiguousarray(row[: starts[-1]]) for row in slow)
    return dict(zip(("session", "minute", *PRICES_AND_VOLUME), columns, strict=True)), starts, seen


@dataclass(frozen=True, eq=False)
class Closed:
    """Slow bars that closed within a block of base bars, and how many of them each base bar has seen close."""

    block: Block
    base_starts: Ints
    seen: Ints

    def spread(self, values: Column, held: Column) -> Column:
        """Give each base bar the value of the last slow bar closed before it.

        `held`, one a symbol, is the value of the last slow bar closed before these bars; it is brought up to date.
        """
        symbol = np.repeat(np.arange(held.size), np.diff(self.base_starts))
        if values.size == 0:
            return held[symbol]
        place = self.block.starts[:-1][symbol] + self.seen - 1
        out = np.where(self.seen > 0, values[np.maximum(place, 0)], held[symbol])
        last = self.block.starts[1:] - 1
        fresh = self.block.starts[1:] > self.block.starts[:-1]
        held[fresh] = values[last[fresh]]
        return out


@dataclass
class Held:
    """What an `on(…)` node remembers: each symbol's value of the last closed slow bar, and the state of its inside."""

    values: Column
    state: State = field(default_factory=dict)

    @classmethod
    def empty(cls, symbols: int, *, mask: bool) -> Held:
        """Return the state before the first bar: null, or unknown."""
        return cls(np.full(symbols, UNKNOWN, dtype=np.uint8) if mask else np.full(symbols, np.nan))
