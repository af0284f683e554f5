"""How sources fare, written down by the process that asks them, read by any other: `scanner doctor`, `data status`.

    ROOT/health/polygon.json    the last word on a provider: its line's counts, its stream, the feed behind it

A file is written aside and renamed; whoever asks a provider last has the last word. It holds no key.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from tapehawk.data.providers.door import Health, StreamHealth
from tapehawk.data.router import Lag

NOTE_EVERY: Final = 5 * 1_000_000
"""Microseconds between two notes of how a feed fares."""
RUNNING: Final = 30 * 1_000_000
"""A feed that wrote within so many microseconds is running."""


@dataclass(frozen=True)
class FeedState:
    """How a feed fares; instants in µs UTC. `counts`, `trouble`: see `LiveFeed`. `lags`: its subscribers'."""

    series: str
    symbols: int
    watermark: int | None = None
    stale_since: int | None = None
    trouble: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    lags: tuple[Lag, ...] = ()


@dataclass(frozen=True)
class Noted:
    """The last word on a provider, written `at` (µs UTC). `stream` and `feed`: None where it was asked for history."""

    at: int
    provider: Health
    stream: StreamHealth | None = None
    feed: FeedState | None = None

    def running(self, now: int) -> bool:
        """Say whether a feed was receiving a moment ago."""
        return self.feed is not None and now - self.at < RUNNING


_READ: Final = msgspec.json.Decoder(Noted)


def note_health(root: Path, noted: Noted) -> None:
    """Write the last word on a provider. Raises OSError."""
    file = root / "health" / f"{noted.provider.provider}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_bytes(msgspec.json.encode(noted))
    aside.replace(file)


class Notes:
    """Writes down how a feed fares, every few seconds. `trouble`: why it can't; going on matters more."""

    def __init__(self, root: Path) -> None:
        self._root, self._at, self.trouble = root, 0, ""

    def write(self, now: int, tell: Callable[[], Noted], *, at_once: bool = False) -> None:
        """Write what is told, if it is time."""
        if now - self._at < NOTE_EVERY and not at_once:
            return
        self._at, self.trouble = now, ""
        try:
            note_health(self._root, tell())
        except OSError as error:
            self.trouble = f"how the feed fares can't be written down: {error.strerror}"


def read_health(root: Path) -> tuple[Noted, ...]:
    """Return the last word on every provider that was ever asked, by name; a file that can't be read is left out."""
    found = []
    for file in sorted((root / "health").glob("*.json")):
        try:
            found.append(_READ.decode(file.read_bytes()))
        except (OSError, msgspec.MsgspecError):
            continue
    return tuple(found)
