"""What storage can do to us, translated once: a store that can't be read or written to, a disk that is full."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from tapehawk.core.errors import BadInput, CorruptStore, TryAgain
from tapehawk.data.versions import HOW_TO_MEND

_UNREADABLE: Final = (
    DeltaError,
    TableNotFoundError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    OSError,
    ValueError,
)
_ANOTHER_PLACE: Final = "name another folder: SCANNER_DATA_DIR, or data_dir of the settings' section storage"
_UNSPEAKABLE: Final = re.compile(r"[=\[\]^|\\\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}")
"""What a path may not hold: the table library panics at some, takes %41 for an A, and a=b for a column."""
_FULL: Final = ("no space left", "os error 28", "file too large", "os error 27", "quota exceeded", "os error 122")


@contextmanager
def reading(root: Path, name: str) -> Iterator[None]:
    """Turn what can go wrong while the table `name` is read into CorruptStore."""
    try:
        yield
    except _UNREADABLE as error:
        message = f"the table {name} can't be read: {first_line(error, root)}"
        raise CorruptStore(message, hint=HOW_TO_MEND, path=root) from error


@contextmanager
def disk_full_is_try_again(place: Path) -> Iterator[None]:
    """Turn the many ways of saying that a disk is full into TryAgain."""
    try:
        yield
    except (OSError, DeltaError, pl.exceptions.PolarsError) as error:
        if isinstance(error, CommitFailedError) or not any(word in str(error).lower() for word in _FULL):
            raise
        hint = "nothing was stored; free some space and run the same command again"
        raise TryAgain("there is no room left on the disk", hint=hint, path=place) from error


def append_whole(file: int, place: Path, content: bytes, at: int, *, sync: bool = False) -> int:
    """Write behind byte `at` of an open file, all of it or nothing; return where it ends.

    `sync`: wait until it is on the disk. Raises TryAgain where that is full.
    """
    left, end = memoryview(content), at
    try:
        with disk_full_is_try_again(place):
            while left:
                written = os.pwrite(file, left, end)
                left, end = left[written:], end + written
            if sync:
                os.fsync(file)
    except BaseException:
        os.ftruncate(file, at)
        raise
    return end


@contextmanager
def kept_in(place: Path) -> Iterator[None]:
    """Turn what writing to `place` runs into: a full disk into TryAgain, no folder or no right to it into BadInput."""
    try:
        with disk_full_is_try_again(place):
            yield
    except (NotADirectoryError, FileExistsError) as error:
        message = "bars can't be kept there: a file stands in the place of the folder"
        raise BadInput(message, hint=_ANOTHER_PLACE, path=place) from error
    except OSError as error:
        if not isinstance(error, PermissionError) and error.errno != errno.EROFS:
            raise
        message = f"the store can't be written to: {error.strerror}"
        raise BadInput(message, hint=_ANOTHER_PLACE, path=error.filename or place) from error


def need_plain(place: Path) -> None:
    """Raise BadInput for a folder whose path can't be made into a table's address."""
    found = _UNSPEAKABLE.search(str(place.resolve()))
    if found:
        message = f"no bars can be kept there: {found[0]!r} may not be part of the path"
        raise BadInput(message, hint=f"rename the folder, or {_ANOTHER_PLACE}", path=place.resolve())


def first_line(error: BaseException, place: Path) -> str:
    """Return what a foreign error says, in one line that does not name the place on this machine."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    for path in (place.resolve(), place):
        said = said.replace(str(path), "…")
    return said[:300]
