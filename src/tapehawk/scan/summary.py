"""Signals as numbers: what a session has told so far, in a few bytes each, so that a restart compares numbers.

Of each setup of a scanner without a cap: which symbol at which minute, and a hash of what its row is made of. The few
that are left (scanners with a cap, triggers) are kept as rows.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from tapehawk.core.instants import microseconds, rfc3339
from tapehawk.core.panel import Ints
from tapehawk.scan.hit_table import HitTable, Key, Row, key_of

Hashes: TypeAlias = npt.NDArray[np.uint64]
_PARTS: Final = ("symbol", "time", "hash")
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Events:
    """The events of one setup: symbols' places in the universe, bar starts (µs UTC), hashes; none twice."""

    scanner: str
    pattern: str
    symbol: Ints
    time: Ints
    hash: Hashes

    @classmethod
    def of(cls, tables: Sequence[HitTable]) -> Self:
        """Return the events among one setup's hits."""
        began = [table.of(table.began) for table in tables]
        found = tables[0].found
        return cls(
            found.scanner,
            found.setup.pattern,
            np.concatenate([one.symbol for one in began]),
            np.concatenate([one.time for one in began]),
            np.concatenate([hashes(one) for one in began]),
        )

    def those(self, which: npt.NDArray[np.bool_]) -> Events:
        """Return some of them."""
        return Events(self.scanner, self.pattern, self.symbol[which], self.time[which], self.hash[which])

    def among(self, other: Events) -> npt.NDArray[np.bool_]:
        """Say which of these the other has as well, showing the same."""
        _, mine, theirs = np.intersect1d(self._places(), other._places(), return_indices=True)
        same = np.zeros(self.symbol.size, dtype=bool)
        same[mine] = self.hash[mine] == other.hash[theirs]
        return same

    def keys(self, symbols: Sequence[str]) -> Iterable[Key]:
        """Yield the keys of their rows."""
        for symbol, time in zip(self.symbol.tolist(), self.time.tolist(), strict=True):
            yield self.scanner, self.pattern, symbols[symbol], rfc3339(time)

    def _places(self) -> Ints:
        return self.symbol * 4096 + self.time // 60_000_000 % 4096


@dataclass(frozen=True, eq=False)
class Summary:
    """What was told: the events of each setup by its number, and the other signals as rows."""

    events: Mapping[int, Events] = field(default_factory=dict)
    others: Mapping[Key, Row] = field(default_factory=dict)

    def without(self, keys: Collection[Key], symbols: Sequence[str]) -> Summary:
        """Return it without some signals."""
        places = {name: number for number, name in enumerate(symbols)}
        gone: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for scanner, pattern, symbol, bar_time in keys:
            gone.setdefault((scanner, pattern), []).append((places.get(symbol, -1), microseconds(bar_time)))
        events = {
            number: _without(one, gone.get((one.scanner, one.pattern), ())) for number, one in self.events.items()
        }
        return Summary(events, {key: row for key, row in self.others.items() if key not in keys})


def save_summary(file: Path, summary: Summary, about: Mapping[str, Any]) -> None:
    """Keep a summary, and what it is about, in a file; a disk that does not take it keeps none."""
    names = {str(number): [one.scanner, one.pattern] for number, one in summary.events.items()}
    arrays = {f"{number}{part}": getattr(one, part) for number, one in summary.events.items() for part in _PARTS}
    said = json.dumps({"about": about, "names": names, "others": list(summary.others.values())})
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with aside.open("wb") as written:
            np.savez(written, said=np.array(said), **arrays)
        aside.replace(file)
    except OSError:  # the log says the same, and takes longer to read
        aside.unlink(missing_ok=True)


def saved_summary(file: Path) -> tuple[Summary, dict[str, Any]] | None:
    """Return a summary with what it is about, None where there is none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            said = json.loads(str(arrays["said"]))
            events = {
                int(number): Events(*names, *(arrays[f"{number}{part}"] for part in _PARTS))
                for number, names in said["names"].items()
            }
        return Summary(events, {key_of(row): row for row in said["others"]}), dict(said["about"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def hashes(table: HitTable) -> Hashes:
    """Return a number for each hit that is another when anything its row is made of is another."""
    mixed = np.full(table.symbol.size, _ODD)
    for column in (table.session, *table.columns.values()):
        bits = np.where(np.isnan(column), np.nan, column + 0.0).view(np.uint64)  # one null, and one zero
        mixed = (mixed ^ bits) * _ODD
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _without(events: Events, gone: Iterable[tuple[int, int]]) -> Events:
    away = np.array(list(gone), dtype=np.int64).reshape(-1, 2)
    other = Events(events.scanner, events.pattern, away[:, 0], away[:, 1], np.empty(0, dtype=np.uint64))
    return events.those(~np.isin(events._places(), other._places()))  # noqa: SLF001
