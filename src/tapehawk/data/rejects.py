"""Where refused rows go: one CSV file per imported file name, each row with its place and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tapehawk.data.faults import disk_full_is_try_again


def write_rejects(root: Path, name: str, rejects: pl.DataFrame, files: Sequence[Path]) -> Path | None:
    """Write refused rows to ROOT/rejects/NAME.csv, in one step; None when there are none.

    `rejects`: `file` (a place in `files`), `row` (1 is the first below the header), `reason`, and the row itself. What
    an earlier import of the same name left there is replaced.
    """
    target = root / "rejects" / f"{name}.csv"
    if rejects.is_empty():
        target.unlink(missing_ok=True)
        return None
    names = pl.Series("file", [str(file) for file in files])
    rows = rejects.with_columns(names.gather(rejects["file"]).alias("file")).sort("file", "row")
    with disk_full_is_try_again(root):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.writing")
        rows.select("file", "row", "reason", pl.exclude("file", "row", "reason")).write_csv(aside)
        aside.rename(target)
    return target


def counted(rejects: pl.DataFrame) -> dict[str, int]:
    """Count refused rows by reason, most frequent first."""
    counts = rejects.group_by("reason").len().sort(["len", "reason"], descending=[True, False])
    return dict(counts.iter_rows())
