"""Importing files into the store: asked, shown, judged, stored in one commit.

    files → reading.load → timeframe, market → check_bars → rejects to a file → one append → check_written → report

Nothing is guessed that would change what prices mean: how they are adjusted must be told, by the file's own columns
(data/basis.py) or by the asker. What is told from the file (columns, timeframe, market) stands in the report. A row
that breaks the bar contract is refused and written, with its reason, to ROOT/rejects; the others are stored. Rows out
of order are sorted, bars outside any session are kept (a panel leaves them out) and both are counted. What is odd about
stored bars (gaps, spikes, a missed split) is found and told in the report (data/quality/). Importing the same rows
again stores nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tapehawk.core.bars import SCHEMA, SESSION_TIMEFRAMES, Checked, Series, check_bars, check_timeframe
from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import CLOSED, calendar_named
from tapehawk.data import files, listings, reading, store, tables
from tapehawk.data.basis import AS_OF, adjustment_of, dated, last_as_of
from tapehawk.data.import_report import ImportReport
from tapehawk.data.quality import FINDINGS, check_written
from tapehawk.data.reading import Loaded
from tapehawk.data.rejects import counted, write_rejects
from tapehawk.data.versions import data_version


@dataclass(frozen=True)
class ImportOptions:
    """What an import is told; None is told from the file, or by default.

    `adjustment` must be told for bars whose file does not say it: "none", "split" or "all". `adjusted_as_of`: last
    session whose splits are in the prices (default: what the file says of each row, else its last session).
    `time_zone`: of intraday times without one.
    """

    adjustment: str | None = None
    timeframe: str | None = None
    feed: str = "unstated"
    provider: str = "import"
    market: str | None = None
    time_zone: str | None = None
    adjusted_as_of: dt.date | None = None


@dataclass(frozen=True)
class _Import:
    """One import: what was asked, and the files that the path stands for."""

    root: Path
    path: Path
    files: list[Path]
    options: ImportOptions
    dry_run: bool
    on_step: Callable[[str], None]

    def rejects(self, name: str, rows: pl.DataFrame) -> Path | None:
        """Write refused rows, unless this is a dry run."""
        return None if self.dry_run else write_rejects(self.root, name, rows, self.files)


def import_path(
    root: Path,
    path: Path,
    options: ImportOptions,
    *,
    dry_run: bool = False,
    on_step: Callable[[str], None] = lambda _: None,
) -> ImportReport:
    """Import a CSV or Parquet file, or a folder of them, into the store at `root`.

    `on_step` is told what is being done. Raises BadInput when the file or the options can't be understood or no row can
    be used, TryAgain when the disk is full; then nothing is stored.
    """
    task = _Import(root, path, files.data_files(path), options, dry_run, on_step)
    kind = listings.kind_of(files.columns_of(task.files[0]))
    return _import_bars(task) if kind is None else _import_listing(task, kind)


def _import_listing(task: _Import, kind: str) -> ImportReport:
    task.on_step(f"reading {kind}")
    listing = listings.load_listing(kind, task.files, market=task.options.market)
    reject_file = task.rejects(task.path.name, listing.rejects)
    if listing.rows.is_empty():
        raise _nothing(task.path, listing.rejects, reject_file)
    task.on_step(f"storing {listing.rows.height:,} rows")
    store_rows = tables.compared if task.dry_run else tables.append
    return ImportReport(
        kind=kind,
        files=len(task.files),
        mapping=listing.mapping,
        rows_read=listing.rows.height + listing.rejects.height,
        stored=store_rows(task.root, listings.LISTINGS[kind], listing.rows),
        dry_run=task.dry_run,
        rejected=counted(listing.rejects),
        reject_file=reject_file,
        symbols=listing.rows["symbol"].n_unique(),
    )


def _import_bars(task: _Import) -> ImportReport:
    loaded, series, checked = _judged(task)
    good, timeframe = checked.good, series.timeframe
    reject_file = task.rejects(f"{task.path.name}.{timeframe}", checked.rejects)
    if good.is_empty():
        raise _nothing(task.path, checked.rejects, reject_file)
    task.on_step(f"storing {good.height:,} bars")
    batches = _batches(good, series)
    stored = (store.compare_bars if task.dry_run else store.append_bars)(task.root, batches)
    found = _quality(task, batches)
    first, last = _reach(good)
    return ImportReport(
        kind="bars",
        files=len(task.files),
        mapping=loaded.mapping,
        rows_read=loaded.rows.height,
        stored=stored,
        dry_run=task.dry_run,
        rejected=counted(checked.rejects),
        reject_file=reject_file,
        out_of_order=checked.out_of_order,
        outside_sessions=_outside_sessions(good, series),
        symbols=good["symbol"].n_unique(),
        first=first,
        last=last,
        timeframe=timeframe,
        timeframe_told=task.options.timeframe is not None,
        series=tuple(one for one, _ in batches),
        findings=dict(found["kind"].value_counts(sort=True).iter_rows()),
        quarantined=tuple(found.filter(kind="missed_split")["symbol"]),
        data_version=None if task.dry_run else data_version(task.root, timeframe),
    )


def _quality(task: _Import, batches: Sequence[tuple[Series, pl.DataFrame]]) -> pl.DataFrame:
    """Check what was stored; nothing, in a dry run."""
    if task.dry_run:
        return pl.DataFrame(schema=FINDINGS)
    task.on_step("looking for gaps, spikes and missed splits")
    return check_written(task.root, batches)


def _judged(task: _Import) -> tuple[Loaded, Series, Checked]:
    """Read files and judge their rows; the series is that of the whole market's volume."""
    options = task.options
    task.on_step(f"reading {task.path.name}")
    loaded = reading.load(task.files, to_adjusted_close=options.adjustment == "all")
    adjustment = _adjustment(loaded, options)
    task.on_step(f"checking {loaded.rows.height:,} rows")
    rows = reading.on_one_clock(dated(loaded.rows, adjustment, options.adjusted_as_of), options.time_zone)
    market = options.market or reading.market_of(rows)
    timeframe = check_timeframe(options.timeframe) if options.timeframe else reading.infer_timeframe(rows)
    rows = reading.settled(rows, timeframe=timeframe, market=market, zone=options.time_zone)
    series = Series(
        provider=options.provider,
        feed=options.feed,
        adjustment=adjustment,
        timeframe=timeframe,
        simulated=loaded.simulated,
        market=market,
    )
    within = ("volume_scope",) if "volume_scope" in rows.columns else ()
    checked = _within_reach(check_bars(rows, market=market, within=within), timeframe, market)
    if adjustment != "none" and checked.good.height:
        checked = replace(checked, good=_with_dates(checked.good, options.adjusted_as_of))
        series = replace(series, adjusted_as_of=last_as_of(checked.good))
    return loaded, series, checked


