"""The open session's bars, append-only: one file a series and session, one process that writes, any number that read.

    ROOT/journal/1m.us:massive:sip:none:consolidated/2026-11-20.journal        once in the store: 2026-11-20.sealed

A file is an array of 64-byte records. A *batch* is a head (mark, kind, how many records follow, their checksum, its
own) and those records, written by one call. Kinds: `about` (JSON: the series and session; first), `names` (JSON: the
symbols that are new, numbered in the order they come), `bars`. The later record of a (symbol, time) counts.

What `append` has returned from is with the operating system: it survives the death of the process. The owner calls
`sync` once a second, so a power failure costs at most the last second, which a refill brings back. A batch that is not
whole is cut off by the next writer (the bytes stay in `….cut`); readers stop in front of it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import CorruptStore, TryAgain
from tapehawk.core.panel import Ints
from tapehawk.core.series import Series
from tapehawk.data.faults import append_whole, first_line

RECORD: Final = 64
FORMAT: Final = 1
AT_ONCE: Final = 500_000  # bars read at a time: 32 MB
BAR: Final = np.dtype(
    [
        ("symbol", "<i4"),  # the number of its name
        ("revision", "<i4"),
        ("time", "<i8"),
        *((name, "<f8") for name in ("open", "high", "low", "close", "volume")),
        ("received", "<i8"),
    ]
)
Bars = npt.NDArray[np.void]
"""Records of bars, dtype BAR; instants in microseconds UTC."""

ABOUT, NAMES, BARS = range(3)
_HEAD: Final = struct.Struct("<8sIII")
_MARK: Final = b"TAPEHAWK"


def journal_path(root: Path, series: Series, session: dt.date) -> Path:
    """Return where the journal of a series' session is."""
    return root / "journal" / f"{series.timeframe}.{series.id}".replace("/", "_") / f"{session}.journal"


@dataclass(frozen=True)
class About:
    """Whose bars a journal holds."""

    series: Series
    session: dt.date

    def written(self) -> bytes:
        """Return it as JSON."""
        as_of = self.series.adjusted_as_of
        facts = {**vars(self.series), "adjusted_as_of": as_of and as_of.isoformat()}
        return json.dumps({"format": FORMAT, "session": self.session.isoformat(), "series": facts}).encode()

    @classmethod
    def read(cls, payload: bytes) -> About:
        """Read it back."""
        facts: dict[str, Any] = json.loads(payload)
        series = facts["series"]
        as_of = series.pop("adjusted_as_of")
        series["adjusted_as_of"] = dt.date.fromisoformat(as_of) if as_of else None
        return cls(Series(**series), dt.date.fromisoformat(facts["session"]))


