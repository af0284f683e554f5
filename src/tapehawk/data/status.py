"""What the store holds: every series on every timeframe, the listings, and the room they take."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tapehawk.core.bars import TIMEFRAMES, Series
from tapehawk.core.errors import NoData
from tapehawk.data import store
from tapehawk.data.health import Noted, read_health
from tapehawk.data.versions import HOW_TO_FILL, bars_table, data_version, table_version


@dataclass(frozen=True)
class SeriesStatus:
    """One series on one timeframe. `bytes` is the size of the timeframe's table, which its series share."""

    series: Series
    symbols: int
    rows: int
    first: dt.datetime
    last: dt.datetime
    data_version: str
    bytes: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class StoreStatus:
    """The whole store. `panel_bytes`: derived files, which may be deleted at any time. `sources`: how they fare."""

    root: Path
    series: tuple[SeriesStatus, ...]
    symbols: int
    splits: int
    dividends: int
    panel_bytes: int
    reject_files: tuple[Path, ...]
    sources: tuple[Noted, ...] = ()


def data_status(root: Path) -> StoreStatus:
    """Describe the store at `root`. Raises NoData when nothing is stored, CorruptStore when it can't be read."""
    timeframes = [name for name in TIMEFRAMES if table_version(root, bars_table(name)) is not None]
    actions = store.read_actions(root)
    symbols = store.read_symbols(root).height
    if not timeframes and not symbols and actions.is_empty():
        raise NoData("nothing is stored", hint=HOW_TO_FILL, path=root)
    return StoreStatus(
        root=root,
        series=tuple(status for name in timeframes for status in _of_timeframe(root, name)),
        symbols=symbols,
        splits=actions.filter(pl.col("type") == "split").height,
        dividends=actions.filter(pl.col("type") == "dividend").height,
        panel_bytes=_bytes(root / "panels"),
        reject_files=tuple(sorted((root / "rejects").glob("*.csv"))),
        sources=read_health(root),
    )


def _of_timeframe(root: Path, timeframe: str) -> list[SeriesStatus]:
    version = data_version(root, timeframe)
    size = _bytes(root / bars_table(timeframe))
    return [
        SeriesStatus(one.series, one.symbols, one.rows, one.first, one.last, version, size, one.series.labels)
        for one in store.stored_series(root, timeframe, version=version)
    ]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
