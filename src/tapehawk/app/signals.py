"""Joining the parts for signals: what was said and what became of it, from the log; hit rates, from it or from history.

Results are hypothetical: signals trade at the prices of bars, without costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from tapehawk.app.asking import CRYPTO, Asked, desk, questions
from tapehawk.app.settings import Settings
from tapehawk.core.errors import BadInput, NoData, OutOfBounds, UnknownName
from tapehawk.core.instants import microseconds
from tapehawk.core.outcomes import reached
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import EPOCH
from tapehawk.core.signal_record import LIVE, ORIGINS, Change, Signal
from tapehawk.core.signal_states import STATUSES
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.signal_log import Noted, SignalLog, logs
from tapehawk.scan.hit_rates import HitRate, hit_rates
from tapehawk.scan.regimes import regimes
from tapehawk.scan.report import Report
from tapehawk.scan.track_record import Regime, track_of, track_of_signals, with_regime

HISTORY: Final = "history"
SOURCES: Final = (HISTORY, *ORIGINS)
"""Where hit rates come from: stored bars scanned anew, or the log of one origin, which are never mixed."""
HYPOTHETICAL: Final = "R and P&L are hypothetical: at the prices of bars, without costs"


@dataclass(frozen=True)
class Wanted:
    """Which signals are wanted; None: any. Dates are those of the setup's bar, in UTC, both inclusive."""

    symbol: str | None = None
    scanner: str | None = None
    pattern: str | None = None
    direction: str | None = None
    status: str | None = None
    origin: str | None = None
    min_confidence: float | None = None
    from_: dt.date | None = None
    to: dt.date | None = None

    def __post_init__(self) -> None:
        for kind, name, valid in (
            ("status", self.status, STATUSES),
            ("direction", self.direction, ("BUY", "SELL")),
            ("origin", self.origin, ORIGINS),
        ):
            if name is not None and name not in valid:
                raise UnknownName(kind, name, valid)
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 100:
            raise OutOfBounds(f"a confidence of {self.min_confidence:g}", hint="it is between 0 and 100")
        if self.from_ and self.to and self.from_ > self.to:
            raise BadInput(f"signals from {self.from_} to {self.to}, which is earlier", hint="the other way round")

    def takes(self, one: Signal) -> bool:
        """Say whether a signal is wanted."""
        named = (
            (self.symbol, one.key.symbol),
            (self.scanner, one.key.scanner),
            (self.pattern, one.key.pattern),
            (self.direction, one.row["direction"]),
            (self.status, one.status),
            (self.origin, one.origin),
        )
        date = dt.datetime.fromisoformat(one.key.bar_time).date()
        return (
            all(wanted in (None, is_) for wanted, is_ in named)
            and (self.min_confidence is None or (one.row["confidence"] or 0.0) >= self.min_confidence)
            and (self.from_ is None or date >= self.from_)
            and (self.to is None or date <= self.to)
        )


@dataclass(frozen=True)
class Counting:
    """How hit rates are counted: the groups, where the signals come from, what says the market's regime on a date.

    Raises UnknownName for a source that does not exist.
    """

    by: tuple[str, ...] = ("scanner", "pattern")
    source: str = HISTORY
    regime: Regime | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise UnknownName("source", self.source, SOURCES)

    def counted(self, track: pl.DataFrame) -> tuple[HitRate, ...]:
        """Return the hit rate of each group of a track."""
        return tuple(hit_rates(with_regime(track, self.regime) if self.regime else track, self.by))


@dataclass(frozen=True)
class Rates:
    """Hit rates, where they come from, and what a reader must be told."""

    source: str
    by: tuple[str, ...]
    rates: tuple[HitRate, ...]
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made_of: str = HYPOTHETICAL


def signals(known: Settings, wanted: Wanted) -> list[Signal]:
    """Return the signals that are wanted, newest first."""
    found = [one for log in logs(known.store) for one in log.known().values() if wanted.takes(one)]
    return sorted(found, key=lambda one: (one.key.bar_time, str(one.key)), reverse=True)


def signal(known: Settings, name: str) -> Signal:
    """Return one signal by its key, its id or the beginning of that. Raises NoData, or BadInput for several."""
    return _found(known, name)[1]


def change(known: Settings, name: str, status: str, *, now: dt.datetime) -> Signal:
    """Take a signal to another status by hand; scans follow it no more.

    Raises as `signal` does, and BadInput where its status forbids it.
    """
    log, one = _found(known, name)
    made = Change.by_hand(status, microseconds(now))
    changed = one.became(made)
    if log.note([], [Noted(str(one.key), made)]):  # somebody was faster
        return log.known()[str(one.key)].became(made)
    return changed


def rates(
    known: Settings, asked: Asked, counting: Counting, *, on_step: Callable[[str], None] = lambda _: None
) -> Rates:
    """Return hit rates by group, of history scanned anew or of the log of one origin.

    The regime, where groups are by it, is that of the market of daily bars stored. Raises UnknownName for a way to
    group that does not exist, NoData where nothing is stored.
    """
    if "regime" in counting.by and counting.regime is None:
        counting = replace(counting, regime=regimes(_daily(known, asked.market)))
    if counting.source != HISTORY:
        return _logged(known, asked, counting)
    return _of_history(known, asked, counting, on_step)


def _daily(known: Settings, market: str) -> Panel:
    prefer = known.providers.prefer_crypto if market == CRYPTO else known.providers.prefer_us
    return open_panel(known.store, PanelQuestion("1d", market, prefer=prefer or None))


def _found(known: Settings, name: str) -> tuple[SignalLog, Signal]:
    found = [
        (log, one)
        for log in logs(known.store)
        for key, one in log.known().items()
        if key == name or one.id.startswith(name)
    ]
    if not found:
        raise NoData(f"no signal is called {name!r}", hint="scanner signals lists them with their ids")
    if len(found) > 1:
        raise BadInput(f"{len(found)} signals begin with {name!r}", hint="give more of the id")
    return found[0]


def _logged(known: Settings, asked: Asked, counting: Counting) -> Rates:
    wanted = Wanted(origin=counting.source, from_=asked.start_date, to=asked.end_date)
    found = [one for one in signals(known, wanted) if not asked.scanners or one.key.scanner in asked.scanners]
    labels = () if counting.source == LIVE else (counting.source,)
    return Rates(counting.source, counting.by, counting.counted(track_of_signals(found)), labels)


def _of_history(known: Settings, asked: Asked, counting: Counting, on_step: Callable[[str], None]) -> Rates:
    ranged = asked if asked.start_date or asked.end_date else replace(asked, start_date=EPOCH)
    every = questions(known, ranged)
    on_step(f"scanning: {', '.join(one.scanner_type for one in every)}")
    at = desk(known, asked.market)
    bars = at.asked(every[0])
    reports = at.scan([at.scanner(one) for one in every], every[0], bars)
    on_step("following the signals")
    through = reached(bars.among)
    track = pl.concat([track_of(report, bars.panel, through=through) for report in reports])
    return Rates(HISTORY, counting.by, counting.counted(track), bars.panel.labels, tuple(_notes(reports)))


def _notes(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what a reader must be told, each thing once, with the scanners that say it."""
    for note in dict.fromkeys(note for report in reports for note in report.notes):
        yield f"{', '.join(one.scanner_type for one in reports if note in one.notes)}: {note}"
