"""What is told while scanning live: what is watched, and what every step brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from tapehawk.app.broadcast import Broadcast
from tapehawk.core.events import BarsClosed, Event, PhaseChanged, SignalChanged
from tapehawk.core.phases import Phase
from tapehawk.core.series import Series
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import News
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.intrabar import confirmed, is_intrabar
from tapehawk.scan.live import labelled
from tapehawk.scan.phased import Minding, seen
from tapehawk.scan.phases import DayPlan, PhaseClock
from tapehawk.scan.session_limits import Row
from tapehawk.scan.updates import update_of

REPLAYED = "replay"
"""The label of every row that a replay brings."""
SILENT_BARS: Final = 30
"""Whoever had none of so many bars is named: halted, delisted, without data, or seldom traded."""
NAMED: Final = 100
"""Symbols that are named at most where programs are told of them; how many there are is said too."""
Kind: TypeAlias = Literal["event", "state", "trigger", "confirmed", "gone", "no event"]
"""What is said of a hit: it became true at its bar; it goes on; a price crossed its level and the bar has not closed;
the close bears its trigger out; it holds no longer; it did not become true at its bar after all."""


@dataclass(frozen=True)
class Watched:
    """What is going to be watched: by which plan of the day, and by which clock (µs UTC).

    `day`: the stored session that is played, None when it is live.
    """

    series: Series
    timeframe: str
    hours: str
    symbols: int
    scanners: tuple[str, ...]
    plan: DayPlan
    now: Callable[[], int]
    day: dt.date | None = None

    @property
    def folded(self) -> bool:
        """Say whether bars are made of faster ones, which show what happens within them."""
        return self.series.timeframe != self.timeframe


@dataclass(frozen=True)
class Beat:
    """What a step brought; instants are µs UTC.

    `at`: bars are scanned up to here. `watermark`: they are whole up to here, which is later while no look is due.
    `came`: symbols, of `expected`, with a bar of the last minute scanned. `phase`: of `now`; `turned` when that is
    another than at the last step. `metrics`: counts by phase so far. `stale_since`: the feed is behind since then,
    `trouble` says why where that is known. `missing`: symbols whose bars were not waited for any longer. `signals`:
    what became of signals. `events`: hits, those of `added` and others, that turn out to have become true at their bar;
    `retracted`: which turn out not to. `late`: bars that came behind the watermark so far.

    How things stand, whatever this step brought: `states`, the hits that are true now, where somebody asked for them
    (`LiveTold`); `silent`, the symbols without one of the last SILENT_BARS bars, see `LiveScan.silent`.
    """

    at: int
    added: list[Row]
    withdrawn: list[Row]
    came: int
    expected: int
    watermark: int
    now: int
    phase: Phase
    turned: PhaseChanged | None = None
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stale_since: int | None = None
    trouble: str = ""
    missing: tuple[str, ...] = ()
    signals: tuple[SignalChanged, ...] = ()
    events: list[Row] = field(default_factory=list)
    retracted: list[Row] = field(default_factory=list)
    late: int = 0
    states: list[Row] = field(default_factory=list)
    silent: Mapping[str, int | None] = field(default_factory=dict)

    def hits(self) -> Iterator[tuple[Kind, Row]]:
        """Yield what this step says of hits: what became of those told before, then what is there, each once."""
        right = confirmed(self.added, self.withdrawn)
        borne_out = set(map(key_of, right))
        yield from (("gone", row) for row in self.withdrawn if not is_intrabar(row) or key_of(row) not in borne_out)
        yield from (("confirmed", row) for row in right)
        began, told = set(map(key_of, self.events)), set(map(key_of, self.withdrawn))
        yield from (("no event", row) for row in self.retracted if key_of(row) not in told | began)
        for row in self.added:
            yield "trigger" if is_intrabar(row) else "event" if key_of(row) in began else "state", row
        new = {key_of(row) for row in self.added if not is_intrabar(row)}
        yield from (("event", row) for row in self.events if key_of(row) not in new)


@dataclass(frozen=True)
class LiveTold:
    """Who hears what is watched, and every beat. `bus`: who says the events of a live scan; None: the settings' bus.

    `on_scan`: hears how many seconds each look took, and over how many bars it went. `states`: beats are to bring the
    hits that are true now. `since`: what could be known before (RFC 3339) is no news.
    """

    on_start: Callable[[Watched], None]
    on_beat: Callable[[Beat], None]
    bus: Broadcast | None = None
    on_scan: Callable[[float, int], None] = lambda _seconds, _bars: None
    states: bool = False
    since: str = ""


def beat_of(feed: LiveFeed, news: News, minding: Minding, clock: PhaseClock, *, replayed: bool) -> Beat:
    """Return what a step of a scan behind a feed brought."""
    now = feed.clock.now()
    turned = clock.turn(now)
    changes = {
        name: sorted(_labelled(rows, news, replayed=replayed), key=_place) for name, rows in vars(news.changes).items()
    }
    return Beat(
        at=news.scan.through,
        added=changes["added"],
        withdrawn=changes["withdrawn"],
        events=changes["events"],
        retracted=changes["retracted"],
        came=_came(feed, news.scan.through),
        expected=len(feed.symbols),
        watermark=seen(news.scan),
        now=now,
        phase=minding.plan.phase_at(now),
        turned=turned,
        stale_since=None if replayed else news.stale_since,
        trouble=feed.trouble,
        missing=news.missing,
        late=feed.counts["late"],
    )


def standing(news: News, *, replayed: bool, states: bool) -> dict[str, Any]:
    """Return how things stand behind a step, as a beat says it; it takes a while, and has time.

    `states`: those that are true now are asked for.
    """
    rows = _labelled(news.scan.states(), news, replayed=replayed) if states else []
    return {"states": rows, "silent": news.scan.silent(SILENT_BARS)}


def events_of(beat: Beat, news: News, *, closed: int = 0) -> Iterator[Event]:
    """Yield what a beat is in events, for others. `closed`: up to when bars were said to have closed (µs UTC).

    What becomes of signals is said once it is kept, which takes longer.
    """
    if beat.turned:
        yield beat.turned
    if beat.watermark > closed:
        series, session = news.scan.past.series, news.scan.past.session
        yield BarsClosed(series.id, series.timeframe, session.isoformat(), beat.watermark)
    update = update_of(news)
    if update.events or update.triggers or update.withdrawn or update.missing:
        yield update


def _place(row: Row) -> tuple[str, float, str]:
    """Return where a row stands among others: by bar, of one bar the best first."""
    return row["bar_time"], -(row["score"] or 0.0), row["symbol"]


def _labelled(rows: Iterable[Row], news: News, *, replayed: bool) -> list[Row]:
    """Return rows with what must be said of them."""
    if replayed:
        return [{**row, "labels": [*row["labels"], REPLAYED]} for row in rows]
    return labelled(rows, news.stale_since)


def _came(feed: LiveFeed, through: int) -> int:
    """Return how many symbols have a bar that ended at an instant."""
    if feed.current is None:
        return 0
    bars = feed.current.bars
    slot = (through - bars.places.begins) // bars.places.step - 1
    return int(bars.arrived[slot]) if 0 <= slot < bars.arrived.size else 0
