"""The log of signals: what was said and what became of it, a line each, in files of their own by origin.

    ROOT/signals/live.jsonl, simulated.jsonl        {"signal": …} or {"key": …, "change": …}

Lines are appended, never changed. One that a kill cut short is no line, and what it said is said again: a signal that
is there already is passed over, and so is a change that the signal's status does not allow (a second cancel, a trigger
of what somebody cancelled meanwhile). Several processes may write, one at a time; each reads on what the others wrote
before it appends.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from tapehawk.core.errors import BadInput
from tapehawk.core.signal_record import ORIGINS, Change, SetupKey, Signal
from tapehawk.data.faults import append_whole, kept_in

FOLDER: Final = "signals"
PIECE: Final = 4_000_000
"""Bytes that are read at a time; a line has some thousand."""


class _Said(msgspec.Struct):
    """What a line says of a new signal; its row stays as it was written until somebody looks."""

    key: SetupKey
    hours: str
    market: str
    origin: str
    kind: str
    row: msgspec.Raw
    history: tuple[Change, ...]
    data_version: str = ""

    def signal(self) -> Signal:
        """Return it as a signal."""
        row = _Row(bytes(self.row))
        return Signal(self.key, self.hours, self.market, self.origin, self.kind, row, self.history, self.data_version)


class _Line(msgspec.Struct):
    """A line: a new signal, or a change of the one with a key."""

    signal: _Said | None = None
    key: str = ""
    change: Change | None = None


class _Row(Mapping[str, Any]):
    """A row as it was written: a tenth of what it takes in memory as values, read when somebody asks."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a plain value
        return self._values()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = msgspec.json.decode(self._text)
        return values


_READ: Final = msgspec.json.Decoder(_Line)


@dataclass(frozen=True)
class Noted:
    """A change of the signal with a key."""

    key: str
    change: Change


@dataclass(frozen=True)
class Since:
    """What was written up to an offset: the signals it is about, and the keys of those that are new."""

    offset: int
    signals: tuple[Signal, ...] = ()
    new: frozenset[str] = frozenset()


class SignalLog:
    """The signals of one origin in one store."""

    def __init__(self, root: Path, origin: str) -> None:
        self.path = root / FOLDER / f"{origin}.jsonl"
        self._offset = 0
        self._signals: dict[str, Signal] = {}

    def known(self) -> Mapping[str, Signal]:
        """Return every signal by its key, as far as anybody has written."""
        if self.path.exists():
            with self.path.open("rb") as file:
                self._read_on(file.fileno())
        return self._signals

    def since(self, offset: int, most: int) -> Since:
        """Return what was written behind an offset, so many lines at most, with the signals as they stand now."""
        if not self.path.exists():
            return Since(offset)
        with self.path.open("rb") as file:
            self._read_on(file.fileno())
            file.seek(offset)
            lines = list(_up_to(self._offset - offset, islice(file, most)))
        new, touched = set[str](), dict[str, None]()
        for line in lines:
            key, is_new = _about(line)
            touched[key] = None
            if is_new:
                new.add(key)
        signals = tuple(self._signals[key] for key in touched if key in self._signals)
        return Since(offset + sum(map(len, lines)), signals, frozenset(new))

    def note(self, new: Iterable[Signal], changes: Iterable[Noted] = ()) -> list[Noted]:
        """Write signals that are not there yet, then changes; return the changes that are not allowed (any more).

        What this returns from is on the disk. Raises TryAgain when that is full, BadInput where it may not be written.
        """
        with self._alone() as file:
            self._read_on(file)
            fresh = {str(one.key): one for one in new if str(one.key) not in self._signals}
            texts = [_line({"signal": one.plain()}) for one in fresh.values()]
            after, refused = {**self._signals, **fresh}, []
            for one in changes:
                try:
                    after[one.key] = after[one.key].became(one.change)
                    texts.append(_line({"key": one.key, "change": asdict(one.change)}))
                except (BadInput, KeyError):
                    refused.append(one)
            if texts:
                self._append(file, "".join(texts).encode())
                self._signals = after
        return refused

    @contextmanager
    def _alone(self) -> Iterator[int]:
        with kept_in(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _read_on(self, file: int) -> None:
        """Take in the whole lines that were written since."""
        while whole := _whole(file, self._offset):
            self._offset += len(whole)
            for line in whole.splitlines():
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = _READ.decode(line)
            if said.signal is not None:
                self._signals.setdefault(str(said.signal.key), said.signal.signal())
            elif said.change is not None:
                self._signals[said.key] = self._signals[said.key].became(said.change)
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, BadInput):
            return  # cut short, or not allowed: as if it had not been written

    def _append(self, file: int, text: bytes) -> None:
        """Append whole lines; where the last one was cut short, it ends first."""
        size = os.fstat(file).st_size
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        self._offset = append_whole(file, self.path.parent, (b"\n" if cut else b"") + text, size, sync=True)


def logs(root: Path) -> list[SignalLog]:
    """Return the logs of every origin."""
    return [SignalLog(root, origin) for origin in ORIGINS]


def _whole(file: int, offset: int) -> bytes:
    """Return whole lines from an offset on, about PIECE bytes of them; a longer one is read to its end."""
    text = os.pread(file, PIECE, offset)
    if len(text) == PIECE and b"\n" not in text:
        text = os.pread(file, os.fstat(file).st_size - offset, offset)
    return text[: text.rfind(b"\n") + 1]


def _up_to(size: int, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines that were taken in; what others have written since is for the next time."""
    for line in lines:
        size -= len(line)
        if size < 0:
            return
        yield line


def _about(line: bytes) -> tuple[str, bool]:
    """Return the key of the signal that a line is about, and whether it tells of a new one; "" for no line of ours."""
    try:
        said = _READ.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "", False
    return (str(said.signal.key), True) if said.signal is not None else (said.key, False)


def _line(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
