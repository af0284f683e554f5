"""What is told while scanning live: what is watched, and what every step brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tapehawk.app.broadcast import Broadcast
from tapehawk.core.events import BarsClosed, Event, PhaseChanged, SignalChanged
from tapehawk.core.phases import Phase
from tapehawk.core.series import Series
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import News
from tapehawk.scan.live import labelled
from tapehawk.scan.phased import Minding, seen
from tapehawk.scan.phases import DayPlan, PhaseClock
from tapehawk.scan.session_limits import Row
from tapehawk.scan.updates import update_of

REPLAYED = "replay"
"""The label of every row that a replay brings."""


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


@dataclass(frozen=True)
class Beat:
    """What a step brought; instants are µs UTC.

    `at`: bars are scanned up to here. `watermark`: they are whole up to here, which is later while no look is due.
    `came`: symbols, of `expected`, with a bar of the last minute scanned. `phase`: of `now`; `turned` when that is
    another than at the last step. `metrics`: counts by phase so far. `stale_since`: the feed is behind since then,
    `trouble` says why where that is known. `missing`: symbols whose bars were not waited for any longer. `signals`:
    what became of signals.
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


@dataclass(frozen=True)
class LiveTold:
    """Who hears what is watched, and every beat. `bus`: who says the events of a live scan; None: the settings' bus.

    `on_scan`: hears how many seconds each look took, and over how many bars it went. `since`: what could be known
    before (RFC 3339) is no news.
    """

    on_start: Callable[[Watched], None]
    on_beat: Callable[[Beat], None]
    bus: Broadcast | None = None
    on_scan: Callable[[float, int], None] = lambda _seconds, _bars: None
    since: str = ""


def beat_of(feed: LiveFeed, news: News, minding: Minding, clock: PhaseClock, *, replayed: bool) -> Beat:
    """Return what a step of a scan behind a feed brought."""
    now = feed.clock.now()
    turned = clock.turn(now)
    stale = None if replayed else news.stale_since
    added, withdrawn = (
        sorted(labelled(rows, stale), key=lambda row: (row["bar_time"], -(row["score"] or 0.0), row["symbol"]))
        for rows in (news.changes.added, news.changes.withdrawn)
    )
    if replayed:
        added, withdrawn = (
            [{**row, "labels": [*row["labels"], REPLAYED]} for row in rows] for rows in (added, withdrawn)
        )
    return Beat(
        at=news.scan.through,
        added=added,
        withdrawn=withdrawn,
        came=_came(feed, news.scan.through),
        expected=len(feed.symbols),
        watermark=seen(news.scan),
        now=now,
        phase=minding.plan.phase_at(now),
        turned=turned,
        metrics=minding.metrics.plain(),
        stale_since=stale,
        trouble=feed.trouble,
        missing=news.missing,
    )


def events_of(beat: Beat, news: News, *, closed: int = 0) -> Iterator[Event]:
    """Yield what a beat is in events, for others. `closed`: up to when bars were said to have closed (µs UTC)."""
    if beat.turned:
        yield beat.turned
    if beat.watermark > closed:
        series, session = news.scan.past.series, news.scan.past.session
        yield BarsClosed(series.id, series.timeframe, session.isoformat(), beat.watermark)
    update = update_of(news)
    if update.events or update.triggers or update.withdrawn or update.missing:
        yield update
    yield from beat.signals


def _came(feed: LiveFeed, through: int) -> int:
    """Return how many symbols have a bar that ended at an instant."""
    if feed.current is None:
        return 0
    bars = feed.current.bars
    slot = (through - bars.places.begins) // bars.places.step - 1
    return int(bars.arrived[slot]) if 0 <= slot < bars.arrived.size else 0
