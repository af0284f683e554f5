"""What the store knows about symbols besides their bars, as the quick scan asks for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tapehawk.data.store import read_symbols
from tapehawk.scan.question import Days
from tapehawk.scan.universe import members


@dataclass(frozen=True)
class StoreReference:
    """The symbols table of a store."""

    store: Path

    def exchanges(self, market: str, symbols: Sequence[str]) -> Sequence[str | None]:
        """Return where each symbol trades, None where that is not known."""
        table = read_symbols(self.store)
        if table.is_empty():
            return [None] * len(symbols)
        own = table.filter(pl.col("market") == market)
        known = dict(own.select("symbol", "exchange").iter_rows())
        return [known.get(symbol) for symbol in symbols]

    def members(self, universe: str, day: int) -> Collection[str]:
        """Return the symbols of a type or exchange that were listed on a day. Raises UnknownName, NoData."""
        return frozenset(members(self.store, universe, Days(day, day)))
