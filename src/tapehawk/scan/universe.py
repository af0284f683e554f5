"""Named universes, as of a date: who was listed then, so that names delisted since stay in and later ones stay out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.data.store import read_symbols
from tapehawk.scan.question import Days

ALL = "all"


def universes(store: Path) -> list[str]:
    """Return the names of the universes that the store knows; none without a symbols table."""
    return sorted(_names(read_symbols(store)))


def members(store: Path, name: str, days: Days) -> list[str]:
    """Return the symbols of a type or exchange (`common`, `etf`, `nasdaq`, …) that were listed on any of the days.

    A symbol whose listing dates are unknown is in. Raises NoData without a symbols table, UnknownName.
    """
    table = read_symbols(store)
    if table.is_empty():
        raise NoData(
            f"the universe {name!r} needs the symbols table, and none is stored",
            hint="scanner import symbols.parquet --adjustment none",
        )
    kinds, known = _kinds(table), _names(table)
    if name not in known:
        raise UnknownName("universe", name, {ALL, *known})
    listed = table.filter(
        pl.any_horizontal(pl.col(kinds) == name),
        pl.col("first_seen").is_null() | (pl.col("first_seen").cast(pl.Int32) <= days.last),
        pl.col("last_seen").is_null() | (pl.col("last_seen").cast(pl.Int32) >= days.first),
    )
    return sorted(set(listed["symbol"]))


def _kinds(table: pl.DataFrame) -> list[str]:
    return [column for column in ("type", "exchange") if column in table.columns]


def _names(table: pl.DataFrame) -> set[str]:
    return {value for column in _kinds(table) for value in table[column].drop_nulls().unique()}
