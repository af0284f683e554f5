"""Writers of one table: together, and what the dead among them left behind.

Writers hold a shared lock on the table while they write. Whoever gets it whole is alone: then a data file that no
commit names belongs to a writer that was killed or ran out of room, and is deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable

from tapehawk.data.faults import need_plain, reading
from tapehawk.data.versions import commits_of


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the writers' shared lock on a table; sweep before, and after a failure, if no other writer is at work."""
    lock = os.open(folder / ".writers", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        _sweep_if_alone(folder, lock)
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        except BaseException:
            _sweep_if_alone(folder, lock)
            raise
    finally:
        os.close(lock)


def named_files(folder: Path) -> set[str]:
    """Paths, below a table's folder, of the data files of every version in its log."""
    named: set[str] = set()
    with reading(folder.parent, folder.name):
        for commit in (folder / "_delta_log").glob("*.json"):
            actions = (json.loads(line) for line in commit.read_text().splitlines())
            named.update(action["add"]["path"] for action in actions if "add" in action)
        named.update(path for path, _ in data_files(opened(folder)))
    return {unquote(path) for path in named}


def opened(folder: Path, version: int | None = None) -> DeltaTable:
    """Open a table, at a version. Raises BadInput where its path can't be made into an address."""
    need_plain(folder)
    return DeltaTable(str(folder), version=version)


def data_files(table: DeltaTable) -> list[tuple[str, int]]:
    """Path (below the table's folder) and size of each data file of a version."""
    facts = pl.DataFrame(table.get_add_actions(flatten=True)).select("path", "size_bytes")
    return [(unquote(path), size) for path, size in facts.iter_rows()]


def _sweep_if_alone(folder: Path, lock: int) -> None:
    """Delete data files that no commit names, unless another writer may be about to name them."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    written = [path for path in folder.rglob("*.parquet*") if "_delta_log" not in path.parts]
    if written and _log_is_whole(folder):
        named = named_files(folder)
        for path in written:
            if unquote(str(path.relative_to(folder))) not in named:
                path.unlink(missing_ok=True)


def _log_is_whole(folder: Path) -> bool:
    """Say whether every commit is there, or those that are not stand in a checkpoint."""
    commits = commits_of(folder.parent, folder.name)
    gapless = commits == list(range(commits[0], commits[-1] + 1))
    return gapless and (commits[0] == 0 or any((folder / "_delta_log").glob("*.checkpoint*")))
