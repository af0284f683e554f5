"""What a driver raises, as errors of ours: who asked mends it, or waits. What is a mistake of ours stays as it is.

The detail goes to the log only: a driver's words may hold addresses and values.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import exc

from tapehawk.core.errors import BadInput, Conflict, CorruptStore, TapehawkError, TryAgain

_SQLITE: Final = {
    sqlite3.SQLITE_FULL: "the disk that holds the database is full",
    sqlite3.SQLITE_BUSY: "the database is busy",
    sqlite3.SQLITE_LOCKED: "the database is busy",
    sqlite3.SQLITE_READONLY: "the database may not be written",
    sqlite3.SQLITE_CANTOPEN: "the database can't be opened",
    sqlite3.SQLITE_IOERR: "the disk that holds the database fails",
}
_log = logging.getLogger("tapehawk.records")


@contextmanager
def translated() -> Iterator[None]:
    """Raise what a driver raises as Conflict, BadInput, TryAgain or CorruptStore; a wrong statement unchanged."""
    try:
        yield
    except (exc.DBAPIError, exc.TimeoutError) as error:
        ours = _ours(error)
        if ours is None:
            raise
        if isinstance(ours, TryAgain | CorruptStore):
            _log.warning("the database can't be used", extra={"reason": str(error.__cause__ or error)})
        raise ours from error


def _ours(error: exc.DBAPIError | exc.TimeoutError) -> TapehawkError | None:
    if isinstance(error, exc.TimeoutError):
        return TryAgain("every connection to the database is in use")
    if isinstance(error.orig, sqlite3.DatabaseError):
        return _of_sqlite(error, error.orig)
    if error.connection_invalidated:
        return TryAgain("the database went away")
    return _of_class(error)


def _of_class(error: exc.DBAPIError) -> TapehawkError | None:
    if isinstance(error, exc.IntegrityError):
        return Conflict("this contradicts what is on record already")
    if isinstance(error, exc.DataError):
        return BadInput("a value can't be stored", hint="it is too long, too large, or holds a character 0")
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError):
        return TryAgain("the database can't be used now")
    return None


def _of_sqlite(error: exc.DBAPIError, orig: sqlite3.DatabaseError) -> TapehawkError | None:
    code = getattr(orig, "sqlite_errorcode", 0) & 0xFF  # the primary code: the rest says more closely what it is
    if code in _SQLITE:
        return TryAgain(_SQLITE[code])
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return CorruptStore("the database's file can't be read", hint="restore it from a copy")
    return None if code == sqlite3.SQLITE_ERROR else _of_class(error)
