"""What steps brought, into the store: judged together, stored in one commit, then their ids into the ledger.

All of it happens in a thread, one batch after another, while the next one is fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.core.bars import SCHEMA, Series, check_bars
from tapehawk.data import store
from tapehawk.data.basis import AS_OF
from tapehawk.data.providers.door import Fetched, Step
from tapehawk.data.quality import check_written_in_parts
from tapehawk.data.rejects import counted, write_rejects
from tapehawk.data.shapes import session_of
from tapehawk.data.sync.ledger import Done, Ledger
from tapehawk.data.sync.verifying import Attendance
from tapehawk.data.tables import Appended
from tapehawk.data.versions import bars_table, table_version

MOST_REJECTS: Final = 100_000
"""Refused rows that are kept for people to look at."""
OUTSIDE: Final = "outside the dates asked for"

Answer = tuple[Step, Fetched]


@dataclass
class Keeper:
    """Stores batches of answers and remembers what became of them.

    `held`: steps whose bars are stored and some of whose sessions have none; whether that is right is seen at the end.
    """

    root: Path
    ledger: Ledger
    attendance: Attendance
    timeframe: str
    marks: Mapping[str, str]
    stored: Appended = field(default_factory=lambda: Appended(0, 0, 0))
    series: dict[str, Series] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    held: list[Step] = field(default_factory=list)
    _symbols: dict[str, int] = field(default_factory=dict)
    _written: dict[Series, pl.DataFrame] = field(default_factory=dict)
    _rejects: list[pl.DataFrame] = field(default_factory=list)
    _room: int = MOST_REJECTS

    def keep(self, batch: Sequence[Answer]) -> None:
        """Store a batch in one commit, then note the steps that are whole as done."""
        frames = [(series, good) for series, good in self._judged(batch) if good.height]
        if frames:
            self.stored = added(self.stored, store.append_bars(self.root, frames))
            self.series |= {series.id: series for series, _ in frames}
            self._note_written(frames)
        self._count(batch)
        steps = [step for step, _ in batch]
        self.attendance.take(steps, [bars for _, bars in frames])
        whole = [step for step in steps if self.attendance.is_whole(step)]
        self.held += [step for step in steps if step not in whole]
        self.done(whole)

    def done(self, steps: Sequence[Step]) -> None:
        """Note steps as done."""
        table = bars_table(self.timeframe)
        version = table_version(self.root, table) or 0
        if steps:
            noted = [(one.id, table, version, self.marks.get(one.id), self._symbols.get(one.id)) for one in steps]
            self.ledger.note([Done(*one) for one in noted])

    def check(self) -> dict[str, int]:
        """Check what was stored, some symbols at a time, and quarantine what needs it; return findings by kind."""
        found: Counter[str] = Counter()
        for series, written in self._written.items():
            kinds = check_written_in_parts(self.root, series, written)["kind"]
            found.update(dict(kinds.value_counts().iter_rows()))
        return dict(found.most_common())

    def write_rejects(self, provider: str) -> Path | None:
        """Write the refused rows of all batches, if there are any."""
        if not self._rejects:
            return None
        rows = pl.concat(self._rejects, how="diagonal").with_row_index("row", offset=1)
        name = f"sync.{provider}.{self.timeframe}"
        return write_rejects(self.root, name, rows.with_columns(file=pl.lit(0, pl.UInt32)), [Path(provider)])

    def _count(self, batch: Sequence[Answer]) -> None:
        """Keep how many symbols had bars in a session; one without a mark may become fuller."""
        for step, fetched in batch:
            if step.kind == "session" and step.id not in self.marks:
                self._symbols[step.id] = fetched.bars["symbol"].n_unique()

    def _judged(self, batch: Sequence[Answer]) -> Iterator[tuple[Series, pl.DataFrame]]:
        """Yield, of each series, the bars that obey the contract and belong to their step; refuse the other rows."""
        parts: dict[Series, list[pl.DataFrame]] = {}
        for step, fetched in batch:
            parts.setdefault(fetched.series, []).append(self._asked_for(step, fetched))
        for series, frames in sorted(parts.items()):
            checked = check_bars(pl.concat(frames, how="diagonal"), market=series.market)
            self._refuse(checked.rejects)
            yield series, checked.good

    def _asked_for(self, step: Step, fetched: Fetched) -> pl.DataFrame:
        """Return the bars within the step's dates; refuse the others."""
        bars = fetched.bars.select(*SCHEMA, *({AS_OF} & set(fetched.bars.columns)))
        if self.timeframe == "1w" or bars.is_empty():
            return bars
        session = session_of(self.timeframe, fetched.series.market)
        first, last = bars.select(session.min().alias("first"), session.max().alias("last")).row(0)
        if first is None or (first >= step.start and last <= step.end):
            return bars
        asked = session.is_between(step.start, step.end).fill_null(value=True)
        self._refuse(bars.filter(~asked).with_columns(reason=pl.lit(OUTSIDE)))
        return bars.filter(asked)

    def _note_written(self, frames: Sequence[tuple[Series, pl.DataFrame]]) -> None:
        """Keep, of each symbol, since when and how many bars were written."""
        for series, bars in frames:
            new = bars.group_by("symbol").agg(pl.col("time").min(), pl.len().alias("bars"))
            if series in self._written:
                both = pl.concat([self._written[series], new])
                new = both.group_by("symbol").agg(pl.col("time").min(), pl.col("bars").sum())
            self._written[series] = new

    def _refuse(self, rejects: pl.DataFrame) -> None:
        if rejects.height:
            self.rejected.update(counted(rejects))
            self._rejects.append(rejects.head(self._room))
            self._room -= min(self._room, rejects.height)


def series_of(root: Path, provider: str, timeframe: str) -> list[Series]:
    """Return a provider's series of a timeframe that have bars."""
    if table_version(root, bars_table(timeframe)) is None:
        return []
    return [one.series for one in store.stored_series(root, timeframe) if one.series.provider == provider]


def added(one: Appended, other: Appended) -> Appended:
    """Add counts up."""
    return Appended(one.new + other.new, one.revised + other.revised, one.unchanged + other.unchanged)
