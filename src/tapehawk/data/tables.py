"""Delta tables that only grow: append with revisions, read the newest, at any version.

A row's key may be stored many times; each time carries a higher `revision`, and the highest is what the row says now.
Appending compares with what is stored: equal rows are not stored again, changed ones get the next revision.

Several processes may append at once. A writer compares against version v and commits as v + 1; when another was
quicker the commit fails and the comparison is made anew, so two imports of one file store it once. A commit is one
renamed log file: a process killed at any instant leaves either all of its rows or none.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

from tapehawk.core.errors import TryAgain
from tapehawk.data.faults import disk_full_is_try_again, kept_in, need_plain, reading
from tapehawk.data.versions import commits_of, table_version
from tapehawk.data.writers import data_files, opened, writing

ATTEMPTS: Final = 50
KEPT: Final = {
    "delta.logRetentionDuration": "interval 90 days",
    "delta.deletedFileRetentionDuration": "interval 90 days",
}


@dataclass(frozen=True)
class Table:
    """A table's shape: what identifies a row, what it says, and how its files are cut."""

    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    schema: pl.Schema
    partition: str | None = None


@dataclass(frozen=True)
class Appended:
    """How many rows were new, how many corrected a stored one, how many were stored already."""

    new: int
    revised: int
    unchanged: int


def append(root: Path, table: Table, frame: pl.DataFrame) -> Appended:
    """Store the rows of `frame` (the table's schema) that say something new, in one commit.

    Raises TryAgain when the disk is full or other writers never pause, CorruptStore when stored rows can't be read.
    """
    if not commits_of(root, table.name):
        _create(root / table.name, table)
    with writing(root / table.name):
        for _ in range(ATTEMPTS):
            version = table_version(root, table.name)
            fresh = _fresh(root, table, frame, version)
            if fresh.is_empty() or _commit(root, table, fresh, version):
                return _counted(frame, fresh)
    raise TryAgain(f"other processes keep writing to {table.name}", hint="try again when they are done")


def compared(root: Path, table: Table, frame: pl.DataFrame) -> Appended:
    """Count what `append` would store, without storing it."""
    return _counted(frame, _fresh(root, table, frame, table_version(root, table.name)))


def newest(
    root: Path, table: Table, *, version: int | None, where: pl.Expr | None = None, in_order: bool = True
) -> pl.DataFrame:
    """Read the newest revision of each row that `where` keeps, as of a version (None: no rows).

    Sorted by key; not `in_order`: sorted or not, at a fraction of the cost where no row was ever revised.
    """
    if version is None:
        return pl.DataFrame(schema=table.schema)
    with reading(root, table.name):
        rows = scan(root, table.name, version)
        rows = rows if where is None else rows.filter(where)
        found = rows.select(table.schema.names()).collect()
        if not in_order and not (found["revision"] > 0).any():
            return found
        return _last_of_each(found, table.keys)


def scan(root: Path, name: str, version: int | None = None) -> pl.LazyFrame:
    """Return a table's rows, every revision, lazily; use inside `reading`."""
    table = opened(root / name, version)
    schema, files = pl.scan_delta(table).collect_schema(), []
    for path, size in data_files(table):
        # Asked first, because Polars answers a truncated file with a panic.
        if (root / name / path).stat().st_size != size:
            raise OSError(f"{path} has not the size it was written with")
        files.append(root / name / path)
    if not files:
        return pl.LazyFrame(schema=schema)
    # Not `scan_delta`, which looks for the files of a folder with a space in its name under "%20".
    cuts = {column: schema[column] for column in table.metadata().partition_columns}
    found = pl.scan_parquet(files, glob=False, hive_partitioning=bool(cuts), hive_schema=cuts or None)
    return found.select(schema.names())


def _last_of_each(frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    frame = frame.sort([*keys, "revision"])
    same_as_next = [pl.col(key).eq_missing(pl.col(key).shift(-1)) for key in keys]
    last = pl.int_range(pl.len()) == pl.len() - 1
    return frame.filter(~pl.all_horizontal(same_as_next) | last)


def _counted(frame: pl.DataFrame, fresh: pl.DataFrame) -> Appended:
    revised = int((fresh["revision"] > 0).sum())
    return Appended(fresh.height - revised, revised, frame.height - fresh.height)


def _fresh(root: Path, table: Table, frame: pl.DataFrame, version: int | None) -> pl.DataFrame:
    """Rows of `frame` that are new or differ from the stored ones; a part at a time, to bound memory."""
    if version is None:
        return frame
    return pl.concat([_fresh_part(root, table, part, version) for part in _parts(table, frame)])


def _parts(table: Table, frame: pl.DataFrame, rows: int = 2_000_000) -> list[pl.DataFrame]:
    if table.partition is None or frame.height <= rows:
        return [frame]
    return frame.partition_by(table.partition, maintain_order=True)


def _fresh_part(root: Path, table: Table, part: pl.DataFrame, version: int) -> pl.DataFrame:
    stored = newest(root, table, version=version, where=_around(table, part)).select(
        *table.keys, *[pl.col(name).alias(f"stored.{name}") for name in (*table.values, "revision")]
    )
    both = part.join(stored, on=list(table.keys), how="left", nulls_equal=True, maintain_order="left")
    differs = [~pl.col(name).eq_missing(pl.col(f"stored.{name}")) for name in table.values]
    known = pl.col("stored.revision")
    fresh = both.filter(pl.any_horizontal(known.is_null(), *differs))
    return fresh.with_columns((known + 1).fill_null(0).cast(pl.Int32).alias("revision")).select(table.schema.names())


def _around(table: Table, part: pl.DataFrame) -> pl.Expr:
    """Keep the rows that some row of `part` may have the key of, told so that whole files are passed over unread.

    A file's statistics hold its least and greatest values: a file of other symbols, or of other sessions, is not read.
    """
    places = table.partition or table.keys[0]
    where = pl.col(places).is_in(part[places].unique().to_list())
    for key in table.keys:
        if not part[key].has_nulls():  # a null is less and greater than nothing
            low, high = (pl.lit(bound, part[key].dtype) for bound in (part[key].min(), part[key].max()))
            where &= pl.col(key).is_between(low, high)
    return where


def _commit(root: Path, table: Table, fresh: pl.DataFrame, version: int | None) -> bool:
    """Append as the version after `version`; False when another writer was quicker."""
    with disk_full_is_try_again(root):
        try:
            write_deltalake(
                opened(root / table.name, version or 0),
                fresh,
                mode="append",
                partition_by=table.partition,
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except CommitFailedError:
            return False
    return True


def _create(folder: Path, table: Table) -> None:
    """Commit version 0, the empty table, so that a log without commits can only be a lost one."""
    need_plain(folder)
    with kept_in(folder.parent):
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(CommitFailedError):  # another writer has just made it
            DeltaTable.create(
                str(folder), table.schema, mode="ignore", partition_by=table.partition, configuration=dict(KEPT)
            )
