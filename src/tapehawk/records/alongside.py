"""What is written alongside: at the end of every transaction, and committed with it, so that both are there or neither.

Whoever wants it says so around what writes, which knows nothing of it. It holds in this task and in the threads that
work for it (a thread pool that copies the context), however long these go on, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from tapehawk.records.records import Records

Write = Callable[[Records], None]
_WRITE: Final[ContextVar[Write | None]] = ContextVar("alongside", default=None)


@contextmanager
def alongside(write: Write) -> Iterator[None]:
    """Have something written with every transaction that is begun meanwhile; where it raises, nothing is written."""
    before = _WRITE.set(write)
    try:
        yield
    finally:
        _WRITE.reset(before)


def write_alongside(records: Records) -> None:
    """Write what is to be written with a transaction."""
    write = _WRITE.get()
    if write is not None:
        write(records)
