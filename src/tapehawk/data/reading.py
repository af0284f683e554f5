"""From files to rows of bars, not yet judged: columns mapped, numbers read, times settled.

    file → raw columns → symbol, time (as written), zoned, open … volume, row → timeframe → time in UTC → check_bars

The timeframe is the usual spacing of a symbol's bars, unless told. Daily and weekly bars become date labels. Intraday
times without a zone are wall-clock times of some place, and only the asker knows of which: `--time-zone` must say.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.core.bars import CONSOLIDATED, PRICES, SESSION_TIMEFRAMES, TIMEFRAMES
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data import files, times
from tapehawk.data.basis import AS_OF
from tapehawk.data.mapping import describe, map_columns
from tapehawk.data.shapes import EXCHANGE_ZONE

SAMPLE: Final = 200
"""Symbols whose spacing tells the timeframe."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """Rows as the files write them, and role → column of the first file (what the others call them may differ).

    `simulated`: some row carries the label, as exported ones do; then all are treated so. `adjustments`: file → what
    its rows say they are adjusted for, None where they say nothing.
    """

    rows: pl.DataFrame
    mapping: Mapping[str, str]
    simulated: bool
    adjustments: Mapping[str, frozenset[str | None]]


def load(paths: Sequence[Path], *, to_adjusted_close: bool = False) -> Loaded:
    """Read the bars of files: symbol, time as written, zoned, prices, volume, file and row (1: the first data row).

    Perhaps volume_scope and adjusted_as_of, too.

    `to_adjusted_close`: scale open, high, low and close by adjusted close ÷ close in the files that have such a column
    and do not say that their prices are adjusted already.
    """
    parts = []
    mapping: dict[str, str] = {}
    simulated = False
    adjustments: dict[str, frozenset[str | None]] = {}
    for number, path in enumerate(paths):
        found = map_columns(files.columns_of(path), place=path.name)
        mapping = mapping or describe(found)
        simulated = simulated or ("labels" in found and _simulated(path, found["labels"]))
        said = _adjustments(path, found)
        adjustments[path.name] = adjustments.get(path.name, frozenset()) | said  # folders may hold files of one name
        part = _rows(path, found)
        part = _scaled(part) if to_adjusted_close and said == {None} and "adjusted_close" in found else part
        parts.append(part.drop("adjusted_close", strict=False).with_columns(file=pl.lit(number, pl.UInt32)))
    rows = pl.concat(parts, how="diagonal")
    if "volume_scope" in rows.columns:
        rows = rows.with_columns(pl.col("volume_scope").fill_null(CONSOLIDATED))
    if rows.is_empty():
        raise BadInput("there are no rows to import", hint="the files have a header and nothing below it")
    return Loaded(rows, {"symbol": "(the file's name)", **mapping}, simulated, adjustments)


def market_of(rows: pl.DataFrame) -> str:
    """Tell the market: pairs (`BTC/USDT`) are crypto."""
    names = rows["symbol"].drop_nulls().unique()
    pairs = names.filter(names.str.contains("/", literal=True))
    return "crypto" if pairs.len() * 2 > names.len() else "us"


def infer_timeframe(rows: pl.DataFrame) -> str:
    """Tell the timeframe from the most frequent spacing. Raises BadInput when it is none of TIMEFRAMES."""
    counts = _spacings(rows)
    if counts.is_empty():
        if rows.select(_at_midnight().all()).item():
            return "1d"
        raise BadInput("one bar a symbol does not tell its timeframe", hint=_TELL_TIMEFRAME)
    minutes = counts.sort(["len", "minutes"], descending=[True, False])["minutes"][0]
    for name, length in TIMEFRAMES.items():
        if length == minutes:
            return name
    raise BadInput(f"bars are usually {minutes} minutes apart, which is no timeframe", hint=_TELL_TIMEFRAME)


def nearest(rows: pl.DataFrame) -> int | None:
    """Return the minutes between the nearest two bars of a symbol, None where no symbol has two."""
    return min(_spacings(rows)["minutes"], default=None)


def _spacings(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how often two bars of a symbol that follow each other are so many minutes apart."""
    symbols = rows["symbol"].unique(maintain_order=True).head(SAMPLE)
    sample = rows.filter(pl.col("symbol").is_in(symbols.implode())).sort("symbol", "time")
    apart = pl.col("time").diff().dt.total_minutes().over("symbol")
    return sample.select(apart.alias("minutes")).filter(pl.col("minutes") > 0).group_by("minutes").len()


