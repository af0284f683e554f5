"""Scanning as bars close: a session's journal read on, the kernels' saved states moved on, hits as rows.

    journal ──read on──► places ──closed by the watermark──► advance every symbol ──► new rows
                            └──behind what was scanned──► rewind that symbol ──► rows added, rows withdrawn

The journal is the queue: a scan that is slow, starts late or is started again reads on from there, so live, catching up
and replay are one path. Before the first bar the stored history of the series is played (or what a saved state
remembers of it), which makes the session's open the checkpoint that a revised bar rewinds to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from tapehawk.core.errors import BadInput, NoData
from tapehawk.core.live import Live
from tapehawk.core.panel import Ints, Panel
from tapehawk.core.ranks import rank_nodes
from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.data.states import Facts, load_states, save_states
from tapehawk.data.versions import parse_version
from tapehawk.scan.buckets import Buckets
from tapehawk.scan.history import Past
from tapehawk.scan.hit_table import Key, Row
from tapehawk.scan.intrabar import Intrabar, armed_watch
from tapehawk.scan.session_bars import SessionBars
from tapehawk.scan.session_rows import Changes, Rows, SessionRows
from tapehawk.scan.standing import Standing
from tapehawk.scan.summary import Summary
from tapehawk.scan.watching import watch_for

Take: TypeAlias = Callable[[list[Found], Panel, Ints], Changes]
REPLAY_ALL: Final = 50  # symbols: from here on one replay of all costs less than a rewind each


class LiveScan:
    """Some scanners over one series' open session. `past` says which, of what symbols, and what came before.

    `journals`: the root that has the journal (another than the store's when a day is replayed). `done`: how many bars
    of the session were scanned. `told_root`: where is kept what was told, by default `journals`. Raises what reading
    the store does.
    """

    def __init__(
        self,
        scanners: Iterable[Scanner],
        past: Past,
        *,
        journals: Path | None = None,
        risk: Risk | None = None,
        threads: int = 2,
    ) -> None:
        self.past, self._root = past, journals or past.root
        self.told_root = self._root
        self._like, self._risk, scanners = past.empty(), risk or Risk(), tuple(scanners)
        self._live = Live([watch_for(one, past.timeframe) for one in scanners], self._like, threads=threads)
        self._ranking = bool(rank_nodes(self._live.roots()))
        self._bars = SessionBars(past, self._root, self._like)
        self._buckets = Buckets.of(past, self._bars.places) if past.slower else None
        self._intrabar = self._triggers_of(scanners, self._risk, threads)
        with ThreadPoolExecutor(1) as beside:  # a restart in mid-session has much to read of both
            read = beside.submit(self._bars.read_on, 0)
            played = [self._play_past(live) for live in self._lives()]
        read.result()
        self.from_saved_state = all(played)
        self._hits = SessionRows(self._like, self._risk, scanners, self._root / "hits")
        self._standing = Standing(self._like, self._risk, scanners)
        self.done = self._seen = 0

    @property
    def rows(self) -> dict[Key, Row]:
        """Return the session's hits so far as rows."""
        return self._hits.rows().every

    def rows_since(self, instant: int) -> dict[Key, Row]:
        """Return the hits of bars that start at an instant (µs UTC) or later, and triggers that wait for the close.

        Those of scanners with a cap are all among them.
        """
        return self._hits.rows(instant).every | self.triggers

    @property
    def events(self) -> dict[Key, Row]:
        """Return those of the rows that became true at their bar: the symbol's bar before was no hit of that setup."""
        return self._hits.events()

    @property
    def signals(self) -> dict[Key, Row]:
        """Return what is said aloud: events, and triggers that wait for the close."""
        return self._hits.events() | self.triggers

    def summary(self) -> Summary:
        """Return the signals as numbers, for who wants to know later which of them were told."""
        summary = self._hits.summary()
        return Summary(summary.events, {**summary.others, **self.triggers})

    def beyond(self, told: Summary) -> tuple[dict[Key, Row], set[Key]]:
        """Return signals that were not told like this, and keys of told ones that are none now, or others.

        Triggers and events of scanners with a cap are all among the first (`SessionRows.beyond`).
        """
        rows, gone = self._hits.beyond(told)
        return {**rows, **self.triggers}, gone

    @property
    def held(self) -> Rows:
        """Return what somebody holds who was told everything: rows, events, and triggers that wait for the close."""
        rows = self._hits.rows()
        return Rows(rows.every | self.triggers, rows.events)

    @property
    def triggers(self) -> dict[Key, Row]:
        """Return the intrabar rows of the bar that is forming."""
        return self._intrabar.rows if self._intrabar else {}

    def states(self) -> list[Row]:
        """Return the rows that are true now: at the last bar of each symbol that was scanned."""
        return self._standing.rows()

    @property
    def data_version(self) -> str:
        """Name what the rows are made of: the tables' versions and the journal's offset."""
        return f"{self._like.data_version}+journal_{self.past.session:%Y%m%d}@{self._bars.tape.offset}"

    @property
    def outdated(self) -> bool:
        """Say whether the stored history has changed since the states were made (a correction, a split)."""
        return self.past.version != self._like.data_version

    @property
    def over(self) -> bool:
        """Say whether the whole session has been scanned."""
        return self.done == self._bars.places.slots

    @property
    def symbols(self) -> int:
        """Return how many symbols are scanned."""
        return int(self._bars.every.size)

    @property
    def through(self) -> int:
        """Return the instant up to which bars have been scanned, µs UTC."""
        return self._bars.instant(self.done)

    @property
    def reached(self) -> int:
        """Return the instant up to which bars have been looked at: those of a slower bar that is forming as well."""
        return self._bars.instant(self._seen)

    @property
    def ends(self) -> int:
        """Return the instant at which the session ends, µs UTC."""
        return self._bars.places.ends

    @property
    def has_bars(self) -> bool:
        """Say whether the session has a journal."""
        return self._bars.exist

    @property
    def meaning(self) -> str:
        """Name what rows are made by besides bars: the account, and the store they are of."""
        return f"{self._risk}|{self._like.labels}|{self._like.data_version}"

    @property
    def told_file(self) -> Path:
        """Return where is kept what was told of this session (`told.py`)."""
        return self.told_root / "told" / self._name(self.past, self._live) / f"{self.past.session}.told"

    def bars(self, since: int) -> Panel:
        """Return the universe's bars behind place `since` of the session (as `done` counts) that were scanned."""
        return self._bars.scanned(since, self.done, self._bars.every)

    def missing(self, since: int, until: int) -> tuple[str, ...]:
        """Name the symbols that lack any of the bars, within the hours looked at, which start in [since, until)."""
        return self._bars.missing(since, until)

    def silent(self, bars: int) -> dict[str, int | None]:
        """Return the symbols that had none of the last `bars` bars, each with the start of its last one (None: none).

        A halt, the end of a listing, no data at all: their states are as old as that. The newest silence comes first.
        """
        return self._bars.silent(self._seen, bars)

    def step(self, watermark: int) -> Changes:
        """Scan what has closed by the watermark and what was revised before it; returns what changed."""
        return self._go(watermark, self._hits.add)

    def catch_up(self, instant: int) -> None:
        """Scan up to an instant and make no rows of what is found, for those who ask afterwards (`signals`, `rows`)."""

        def kept(found: list[Found], panel: Panel, symbols: Ints) -> Changes:
            self._hits.keep(found, panel, symbols)
            return Changes()

        self._go(instant, kept)

    def _go(self, watermark: int, take: Take) -> Changes:
        late, before = self._bars.read_on(self.done), self.done
        self._seen = max(self._seen, self._bars.upto(watermark))
        self.done = self._seen if self._buckets is None else max(before, self._buckets.closed(self._seen))
        changes = self._scan(before, late, take)
        if self._intrabar is not None:
            changes += self._within(self._intrabar, before, late)
        return changes

    def _scan(self, before: int, late: Ints, take: Take) -> Changes:
        """Scan the bars behind `before`; symbols with a late one are played again."""
        if late.size and (late.size >= REPLAY_ALL or self._ranking):
            return self._replaced(self._bars.every, Live.replay) + self._hits.capped()
        changes, panel = Changes(), self._bars.scanned(before, self.done, self._bars.every, without=late)
        if panel.n_bars:
            found, *_ = [live.advance(panel) for live in self._lives()]
            changes += take(found, panel, self._bars.every)
            self._standing.take(found, panel, self._bars.every)
        for symbol in late.tolist():
            changes += self._replaced(np.array([symbol]), partial(_rewound, symbol=symbol))
        return changes + self._hits.capped()

    def _replaced(self, symbols: Ints, play: Callable[[Live, Panel], list[Found]]) -> Changes:
        """Play some symbols' session again."""
        panel = self._bars.scanned(0, self.done, symbols)
        found, *_ = [play(live, panel) for live in self._lives()]
        self._standing.take(found, panel, symbols)
        return self._hits.replace(found, panel, symbols)

    def _within(self, intrabar: Intrabar, before: int, late: Ints) -> Changes:
        """Look for prices that cross a level in the bar that is forming; when one has closed, its triggers go."""
        changes = intrabar.judged() if self.done > before else Changes()
        if self.done > before or late.size or not intrabar.armed:
            intrabar.arm(self.done)
        return changes + intrabar.see(self._bars.came(self.done, self._seen, self._bars.every))

    def _triggers_of(self, scanners: Iterable[Scanner], risk: Risk, threads: int) -> Intrabar | None:
        """Return what watches the bar that is forming, where there are bars within it to look at."""
        if self._buckets is None:
            return None
        armed = [one for one in (armed_watch(scanner, self.past.timeframe) for scanner in scanners) if one]
        return Intrabar(armed, self._like, self._buckets, risk, threads=threads) if armed else None

    def _lives(self) -> list[Live]:
        return [self._live, *([self._intrabar.live] if self._intrabar else [])]

    @property
    def live(self) -> Live:
        """Return the engine's live search, with the states that stay."""
        return self._live

    def close(self) -> None:
        """Let the threads go."""
        for live in self._lives():
            live.close()

    def finish(self) -> Changes:
        """Scan the session to its end."""
        return self.step(self._bars.places.ends)

    def hand_over(self, next_past: Past) -> bool:
        """Save the states for the next session's open; say whether they are what its history comes to.

        They are when this session is in the store as it was scanned, and nothing else has changed there: no correction
        of earlier bars, no split on the next session. Otherwise history has to be played.
        """
        sealed, bars = self._bars.tape.path.with_suffix(".sealed"), f"bars_{self.past.series.timeframe}"
        if not sealed.exists() or sealed.stat().st_size != self._bars.tape.offset or not self.over:
            return False
        if "@" not in self._like.data_version or next_past.splits_on_the_day():
            return False
        before = parse_version(self._like.data_version)
        if parse_version(next_past.version) != {**before, bars: before.get(bars, -1) + 1}:
            return False
        for live in self._lives():
            save_states(self._file(next_past, live), live, next_past.empty(), through=self._bars.places.ends)
        return True

    # before the session

    def _file(self, past: Past, live: Live) -> Path:
        """Return where the states at the open of a session are kept."""
        return self._root / "states" / self._name(past, live) / f"{past.session}.npz"

    def _name(self, past: Past, live: Live) -> str:
        scan = Facts.of(live, self._like, through=0).scan
        return f"{past.timeframe}.{past.series.id}.{past.hours}.{scan}".replace("/", "_")

    def _play_past(self, live: Live) -> bool:
        """Bring the states to the session's open; say whether saved ones did."""
        file = self._file(self.past, live)
        for other in set(file.parent.glob("*.npz")) - {file}:
            other.unlink()
        with suppress(NoData, BadInput):  # none, unreadable, or of something else: history says the same
            load_states(file, live, self._like)
            return True
        through = 0
        for panel in self.past.panels():
            live.advance(panel)
            through = int(panel.time[panel.ends()[1]].max())
        live.checkpoint()
        save_states(file, live, self._like, through=through)
        return False


def _rewound(live: Live, bars: Panel, *, symbol: int) -> list[Found]:
    return live.rewind(symbol, bars)


def labelled(rows: Iterable[Mapping[str, Any]], stale_since: int | None) -> list[Row]:
    """Return rows that say since when they are stale, if they are (µs UTC)."""
    if stale_since is None:
        return [dict(row) for row in rows]
    label = f"stale since {np.datetime64(stale_since, 'us').astype('datetime64[s]')}Z"
    return [{**row, "labels": [*row["labels"], label]} for row in rows]
