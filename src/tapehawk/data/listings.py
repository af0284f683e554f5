"""Importing what is known about symbols: corporate actions, and symbols with their listing intervals.

A file is recognised by its columns: `symbol`, `ex_date` and `type` make it corporate actions; `symbol` with
`first_seen` or `last_seen`, and no prices, symbols. As with bars, a row that can't be used is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.data import files
from tapehawk.data.reading import market_of
from tapehawk.data.shapes import ACTIONS, SYMBOLS, shaped
from tapehawk.data.tables import Table
from tapehawk.data.times import read_times

MARKS: Final[dict[str, tuple[set[str], ...]]] = {
    "actions": ({"symbol", "ex_date", "type"},),
    "symbols": ({"symbol", "first_seen"}, {"symbol", "last_seen"}),
}
LISTINGS: Final[dict[str, Table]] = {"actions": ACTIONS, "symbols": SYMBOLS}


@dataclass(frozen=True, eq=False)
class Listing:
    """Rows in the store's shape, rows refused (`file`, `row`, `reason`, cells), role → column."""

    rows: pl.DataFrame
    rejects: pl.DataFrame
    mapping: Mapping[str, str]


def kind_of(columns: Sequence[str]) -> str | None:
    """Tell what a file with these columns lists: "actions", "symbols", or None for bars."""
    names = {_plain(column) for column in columns}
    if "open" in names and "close" in names:
        return None
    return next((kind for kind, marks in MARKS.items() if any(mark <= names for mark in marks)), None)


def load_listing(kind: str, paths: Sequence[Path], *, market: str | None = None) -> Listing:
    """Read files of one kind of listing and split their rows into usable ones and rejects.

    `market`: that of the symbols which do not say theirs; None tells coins by the slash in their names.
    """
    table = LISTINGS[kind]
    parts = [_read(path, table).with_columns(file=pl.lit(i, pl.UInt32)) for i, path in enumerate(paths)]
    rows = pl.concat(parts)
    if kind == "symbols":
        rows = rows.with_columns(market=pl.col("market").fill_null(market or market_of(rows)))
    reason = _action_reason() if kind == "actions" else _no_symbol()
    repeated = pl.struct(table.keys).is_first_distinct().not_()
    reason = pl.coalesce(reason, pl.when(repeated).then(pl.lit("duplicate row")))
    judged = rows.with_columns(reason=reason)
    good = judged.filter(pl.col("reason").is_null()).select(table.schema.names())
    return Listing(good, judged.filter(pl.col("reason").is_not_null()).drop("revision"), _mapping(paths[0], table))


def _no_symbol() -> pl.Expr:
    return pl.when(pl.col("symbol").fill_null("") == "").then(pl.lit("no symbol"))


def _action_reason() -> pl.Expr:
    """First reason against a corporate action, null for none."""
    split, dividend = pl.col("type") == "split", pl.col("type") == "dividend"
    ratio = (pl.col("split_to") > 0) & (pl.col("split_from") > 0)
    rules = {
        "unreadable ex_date": pl.col("ex_date").is_null(),
        "neither split nor dividend": ~(split | dividend).fill_null(value=False),
        "split without a ratio": split & ~ratio.fill_null(value=False),
        "dividend without an amount": dividend & ~(pl.col("cash_amount") > 0).fill_null(value=False),
    }
    return pl.coalesce(_no_symbol(), *[pl.when(wrong).then(pl.lit(reason)) for reason, wrong in rules.items()])


def _mapping(path: Path, table: Table) -> dict[str, str]:
    columns = {_plain(column): column for column in files.columns_of(path)}
    return {name: columns[name] for name in table.schema if name in columns}


def _read(path: Path, table: Table) -> pl.DataFrame:
    mapping = _mapping(path, table)
    raw = files.read_columns(path, list(mapping.values()))
    cells = [_cell(raw[column], table.schema[name]).alias(name) for name, column in mapping.items()]
    return shaped(pl.DataFrame(cells), table).with_row_index("row", offset=1)


def _cell(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """A column as the table has it; CSV brings text."""
    if column.dtype == dtype:
        return column
    if dtype == pl.Date:
        return read_times(column)["time"].dt.date()
    if dtype == pl.Boolean:
        return column.cast(pl.String).str.to_lowercase().replace_strict({"true": True, "false": False}, default=None)
    return column.cast(dtype, strict=False)


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")
