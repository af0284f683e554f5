"""What storage can do to us, translated once: a store that can't be read, a disk that is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from tapehawk.core.errors import CorruptStore, TryAgain
from tapehawk.data.versions import HOW_TO_MEND

_UNREADABLE: Final = (
    DeltaError,
    TableNotFoundError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    OSError,
    ValueError,
)
_FULL: Final = ("no space left", "os error 28", "file too large", "os error 27", "quota exceeded", "os error 122")


@contextmanager
def reading(root: Path, name: str) -> Iterator[None]:
    """Turn what can go wrong while the table `name` is read into CorruptStore."""
    try:
        yield
    except _UNREADABLE as error:
        message = f"the table {name} in {root} can't be read: {first_line(error)}"
        raise CorruptStore(message, hint=HOW_TO_MEND) from error


@contextmanager
def disk_full_is_try_again(place: Path) -> Iterator[None]:
    """Turn the many ways of saying that a disk is full into TryAgain."""
    try:
        yield
    except (OSError, DeltaError, pl.exceptions.PolarsError) as error:
        if isinstance(error, CommitFailedError) or not any(word in str(error).lower() for word in _FULL):
            raise
        message = f"there is no room left to write to {place}"
        raise TryAgain(message, hint="nothing was stored; free some space and run the same command again") from error


def first_line(error: BaseException) -> str:
    """Return what a foreign error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
