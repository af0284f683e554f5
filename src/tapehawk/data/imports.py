"""Importing files into the store: asked, shown, judged, stored in one commit.

    files → reading.load → timeframe, market → check_bars → rejects to a file → one append → report

Nothing is guessed that would change what prices mean: how they are adjusted must be told. What is told from the file
itself (columns, timeframe, market) stands in the report. A row that breaks the bar contract is refused and written,
with its reason, to ROOT/rejects; the others are stored. Rows out of order are sorted, bars outside any session are kept
(a panel leaves them out) and both are counted. Importing the same rows again stores nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tapehawk.core.bars import CONSOLIDATED, SCHEMA, SESSION_TIMEFRAMES, Series, check_bars, check_timeframe
from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import CLOSED, calendar_named
from tapehawk.data import files, listings, reading, store, tables
from tapehawk.data.rejects import counted, write_rejects
from tapehawk.data.tables import Appended
from tapehawk.data.versions import data_version


@dataclass(frozen=True)
class ImportOptions:
    """What an import is told; None is told from the file, or by default.

    `adjustment` must be told for bars: "none", "split" or "all". `adjusted_as_of`: last session whose splits are in the
    prices (default: the last one in the file). `time_zone`: of intraday times without one.
    """

    adjustment: str | None = None
    timeframe: str | None = None
    feed: str = "unstated"
    provider: str = "import"
    market: str | None = None
    time_zone: str | None = None
    adjusted_as_of: dt.date | None = None


@dataclass(frozen=True)
class ImportReport:
    """What an import read, stored and refused (a dry run: would have).

    `kind` is "bars", "actions" or "symbols". `mapping`: role → column. `rejected`: reason → rows, which `reject_file`
    holds. `outside_sessions` counts stored bars at times without a session. `series` is empty unless bars came.
    """

    kind: str
    files: int
    mapping: Mapping[str, str]
    rows_read: int
    stored: Appended
    dry_run: bool
    rejected: Mapping[str, int] = field(default_factory=dict)
    reject_file: Path | None = None
    out_of_order: int = 0
    outside_sessions: int = 0
    symbols: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    timeframe: str | None = None
    timeframe_told: bool = False
    series: tuple[Series, ...] = ()
    data_version: str | None = None


def import_path(root: Path, path: Path, options: ImportOptions, *, dry_run: bool = False) -> ImportReport:
    """Import a CSV or Parquet file, or a folder of them, into the store at `root`.

    Raises BadInput when the file or the options can't be understood or no row is a bar, TryAgain when the disk is full;
    then nothing is stored.
    """
    found = files.data_files(path)
    kind = listings.kind_of(files.columns_of(found[0]))
    if kind is None:
        return _import_bars(root, path, found, options, dry_run=dry_run)
    return _import_listing(root, path, found, kind, dry_run=dry_run)


def _import_listing(root: Path, path: Path, found: list[Path], kind: str, *, dry_run: bool) -> ImportReport:
    listing = listings.load_listing(kind, found)
    table = listings.LISTINGS[kind]
    reject_file = None if dry_run else write_rejects(root, path.name, listing.rejects, found)
    if listing.rows.is_empty():
        raise _nothing(path, listing.rejects, reject_file)
    return ImportReport(
        kind=kind,
        files=len(found),
        mapping=listing.mapping,
        rows_read=listing.rows.height + listing.rejects.height,
        stored=(tables.compared if dry_run else tables.append)(root, table, listing.rows),
        dry_run=dry_run,
        rejected=counted(listing.rejects),
        reject_file=reject_file,
        symbols=listing.rows["symbol"].n_unique(),
    )


def _import_bars(root: Path, path: Path, found: list[Path], options: ImportOptions, *, dry_run: bool) -> ImportReport:
    adjustment = _adjustment(options)
    loaded = reading.load(found)
    rows = reading.scaled_to_adjusted_close(loaded.rows) if adjustment == "all" else loaded.rows
    market = options.market or reading.market_of(rows)
    timeframe = check_timeframe(options.timeframe) if options.timeframe else reading.infer_timeframe(rows)
    rows = reading.settled(rows, timeframe=timeframe, market=market, zone=options.time_zone)
    within = ("volume_scope",) if "volume_scope" in rows.columns else ()
    checked = check_bars(rows, market=market, within=within)
    reject_file = None if dry_run else write_rejects(root, f"{path.name}.{timeframe}", checked.rejects, found)
    good = checked.good
    if good.is_empty():
        raise _nothing(path, checked.rejects, reject_file)
    first, last = good.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).row(0)
    batches = _batches(good, adjustment, timeframe, market, options)
    stored = store.compare_bars(root, batches) if dry_run else store.append_bars(root, batches)
    return ImportReport(
        kind="bars",
        files=len(found),
        mapping=loaded.mapping,
        rows_read=loaded.rows.height,
        stored=stored,
        dry_run=dry_run,
        rejected=counted(checked.rejects),
        reject_file=reject_file,
        out_of_order=checked.out_of_order,
        outside_sessions=_outside_sessions(good, timeframe, market),
        symbols=good["symbol"].n_unique(),
        first=first,
        last=last,
        timeframe=timeframe,
        timeframe_told=options.timeframe is not None,
        series=tuple(series for series, _ in batches),
        data_version=None if dry_run else data_version(root, timeframe),
    )


def _adjustment(options: ImportOptions) -> str:
    if options.adjustment is None:
        hint = "say --adjustment none (as traded), split (divided by later splits) or all (by dividends too)"
        raise BadInput("how are these prices adjusted? It can't be told from the file", hint=hint)
    return options.adjustment


def _batches(
    good: pl.DataFrame, adjustment: str, timeframe: str, market: str, options: ImportOptions
) -> list[tuple[Series, pl.DataFrame]]:
    """One batch per volume scope: feeds are never mixed in one series."""
    as_of = None
    if adjustment != "none":
        as_of = options.adjusted_as_of or good.select(pl.col("time").max().dt.date()).item()
    parts = {CONSOLIDATED: good}
    if "volume_scope" in good.columns:
        scopes = good.partition_by("volume_scope", as_dict=True)
        parts = {str(scope): part for (scope,), part in sorted(scopes.items())}
    return [
        (
            Series(
                provider=options.provider,
                feed=options.feed,
                adjustment=adjustment,
                volume_scope=scope,
                timeframe=timeframe,
                adjusted_as_of=as_of,
                market=market,
            ),
            part.select(SCHEMA.names()),
        )
        for scope, part in parts.items()
    ]


def _nothing(path: Path, rejects: pl.DataFrame, reject_file: Path | None) -> BadInput:
    reasons = ", ".join(f"{reason} ({count})" for reason, count in counted(rejects).items())
    hint = f"the rows are in {reject_file}" if reject_file else "is the mapping of the columns right?"
    return BadInput(f"no row of {path.name} can be used: {reasons or 'it has none'}", hint=hint)


def _outside_sessions(good: pl.DataFrame, timeframe: str, market: str) -> int:
    """Count bars at times without a session, as far as the session table reaches."""
    calendar = calendar_named(market)
    inside_reach = good.filter(pl.col("time").dt.date().is_between(calendar.first, calendar.last, closed="none"))
    if timeframe in SESSION_TIMEFRAMES:
        days = inside_reach["time"].dt.date().to_physical().cast(pl.Int64).to_numpy()
        return 0 if timeframe == "1w" else int((~calendar.is_session(days)).sum())
    return int((calendar.phases(inside_reach["time"].to_physical().to_numpy()) == CLOSED).sum())
