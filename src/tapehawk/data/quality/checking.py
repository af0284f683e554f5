"""Running the checks: on bars at hand, on the whole store, on what was just written."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.core.bars import SESSION_TIMEFRAMES, TIMEFRAMES, Series, check_timeframe
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.data import store, tables
from tapehawk.data.faults import reading
from tapehawk.data.quality import checks
from tapehawk.data.quality.examined import SCOPES, Examined
from tapehawk.data.quality.finding import KINDS, Told, frame_of, ordered
from tapehawk.data.quarantine import record
from tapehawk.data.shapes import session_of
from tapehawk.data.versions import HOW_TO_FILL, bars_table, table_version

LOOK_BACK: Final = {
    timeframe: dt.timedelta(days=120 if timeframe in SESSION_TIMEFRAMES else 10) for timeframe in TIMEFRAMES
}
"""Bars before those just written that the checks look back on: eighty sessions, of intraday bars seven."""

REVIEWED: Final = dt.timedelta(days=10)
"""How far before them a judgement can still change: a jump is looked at again while its next five bars come in."""

CHECKED_AT_ONCE: Final = 1_000_000
"""Bars whose symbols are checked together, where many were written."""

Check = Callable[[Examined], Sequence[Told]]


@dataclass(frozen=True)
class CheckQuestion:
    """Which bars are checked; empty and None mean all. `now` is the clock that freshness is measured by."""

    timeframes: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    now: dt.datetime | None = None

    def __post_init__(self) -> None:
        for timeframe in self.timeframes:
            check_timeframe(timeframe)
        for kind in self.kinds:
            if kind not in KINDS:
                raise UnknownName("kind of finding", kind, KINDS)


def all_checks() -> dict[str, Check]:
    """Return every check by its kind, in the order of KINDS."""
    names = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    return {name: importlib.import_module(f"{checks.__name__}.{name}").check for name in KINDS if name in names}


def examine(examined: Examined, kinds: Sequence[str] = ()) -> pl.DataFrame:
    """Run the checks (of some kinds) on bars at hand; return their findings, errors first."""
    wanted = {kind: check for kind, check in all_checks().items() if kind in (kinds or KINDS)}
    return ordered([frame_of(kind, examined.timeframe, check(examined)) for kind, check in wanted.items()])


def check_store(
    root: Path, question: CheckQuestion | None = None, *, on_step: Callable[[str], None] = lambda _: None
) -> pl.DataFrame:
    """Check every stored series and bring the quarantine up to date; return the findings, errors first.

    Raises NoData when no bars are stored for the question, UnknownName for a symbol that no examined series has.
    """
    asked = question or CheckQuestion()
    timeframes = [name for name in TIMEFRAMES if table_version(root, bars_table(name)) is not None]
    timeframes = [name for name in timeframes if name in (asked.timeframes or TIMEFRAMES)]
    if not timeframes:
        raise NoData(f"no {' or '.join(asked.timeframes) or 'bars'} are stored", hint=HOW_TO_FILL, path=root)
    found, known = [], set()
    for timeframe in timeframes:
        for one in store.stored_series(root, timeframe):
            on_step(f"checking {one.series.id} {timeframe}: {one.rows:,} bars")
            examined = _stored(root, one.series, symbols=asked.symbols or None, now=asked.now)
            known |= set(examined.tape.names)
            found.append(_examined(root, examined, asked.kinds))
    for symbol in set(asked.symbols) - known:
        raise UnknownName("symbol", symbol, known)
    return ordered(found)


def check_written(root: Path, batches: Sequence[tuple[Series, pl.DataFrame]]) -> pl.DataFrame:
    """Check bars that were just stored, quarantine what needs it, and return the findings about them, errors first.

    What is looked at besides is the history of the same symbols that the checks look back on; findings about it are
    not repeated.
    """
    found = []
    for series, bars in batches:
        if bars.is_empty():
            continue
        first = bars.select(session_of(series.timeframe, series.market).min()).item()
        symbols = bars["symbol"].unique().to_list()
        examined = _stored(root, series, symbols=symbols, since=first - LOOK_BACK[series.timeframe])
        kinds = [kind for kind in KINDS if kind != "stale"]
        findings = _examined(root, examined, kinds, since=first - REVIEWED)
        found.append(findings.filter(pl.col("date").is_null() | (pl.col("date") >= first)))
    return ordered(found)


def check_written_in_parts(root: Path, series: Series, bars: pl.DataFrame) -> pl.DataFrame:
    """Check bars as `check_written` does, some symbols at a time, so that memory does not grow with the market.

    `bars`: symbol and time; or only the first bar of each symbol, with how many `bars` there are from it on.
    """
    counted = (
        bars if "bars" in bars.columns else bars.group_by("symbol").agg(pl.col("time").min(), pl.len().alias("bars"))
    )
    parts = counted.sort("symbol").with_columns(part=pl.col("bars").cum_sum() // CHECKED_AT_ONCE)
    every = [part.select("symbol", "time") for part in parts.partition_by("part", maintain_order=True)]
    return ordered([check_written(root, [(series, part)]) for part in every])


def _examined(root: Path, examined: Examined, kinds: Sequence[str] = (), since: dt.date | None = None) -> pl.DataFrame:
    """Check, and bring the quarantine of these symbols up to date, from a day on (a first bar has nothing before)."""
    if examined.bars.is_empty():
        return ordered([])
    second = pl.col("time").min().dt.date() + pl.duration(days=1)
    judged = examined.bars.group_by("symbol").agg(pl.max_horizontal(second, pl.lit(since, pl.Date)).alias("since"))
    found = examined.missed_splits.join(judged, on="symbol").filter(pl.col("date") >= pl.col("since"))
    record(root, examined.series, found, examined=judged)
    return examine(examined, kinds)


def _stored(
    root: Path,
    series: Series,
    *,
    symbols: Sequence[str] | None = None,
    since: dt.date | None = None,
    now: dt.datetime | None = None,
) -> Examined:
    bars = store.read_bars(root, series, symbols=symbols, sessions=(since, None))
    actions, listings = store.read_actions(root), store.read_symbols(root)
    return Examined(series, bars, actions, listings, _scopes(root, series, symbols), now)


def _scopes(root: Path, series: Series, symbols: Sequence[str] | None) -> pl.DataFrame:
    """(symbol, session, scope) of all series of a market on a timeframe, none when they have one scope."""
    kin = [one.series for one in store.stored_series(root, series.timeframe, market=series.market)]
    scopes = {one.id: one.volume_scope for one in kin if one.provider == series.provider and one.feed == series.feed}
    if len(set(scopes.values())) < 2:
        return pl.DataFrame(schema=SCOPES)
    with reading(root, bars_table(series.timeframe)):
        rows = tables.scan(root, bars_table(series.timeframe)).filter(pl.col("series").is_in(list(scopes)))
        rows = rows if symbols is None else rows.filter(pl.col("symbol").is_in(list(symbols)))
        session = session_of(series.timeframe, series.market).to_physical().cast(pl.Int64).alias("session")
        days = rows.select("symbol", session, pl.col("series").replace_strict(scopes).alias("scope"))
        return days.unique().collect()
