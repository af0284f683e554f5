"""Bars on the wrong clock: intraday bars hours away from their session, daily bars dated a day off.

intraday   the hours that hold most of a session's volume are not the exchange's, for three sessions running or all
           there are; the difference in whole hours is what the clock is off by
daily      bars stand on days without a session; the shift by one day that takes them all to sessions is the mistake
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.sessions import date_of
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.shapes import EXCHANGE_ZONE

HALF_HOUR: Final = 1_800_000_000
OPEN: Final = 14  # column of the half hour that begins at the open
SHIFTS: Final = range(-14, 21, 2)  # half hours by which the regular hours are tried elsewhere within the day
RUNNING: Final = 3
ENOUGH: Final = 0.75  # of a session's volume within the regular hours: then nothing is off
GAIN: Final = 0.15


def check(examined: Examined) -> list[Told]:
    """Tell the symbols whose clock is off; a mistake that most symbols share is told once."""
    if examined.series.market != "us" or examined.timeframe == "1w" or examined.bars.is_empty():
        return []
    found = _hours_off(examined) if examined.intraday else _days_off(examined)
    told: list[Told] = []
    for (off,), same in found.partition_by("off", as_dict=True, maintain_order=True).items():
        shared = same.height >= 3 and same.height * 2 > len(examined.tape.names)
        rows = same.sort("day").head(1).with_columns(symbol=pl.lit(None, pl.String)) if shared else same
        told += [_told(examined, int(str(off)), row) for row in rows.select("symbol", "day", "count").iter_rows()]
    return told


def _days_off(examined: Examined) -> pl.DataFrame:
    """Symbols with daily bars on days without a session: `off` days (0: no shift mends it), first day, how many."""
    tape = examined.tape
    beyond = ~examined.reached(tape.session)
    fits = {shift: examined.is_session(tape.session - shift) | beyond for shift in (0, 1, -1)}
    symbols = np.unique(tape.symbol[~fits[0]])
    rows = []
    for symbol in symbols.tolist():
        mine = slice(int(tape.starts[symbol]), int(tape.starts[symbol + 1]))
        wrong = ~fits[0][mine]
        off = next((shift for shift in (1, -1) if fits[shift][mine].all()), 0)
        rows.append((tape.names[symbol], off, int(tape.session[mine][wrong][0]), int(wrong.sum())))
    return pl.DataFrame(rows, schema=["symbol", "off", "day", "count"], orient="row")


def _hours_off(examined: Examined) -> pl.DataFrame:
    """Symbols whose volume stands at the wrong hours: `off` hours, first session, how many."""
    days = _volume_by_hour(examined)
    if days.is_empty():
        return pl.DataFrame(schema={"symbol": pl.String, "off": pl.Int64, "day": pl.Int64, "count": pl.Int64})
    volume = np.stack([days[name].to_numpy() for name in days.columns[2:]], axis=1)
    share = volume / np.maximum(volume.sum(axis=1, keepdims=True), 1)
    within = np.stack([share[:, OPEN + off : OPEN + 13 + off].sum(axis=1) for off in SHIFTS], axis=1)
    off, now = np.array(SHIFTS)[within.argmax(axis=1)] // 2, within[:, SHIFTS.index(0)]
    wrong = (now < ENOUGH) & (within.max(axis=1) > now + GAIN)
    judged = days.select("symbol", "day").with_columns(off=pl.Series(np.where(wrong, off, 0)))
    return _lasting(judged)


def _volume_by_hour(examined: Examined) -> pl.DataFrame:
    """Volume of each (symbol, New York date with a session) in 48 half hours, that of the open at place `OPEN`."""
    local = pl.col("time").dt.convert_time_zone(EXCHANGE_ZONE["us"])
    dated = examined.bars.select("symbol", "volume", pl.col("time").to_physical().alias("at"), day=local.dt.date())
    dated = dated.with_columns(pl.col("day").to_physical().cast(pl.Int64))
    days = dated["day"].unique().to_numpy()
    days = days[examined.is_session(days)]
    opens = pl.DataFrame({"day": days, "opens": examined.calendar.open_of(days)})
    half = ((pl.col("at") - pl.col("opens")) // HALF_HOUR + OPEN).alias("half")
    placed = dated.join(opens, on="day").with_columns(half)
    sums = [pl.col("volume").filter(pl.col("half") == place).sum().alias(f"half {place}") for place in range(48)]
    return placed.group_by("symbol", "day").agg(sums).sort("symbol", "day")


def _lasting(judged: pl.DataFrame) -> pl.DataFrame:
    """Keep what holds for `RUNNING` sessions in a row, or for all of a symbol's."""
    run = judged.with_columns(run=pl.struct("symbol", "off").rle_id(), all=pl.len().over("symbol"))
    runs = run.group_by("run", maintain_order=True).agg(
        pl.col("symbol", "off", "all").first(), pl.col("day").first(), pl.len().cast(pl.Int64).alias("count")
    )
    lasting = (pl.col("off") != 0) & ((pl.col("count") >= RUNNING) | (pl.col("count") == pl.col("all")))
    return runs.filter(lasting).select("symbol", "off", "day", "count")


def _told(examined: Examined, off: int, row: tuple[str | None, int, int]) -> Told:
    symbol, day, count = row
    late = "late" if off > 0 else "early"
    if examined.intraday:
        detail = f"{count} sessions from here have their volume {abs(off)} hours too {late}: times of another zone"
        repair = "import them again and say in which zone their times are: scanner import FILE --time-zone ZONE …"
    elif off:
        detail = f"{count} bars stand on days without a session; all of them are dated one day too {late}"
        repair = "import them again with dates of the exchange (New York), not of UTC or of the server"
    else:
        detail = f"{count} bars stand on days without a session, the first on {date_of(day):%A}"
        repair = "import these bars again with the dates of their sessions"
    return Told(symbol, day, "error", detail, repair)
