"""What stands where a server would, for providers that ask nobody: the simulator, and a folder with a truth's files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import polars as pl

from tapehawk.core.bars import SCHEMA
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import Truth

LONG_AGO = pl.DataFrame(
    [("OLD", dt.datetime(1999, 12, 31, 15, tzinfo=dt.UTC), 1.0, 1.0, 1.0, 1.0, 1.0)], schema=SCHEMA, orient="row"
)
"""What a folder holds of which nothing is wanted; an empty one is an error."""


class Unasked:
    """Nothing is asked, so nothing on the way can be spoiled."""

    def __init__(self, truth: Truth) -> None:
        self.truth, self.asked, self.faults = truth, [], NONE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class FakeFolder(Unasked):
    """`days` and `minutes`: folders with a file a symbol, or with `by_date` a file a date; CSV and Parquet in turn."""

    def __init__(self, truth: Truth) -> None:
        super().__init__(truth)
        self._kept = TemporaryDirectory()
        self.days, self.minutes = (Path(self._kept.name) / name for name in ("days", "minutes"))
        self._by_date = False

    def __enter__(self) -> Self:
        self._write()
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.cleanup()

    @property
    def faults(self) -> Faults:
        """The one that files know: columns that nobody announced."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        if faults.extra_fields:
            self._write()

    def cut_by_date(self) -> None:
        """Write a file a date."""
        self._by_date = True
        self._write()

    def _write(self) -> None:
        daily = self.truth.daily.with_columns(pl.col("time").dt.date())
        for folder, bars in ((self.days, daily), (self.minutes, self.truth.minutes)):
            folder.mkdir(exist_ok=True)
            for old in folder.iterdir():
                old.unlink()
            cut = pl.col("time").dt.date().alias("cut") if self._by_date else pl.col("symbol").alias("cut")
            parts = (bars if bars.height else LONG_AGO).sort("symbol", "time").with_columns(cut)
            for number, ((name,), part) in enumerate(
                parts.partition_by("cut", as_dict=True, include_key=False).items()
            ):
                self._file(folder / f"{number}-{name}", part, csv=bool(number % 2))

    def _file(self, path: Path, bars: pl.DataFrame, *, csv: bool) -> None:
        if self.faults.extra_fields:
            bars = bars.with_columns(pl.lit("what").alias("x new"), pl.lit(None, pl.Int8).alias("zz"))
        if csv:
            bars.write_csv(path.with_name(f"{path.name}.csv"))
        else:
            bars.write_parquet(path.with_name(f"{path.name}.parquet"))
