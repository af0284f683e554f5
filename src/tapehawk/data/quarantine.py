"""The quarantine: splits that stored prices were found not to know of, and the history left out because of them.

    ROOT/quarantine   series, timeframe, symbol, date (first session after the split), the ratio it looks like, lifted

A row stands for good: these prices lack this split. What follows is decided when bars are read, by the corporate
actions of the same data version:

    no trusted split of that day is known      the symbol's bars before the day are left out, and counted
    one is                                     it is applied to them, even to prices that came adjusted since

so importing the split repairs the history at once. Bars imported anew, with the jump gone, lift the row (`lifted`).
A table like the others of the store: written in one step, by several processes at once, part of the data version.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from tapehawk.core.bars import Series
from tapehawk.data import tables
from tapehawk.data.shapes import QUARANTINE, shaped
from tapehawk.data.versions import parse_version, table_version

KEYS = ("symbol", "date")


def quarantined(root: Path, series: Series, *, version: str | None = None) -> pl.DataFrame:
    """Read the splits that a series' prices lack on its timeframe: symbol, date, split_to, split_from; by symbol."""
    at = table_version(root, QUARANTINE.name) if version is None else parse_version(version).get(QUARANTINE.name)
    where = (pl.col("series") == series.id) & (pl.col("timeframe") == series.timeframe)
    rows = tables.newest(root, QUARANTINE, version=at, where=where)
    return rows.filter(~pl.col("lifted")).select(*KEYS, "split_to", "split_from")


def record(root: Path, series: Series, found: pl.DataFrame, *, examined: pl.DataFrame) -> None:
    """Bring the quarantine up to date with an examination.

    `found`: symbol, date, split_to, split_from of every jump in the examined bars. `examined`: symbol, and the first
    day (`since`, a date) from which its bars were looked at; what was quarantined there and is not found is lifted.
    """
    before = quarantined(root, series)
    seen = before.join(examined, on="symbol").filter(pl.col("date") >= pl.col("since")).drop("since")
    gone = seen.join(found, on=KEYS, how="anti").with_columns(lifted=pl.lit(value=True))
    new = found.select(*KEYS, "split_to", "split_from").with_columns(lifted=pl.lit(value=False))
    rows = pl.concat([new, gone])
    if rows.height:
        named = rows.with_columns(series=pl.lit(series.id), timeframe=pl.lit(series.timeframe))
        tables.append(root, QUARANTINE, shaped(named, QUARANTINE))


def unrepaired(rows: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return the quarantined splits that no trusted action of their day explains."""
    return rows.join(_trusted(actions), on=KEYS, how="anti")


def left_out_before(rows: pl.DataFrame, actions: pl.DataFrame) -> Mapping[str, int]:
    """Return for each symbol the day (since 1970-01-01) before which its bars are left out."""
    last = unrepaired(rows, actions).group_by("symbol").agg(pl.col("date").max().to_physical())
    return dict(last.iter_rows())


def lacking(rows: pl.DataFrame) -> Collection[tuple[str, int]]:
    """Return (symbol, day) of the splits that these prices lack whatever they say of themselves."""
    return set(rows.select("symbol", pl.col("date").to_physical()).iter_rows())


def _trusted(actions: pl.DataFrame) -> pl.DataFrame:
    """Splits that no second source contradicts (data/actions.py applies the same ones)."""
    known = (pl.col("type") == "split") & (pl.col("split_to") > 0) & (pl.col("split_from") > 0)
    trusted = actions.filter(known & pl.col("confirmed").fill_null(value=True))
    return trusted.select("symbol", pl.col("ex_date").alias("date"))
