"""Reading times as files write them: dates, ISO strings, numbers since 1970, in a zone or without one.

Everything becomes `time`, Datetime("us"), and `zoned`, whether that is an instant in UTC (true) or what a clock on some
wall showed (false). What can't be read is null. Only the caller knows if a wall clock needs a zone: a date does not.
"""

from __future__ import annotations

from typing import Final

import polars as pl

WALL: Final = pl.Datetime("us")
_OFFSET: Final = r"[ T]\d.*?([+-]\d{2}):?(\d{2})$"
_EPOCH_UNITS: Final = ((1e11, 1_000_000.0), (1e14, 1_000.0), (1e17, 1.0))
"""Below the bounds: seconds, milliseconds, microseconds; above the last, nanoseconds. Holds for 1973 … 5138."""


def read_times(column: pl.Series) -> pl.DataFrame:
    """Return `time` (Datetime µs, null when unreadable) and `zoned` for each value of a column of any type."""
    dtype = column.dtype
    if dtype == pl.Date:
        return _frame(column.cast(WALL), zoned=False)
    if isinstance(dtype, pl.Datetime):
        zoned = dtype.time_zone is not None
        instant = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else column
        return _frame(instant.cast(WALL), zoned=zoned)
    if dtype.is_numeric():
        return _from_numbers(column.cast(pl.Float64) if dtype.is_float() else column.cast(pl.Int64))
    return _from_text(column.cast(pl.String))


def in_zone(wall: pl.Expr, zone: str) -> pl.Expr:
    """Turn wall-clock times of a zone into wall-clock times of UTC; the hour that a clock change skips is null."""
    local = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _frame(time: pl.Series, *, zoned: bool) -> pl.DataFrame:
    return pl.DataFrame({"time": time}).with_columns(zoned=pl.lit(value=zoned))


def _from_numbers(column: pl.Series) -> pl.DataFrame:
    """Read YYYYMMDD as dates, everything else as a count since 1970 in the unit that its size tells."""
    middle = abs(float(column.median() or 0))  # type: ignore[arg-type]
    if 19_000_101 <= middle <= 21_001_231:
        return _from_text(column.cast(pl.Int64).cast(pl.String))
    scale = next((scale for bound, scale in _EPOCH_UNITS if middle < bound), 0.001)
    whole = column.cast(pl.Int64) if scale == 1.0 else None
    if whole is None:
        whole = column * int(scale) if scale > 1 else column // 1000
    return _frame(whole.cast(pl.Int64).cast(WALL), zoned=True)


def _from_text(column: pl.Series) -> pl.DataFrame:
    """Read numbers in text as numbers; else ISO 8601, with `/` for `-`, a blank for `T`, and compact dates allowed."""
    numbers = column.str.strip_chars().cast(pl.Float64, strict=False)
    digits = column.str.strip_chars().str.len_chars().median() or 0
    if numbers.count() * 2 > column.count() and digits != len("20240102"):
        whole = column.str.strip_chars().cast(pl.Int64, strict=False)
        return _from_numbers(whole if whole.count() == numbers.count() else numbers)
    text = pl.col("text")
    frame = pl.DataFrame({"text": column}).with_columns(_tidy(text))
    offset = text.str.extract_groups(_OFFSET)
    hours, minutes = offset.struct[0].cast(pl.Int64), offset.struct[1].cast(pl.Int64)
    away = hours * 60 + minutes * pl.when(offset.struct[0].str.starts_with("-")).then(-1).otherwise(1)
    bare = pl.when(away.is_null()).then(text).otherwise(text.str.replace(r"[+-]\d{2}:?\d{2}$", "")).str.strip_chars()
    wall = _padded(bare).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    return frame.select(
        time=wall - pl.duration(minutes=away.fill_null(0)),
        zoned=away.is_not_null(),
    )


def _tidy(text: pl.Expr) -> pl.Expr:
    return (
        text.str.strip_chars()
        .str.replace_all("/", "-", literal=True)
        .str.replace(r"^(\d{4})(\d{2})(\d{2})\b", "${1}-${2}-${3}")
        .str.replace(r"^(\d{4}-\d{2}-\d{2})[Tt]", "${1} ")
        .str.replace(r" ?(?:[Zz]|UTC|GMT)$", "+00:00")
    )


def _padded(text: pl.Expr) -> pl.Expr:
    """Complete dates and minutes to seconds; compact clocks (`0930`, `093000`) get their colons."""
    clocked = text.str.replace(r" (\d{2})(\d{2})(\d{2})$", " ${1}:${2}:${3}")
    clocked = clocked.str.replace(r" (\d{2})(\d{2})$", " ${1}:${2}")
    length = clocked.str.len_chars()
    return (
        pl.when(length == len("2024-01-02")).then(clocked + " 00:00:00")
        .when(length == len("2024-01-02 09:30")).then(clocked + ":00")
        .otherwise(clocked)
    )  # fmt: skip
