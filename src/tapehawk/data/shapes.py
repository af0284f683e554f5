"""The store's tables: what identifies a row, what it says, how its files are cut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import polars as pl

from tapehawk.core.bars import KEYS, PRICES, SCHEMA, SESSION_TIMEFRAMES, Series
from tapehawk.data.tables import Table
from tapehawk.data.versions import bars_table

EXCHANGE_ZONE: Final = {"us": "America/New_York", "crypto": "UTC"}

Columns = dict[str, pl.DataType]


def _texts(*names: str) -> Columns:
    return {name: pl.String() for name in names}


def _shape(name: str, keys: Columns, fixed: Columns, values: Columns) -> Table:
    """A table whose rows are known by `keys`, which decide `fixed`, and revised when `values` change."""
    return Table(name, tuple(keys), tuple(values), pl.Schema({**keys, **fixed, **values, "revision": pl.Int32()}))


SERIES: Final = _shape(
    "series",
    _texts("id", "timeframe"),
    {**_texts("provider", "feed", "adjustment", "volume_scope", "market"), "simulated": pl.Boolean()},
    {},
)
ACTIONS: Final = _shape(
    "actions",
    {**_texts("symbol", "type"), "ex_date": pl.Date()},
    {},
    {
        "split_to": pl.Float64(),
        "split_from": pl.Float64(),
        "cash_amount": pl.Float64(),
        "source": pl.String(),
        "confirmed": pl.Boolean(),
    },
)
SYMBOLS: Final = _shape(
    "symbols",
    {"symbol": pl.String(), "first_seen": pl.Date()},
    {},
    {
        "last_seen": pl.Date(),
        "active": pl.Boolean(),
        **_texts("name", "type", "exchange", "country", "sector", "industry", "market"),
    },
)
QUARANTINE: Final = _shape(
    "quarantine",
    {**_texts("series", "timeframe", "symbol"), "date": pl.Date()},
    {},
    {"split_to": pl.Float64(), "split_from": pl.Float64(), "lifted": pl.Boolean()},
)


def bars_of(timeframe: str) -> Table:
    """Return the shape of a timeframe's table of bars."""
    cut: Columns = {"year": pl.Int32()} if timeframe in SESSION_TIMEFRAMES else {"session": pl.Date()}
    columns: Columns = {"series": pl.String(), **SCHEMA, "adjusted_as_of": pl.Date(), "revision": pl.Int32(), **cut}
    keys = ("series", *KEYS)
    return Table(bars_table(timeframe), keys, (*PRICES, "volume"), pl.Schema(columns), partition=next(iter(cut)))


def session_of(timeframe: str, market: str) -> pl.Expr:
    """Date of a bar's session: a daily bar's label, else the exchange's own date (no session crosses its midnight)."""
    time = pl.col("time")
    if timeframe in SESSION_TIMEFRAMES:
        return time.dt.date()
    return time.dt.convert_time_zone(EXCHANGE_ZONE[market]).dt.date()


def cut_at(table: Table, session: dt.date) -> tuple[pl.Expr, int | dt.date]:
    """Column that a table of bars is cut by, and its value for a session: what lets a reader skip files."""
    return (pl.col("year"), session.year) if table.partition == "year" else (pl.col("session"), session)


def bar_rows(series: Series, bars: pl.DataFrame) -> pl.DataFrame:
    """Bars as rows of their table, revision 0; `adjusted_as_of` is the row's own where there is one, or the series'."""
    table = bars_of(series.timeframe)
    session = session_of(series.timeframe, series.market)
    cut = session.dt.year().cast(pl.Int32) if table.partition == "year" else session
    own = pl.col("adjusted_as_of") if "adjusted_as_of" in bars.columns else pl.lit(series.adjusted_as_of, pl.Date)
    return bars.select(
        pl.lit(series.id).alias("series"),
        *SCHEMA,
        own.alias("adjusted_as_of"),
        pl.lit(0, pl.Int32).alias("revision"),
        cut.alias(str(table.partition)),
    )


def shaped(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """`frame` with exactly the table's columns, revision 0; what is absent is null."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in frame.columns]
    whole = frame.with_columns(*missing).with_columns(revision=pl.lit(0, pl.Int32))
    return whole.select([pl.col(name).cast(dtype) for name, dtype in table.schema.items()])


def actions_of(
    source: str,
    splits: Iterable[tuple[str, dt.date, float, float]],
    paid: Iterable[tuple[str, dt.date, float]],
) -> pl.DataFrame:
    """Return actions as the store keeps them: splits (symbol, ex-date, to, from), dividends (symbol, ex-date, cash).

    Dividends of one symbol on one day are added up.
    """
    names = ACTIONS.schema
    split_rows = pl.DataFrame(
        list(splits),
        schema={name: names[name] for name in ("symbol", "ex_date", "split_to", "split_from")},
        orient="row",
    )
    paid_rows = pl.DataFrame(
        list(paid), schema={name: names[name] for name in ("symbol", "ex_date", "cash_amount")}, orient="row"
    )
    every = pl.concat(
        [
            split_rows.with_columns(type=pl.lit("split")),
            paid_rows.group_by("symbol", "ex_date").agg(pl.sum("cash_amount")).with_columns(type=pl.lit("dividend")),
        ],
        how="diagonal",
    )
    whole = shaped(every.with_columns(source=pl.lit(source)), ACTIONS)
    return whole.unique(ACTIONS.keys, keep="last").sort("symbol", "ex_date", "type")
