"""Slower bars out of faster ones, for `on("1h", x)`.

Base bars are folded into buckets counted from the session's open (the last one may be short); a bucket's bar is *closed*
when a bar of a later bucket arrives, so the value a base bar sees is always that of a bar closed before it opened. The
bar still forming stays in the state, as does the last closed bar's value: a bar at a time or a year at once give the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.kernels import compile_loop
from tapehawk.core.panel import PRICES_AND_VOLUME, Block, Floats, Ints, Panel

MINUTES = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240}
ORDER = (*MINUTES, "1d", "1w")
_MONDAY = 3  # 1970-01-01 was a Thursday
_WIDTH = 9


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


def fold(
    buckets: Any,
    o: Any,
    h: Any,
    lo: Any,
    c: Any,
    v: Any,
    session: Any,
    minute: Any,
    starts: Any,
    state: Any,
    slow: Any,
    slow_starts: Any,
    closed: Any,
) -> None:
    """Fold bars into buckets. State: 1 if a bar is forming, its bucket, session, minute, open, high, low, close, volume.

    Fills slow (8, …: bucket, session, minute, open, high, low, close, volume of the bars closed here), slow_starts and, for
    each base bar, `closed`: how many of its symbol's slow bars closed in this call before it opened.
    """
    m = 0
    for k in range(starts.size - 1):
        row = state[k]
        slow_starts[k] = m
        for i in range(starts[k], starts[k + 1]):
            if row[0] == 1.0 and buckets[i] != row[1]:
                for f in range(8):
                    slow[f, m] = row[1 + f]
                m += 1
                row[0] = 0.0
            closed[i] = m - slow_starts[k]
            if row[0] == 0.0:
                row[0], row[1], row[2], row[3] = 1.0, buckets[i], session[i], minute[i]
                row[4], row[5], row[6], row[7], row[8] = o[i], h[i], lo[i], c[i], v[i]
            else:
                row[5], row[6] = max(row[5], h[i]), min(row[6], lo[i])
                row[7] = c[i]
                row[8] += v[i]
    slow_starts[starts.size - 1] = m


_TYPE = "f8r f8r f8r f8r f8r f8r f8r f8r i8r f8x2 f8x2 i8 i8"


@cache
def compiled_fold() -> Any:
    """Return the compiled form of `fold`."""
    return compile_loop(fold, _TYPE)


@dataclass
class Forming:
    """The slow bars still forming, a row a symbol; as adjusted, and as traded where the panel tells them apart."""

    adjusted: Floats
    raw: Floats

    @classmethod
    def empty(cls, symbols: int) -> Forming:
        """Return the state before the first bar."""
        return cls(np.zeros((symbols, _WIDTH)), np.zeros((symbols, _WIDTH)))

    def close_bars(self, block: Block, timeframe: str) -> Closed:
        """Fold a block's bars, and return the slow bars that closed in it."""
        slow, starts, closed = _fold(block, timeframe, self.adjusted, "")
        columns = {"session": slow[1], "minute": slow[2], **dict(zip(PRICES_AND_VOLUME, slow[3:], strict=True))}
        if any(name.startswith("raw.") for name in block.panel.columns):
            traded, _, _ = _fold(block, timeframe, self.raw, "raw.")
            columns |= {f"raw.{name}": column for name, column in zip(PRICES_AND_VOLUME, traded[3:], strict=True)}
        names = tuple(block.panel.symbols[i] for i in block.numbers)
        panel = Panel(
            names, starts, np.zeros(starts[-1], dtype=np.int64), columns, timeframe=timeframe, hours=block.panel.hours
        )
        return Closed(panel.block(0, len(names)), block.starts, closed)


def _fold(block: Block, timeframe: str, state: Floats, prefix: str) -> tuple[Floats, Ints, Ints]:
    n, symbols = block.n_bars, block.starts.size - 1
    session, minute = block.column("session"), block.column("minute")
    slow, starts, closed = (
        np.empty((8, n + symbols)),
        np.empty(symbols + 1, dtype=np.int64),
        np.empty(n, dtype=np.int64),
    )
    prices = [np.ascontiguousarray(block.column(prefix + name)) for name in PRICES_AND_VOLUME]
    buckets = np.ascontiguousarray(bucket(session, minute, timeframe))
    compiled_fold()(
        buckets,
        *prices,
        np.ascontiguousarray(session),
        np.ascontiguousarray(minute),
        block.starts,
        state,
        slow,
        starts,
        closed,
    )
    return np.ascontiguousarray(slow[:, : starts[-1]]), starts, closed


@dataclass(frozen=True, eq=False)
class Closed:
    """Slow bars that closed within a block of base bars, and how many of them each base bar has seen close."""

    block: Block
    base_starts: Ints
    seen: Ints

    def spread(self, values: Any, held: Any) -> Any:
        """Give each base bar the value of the last slow bar closed before it; `held` (one a symbol) goes in and comes out."""
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
    """What an `on(…)` node remembers: its inner kernels' states, and each symbol's value of the last closed slow bar."""

    values: Any
    state: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def empty(cls, symbols: int, *, mask: bool) -> Held:
        """Return the state before the first bar: null, or unknown."""
        return cls(np.ones(symbols, dtype=np.uint8) if mask else np.full(symbols, np.nan))
