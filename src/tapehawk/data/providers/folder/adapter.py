"""A folder of files behind the provider's door: one step a file, fetched again when the file has changed.

Files are read as an import reads them (data/reading.py): columns and times are told from the file. How prices are
adjusted is told by the file itself (`adjustment`, `adjusted_as_of`: data/basis.py) or, where it says nothing, by the
settings; a file that contradicts the settings, or another file of the folder, is an error and is not stored.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import polars as pl

from tapehawk.core.bars import ADJUSTMENTS, CONSOLIDATED, SCHEMA, SESSION_TIMEFRAMES, TIMEFRAMES, Market, Series
from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import calendar_named
from tapehawk.data import files, reading
from tapehawk.data.basis import AS_OF, Asker, adjustment_of, dated
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, Provider, Step, Wanted
from tapehawk.data.providers.folder.config import FolderConfig
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.shapes import session_of

SETTING: Final = Asker("the setting providers.folder.adjustment", "scanner config set providers.folder.adjustment")


class FolderProvider(Provider):
    """Bars of one market in files of one adjustment and feed."""

    name: ClassVar[str] = "folder"

    def __init__(self, config: FolderConfig, *, clock: Clock = SYSTEM) -> None:
        self._config, self._clock = config, clock
        self._calls = 0
        self._first_said: tuple[str, str] | None = None
        self._last_success_at: int | None = None

    @property
    def offer(self) -> Offer:
        """Return what a folder may hold: whatever was put there."""
        return Offer(
            provider=self.name,
            plan="files",
            markets=(self._config.market,),
            timeframes=tuple(TIMEFRAMES),
            adjustments=(self._config.adjustment,) if self._config.adjustment else ADJUSTMENTS,
            feeds=(self._config.feed,),
            bulk_daily=True,
            max_symbols_per_call=None,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Return one step a file. BadInput where the settings do not say which folder."""
        if wanted.timeframe not in TIMEFRAMES:
            raise BadInput(f"{self.name} has no {wanted.timeframe} bars", hint=f"timeframes: {', '.join(TIMEFRAMES)}")
        found = self._files()
        steps = [self._step(wanted, file) for file in found]
        size = sum(file.stat().st_size for file in found) // len(found)
        where = f"{len(steps):,} files in {self._root()}"
        return CallPlan.of(steps, per_minute=None, bytes_each=size, note=where)

    async def marks(self, steps: Iterable[Step]) -> Mapping[str, str]:
        """Return step id → size and time of change of its file, and what the settings make of it."""
        told = self._config.model_dump(exclude={"path"}).values()
        return {step.id: "|".join((_mark(self._file(step)), *told)) for step in steps}

    async def fetch(self, step: Step) -> Fetched:
        """Read a file: the bars of the wanted symbols and sessions, and `adjusted_as_of` where they are adjusted.

        BadInput: it is not said how its prices are adjusted, or said in two ways.
        """
        fetched = await asyncio.to_thread(self._read, step)
        self._need_one_adjustment(step.what, fetched.series.adjustment)
        self._calls, self._last_success_at = self._calls + 1, self._clock.now()
        return fetched

    def health(self) -> Health:
        """Return how many files were read."""
        return Health(self.name, calls=self._calls, last_success_at=self._last_success_at)

    def _read(self, step: Step) -> Fetched:
        file, market, told = self._file(step), self._config.market, self._config.adjustment
        loaded = reading.load([file], to_adjusted_close=told == "all")
        adjustment = adjustment_of({step.what: loaded.adjustments[file.name]}, told or None, SETTING)
        zone = self._config.time_zone or None
        rows = reading.on_one_clock(dated(loaded.rows, adjustment, None, SETTING), zone)
        self._need_timeframe(file, rows, step.timeframe)
        rows = reading.settled(rows, timeframe=step.timeframe, market=market, zone=zone)
        if step.timeframe not in SESSION_TIMEFRAMES and step.hours == "regular":
            rows = rows.filter(_regular(rows, market))
        series = Series(
            provider=self.name,
            feed=self._config.feed,
            adjustment=adjustment,
            volume_scope=_scope(file, rows),
            timeframe=step.timeframe,
            simulated=loaded.simulated,
            market=market,
        )
        # What has no time or symbol is kept: it is refused, and told, when it is judged.
        kept = session_of(step.timeframe, market).is_between(step.start, step.end).fill_null(value=True)
        if step.symbols is not None:
            kept &= pl.col("symbol").is_in(list(step.symbols)).fill_null(value=True)
        as_of = [] if adjustment == "none" else [_as_of(rows)]
        bars = rows.with_columns(as_of).filter(kept)
        columns = [pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()]
        return Fetched(step.id, series, bars.select(*columns, *[AS_OF for _ in as_of]).sort("symbol", "time"))

    def _need_one_adjustment(self, file: str, adjustment: str) -> None:
        """Raise BadInput for a file adjusted in another way than the first one that was read."""
        self._first_said = self._first_said or (file, adjustment)
        if adjustment != self._first_said[1]:
            one, other = sorted([self._first_said, (file, adjustment)])
            said = f"{one[0]} says its prices have the adjustment {one[1]}, {other[0]} says {other[1]}"
            raise BadInput(said, hint="keep files of each kind in a folder of their own")

    def _need_timeframe(self, file: Path, rows: pl.DataFrame, wanted: str) -> None:
        """Raise BadInput for a file of another timeframe; one bar a symbol tells none, and few trades a longer one."""
        several = rows.select(pl.col("symbol").is_duplicated().any()).item()
        if not several or wanted == "1w" or reading.nearest(rows) == TIMEFRAMES[wanted]:
            return
        if (told := reading.infer_timeframe(rows)) != wanted:
            raise BadInput(f"{file} holds {told} bars, not {wanted}", hint=f"say --timeframe {told}")

    def _step(self, wanted: Wanted, file: Path) -> Step:
        name = file.relative_to(self._root()).as_posix()
        digest = hashlib.blake2s(",".join(sorted(wanted.symbols or ())).encode(), digest_size=6).hexdigest()
        who = "" if wanted.symbols is None else f"|{digest}"
        hours = "" if wanted.timeframe in SESSION_TIMEFRAMES or wanted.hours == "extended" else f"|{wanted.hours}"
        return Step(
            id=f"{wanted.timeframe}{hours}|{wanted.start}|{wanted.end}{who}|{name}",
            kind="session",
            what=name,
            timeframe=wanted.timeframe,
            symbols=wanted.symbols,
            start=wanted.start,
            end=wanted.end,
            hours=wanted.hours,
        )

    def _root(self) -> Path:
        if not self._config.path:
            hint = "scanner config set providers.folder.path FOLDER"
            raise BadInput(f"{self.name}: the settings do not say which folder", hint=hint)
        return Path(self._config.path.removeprefix("file://")).expanduser()

    def _files(self) -> list[Path]:
        root = self._root()
        if not root.is_dir():
            raise BadInput(f"{self.name}: there is no folder {root}", hint="set providers.folder.path")
        return files.data_files(root)

    def _file(self, step: Step) -> Path:
        return self._root() / step.what


def _scope(file: Path, rows: pl.DataFrame) -> str:
    """Return the one volume scope of a file."""
    scopes = rows["volume_scope"].unique().to_list() if "volume_scope" in rows.columns else [CONSOLIDATED]
    if len(scopes) > 1:
        raise BadInput(f"{file} mixes volume scopes", hint="`scanner import` takes it apart")
    return str(scopes[0])


def _regular(rows: pl.DataFrame, market: Market) -> pl.Series:
    """Say which rows begin in regular hours; what has no time stays, to be refused when it is judged."""
    times = rows["time"].to_physical()
    _, minutes = calendar_named(market).locate(times.fill_null(0).to_numpy(), "regular")
    return pl.Series(~np.isnan(minutes), dtype=pl.Boolean) | times.is_null()


def _as_of(rows: pl.DataFrame) -> pl.Expr:
    """Return the date that each row was adjusted as of: its own, else that of the file's last session."""
    own = pl.col(AS_OF) if AS_OF in rows.columns else pl.lit(None, pl.Date)
    return own.fill_null(pl.col("time").max().dt.date()).alias(AS_OF)


def _mark(path: Path) -> str:
    facts = path.stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"
