"""A provider that plays a script: bars that arrive at instants, lines that drop, and a history that knows the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import polars as pl

from tapehawk.core.errors import TryAgain
from tapehawk.core.series import Series
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import (
    CallPlan,
    Deliver,
    Fetched,
    Health,
    Offer,
    OnGap,
    Provider,
    Step,
    Stream,
    StreamBar,
    StreamHealth,
    Wanted,
)
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.wire.clock import Clock

SECOND, MINUTE = 1_000_000, 60_000_000
SIM = Series("sim", "sim", timeframe="1m", simulated=True)
DAY = dt.date(2024, 1, 3)
OPEN = us_calendar().need_session(DAY).open
NUMBERS = ("open", "high", "low", "close", "volume")
LINE_OVERLAP = 2 * MINUTE  # how far before its last bar a line says that a gap begins


@dataclass(frozen=True)
class Event:
    """Something at an instant: a bar arrives, or the line drops (False) or comes back (True)."""

    at: int
    bar: StreamBar | None = None
    line: bool | None = None


def bar(symbol: str, minute: int, close: float = 10.0, *, volume: float = 100.0, revision: int = 0) -> StreamBar:
    """Return a final bar, minutes after the regular open, that came half a second after its close."""
    start = OPEN + minute * MINUTE
    prices = (close, close + 1, close - 1, close)
    received = start + MINUTE + SECOND // 2
    return StreamBar(symbol, start, *prices, volume, final=True, revision=revision, received=received)


def stream_bars(frame: pl.DataFrame) -> list[StreamBar]:
    """Return the bars of a frame as they come when nothing goes wrong, by start."""
    rows = frame.with_columns(pl.col("time").to_physical()).sort("time", "symbol").iter_rows()
    return [StreamBar(*row, final=True, revision=0, received=row[1] + MINUTE + SECOND // 2) for row in rows]


def in_order(frame: pl.DataFrame, delay: int = 0) -> list[Event]:
    """Return the bars of a frame as events, each half a second after its close, or so many minutes later."""
    return [Event(one.received + delay * MINUTE, one) for one in stream_bars(frame)]


def events_of(feed: pl.DataFrame) -> list[Event]:
    """Return a simulator's day (`Simulator.feed`) as events."""
    events = []
    for row in feed.with_columns(pl.col("arrival", "time").to_physical()).iter_rows(named=True):
        if row["symbol"] is None:
            events.append(Event(row["arrival"], line=row["kind"] == "reconnect"))
            continue
        values = [row[name] for name in ("symbol", "time", *NUMBERS)]
        one = StreamBar(*values, final=True, revision=row["revision"], received=row["arrival"])
        events.append(Event(row["arrival"], one))
    return events


def truth_of(seed: int = 3, symbols: int = 6, first: dt.date = DAY, last: dt.date = DAY) -> pl.DataFrame:
    """Return simulated minutes of some sessions."""
    return Simulator(seed=seed, symbols=symbols).intraday("1m", first, last)


# what goes wrong, one knob each: events in, events out


def late(events: list[Event], chance: np.random.Generator) -> list[Event]:
    """Some bars come minutes after their time."""
    return [
        replace(e, at=e.at + int(chance.integers(30, 1200)) * SECOND) if chance.random() < 0.02 else e for e in events
    ]


def duplicated(events: list[Event], chance: np.random.Generator) -> list[Event]:
    """Some bars come again, at once or much later."""
    again = [e for e in events if e.bar and chance.random() < 0.05]
    return events + [replace(e, at=e.at + int(chance.choice([0, 1, 600])) * SECOND) for e in again]


