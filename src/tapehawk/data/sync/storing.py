"""What steps brought, into the store: many steps' bars in one commit, then their ids into the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.core.bars import KEYS, SCHEMA, Series, check_bars
from tapehawk.data import store
from tapehawk.data.providers.door import Fetched, Step
from tapehawk.data.quality import check_written
from tapehawk.data.rejects import counted, write_rejects
from tapehawk.data.shapes import session_of
from tapehawk.data.sync.ledger import Done, Ledger
from tapehawk.data.tables import Appended
from tapehawk.data.versions import bars_table, table_version

MOST_REJECTS: Final = 100_000
"""Refused rows that are kept for people to look at."""
CHECKED_AT_ONCE: Final = 1_000_000
"""Bars whose symbols are checked together."""
OUTSIDE: Final = "outside the dates asked for"


@dataclass(eq=False)
class Judged:
    """A step's answer: bars that obey the contract and belong to the step, and the rows that do not, with reasons.

    `whole`: every session of the step has bars, so that it is done when they are stored.
    """

    step: Step
    series: Series
    bars: pl.DataFrame
    rejects: pl.DataFrame
    whole: bool = False


def judged(step: Step, fetched: Fetched) -> Judged:
    """Split what a step brought into bars and refused rows."""
    series = fetched.series
    checked = check_bars(fetched.bars.select(SCHEMA.names()), market=series.market)
    asked = pl.lit(value=True)
    if step.timeframe != "1w":
        asked = session_of(step.timeframe, series.market).is_between(step.start, step.end)
    outside = checked.good.filter(~asked).with_columns(reason=pl.lit(OUTSIDE))
    rejects = pl.concat([checked.rejects, outside]) if outside.height else checked.rejects
    return Judged(step, series, checked.good.filter(asked) if outside.height else checked.good, rejects)


@dataclass
class Keeper:
    """Stores batches of judged answers and remembers what became of them."""

    root: Path
    ledger: Ledger
    timeframe: str
    marks: Mapping[str, str]
    stored: Appended = field(default_factory=lambda: Appended(0, 0, 0))
    series: dict[str, Series] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    _written: dict[Series, pl.DataFrame] = field(default_factory=dict)
    _rejects: list[pl.DataFrame] = field(default_factory=list)
    _kept_rejects: int = 0

    def keep(self, batch: list[Judged]) -> None:
        """Store a batch in one commit, then note its whole steps as done. Runs in a thread of its own."""
        parts: dict[Series, list[pl.DataFrame]] = {}
        for one in batch:
            if one.bars.height:
                parts.setdefault(one.series, []).append(one.bars)
        if parts:
            frames = [(series, _joined(frames)) for series, frames in sorted(parts.items())]
            done = store.append_bars(self.root, frames)
            self.stored = added(self.stored, done)
            self.series |= {series.id: series for series, _ in frames}
            self._note_written(frames)
        self._refuse(batch)
        self.done([one.step for one in batch if one.whole])

    def done(self, steps: list[Step]) -> None:
        """Note steps as done."""
        table = bars_table(self.timeframe)
        version = table_version(self.root, table) or 0
        if steps:
            self.ledger.note([Done(one.id, table, version, self.marks.get(one.id)) for one in steps])

    def check(self) -> dict[str, int]:
        """Check what was stored, some symbols at a time, and quarantine what needs it; return findings by kind."""
        found: Counter[str] = Counter()
        for series, written in self._written.items():
            parts = written.sort("symbol").with_columns(part=pl.col("bars").cum_sum() // CHECKED_AT_ONCE)
            for part in parts.partition_by("part", maintain_order=True):
                kinds = check_written(self.root, [(series, part.select("symbol", "time"))])["kind"]
                found.update(dict(kinds.value_counts().iter_rows()))
        return dict(found.most_common())

    def _note_written(self, frames: list[tuple[Series, pl.DataFrame]]) -> None:
        """Keep, of each symbol, since when and how many bars were written."""
        for series, bars in frames:
            new = bars.group_by("symbol").agg(pl.col("time").min(), pl.len().alias("bars"))
            if series in self._written:
                both = pl.concat([self._written[series], new])
                new = both.group_by("symbol").agg(pl.col("time").min(), pl.col("bars").sum())
            self._written[series] = new

    def write_rejects(self, provider: str) -> Path | None:
        """Write the refused rows of all batches, if there are any."""
        if not self._rejects:
            return None
        rows = pl.concat(self._rejects, how="diagonal").with_row_index("row", offset=1)
        name = f"sync.{provider}.{self.timeframe}"
        return write_rejects(self.root, name, rows.with_columns(file=pl.lit(0, pl.UInt32)), [Path(provider)])

    def _refuse(self, batch: list[Judged]) -> None:
        for one in batch:
            if one.rejects.height:
                self.rejected.update(counted(one.rejects))
                room = MOST_REJECTS - self._kept_rejects
                self._rejects.append(one.rejects.head(room))
                self._kept_rejects += min(room, one.rejects.height)


def series_of(root: Path, provider: str, timeframe: str) -> list[Series]:
    """Return a provider's series of a timeframe that have bars."""
    if table_version(root, bars_table(timeframe)) is None:
        return []
    return [one.series for one in store.stored_series(root, timeframe) if one.series.provider == provider]


def added(one: Appended, other: Appended) -> Appended:
    """Add counts up."""
    return Appended(one.new + other.new, one.revised + other.revised, one.unchanged + other.unchanged)


def _joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Join answers; where steps overlap, the last word counts."""
    if len(frames) == 1:
        return frames[0]
    return pl.concat(frames).unique(KEYS, keep="last", maintain_order=True).sort(KEYS)