class Tape:
    """A reader that goes on where it stopped: `names` by number, `offset` in bytes, `about` once there is anything."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: list[str] = []
        self.offset = 0
        self.about: About | None = None

    def read_on(self, until: int | None = None, most: int = AT_ONCE) -> tuple[Bars, Ints]:
        """Return bars written since, as far as byte `until`, and the numbers of their records.

        About `most` at a time: nothing is left when none come.
        """
        parts, numbers, count = [np.empty(0, BAR)], [np.empty(0, np.int64)], 0
        with reading_journal(self.path), found_at(self.path).open("rb") as file:
            for kind, payload in _batches(file.fileno(), self.offset, until):
                first, self.offset = self.offset // RECORD + 1, self.offset + RECORD + len(payload)
                if kind == BARS:
                    parts.append(np.frombuffer(payload, BAR))
                    numbers.append(np.arange(first, first + len(parts[-1])))
                    count += len(parts[-1])
                elif kind == NAMES:
                    self.names += json.loads(payload)
                else:
                    self.about = About.read(payload)
                if count >= most:
                    break
        return np.concatenate(parts), np.concatenate(numbers)

    def parts(self, until: int | None = None) -> Iterator[tuple[Bars, Ints]]:
        """Yield all there is to read, some at a time."""
        while (part := self.read_on(until))[1].size:
            yield part


class Journal:
    """The writer. Raises TryAgain when another process writes this journal or the disk is full."""

    def __init__(self, root: Path, series: Series, session: dt.date) -> None:
        self.about = About(series, session)
        self.path = journal_path(root, series, session)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.sealed_path.exists() and not self.path.exists():
            self.sealed_path.rename(self.path)  # a correction of a session that is in the store already
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._lock()
            tape = Tape(self.path)
            for _ in tape.parts():
                pass
            self.size, self._synced = tape.offset, 0
            self._cut()
        except BaseException:
            os.close(self._file)
            raise
        self.numbers = {name: number for number, name in enumerate(tape.names)}
        if not self.size:
            self._write(_batch(ABOUT, self.about.written()))

    @property
    def sealed_path(self) -> Path:
        """Where the file goes once its bars are in the store."""
        return self.path.with_suffix(".sealed")

    def number_all(self, symbols: Iterable[str]) -> None:
        """Give numbers to those of the symbols that have none, in one batch."""
        new = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self.numbers]
        if new:
            self._write(_batch(NAMES, json.dumps(new).encode()))
            self.numbers |= {name: number for number, name in enumerate(new, len(self.numbers))}

    def append(self, bars: Bars) -> int:
        """Write bars as one batch; return the number of the first one's record."""
        first = self.size // RECORD + 1
        self._write(_batch(BARS, bars.tobytes()))
        return first

    def sync(self) -> None:
        """Wait until everything written is on the disk; where nothing has been since the last time, it is."""
        size = self.size
        if self._synced < size:
            os.fdatasync(self._file)
            self._synced = size

    def close(self) -> None:
        """Let others write."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process writes the journal {self.path.name} of {self.about.series.id}"
            raise TryAgain(message, hint="one process streams a series; stop the other one") from error

    def _cut(self) -> None:
        """Cut off what is behind the last whole batch."""
        behind = os.fstat(self._file).st_size - self.size
        if behind:
            self.path.with_suffix(".cut").write_bytes(os.pread(self._file, behind, self.size))
            os.ftruncate(self._file, self.size)

    def _write(self, batch: bytes) -> None:
        self.size = append_whole(self._file, self.path, batch, self.size)


def about_of(path: Path) -> About | None:
    """Say whose bars a journal holds, None while nothing is written."""
    tape = Tape(path)
    tape.read_on(most=1)
    return tape.about


def bars_at(path: Path, numbers: Ints) -> Bars:
    """Return the bars of some records of a journal; the file is mapped only meanwhile."""
    if not numbers.size:
        return np.empty(0, BAR)
    with reading_journal(path):
        found: Bars = np.memmap(found_at(path), BAR, "r")[numbers]  # chosen by number, which copies them
        return found


@contextmanager
def reading_journal(path: Path) -> Iterator[None]:
    """Turn what can go wrong while a journal is read into CorruptStore."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the journal {path.stem} can't be read: {first_line(error, path.parent)}"
        raise CorruptStore(message, hint="move it away; the stream refills the session", path=path) from error


def found_at(path: Path) -> Path:
    """Return where a journal is now: under its name, or sealed."""
    return path if path.exists() else path.with_suffix(".sealed")


def _batch(kind: int, payload: bytes) -> bytes:
    payload += b" " * (-len(payload) % RECORD)
    head = _HEAD.pack(_MARK, kind, len(payload) // RECORD, zlib.crc32(payload))
    head += struct.pack("<I", zlib.crc32(head))
    return head.ljust(RECORD, b"\0") + payload


def _batches(file: int, offset: int, until: int | None) -> Iterator[tuple[int, bytes]]:
    """Yield kind and payload of every whole batch from `offset` on, up to the first that is not."""
    size = os.fstat(file).st_size
    end = size if until is None else min(size, until)
    while offset + RECORD <= end:
        head = os.pread(file, RECORD, offset)
        mark, kind, count, checksum = _HEAD.unpack_from(head)
        own = struct.unpack_from("<I", head, _HEAD.size)[0]
        if mark != _MARK or own != zlib.crc32(head[: _HEAD.size]) or offset + RECORD * (1 + count) > end:
            return
        payload = os.pread(file, RECORD * count, offset + RECORD)
        if zlib.crc32(payload) != checksum:
            return
        yield kind, payload
        offset += RECORD * (1 + count)
