"""The bar store: closed sessions on disk, appended, versioned, read by many processes at once.

    ROOT/bars_1d, bars_5m, …   bars as they came, by series; cut by year (daily) or session date (intraday)
    ROOT/series                one row per series and timeframe: provider, feed, adjustment, volume scope, …
    ROOT/actions               splits and dividends        ROOT/symbols   names with listing intervals; delisted stay
    ROOT/panels                derived files (data/panels.py)             ROOT/rejects   rows that imports refused

Rows are keyed (series, symbol, bar start). Prices stay as they came; adjusting happens on read (data/actions.py). Each
row of a series that came adjusted remembers the date it was adjusted as of, so that a split is never applied twice,
even where one series was imported in parts on several dates. A series becomes visible with its first committed bar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from tapehawk.core.bars import CONSOLIDATED, SCHEMA, Series
from tapehawk.core.errors import BadInput, CorruptStore, NoData, UnknownName
from tapehawk.data import tables
from tapehawk.data.faults import reading
from tapehawk.data.shapes import ACTIONS, SERIES, SYMBOLS, bar_rows, bars_of, cut_at, session_of, shaped
from tapehawk.data.tables import Appended, Table
from tapehawk.data.versions import HOW_TO_FILL, HOW_TO_MEND, bars_table, no_bars, parse_version, table_version


@dataclass(frozen=True)
class Stored:
    """A series with what is stored of it."""

    series: Series
    symbols: int
    rows: int
    first: dt.datetime
    last: dt.datetime


def append_bars(root: Path, batches: Sequence[tuple[Series, pl.DataFrame]]) -> Appended:
    """Store checked bars of one timeframe, each batch under its series, in one commit.

    Frames have the bar contract's columns. Equal bars are not stored again, changed ones become revisions.
    """
    table, frame = _bars_in(batches)
    tables.append(root, SERIES, _series_rows([series for series, _ in batches]))
    return tables.append(root, table, frame)


def compare_bars(root: Path, batches: Sequence[tuple[Series, pl.DataFrame]]) -> Appended:
    """Count what `append_bars` would store, without storing it."""
    return tables.compared(root, *_bars_in(batches))


def append_actions(root: Path, frame: pl.DataFrame) -> Appended:
    """Store corporate actions: symbol, ex_date, type ("split", "dividend") and what the type needs."""
    return tables.append(root, ACTIONS, shaped(frame, ACTIONS))


def append_symbols(root: Path, frame: pl.DataFrame) -> Appended:
    """Store symbols: symbol, name, type, exchange, …, first_seen, last_seen; a name that left stays."""
    return tables.append(root, SYMBOLS, shaped(frame, SYMBOLS))


def read_bars(
    root: Path,
    series: Series,
    *,
    symbols: Sequence[str] | None = None,
    sessions: tuple[dt.date | None, dt.date | None] = (None, None),
    version: str | None = None,
) -> pl.DataFrame:
    """Read the newest revision of a series' bars as stored, sorted by (symbol, time).

    `sessions`: first and last, both included, None for no bound. `version` reads the store as it was (a data version).
    Columns: the bar contract's, and `adjusted_as_of`. Raises NoData when no bars of this timeframe are stored.
    """
    table = bars_of(series.timeframe)
    where = pl.col("series") == series.id
    if symbols is not None:
        where &= pl.col("symbol").is_in(list(symbols))
    for bound, keeps in zip(sessions, (pl.Expr.ge, pl.Expr.le), strict=True):
        if bound is not None:
            where &= keeps(session_of(series.timeframe, series.market), bound) & keeps(*cut_at(table, bound))
    at = _at(root, table.name, version)
    if at is None:
        raise no_bars(root, series.timeframe)
    return tables.newest(root, table, version=at, where=where).select(*SCHEMA, "adjusted_as_of")


def stored_symbols(
    root: Path, series: Series, *, session: dt.date | None = None, version: str | None = None
) -> list[str]:
    """List the symbols that have bars in a series (in one of its sessions), sorted."""
    table = bars_of(series.timeframe)
    at = _at(root, table.name, version)
    if at is None:
        raise no_bars(root, series.timeframe)
    where = pl.col("series") == series.id
    if session is not None:
        where &= (session_of(series.timeframe, series.market) == session) & pl.Expr.eq(*cut_at(table, session))
    with reading(root, table.name):
        names = tables.scan(root, table.name, at).filter(where).select(pl.col("symbol").unique())
        return sorted(names.collect().to_series())


def stored_sessions(root: Path, series: Series) -> list[dt.date]:
    """List the sessions that have intraday bars in a series, oldest first; none where nothing is stored."""
    table = bars_of(series.timeframe)
    at = _at(root, table.name, None)
    if at is None or table.partition != "session":
        return []
    with reading(root, table.name):
        days = (
            tables.scan(root, table.name, at).filter(pl.col("series") == series.id).select(pl.col("session").unique())
        )
        return sorted(days.collect().to_series())


def read_actions(root: Path, *, version: str | None = None) -> pl.DataFrame:
    """Read splits and dividends, newest revision, sorted by symbol and date; empty when none are stored."""
    return tables.newest(root, ACTIONS, version=_at(root, "actions", version)).drop("revision")


def read_symbols(root: Path, *, version: str | None = None) -> pl.DataFrame:
    """Read symbols with their listing intervals, newest revision; empty when none are stored.

    `first_seen` null: never seen listed, listing dates unknown.
    """
    return tables.newest(root, SYMBOLS, version=_at(root, "symbols", version)).drop("revision")


def stored_series(root: Path, timeframe: str, *, market: str | None = None, version: str | None = None) -> list[Stored]:
    """List the series that have bars on a timeframe, by id. Raises NoData when there are none."""
    at = _at(root, bars_table(timeframe), version)
    if at is None:
        raise no_bars(root, timeframe)
    known = known_series(root, timeframe)
    found = [_stored(known, facts, root) for facts in _reach(root, bars_table(timeframe), at)]
    wanted = [one for one in found if market in (None, one.series.market)]
    if not wanted:
        raise NoData(f"no {timeframe} bars of the market {market!r} are stored", hint=HOW_TO_FILL, path=root)
    return wanted


def preferred_series(
    root: Path, timeframe: str, *, market: str = "us", prefer: str | None = None, version: str | None = None
) -> Series:
    """Choose the one series that answers for a market.

    `prefer` names it by id. Without, real bars come before simulated ones, the whole market's volume before a part of
    it, then whichever reaches furthest to the present, then the one with most symbols, then the first by id.
    """
    stored = stored_series(root, timeframe, market=market, version=version)
    if prefer is not None:
        chosen = [one.series for one in stored if one.series.id == prefer]
        if not chosen:
            raise UnknownName("series", prefer, [one.series.id for one in stored])
        return chosen[0]
    return min(stored, key=_rank).series


def kept_apart(root: Path, series: Series) -> tuple[str, ...]:
    """List the series of the same feed whose volume has another scope, by id: they are never joined with this one."""
    kin = known_series(root, series.timeframe).values()
    source, mine = (series.market, series.provider, series.feed), series.volume_scope
    others = (one for one in kin if (one.market, one.provider, one.feed) == source and one.volume_scope != mine)
    return tuple(sorted(one.id for one in others))


def _bars_in(batches: Sequence[tuple[Series, pl.DataFrame]]) -> tuple[Table, pl.DataFrame]:
    timeframes = {series.timeframe for series, _ in batches}
    if len(timeframes) != 1:
        raise BadInput(f"one import holds bars of one timeframe, not of {sorted(timeframes)}")
    return bars_of(timeframes.pop()), pl.concat([bar_rows(series, bars) for series, bars in batches])


def _rank(one: Stored) -> tuple[object, ...]:
    series = one.series
    return (series.simulated, series.volume_scope != CONSOLIDATED, -one.last.timestamp(), -one.symbols, series.id)


def _at(root: Path, table: str, version: str | None) -> int | None:
    """Return the version of one table: the newest, or the one that a data version names (None: not there then)."""
    if version is None:
        return table_version(root, table)
    return parse_version(version).get(table)


def _reach(root: Path, table: str, version: int) -> list[dict[str, Any]]:
    """What is stored of each series, by id. Every bar has one row of revision 0."""
    with reading(root, table):
        found = (
            tables.scan(root, table, version)
            .group_by("series")
            .agg(
                pl.col("symbol").n_unique().alias("symbols"),
                (pl.col("revision") == 0).sum().alias("rows"),
                pl.col("time").min().alias("first"),
                pl.col("time").max().alias("last"),
                pl.col("adjusted_as_of").max(),
            )
        )
        return found.sort("series").collect().to_dicts()


def _stored(known: Mapping[str, Series], facts: dict[str, Any], root: Path) -> Stored:
    name, as_of = facts.pop("series"), facts.pop("adjusted_as_of")
    if name not in known:
        raise CorruptStore(f"the table series does not know {name}", hint=HOW_TO_MEND, path=root)
    return Stored(replace(known[name], adjusted_as_of=as_of), **facts)


def _series_rows(batch: Sequence[Series]) -> pl.DataFrame:
    rows = [{**vars(series), "id": series.id, "revision": 0} for series in batch]
    return pl.DataFrame(rows, schema_overrides=SERIES.schema).select(SERIES.schema.names())


def known_series(root: Path, timeframe: str) -> dict[str, Series]:
    """Return the series of a timeframe by their ids."""
    rows = tables.newest(root, SERIES, version=table_version(root, "series"))
    known = rows.filter(pl.col("timeframe") == timeframe).drop("revision")
    return {row.pop("id"): Series(**row) for row in known.iter_rows(named=True)}
