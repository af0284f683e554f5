"""A log file that several processes write into, turned over when it is full: one of them turns it, all notice.

Each line is written with one append. Before it, the file that is open is compared with the one of that name; to turn it
over a process holds a lock and looks again.
"""

from __future__ import annotations

import fcntl
import os
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path


class SharedFile(RotatingFileHandler):
    """A log of at most `size` bytes and `kept` earlier ones, `name.log.1` the youngest."""

    def __init__(self, path: Path, *, size: int, kept: int) -> None:
        super().__init__(path, maxBytes=size, backupCount=kept, encoding="utf-8")
        self._lock_path = path.with_name(f".{path.name}.lock")

    def emit(self, record: LogRecord) -> None:
        """Write a line, into the file that has the name now."""
        self._follow()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802  its name in the standard library
        """Turn the file over, unless another process has just done so."""
        with self._lock_path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._follow()
            if self.stream and os.fstat(self.stream.fileno()).st_size >= self.maxBytes * 0.9:
                super().doRollover()

    def _follow(self) -> None:
        if self.stream is None:
            return
        try:
            now = Path(self.baseFilename).stat()
        except FileNotFoundError:
            now = None
        ours = os.fstat(self.stream.fileno())
        if now is None or (now.st_dev, now.st_ino) != (ours.st_dev, ours.st_ino):
            self.stream.close()
            self.stream = self._open()
