"""The symbols that are known, searchable: those of the symbols table, and those that have bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import polars as pl

from tapehawk.app.market_bars import market_of
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.data.panels import PanelQuestion, find_panel
from tapehawk.data.store import read_symbols
from tapehawk.data.versions import table_version

SHOWN: Final = ("symbol", "name", "type", "exchange", "sector", "industry", "market", "first_seen", "last_seen")
_EMPTY: Final = {name: pl.Date if name.endswith("_seen") else pl.String for name in SHOWN}


@dataclass(frozen=True)
class SymbolPage:
    """Some symbols, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


class SymbolList:
    """The symbols of one store, read again when it has others."""

    def __init__(self, store: Path) -> None:
        self._store, self._lock = store, Lock()
        self._version: tuple[object, ...] = ()
        self._table = pl.DataFrame(schema=_EMPTY)

    def page(
        self, *, first: int, most: int, text: str = "", type_: str | None = None, exchange: str | None = None
    ) -> SymbolPage:
        """Return those whose symbol or name holds a text, the nearest first. Raises UnknownName."""
        table = self._read()
        for column, value in (("type", type_), ("exchange", exchange)):
            if value is not None:
                known = table[column].drop_nulls().unique()
                if value not in known:
                    raise UnknownName(column, value, known)
                table = table.filter(pl.col(column) == value)
        found = _nearest(table, text.strip()) if text.strip() else table
        return SymbolPage(found.slice(first, most).to_dicts(), found.height)

    def spelled(self, symbols: Iterable[str]) -> list[str]:
        """Return symbols in their own spelling: as written where one is known so, else in capitals."""
        known = self._names()
        return [symbol if symbol in known else symbol.upper() for symbol in symbols]

    def unknown(self, symbols: Iterable[str]) -> list[str]:
        """Return those of which nothing is listed or stored; of a market without any symbol nobody can tell."""
        known = self._names()
        markets = {market_of(symbol) for symbol in known}
        return [symbol for symbol in symbols if symbol not in known and market_of(symbol) in markets]

    def _names(self) -> frozenset[str]:
        return frozenset(self._read()["symbol"])

    def _read(self) -> pl.DataFrame:
        with self._lock:
            panels = [_built(self._store, market) for market in ("us", "crypto")]
            version = (table_version(self._store, "symbols"), *(version for version, _ in panels))
            if version != self._version or not self._version:
                with_bars = {
                    name: market for market, (_, names) in zip(("us", "crypto"), panels, strict=True) for name in names
                }
                self._table, self._version = _joined(read_symbols(self._store), with_bars), version
            return self._table


def _built(store: Path, market: str) -> tuple[str, tuple[str, ...]]:
    """Return the data version and the symbols of the daily bars of a market, as far as they have been scanned."""
    try:
        panel = find_panel(store, PanelQuestion(market=market))
    except NoData:
        panel = None
    return ("", ()) if panel is None else (panel.data_version, panel.symbols)


def _joined(known: pl.DataFrame, with_bars: dict[str, str]) -> pl.DataFrame:
    """Return the table with the symbols that have bars and are not in it, sorted; the last row of a symbol counts."""
    listed = known.select(
        (pl.col(name) if name in known.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _EMPTY.items()
    ).unique("symbol", keep="last", maintain_order=True)
    missing = sorted(set(with_bars).difference(listed["symbol"]))
    more = pl.DataFrame({"symbol": missing, "market": [with_bars[name] for name in missing]}, schema_overrides=_EMPTY)
    whole = pl.concat([listed, more.select("symbol", "market")], how="diagonal").sort("symbol")
    return whole.with_columns(pl.col("symbol").is_in(list(with_bars)).alias("has_bars"))


def _nearest(table: pl.DataFrame, text: str) -> pl.DataFrame:
    """Return the rows that hold a text: the symbol itself, then those that begin with it, hold it, are named so."""
    symbol, name, wanted = pl.col("symbol").str.to_uppercase(), pl.col("name").str.to_uppercase(), text.upper()
    rank = (
        pl.when(symbol == wanted)
        .then(0)
        .when(symbol.str.starts_with(wanted))
        .then(1)
        .when(symbol.str.contains(wanted, literal=True))
        .then(2)
        .when(name.str.contains(wanted, literal=True))
        .then(3)
    )
    return table.with_columns(rank.alias("rank")).drop_nulls("rank").sort("rank", "symbol").drop("rank")
