"""Where refused rows go: one CSV file per imported file name, each row with its place and the reason.

The columns before the row's own are `file`, `data_row` (1 is the first row of data: the header is not counted, nor are
blank lines, and a row may span several lines) and `reason`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tapehawk.data.faults import kept_in


def write_rejects(root: Path, name: str, rejects: pl.DataFrame, files: Sequence[Path]) -> Path | None:
    """Write refused rows to ROOT/rejects/NAME.csv, in one step; None when there are none.

    `rejects`: `file` (a place in `files`), `row` (1 is the first row of data; written as `data_row`), `reason`, and the
    row itself. What an earlier import of the same name left there is replaced.
    """
    target = root / "rejects" / f"{name}.csv"
    if rejects.is_empty():
        with kept_in(root):
            target.unlink(missing_ok=True)
        return None
    names = pl.Series("file", [str(file) for file in files])
    rows = rejects.with_columns(names.gather(rejects["file"]).alias("file")).sort("file", "row")
    with kept_in(root):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.writing")
        place = ("file", pl.col("row").alias("data_row"), "reason")
        rows.select(*place, pl.exclude("file", "row", "reason")).write_csv(aside)
        aside.rename(target)
    return target


def counted(rejects: pl.DataFrame) -> dict[str, int]:
    """Count refused rows by reason, most frequent first."""
    counts = rejects.group_by("reason").len().sort(["len", "reason"], descending=[True, False])
    return dict(counts.iter_rows())
