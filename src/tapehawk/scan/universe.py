"""Named universes, as of a date: who was listed then, so that names delisted since stay in and later ones stay out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Panel
from tapehawk.data.store import read_symbols
from tapehawk.scan.question import Question, days_asked


def members(store: Path, question: Question, panel: Panel) -> list[str]:
    """Return the symbols of a universe: `all`, or a type or exchange of the symbols table (`common`, `etf`, `nasdaq`, …).

    A symbol whose listing dates are unknown is in.
    """
    name = question.universe or "all"
    table = read_symbols(store)
    if name == "all":
        return list(panel.symbols)
    if table.is_empty():
        raise NoData(
            f"the universe {name!r} needs the symbols table, and none is stored",
            hint="scanner import symbols.parquet --adjustment none",
        )
    kinds = {
        value
        for column in ("type", "exchange")
        if column in table.columns
        for value in table[column].drop_nulls().unique()
    }
    if name not in kinds:
        raise UnknownName("universe", name, {"all", *kinds})
    first, last = days_asked(question, panel).first, days_asked(question, panel).last
    listed = table.filter(
        pl.any_horizontal(pl.col("type", "exchange") == name),
        pl.col("first_seen").is_null() | (pl.col("first_seen").cast(pl.Int32) <= last),
        pl.col("last_seen").is_null() | (pl.col("last_seen").cast(pl.Int32) >= first),
    )
    wanted = set(listed["symbol"])
    return [symbol for symbol in panel.symbols if symbol in wanted]
