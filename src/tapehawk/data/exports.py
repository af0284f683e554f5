"""Bars of the store as a file: what was stored, or adjusted for splits as of a date.

The file's last columns say which series the bars belong to, what was really done to their prices (`adjustment`, and
`adjusted_as_of`: the last session whose splits are in them) and what must be said about them (`simulated`,
`price_basis: adjusted`), so that nothing loses its label on the way out. An import reads the last three back: no split
is applied twice.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tapehawk.core.bars import PRICES, SESSION_TIMEFRAMES, Series
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.data.basis import last_as_of
from tapehawk.data.building import adjusted_bars
from tapehawk.data.faults import disk_full_is_try_again
from tapehawk.data.quarantine import lacking, quarantined
from tapehawk.data.store import preferred_series, read_actions, read_bars, stored_symbols
from tapehawk.data.versions import data_version


@dataclass(frozen=True)
class ExportQuestion:
    """Which bars to export.

    `symbols` None: all. `sessions`: first and last, included, None for no bound. `as_of`: adjust for the splits up to
    that date; None leaves prices as they were stored. `prefer`: the id of a series, None for the store's choice.
    """

    timeframe: str = "1d"
    market: str = "us"
    symbols: Sequence[str] | None = None
    sessions: tuple[dt.date | None, dt.date | None] = (None, None)
    as_of: dt.date | None = None
    prefer: str | None = None


@dataclass(frozen=True)
class ExportReport:
    """What was written; `series` is the one that the written bars belong to, adjusted where they are."""

    path: Path
    rows: int
    symbols: int
    series: Series
    data_version: str


def export_bars(root: Path, target: Path, question: ExportQuestion) -> ExportReport:
    """Write bars to `target`, CSV or Parquet by its ending, in one step; a file of that name is replaced.

    Raises BadInput for another ending or a missing folder, UnknownName for a symbol that is not stored, NoData when no
    bar answers, TryAgain when the disk is full (then `target` is as it was).
    """
    _check_target(target)
    version = data_version(root, question.timeframe)
    series = preferred_series(root, question.timeframe, market=question.market, prefer=question.prefer, version=version)
    bars = read_bars(root, series, symbols=question.symbols, sessions=question.sessions, version=version)
    _check_symbols(root, series, question, bars)
    if bars.is_empty():
        raise _nothing(series, question)
    if question.as_of is not None and series.market == "us":
        actions, missed = read_actions(root, version=version), lacking(quarantined(root, series, version=version))
        bars = adjusted_bars(bars, series, actions, as_of=question.as_of, missed=missed)
        series, bars = _said_adjusted(series, bars, question.as_of)
    _write(_columns(bars, series), target)
    return ExportReport(target, bars.height, bars["symbol"].n_unique(), series, version)


def _check_target(target: Path) -> None:
    if target.suffix not in (".csv", ".parquet"):
        raise BadInput(f"{target.name} ends neither in .csv nor in .parquet", hint="the ending chooses the format")
    if not target.parent.is_dir():
        raise BadInput(f"there is no folder {target.parent}", hint="make it first")


def _check_symbols(root: Path, series: Series, question: ExportQuestion, bars: pl.DataFrame) -> None:
    """Tell a symbol that is not stored from one that has no bars in the asked sessions."""
    absent = set(question.symbols or ()).difference(bars["symbol"].unique())
    if absent:
        stored = stored_symbols(root, series)
        for symbol in sorted(absent.difference(stored)):
            raise UnknownName("symbol", symbol, stored)


def _nothing(series: Series, question: ExportQuestion) -> NoData:
    first, last = question.sessions
    reach = f"from {first or 'the first'} to {last or 'the last'} session"
    return NoData(f"no bars of {series.id} {reach}", hint="`scanner data status` shows what is stored")


def _said_adjusted(series: Series, bars: pl.DataFrame, as_of: dt.date) -> tuple[Series, pl.DataFrame]:
    """Say of bars just adjusted that they are: splits that came in the prices are not taken out of them again."""
    dated = bars.with_columns(pl.max_horizontal(pl.col("adjusted_as_of"), pl.lit(as_of)).alias("adjusted_as_of"))
    adjustment = "split" if series.adjustment == "none" else series.adjustment
    return replace(series, adjustment=adjustment, adjusted_as_of=last_as_of(dated)), dated


def _columns(bars: pl.DataFrame, series: Series) -> pl.DataFrame:
    daily = series.timeframe in SESSION_TIMEFRAMES
    time = pl.col("time").dt.date().alias("date") if daily else pl.col("time")
    facts = {"series": series.id, "adjustment": series.adjustment, "labels": "; ".join(series.labels)}
    said = {name: pl.lit(fact).alias(name) for name, fact in facts.items()}
    basis = (said["adjustment"], pl.col("adjusted_as_of"))
    return bars.select("symbol", time, *PRICES, "volume", said["series"], *basis, said["labels"])


def _write(rows: pl.DataFrame, target: Path) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}.writing")
    try:
        with disk_full_is_try_again(target):
            if target.suffix == ".csv":
                rows.write_csv(aside, datetime_format="%Y-%m-%dT%H:%M:%SZ")
            else:
                rows.write_parquet(aside)
        aside.rename(target)
    finally:
        aside.unlink(missing_ok=True)
