"""What a live scan has told, kept beside the journal, so that a restart misses nothing and says nothing twice.

    changes ──► note (appended) ──► tell ──► confirm (appended) ──► the next ones

What is remembered is what is said aloud: events, and triggers that wait for the close. Rows that are neither (states
that go on) are nobody's news twice; who shows them asks the scan.

A line is a checksum and JSON: a *note* (its number, up to when bars were seen, what came and what went) or the number
that is *confirmed*. A note is written before it is told. After a kill the scan is made again from saved states and the
journal, and compared with what the notes come to: what is new is told, what was told is not told again. Only the last
note can be without its confirmation, killed between the two; whoever told it can't know whether it was heard, so it is
told again under the same number, and who hears a number again drops it.

What `note` has returned from is with the operating system: it survives the death of the process. `sync` waits for the
disk, once a step; a power failure costs at most the last step's lines, which are then told again under their numbers.
A line that is not whole is cut off, and was never told.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tapehawk.core.errors import TryAgain
from tapehawk.data.faults import append_whole
from tapehawk.scan.hit_table import Row
from tapehawk.scan.intrabar import is_intrabar
from tapehawk.scan.session_rows import Changes, Key, key_of

_CHECK: Final = 9  # eight digits and a blank


class Told:
    """The log of one scan's session; one process at a time. Raises TryAgain when another has it or the disk is full.

    `number`: of the last note. `seen`: up to when bars had been seen then, µs UTC; 0 before the first one.
    `unconfirmed`: the last note, where nobody knows whether it was heard.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._file = path, os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self.number, self.seen = 0, 0
        self.unconfirmed: Changes | None = None
        self._signals, self._dirty = dict[Key, Row](), False
        try:
            self._lock()
            self._size = self._read()
            os.ftruncate(self._file, self._size)
        except BaseException:
            os.close(self._file)
            raise

    def signals(self) -> dict[Key, Row]:
        """Return what whoever heard everything holds; asked for once, then it is forgotten."""
        signals, self._signals = self._signals, {}
        return signals

    def note(self, changes: Changes, seen: int) -> int:
        """Write down what is about to be told; return its number."""
        self.number += 1
        come, gone = signals_of(changes)
        self._append({"note": self.number, "seen": seen, "come": come, "gone": gone})
        return self.number

    def confirm(self) -> None:
        """Write down that the last note has been told."""
        self.unconfirmed = None
        self._append({"confirmed": self.number})

    def end(self) -> None:
        """Write down that the session has been told to its end."""
        self._append({"over": True})

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        if self._dirty:
            os.fdatasync(self._file)
            self._dirty = False

    def close(self) -> None:
        """Let others have it."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process tells what this scan finds ({self._path})"
            raise TryAgain(message, hint="stop the other one, or watch something else") from error

    def _read(self) -> int:
        """Go through what is there; return how many bytes of it are whole."""
        size = 0
        for line, fact in _facts(self._path.read_bytes()):
            size += len(line)
            if "note" in fact:
                self.number, self.seen = fact["note"], fact["seen"]
                self.unconfirmed = signal_changes(fact["come"], fact["gone"])
                _hold(self._signals, fact)
            if "confirmed" in fact:
                self.unconfirmed = None
        return size

    def _append(self, fact: Mapping[str, Any]) -> None:
        payload = msgspec.json.encode(fact)
        line = b"%08x %s\n" % (zlib.crc32(payload), payload)
        self._size, self._dirty = append_whole(self._file, self._path, line, self._size), True


def told_signals(path: Path) -> dict[Key, Row]:
    """Return what whoever heard everything of a session holds, as far as is written; who writes is not disturbed."""
    signals: dict[Key, Row] = {}
    for _, fact in _facts(path.read_bytes()):
        if "note" in fact:
            _hold(signals, fact)
    return signals


def _hold(signals: dict[Key, Row], note: Mapping[str, Any]) -> None:
    for row in note["gone"]:
        signals.pop(key_of(row), None)
    signals |= {key_of(row): row for row in note["come"]}


def unfinished(folder: Path, session: dt.date) -> list[Path]:
    """List the logs of sessions before one that were not told to their end, oldest first; the others are removed."""
    found = []
    for path in sorted(path for path in folder.glob("*.told") if path.stem < str(session)):
        over = False
        for _, fact in _facts(path.read_bytes()):
            over = "over" in fact
        if over:
            path.unlink()
        else:
            found.append(path)
    return found


def _facts(content: bytes) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yield every whole line and what it says, up to the first that is not whole."""
    for line in content.splitlines(keepends=True):
        payload = line[_CHECK:-1]
        if not line.endswith(b"\n") or line[:_CHECK] != b"%08x " % zlib.crc32(payload):
            return
        yield line, msgspec.json.decode(payload)


def signals_of(changes: Changes) -> tuple[list[Row], list[Row]]:
    """Return what changes say aloud: signals that came, and signals that went."""
    come = [*changes.events, *filter(is_intrabar, changes.added)]
    return come, [*changes.retracted, *filter(is_intrabar, changes.withdrawn)]


def signal_changes(come: Iterable[Row], gone: Iterable[Row]) -> Changes:
    """Return changes that say that much aloud."""
    changes = Changes()
    for row in come:
        (changes.added if is_intrabar(row) else changes.events).append(row)
    for row in gone:
        (changes.withdrawn if is_intrabar(row) else changes.retracted).append(row)
    return changes
