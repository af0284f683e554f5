"""Which steps of a provider are done: lines appended to ROOT/sync/PROVIDER.jsonl, each after its bars were committed.

A line that was cut short by a kill is no line: its step is done again, which stores nothing twice. Every line holds
the version its table had then; in a store that was put back to an older version it is not believed. A step whose `mark`
(the provider's word for the object's content) has changed is not done either.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tapehawk.core.errors import TryAgain
from tapehawk.data.faults import disk_full_is_try_again
from tapehawk.data.versions import table_version

FOLDER: Final = "sync"


@dataclass(frozen=True)
class Done:
    """A step that is done: the table its rows are in, and that table's version afterwards (0: not made yet).

    `symbols`: how many had bars, of a step that may have to be asked for again when it is few.
    """

    step: str
    table: str
    version: int
    mark: str | None = None
    symbols: int | None = None


class Ledger:
    """The steps of one provider that are done in one store."""

    def __init__(self, root: Path, provider: str) -> None:
        self._root, self._path = root, root / FOLDER / f"{provider}.jsonl"
        self._done = self._read()

    def has(self, step: str, mark: str | None = None) -> bool:
        """Say whether a step is done, of an object with this mark."""
        return step in self._done and self._done[step].mark == mark

    def symbols(self, step: str) -> int | None:
        """Return how many symbols a step that is done brought bars of, None where that was not counted."""
        return self._done[step].symbols

    def steps(self) -> Iterable[str]:
        """Return the ids of the steps that are done."""
        return self._done.keys()

    def note(self, done: Iterable[Done]) -> None:
        """Write down that steps are done. Raises TryAgain when the disk is full."""
        new = {one.step: one for one in done}
        text = "".join(json.dumps(asdict(one)) + "\n" for one in new.values())
        with disk_full_is_try_again(self._root):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _append(self._path, text.encode())
        self._done |= new

    def _read(self) -> dict[str, Done]:
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        found = {one.step: one for one in map(_line, lines) if one is not None}
        versions = _versions(self._root, {one.table for one in found.values()})
        return {step: one for step, one in found.items() if one.version <= versions[one.table]}


@contextmanager
def alone(root: Path, provider: str) -> Iterator[None]:
    """Be the only sync that asks this provider for this store: two would spend one key's budget twice.

    Raises TryAgain when another is at work. A killed one does not stand in the way.
    """
    folder = root / FOLDER
    with disk_full_is_try_again(root):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / f".{provider}.lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        said = f"another sync is asking {provider} for this store"
        raise TryAgain(said, hint="wait until it is done; what it stores is not fetched again") from error
    finally:
        os.close(lock)


def _append(path: Path, text: bytes) -> None:
    """Append whole lines; where the last one was cut short, it ends first."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o644)
    try:
        size = os.fstat(file).st_size
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, (b"\n" if cut else b"") + text)
        os.fsync(file)
    finally:
        os.close(file)


def _line(text: bytes) -> Done | None:
    try:
        return Done(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _versions(root: Path, tables: Iterable[str]) -> Mapping[str, int]:
    return {name: table_version(root, name) or 0 for name in tables}
