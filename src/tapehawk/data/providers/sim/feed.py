"""A day as it arrives: bars a moment after they close, some late, some wrong at first, and a line that drops.

The script says when each bar reaches the listener. A `late` bar comes minutes after its time. A `revised` bar came with
another close and volume before; the newest revision of every bar is what `Simulator.intraday` says. During an outage
(`disconnect` to `reconnect`, rows without a symbol) nothing arrives, and what would have is never sent again: the
listener has to ask for it. A symbol's bars fare the same among any others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from tapehawk.data.providers.sim.companies import Habits, generator
from tapehawk.data.providers.sim.timeline import Bools, Ints

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
LATE: Final = 0.002  # of bars
CORRECTED: Final = 0.02  # of symbols, one bar each
OUTAGE: Final = 0.5  # of days

TIME: Final = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Day:
    """The session that arrives, in a market of so many seats; `begins` is the instant its first minute opens."""

    seed: int
    habits: Habits
    ordinal: int
    seats: int
    begins: int = 0

    def stream(self, *key: int) -> np.random.Generator:
        """Return the random numbers that belong to a key on this session."""
        return generator(self.seed, self.habits.stream, *key, self.ordinal)


@dataclass(frozen=True)
class Fates:
    """What happens to each bar; `latency` from its close to its arrival, `mended` from there on, in microseconds."""

    latency: Ints
    late: Bools
    wrong: Bools
    mended: Ints


def corrected(day: Day) -> Bools:
    """Return which seats have a bar corrected; more seats change none of the others."""
    return np.less(day.stream(4).random(day.seats), CORRECTED)


def script(day: Day, bars: pl.DataFrame, seat: Ints) -> pl.DataFrame:
    """Return minutes as they arrive, and outages, by arrival; `bars` obey the bar contract, `seat` is each one's."""
    fates = _fates(day, seat)
    arrival = bars["time"].to_physical().to_numpy() + MINUTE + fates.latency
    again = bars.filter(pl.Series(fates.wrong, dtype=pl.Boolean))
    sent = [
        _rows(_disturbed(bars, fates.wrong), arrival, np.where(fates.late, "late", "bar"), 0),
        _rows(again, (arrival + fates.mended)[fates.wrong], np.full(again.height, "revised"), 1),
    ]
    begin, end = _outage(day)
    told = pl.concat(sent).filter(~pl.col("arrival").to_physical().is_between(begin, end))
    return pl.concat([told, _line(begin, end, bars.schema)]).sort("arrival", "symbol", "time", "revision")


def _fates(day: Day, seat: Ints) -> Fates:
    chance, wrong = np.empty((3, len(seat))), np.zeros(len(seat), bool)
    chosen = corrected(day)
    edges = np.flatnonzero(np.diff(seat, prepend=-1, append=-1))
    for start, stop in pairwise(edges.tolist()):
        stream = day.stream(5, int(seat[start]))
        wrong[start + int(stream.random() * (stop - start))] = chosen[seat[start]]
        chance[:, start:stop] = stream.random((3, stop - start))
    late = chance[0] < LATE
    latency = np.where(late, (30 + 1_200 * chance[1]) * SECOND, (0.05 + 0.8 * chance[1]) * SECOND)
    return Fates(latency.astype(np.int64), late, wrong, ((60 + 1_800 * chance[2]) * SECOND).astype(np.int64))


def _outage(day: Day) -> tuple[int, int]:
    """Return the first and last instant of the day's outage, 2 to 10 minutes within 12 hours; (0, 0) for none."""
    happens, at, long = day.stream(6).random(3).tolist()
    begin = day.begins + int(at * 12 * 60 * MINUTE)
    return (begin, begin + int((2 + 8 * long) * MINUTE)) if happens < OUTAGE else (0, 0)


def _disturbed(bars: pl.DataFrame, wrong: Bools) -> pl.DataFrame:
    """Return the bars with those that are wrong closing at their low on half the volume."""
    at = pl.Series(wrong, dtype=pl.Boolean)
    return bars.with_columns(
        pl.when(at).then("low").otherwise("close").alias("close"),
        pl.when(at).then(pl.col("volume") // 2).otherwise("volume").alias("volume"),
    )


def _rows(bars: pl.DataFrame, arrival: Ints, kind: npt.NDArray[np.str_], revision: int) -> pl.DataFrame:
    return bars.select(
        pl.Series("arrival", arrival, dtype=pl.Int64).cast(TIME),
        pl.Series("kind", kind.tolist(), dtype=pl.String),
        pl.lit(revision, pl.Int32).alias("revision"),
        pl.all(),
    )


def _line(begin: int, end: int, schema: pl.Schema) -> pl.DataFrame:
    """Return the two rows of an outage, none when there is none."""
    instants, words = ([begin, end], ["disconnect", "reconnect"]) if end else ([], [])
    bare = pl.DataFrame({"arrival": instants, "kind": words}, schema={"arrival": pl.Int64, "kind": pl.String})
    nothing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items()]
    return bare.select(pl.col("arrival").cast(TIME), "kind", pl.lit(0, pl.Int32).alias("revision"), *nothing)
