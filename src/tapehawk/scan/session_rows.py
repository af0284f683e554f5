"""The rows of a session that goes on: what each step adds, and what it takes back; and which of them are events.

When symbols are played again their hits are compared with those before, and only what differs becomes rows. A late bar
may make an event of a row that was none, or take that from it, and leave the row as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from tapehawk.core.panel import Flags, Ints, Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.scan.hit_table import MANY, HitTable, Key, Row, key_of, rows_and_events, whole
from tapehawk.scan.session_limits import candidates, firsts, limits_of, shown
from tapehawk.scan.summary import Events, Summary


@dataclass
class Changes:
    """What a step brought: rows that are new and rows that hold no longer; a row that changed is in both.

    `events`: rows that turn out to have become true at their bar; `retracted`: events that are none any more, as they
    were when they were told.
    """

    added: list[Row] = field(default_factory=list)
    withdrawn: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    retracted: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def known_since(self, instant: str) -> Changes:
        """Return the rows among them that could be known from an instant on (RFC 3339), and not before."""
        return Changes(
            **{name: [row for row in rows if row["available_at"] >= instant] for name, rows in vars(self).items()}
        )

    def __add__(self, other: Changes) -> Changes:
        mine, theirs = vars(self), vars(other)
        return Changes(**{name: mine[name] + theirs[name] for name in mine})

    def __iadd__(self, other: Changes) -> Self:
        for name, rows in vars(other).items():
            getattr(self, name).extend(rows)
        return self


@dataclass(frozen=True)
class Rows:
    """Rows by key: every one, and those of them that are events."""

    every: dict[Key, Row] = field(default_factory=dict)
    events: dict[Key, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row], events: Iterable[Row]) -> Self:
        """Return rows by their keys."""
        return cls(_by_key(rows), _by_key(events))


class SessionRows:
    """The hits so far of some scanners. `like`: a panel of the universe's symbols, without bars.

    The rows of a scanner with a cap depend on all its hits: `add` and `replace` tell of the other scanners' rows,
    `capped` of theirs, once a step has brought all it brings. `folder`: where many hits go, out of memory. `admit` says
    which of a scanner's hits count, by the start of their bars; None: all do.
    """

    def __init__(
        self,
        like: Panel,
        risk: Risk,
        scanners: Iterable[Scanner],
        folder: Path,
        *,
        admit: Callable[[str, Ints], Flags] | None = None,
    ) -> None:
        self._like, self._risk, self._limits, self._admit = like, risk, limits_of(scanners), admit
        self._folder = folder
        self._caps = {name: cap for name, one in self._limits.items() if (cap := one.limit()[0]) is not None}
        self._tables: dict[int, list[HitTable]] = {}
        self._shown: dict[str, Rows] = {}
        self._touched: set[str] = set()

    def keep(self, found: list[Found], panel: Panel, symbols: Ints) -> list[HitTable]:
        """Take hits of bars that are new; `symbols`: which of the universe the panel's are. Return those of no cap."""
        free = []
        for number, one in enumerate(found):
            new = self._table(one, panel, symbols)
            if new.symbol.size and self._is_capped(new):
                self._put(number, firsts(whole([*self._tables.get(number, []), new])))
            elif new.symbol.size:
                self._append(self._tables.setdefault(number, []), new)
                free.append(new)
        return free

    def add(self, found: list[Found], panel: Panel, symbols: Ints) -> Changes:
        """Take hits of bars that are new, and return them as rows."""
        changes = Changes()
        for new in self.keep(found, panel, symbols):
            rows, events = self._rows(new)
            changes += Changes(rows, events=events)
        return changes

    def replace(self, found: list[Found], panel: Panel, symbols: Ints) -> Changes:
        """Take all hits of symbols that were played again, in place of what they had."""
        changes = Changes()
        for number, one in enumerate(found):
            new, old = self._table(one, panel, symbols), whole(self._tables.get(number) or [HitTable.none(one)])
            theirs = np.isin(old.symbol, symbols)
            if not self._is_capped(new):
                changes += self._differences(old.of(theirs), new)
            self._put(number, whole([old.of(~theirs), new]))
        return changes

    def capped(self) -> Changes:
        """Return what has changed in the rows of scanners with a cap since the last time."""
        changes = Changes()
        for name in sorted(self._touched):
            before, self._shown[name] = self._shown.get(name, Rows()), Rows.of(*self._chosen(name))
            changes += differences(before, self._shown[name])
        self._touched.clear()
        return changes

    def rows(self, since: int = 0) -> Rows:
        """Return them as rows: all, or those of bars that start at an instant (µs UTC) or later; all with a cap."""
        every, events = list[Row](), list[Row]()
        for one in self._free():
            rows, began = self._rows(one.of(one.time >= since) if since else one)
            every += rows
            events += began
        for mine in self._shown.values():
            every += mine.every.values()
            events += mine.events.values()
        return Rows.of(every, events)

    def events(self) -> dict[Key, Row]:
        """Return the events alone, which are much fewer."""
        return self.beyond(Summary())[0]

    def summary(self) -> Summary:
        """Return the events as numbers."""
        events = {number: Events.of(tables) for number, tables in self._free_tables().items()}
        return Summary(events, self._shown_events())

    def beyond(self, told: Summary) -> tuple[dict[Key, Row], set[Key]]:
        """Return the events that were not told like this, and the keys of those told that are none now, or others.

        Events of scanners with a cap are all among the first, and theirs that were told not among the second.
        """
        rows, gone = [*self._shown_events().values()], set[Key]()
        free = self._free_tables()
        for number, tables in free.items():
            mine = [one.of(one.began) for one in tables]
            if number in told.events:
                was, now = told.events[number], Events.of(tables)
                mine = [whole(mine).of(~now.among(was))]
                gone.update(was.those(~was.among(now)).keys(self._like.symbols))
            rows += [row for one in mine for row in self._rows(one)[0]]
        for number in told.events.keys() - free.keys():
            gone.update(told.events[number].keys(self._like.symbols))
        return _by_key(rows), gone

    def _shown_events(self) -> dict[Key, Row]:
        return {key: row for mine in self._shown.values() for key, row in mine.events.items()}

    def _free_tables(self) -> dict[int, list[HitTable]]:
        """Return the hits of scanners without a cap, by the setup's number."""
        return {number: tables for number, tables in self._tables.items() if not self._is_capped(tables[0])}

    def _free(self) -> Iterator[HitTable]:
        """Yield the hits of scanners without a cap."""
        return (one for tables in self._free_tables().values() for one in tables)

    def _table(self, found: Found, panel: Panel, symbols: Ints) -> HitTable:
        """Return the hits that may become rows."""
        table, limit = HitTable.of_found(found, panel, symbols), self._limits.get(found.scanner)
        if self._admit and table.symbol.size:
            table = table.of(self._admit(found.scanner, table.time))
        return candidates(limit, table) if limit and table.symbol.size else table

    def _is_capped(self, table: HitTable) -> bool:
        return table.found.scanner in self._caps

    def _append(self, tables: list[HitTable], new: HitTable) -> None:
        """Put a table behind the others, each of which is larger than the next: few arrays, and few copies of a hit."""
        tables.append(new)
        while len(tables) > 1 and tables[-2].symbol.size <= min(tables[-1].symbol.size, MANY - 1):
            tables[-2:] = [whole(tables[-2:])]
        tables[-1] = self._kept(tables[-1])

    def _kept(self, table: HitTable) -> HitTable:
        return table.on_disk(self._folder) if table.symbol.size >= MANY else table

    def _put(self, number: int, table: HitTable) -> None:
        self._tables[number] = [self._kept(table)]
        if self._is_capped(table):
            self._touched.add(table.found.scanner)

    def _chosen(self, name: str) -> tuple[list[Row], list[Row]]:
        """Return the rows of a scanner with a cap, and its events."""
        tables = [one for several in self._tables.values() for one in several if one.found.scanner == name]
        return shown(self._limits[name], self._caps[name], tables, self._like, self._risk)

    def _differences(self, before: HitTable, new: HitTable) -> Changes:
        """Return what changed in the rows of symbols that were played again."""
        added, withdrawn = _apart(before, new)
        events, retracted = _apart(before.of(before.began), new.of(new.began))
        return Changes(*(self._rows(one)[0] for one in (added, withdrawn, events, retracted)))

    def _rows(self, table: HitTable) -> tuple[list[Row], list[Row]]:
        """Return hits as rows, levels, confidence and size as a scan over history gives them; and the events."""
        return rows_and_events(table.hits(self._like, self._risk).columns) if table.symbol.size else ([], [])


def _apart(before: HitTable, new: HitTable) -> tuple[HitTable, HitTable]:
    """Return what is only in the new table, and what was only in the one before."""
    _, was, now = np.intersect1d(before.key(), new.key(), return_indices=True)
    same = before.equals(was, new, now)
    return new.of(_all_but(new.symbol.size, now[same])), before.of(_all_but(before.symbol.size, was[same]))


def _by_key(rows: Iterable[Row]) -> dict[Key, Row]:
    return {key_of(row): row for row in rows}


def differences(old: Rows, new: Rows) -> Changes:
    """Return what changed from some rows to others."""
    return Changes(*between(old.every, new.every), *between(old.events, new.events))


def between(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> tuple[list[Row], list[Row]]:
    """Return which rows are new or other than before, and which were before and are no more, or other."""
    withdrawn = [row for key, row in old.items() if new.get(key) != row]
    return [row for key, row in new.items() if old.get(key) != row], withdrawn


def _all_but(size: int, these: Ints) -> Flags:
    rest = np.ones(size, dtype=bool)
    rest[these] = False
    return rest