def on_one_clock(rows: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    """Bring times with and without a zone together: those without are of `zone`, which must be told."""
    if zone is not None and zone not in zoneinfo.available_timezones():
        raise UnknownName("time zone", zone, zoneinfo.available_timezones())
    known = rows.filter(pl.col("time").is_not_null())
    naive = int((~known["zoned"]).sum())
    if naive in (0, known.height):
        return rows
    if zone is None:
        message = f"times with and without a time zone are mixed: {naive} of {known.height} have none"
        raise BadInput(message, hint=_TELL_ZONE)
    return rows.with_columns(time=_in_utc(zone), zoned=pl.lit(value=True))


def settled(rows: pl.DataFrame, *, timeframe: str, market: str, zone: str | None) -> pl.DataFrame:
    """Turn times on one clock into the contract's: instants in UTC, or midnight UTC of the session's date."""
    time = pl.col("time")
    if timeframe in SESSION_TIMEFRAMES:
        here = time.dt.replace_time_zone("UTC").dt.convert_time_zone(EXCHANGE_ZONE[market])
        dated = pl.when(pl.col("zoned") & ~_at_midnight()).then(here.dt.date()).otherwise(time.dt.date())
        final = dated.cast(pl.Datetime("us"))
    else:
        _need_instants(rows, zone)
        final = time if zone is None else _in_utc(zone)
    return rows.with_columns(time=final.dt.replace_time_zone("UTC")).drop("zoned")


_TELL_ZONE: Final = "say in which with --time-zone, for example --time-zone America/New_York"
_TELL_TIMEFRAME: Final = f"tell it with --timeframe {'|'.join(TIMEFRAMES)}"


def _rows(path: Path, found: Mapping[str, str]) -> pl.DataFrame:
    raw = files.read_columns(path, list(found.values()))
    read = times.read_times(_stamps(raw, found))
    numbers = [name for name in (*PRICES, "volume", "adjusted_close") if name in found]
    symbol = _symbol(raw[found["symbol"]]) if "symbol" in found else pl.lit(files.symbol_of(path))
    scope = [_scope(raw[found["volume_scope"]])] if "volume_scope" in found else []
    as_of = [_dates(raw[found[AS_OF]], path)] if AS_OF in found else []
    return read.with_columns(
        symbol.alias("symbol"), *[_number(raw[found[name]]).alias(name) for name in numbers], *scope, *as_of
    ).with_row_index("row", offset=1)


def _scaled(rows: pl.DataFrame) -> pl.DataFrame:
    """Scale all prices where a file adjusts only its closes for dividends."""
    ratio = pl.col("adjusted_close") / pl.col("close")
    highest = pl.max_horizontal([pl.col(name) for name in PRICES])
    lowest = pl.min_horizontal([pl.col(name) for name in PRICES])
    # Equal prices stay equal only up to rounding when scaled: high and low take the others in.
    whole = (pl.col("high") == highest) & (pl.col("low") == lowest)
    scaled = rows.with_columns(whole.alias("whole"), *[(pl.col(name) * ratio).alias(name) for name in PRICES])
    return scaled.with_columns(
        high=pl.when("whole").then(highest).otherwise("high"), low=pl.when("whole").then(lowest).otherwise("low")
    ).drop("whole")


def _simulated(path: Path, column: str) -> bool:
    labels = files.read_columns(path, [column])[column].cast(pl.String).fill_null("")
    return bool(labels.str.contains("simulated", literal=True).any())


def _adjustments(path: Path, found: Mapping[str, str]) -> frozenset[str | None]:
    if "adjustment" not in found:
        return frozenset([None])
    said = files.read_columns(path, [found["adjustment"]]).to_series().cast(pl.String).str.strip_chars()
    return frozenset(said.str.to_lowercase().replace("", None).unique())


def _dates(column: pl.Series, path: Path) -> pl.Series:
    """Read the dates that prices were adjusted as of. One that can't be read is no row's fault: what do they mean?"""
    if column.dtype == pl.String:
        column = column.str.strip_chars().replace("", None)
    dates = column.str.to_date("%Y-%m-%d", strict=False) if column.dtype == pl.String else column
    dates = dates.cast(pl.Date, strict=False).alias(AS_OF)
    if dates.null_count() > column.null_count():
        wrong = column.filter(dates.is_null() & column.is_not_null())[0]
        raise BadInput(f"{path.name} has the adjusted_as_of {wrong!r}, which is no date", hint="write it as 2024-01-31")
    return dates


def _stamps(raw: pl.DataFrame, found: Mapping[str, str]) -> pl.Series:
    if "clock" not in found:
        return raw[found["time"]]
    clock = raw[found["clock"]].cast(pl.String).str.strip_chars()
    if clock.str.contains(r"^\d+$").all():
        clock = clock.str.zfill(4 if clock.str.len_chars().le(4).all() else 6)
    return raw[found["date"]].cast(pl.String).str.strip_chars() + " " + clock


def _symbol(column: pl.Series) -> pl.Series:
    """Trimmed; names written all in small letters are raised (a small letter among great ones has a meaning)."""
    frame = pl.DataFrame({"symbol": column.cast(pl.String).str.strip_chars()})
    small = pl.col("symbol").str.to_lowercase() == pl.col("symbol")
    raised = pl.when(small).then(pl.col("symbol").str.to_uppercase()).otherwise("symbol")
    return frame.select(raised.alias("symbol")).to_series()


def _scope(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).alias("volume_scope")


def _number(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        column = column.str.replace_all(r"[$,\s]", "")
    return column.cast(pl.Float64, strict=False)


def _at_midnight() -> pl.Expr:
    return pl.col("time").dt.truncate("1d") == pl.col("time")


def _in_utc(zone: str) -> pl.Expr:
    return pl.when("zoned").then("time").otherwise(times.in_zone(pl.col("time"), zone))


def _need_instants(rows: pl.DataFrame, zone: str | None) -> None:
    naive = rows.filter(pl.col("time").is_not_null() & ~pl.col("zoned"))
    if naive.height and naive.select(_at_midnight().all()).item():
        raise BadInput("these bars have dates and no times of day", hint="import them with --timeframe 1d or 1w")
    if naive.height and zone is None:
        raise BadInput("these intraday times have no time zone", hint=_TELL_ZONE)
