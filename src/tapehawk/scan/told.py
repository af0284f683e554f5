"""What a live scan has told, kept beside the journal, so that a restart misses nothing and says nothing twice.

    changes ──► note (appended) ──► tell ──► confirm (appended) ──► the next ones

What is remembered is what is said aloud: events, and triggers that wait for the close. Rows that are neither (states
that go on) are nobody's news twice; who shows them asks the scan.

A line is a checksum and JSON: a *note* (its number, up to when bars were seen, what came and what went) or the number
that is *confirmed*. A note is written before it is told. After a kill the scan is made again from saved states and the
journal, and compared with what the notes come to: what is new is told, what was told is not told again. A note can be
without its confirmation, killed between the two; whoever told it can't know whether it was heard, so the last one is
told again under the same number, and who hears a number again drops it.

What `note` has returned from is with the operating system: it survives the death of the process. `sync` waits for the
disk, once a step; a power failure costs at most the last step's lines, which are then told again under their numbers.
A line that is not whole is cut off, and was never told.

Of a long log a *summary* is kept beside it now and then (`summary.py`): only the lines behind it are read at a start.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tapehawk.core.errors import TryAgain
from tapehawk.data.faults import append_whole
from tapehawk.scan.hit_table import Key, Row, key_of
from tapehawk.scan.intrabar import is_intrabar
from tapehawk.scan.session_rows import Changes, between
from tapehawk.scan.summary import Summary, save_summary, saved_summary

if TYPE_CHECKING:
    from tapehawk.scan.live import LiveScan

_CHECK: Final = 9  # eight digits and a blank
LONG: Final = 8_000_000
"""Bytes of a log that are worth a summary: some ten thousand signals."""


class Told:
    """The log of one scan's session; one process at a time. Raises TryAgain when another has it or the disk is full.

    `meaning`: what rows are made by besides bars (a summary of another is not used). `number`: of the last note.
    `seen`: up to when bars had been seen then, µs UTC; 0 before the first one. `unconfirmed`: the last note, where
    nobody knows whether it was heard. `confirmed`: as `seen`, of the last one that was heard; `left`: what is behind.
    """

    def __init__(self, path: Path, meaning: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._file = path, os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self.number, self.seen, self.confirmed, self._seen = 0, 0, 0, 0
        self.unconfirmed: Changes | None = None
        self.left = Changes()
        self._signals, self._gone, self._dirty = dict[Key, Row](), set[Key](), False
        self._summary, self._meaning, self._summed = Summary(), meaning, 0
        try:
            self._lock()
            self._size = self._read()
            os.ftruncate(self._file, self._size)
        except BaseException:
            os.close(self._file)
            raise

    def heard(self) -> Heard:
        """Return what whoever heard everything holds; asked for once, then it is forgotten."""
        heard = Heard(self._summary, self._signals, self._gone, self._rows_of)
        self._summary, self._signals, self._gone = Summary(), {}, set()
        return heard

    @property
    def is_long(self) -> bool:
        """Say whether enough was told since the last summary for another one."""
        return self._size - self._summed >= LONG

    def sum_up(self, summary: Summary) -> None:
        """Keep what has been told so far, and confirmed, as a summary."""
        self._summed = self._size
        about = {"number": self.number, "seen": self._seen, "size": self._size, "meaning": self._meaning}
        save_summary(summary_of(self._path), summary, about)

    def note(self, changes: Changes, seen: int) -> int:
        """Write down what is about to be told; return its number."""
        self.number, self._seen = self.number + 1, seen
        come, gone = signals_of(changes)
        self._append({"note": self.number, "seen": seen, "come": come, "gone": gone})
        return self.number

    def confirm(self) -> None:
        """Write down that the last note has been told."""
        self.unconfirmed, self.left = None, Changes()
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
        """Go through what is there behind the summary; return how many bytes of it are whole."""
        size = self._summed = self._read_summary()
        for line, fact in _facts(_content(self._path, size)):
            size += len(line)
            if "note" in fact:
                self.number, self.seen = fact["note"], fact["seen"]
                self.unconfirmed = signal_changes(fact["come"], fact["gone"])
                self.left = self.left + self.unconfirmed
                self._gone |= _apply(fact, self._signals)
            if "confirmed" in fact:
                self.unconfirmed, self.left, self.confirmed = None, Changes(), self.seen
        self._seen = self.seen
        return size

    def _read_summary(self) -> int:
        """Take the summary, if there is one of this log; return how many bytes of it that stands for."""
        kept = saved_summary(summary_of(self._path))
        if kept is None or kept[1]["meaning"] != self._meaning or kept[1]["size"] > self._path.stat().st_size:
            return 0
        self._summary, about = kept
        self.number, self.seen = about["number"], about["seen"]
        self.confirmed = self.seen
        return int(about["size"])

    def _rows_of(self, keys: Collection[Key]) -> dict[Key, Row]:
        """Return the rows of signals as they were told, those before the last summary."""
        signals = dict[Key, Row]()
        for _, fact in _facts(_content(self._path, 0, self._summed)):
            if "note" in fact:
                _apply(fact, signals)
        return {key: row for key, row in signals.items() if key in keys}

    def _append(self, fact: Mapping[str, Any]) -> None:
        payload = msgspec.json.encode(fact)
        line = b"%08x %s\n" % (zlib.crc32(payload), payload)
        self._size, self._dirty = append_whole(self._file, self._path, line, self._size), True


@dataclass(frozen=True, eq=False)
class Heard:
    """What a listener holds: what was told up to a summary, then what came and what went.

    `rows_of` finds the rows of signals in the summary.
    """

    summary: Summary = field(default_factory=Summary)
    later: Mapping[Key, Row] = field(default_factory=dict)
    gone: Collection[Key] = ()
    rows_of: Callable[[Collection[Key]], dict[Key, Row]] = lambda _: {}

    def changes(self, scan: LiveScan) -> Changes:
        """Return what a scan says otherwise than it was told."""
        told = self.summary.without({*self.later, *self.gone}, scan.past.symbols)
        now, gone = scan.beyond(told)
        before = {**told.others, **(self.rows_of(gone) if gone else {}), **self.later}
        looked_at = frozenset(scan.past.symbols)  # what was told of others stays as it was told
        return signal_changes(*between({key: row for key, row in before.items() if key[2] in looked_at}, now))


def summary_of(log: Path) -> Path:
    """Return where the summary of a log is."""
    return log.with_suffix(".summary")


def forget(log: Path) -> None:
    """Remove a log that was told to its end."""
    log.unlink()
    summary_of(log).unlink(missing_ok=True)


def told_signals(path: Path) -> dict[Key, Row]:
    """Return what whoever heard everything of a session holds, as far as is written; who writes is not disturbed."""
    signals: dict[Key, Row] = {}
    for _, fact in _facts(_content(path, 0)):
        if "note" in fact:
            _apply(fact, signals)
    return signals


def unfinished(folder: Path, session: dt.date) -> list[Path]:
    """List the logs of sessions before one that were not told to their end, oldest first; the others are removed."""
    found = []
    for path in sorted(path for path in folder.glob("*.told") if path.stem < str(session)):
        over = False
        for _, fact in _facts(path.read_bytes()):
            over = "over" in fact
        if over:
            forget(path)
        else:
            found.append(path)
    return found


def _apply(fact: Mapping[str, Any], signals: dict[Key, Row]) -> set[Key]:
    """Make what a note says of what was held before; return the keys of what went."""
    gone = {key_of(row) for row in fact["gone"]}
    for key in gone:
        signals.pop(key, None)
    signals |= {key_of(row): row for row in fact["come"]}
    return gone


def _content(path: Path, first: int, last: int | None = None) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.read() if last is None else file.read(last - first)


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