def _with_dates(good: pl.DataFrame, told: dt.date | None) -> pl.DataFrame:
    """Give each row the date it was adjusted as of: its own, else the told one, else the last session of all."""
    known = pl.col(AS_OF) if AS_OF in good.columns else pl.lit(None, pl.Date)
    return good.with_columns(known.fill_null(told or _reach(good)[1].date()).alias(AS_OF))


def _within_reach(checked: Checked, timeframe: str, market: str) -> Checked:
    """Refuse the bars that lie beyond the session table: after it, and before it where sessions have to be found."""
    calendar, time = calendar_named(market), pl.col("time").to_physical()
    inside = time < calendar.ends
    if timeframe not in SESSION_TIMEFRAMES:
        inside &= time >= calendar.begins
    beyond = checked.good.filter(~inside)
    if beyond.is_empty():
        return checked
    reason = f"beyond the session table ({calendar.first} to {calendar.last})"
    rejects = pl.concat([checked.rejects, beyond.with_columns(reason=pl.lit(reason))])
    return replace(checked, good=checked.good.filter(inside), rejects=rejects)


def _adjustment(loaded: Loaded, options: ImportOptions) -> str:
    adjustment = adjustment_of(loaded.adjustments, options.adjustment)
    if adjustment == "none" and options.adjusted_as_of is not None:
        raise BadInput("prices as traded have no date they were adjusted as of", hint="leave that date out")
    return adjustment


def _batches(good: pl.DataFrame, series: Series) -> list[tuple[Series, pl.DataFrame]]:
    """One batch per volume scope: feeds are never mixed in one series."""
    parts = {series.volume_scope: good}
    if "volume_scope" in good.columns:
        scopes = good.partition_by("volume_scope", as_dict=True)
        parts = {str(scope): part for (scope,), part in sorted(scopes.items())}
    names = [*SCHEMA, *({AS_OF} & set(good.columns))]
    return [(replace(series, volume_scope=scope), part.select(names)) for scope, part in parts.items()]


def _reach(good: pl.DataFrame) -> tuple[dt.datetime, dt.datetime]:
    first, last = good.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).row(0)
    return first, last


def _nothing(path: Path, rejects: pl.DataFrame, reject_file: Path | None) -> BadInput:
    reasons = ", ".join(f"{reason} ({count})" for reason, count in counted(rejects).items())
    hint = f"the rows are in {reject_file}" if reject_file else "is the mapping of the columns right?"
    return BadInput(f"no row of {path.name} can be used: {reasons or 'it has none'}", hint=hint)


def _outside_sessions(good: pl.DataFrame, series: Series) -> int:
    """Count bars at times without a session, as far as the session table reaches."""
    calendar = calendar_named(series.market)
    known = good.filter(pl.col("time").dt.date().is_between(calendar.first, calendar.last, closed="none"))
    if series.timeframe == "1w":
        return 0
    if series.timeframe == "1d":
        days = known["time"].dt.date().to_physical().cast(pl.Int64).to_numpy()
        return int((~calendar.is_session(days)).sum())
    return int((calendar.phases(known["time"].to_physical().to_numpy()) == CLOSED).sum())
