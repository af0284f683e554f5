"""What a check of stored bars says: one finding, in the shape that every surface shows.

A finding is about a symbol, or about a whole session of the market (`symbol` null), or about a whole series (`date`
null too). `severity`: "error" (the bars are wrong, or left out until repaired), "warning" (worth a look before they are
trusted), "note" (true and harmless, and good to know). `repair` is what to do, a command where there is one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

KINDS: Final = (
    "missed_split", "gap", "spike", "zero_volume_run", "stale", "ohlc", "duplicate", "time_zone", "volume_scope",
)  # fmt: skip
SEVERITIES: Final = ("error", "warning", "note")

SCHEMA: Final = pl.Schema(
    {
        "kind": pl.String(),
        "severity": pl.String(),
        "symbol": pl.String(),
        "date": pl.Date(),
        "timeframe": pl.String(),
        "detail": pl.String(),
        "repair": pl.String(),
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or odd with stored bars."""

    kind: str
    severity: str
    symbol: str | None
    date: dt.date | None
    timeframe: str
    detail: str
    repair: str


@dataclass(frozen=True)
class Told:
    """What a check says of one place: whose bars, which session (days since 1970-01-01), what, and what to do."""

    symbol: str | None
    day: int | None
    severity: str
    detail: str
    repair: str


def frame_of(kind: str, timeframe: str, told: Sequence[Told]) -> pl.DataFrame:
    """Return what a check said as rows of findings."""
    days = pl.Series([one.day for one in told], dtype=pl.Int32).cast(pl.Date)
    return pl.DataFrame(
        {
            "kind": [kind] * len(told),
            "severity": [one.severity for one in told],
            "symbol": [one.symbol for one in told],
            "date": days,
            "timeframe": [timeframe] * len(told),
            "detail": [one.detail for one in told],
            "repair": [one.repair for one in told],
        },
        schema=SCHEMA,
    )


def ordered(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all findings, each once: errors first, then by kind in the order of `KINDS`, date and symbol."""
    found = pl.concat([pl.DataFrame(schema=SCHEMA), *frames]).unique(maintain_order=True)
    worst, kind = pl.Enum(SEVERITIES), pl.Enum(KINDS)
    keys = [pl.col("severity").cast(worst), pl.col("kind").cast(kind), pl.col("date"), pl.col("symbol")]
    return found.sort(keys, nulls_last=False, maintain_order=True)


def findings(rows: pl.DataFrame) -> Iterator[Finding]:
    """Yield rows as findings."""
    for row in rows.iter_rows(named=True):
        yield Finding(**row)