def revised(events: list[Event], chance: np.random.Generator) -> list[Event]:
    """Some bars were wrong at first; what is right comes as the next revision."""
    out = []
    for event in events:
        if event.bar is None or chance.random() >= 0.02:
            out.append(event)
            continue
        wrong = msgspec.structs.replace(event.bar, close=event.bar.low, volume=event.bar.volume // 2)
        right = msgspec.structs.replace(event.bar, revision=event.bar.revision + 1)
        out += [replace(event, bar=wrong), Event(event.at + int(chance.integers(1, 1800)) * SECOND, right)]
    return out


def out_of_order(events: list[Event], chance: np.random.Generator) -> list[Event]:
    """Neighbours come in any order: a correction may come before what it corrects."""
    return [replace(e, at=e.at + int(chance.integers(-90, 90)) * SECOND) if e.bar else e for e in events]


def outage(events: list[Event], chance: np.random.Generator) -> list[Event]:
    """The line is down for minutes; what it would have brought never comes."""
    first, last = min(e.at for e in events), max(e.at for e in events)
    begin = int(chance.integers(first, last))
    end = min(begin + int(chance.integers(2, 30)) * MINUTE, last)
    return [*events, Event(begin, line=False), Event(end, line=True)]


KNOBS = {one.__name__: one for one in (late, duplicated, revised, out_of_order, outage)}


# who plays it


class ByHand:
    """A clock that shows what it is set to."""

    def __init__(self, now: int = OPEN) -> None:
        self.now = now

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, tick=lambda: self.now / 1e6, chance=lambda: 0.5)


class Scripted(Provider):
    """Its history answers with `truth` as far as it has begun, the newest bar half done; `down`: fetches that fail.

    `delay`: minutes that its history is behind the market. `room`: symbols that its line has room for, None for all.
    """

    name = "sim"

    def __init__(
        self, truth: pl.DataFrame, hand: ByHand, *, series: Series = SIM, streams=("bars",), delay=0, room=None
    ) -> None:
        self.delay, self.room = delay, room
        self.truth, self.hand, self.series, self.down, self.fetches = truth, hand, series, 0, 0
        self.streams, self.connected, self.complete = frozenset(streams), True, True

    @property
    def offer(self) -> Offer:
        one = self.series
        return Offer(
            one.provider,
            "free",
            ("us",),
            ("1m",),
            ("none",),
            (one.feed,),
            one.volume_scope,
            streams=self.streams,
            delay=self.delay,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        steps = [Step(s, "symbol", s, "1m", (s,), wanted.start, wanted.end) for s in wanted.symbols or ()]
        return CallPlan.of(steps, per_minute=None, bytes_each=1, note="")

    async def fetch(self, step: Step) -> Fetched:
        self.fetches += 1
        if self.down:
            self.down -= 1
            raise TryAgain("the provider is down")
        day, time = pl.col("time").dt.convert_time_zone("America/New_York").dt.date(), pl.col("time").to_physical()
        asked = self.truth.filter(pl.col("symbol").is_in(step.symbols) & day.is_between(step.start, step.end))
        seen = self.hand.now - self.delay * MINUTE
        half = pl.when(time + MINUTE > seen).then(0.5).otherwise(1.0)
        bars = asked.filter(time < seen).with_columns(volume=pl.col("volume") * half)
        return Fetched(step.id, self.series, bars, complete=self.complete)

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        return Silent(self)

    def health(self) -> Health:
        return Health(self.name)


class Silent(Stream):
    """A stream whose bars the test delivers."""

    def __init__(self, provider: Scripted) -> None:
        self.provider = provider

    def want(self, symbols: Iterable[str]) -> None:
        pass

    def room(self) -> frozenset[str] | None:
        return self.provider.room

    async def run(self, deliver: Deliver) -> None:
        pass

    def health(self) -> StreamHealth:
        return StreamHealth(connected=self.provider.connected)

    async def close(self) -> None:
        pass


async def play(feed, provider: Scripted, events: list[Event], *, each=None) -> None:
    """Play events to a feed, a tick a minute (then call `each`); bars that come while the line is down are lost."""
    down, newest, ticked = 0, 0, 0
    for event in sorted(events, key=lambda event: event.at):
        provider.hand.now = now = max(provider.hand.now, event.at)
        if now - ticked >= MINUTE:
            ticked = now
            await feed.tick()
            if each:
                each()
        if event.line is not None:
            down += -1 if event.line else 1
            provider.connected = not down
            if not down:
                await feed.on_gap(newest - LINE_OVERLAP, ())
        elif not down:
            newest = max(newest, event.bar.time)
            await feed.deliver([msgspec.structs.replace(event.bar, received=now)])


async def end_session(feed, provider: Scripted) -> None:
    """Let the session end: history is asked once more, then it is sealed."""
    provider.hand.now = feed.current.bars.places.ends + 20 * MINUTE + feed.delay
    await feed.tick()
    await feed.tick()
