"""A live scanner of 10,000 symbols is started again in the middle of a session: from saved states and the journal.

It has told what it found until then, and finds out that there is nothing to add. The peer does what would have to be
done without saved states: it plays the stored history before the session, then the journal, and tells all of it.

What its signals had come to is read from their log behind that; a tenth of the symbols make as many as a log has of
weeks of an ordinary screen.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.live_path import MINUTE, NAMES, SERIES, SESSION, every_minute_scanner
from benchmarks.market import folder
from benchmarks.measure import Result, Timing
from tapehawk.app.keeping import Keeping
from tapehawk.catalog import scanner_type
from tapehawk.core.scanner import Scanner
from tapehawk.core.sessions import us_calendar
from tapehawk.core.signal_record import SIMULATED
from tapehawk.data.open_session import OpenSession
from tapehawk.data.signal_log import SignalLog
from tapehawk.data.store import append_bars
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.metrics import PhaseMetrics
from tapehawk.scan.telling import Telling

BEFORE, MINUTES, RUNS, PROMISED = 1, 195, 3, 5.0  # sessions of history, minutes of the session, runs, seconds


def results(minutes: int = MINUTES) -> list[Result]:
    """Run the claim."""
    root = folder("restart")
    store_history(root)
    journal_session(root, minutes)
    scanners = [scanner_type(name)() for name in every_minute_scanner()]
    past = Past(root, SERIES, SESSION.date, NAMES)
    first, told = started(scanners, past, minutes)
    again = [started(scanners, past, minutes) for _ in range(RUNS)]
    assert told, "there is something to compare with"  # noqa: S101
    assert not any(more for _, more in again), "everything was told"  # noqa: S101
    ours, peer = Timing(tuple(took for took, _ in again)), Timing((first,))
    claim = f"restart at {minutes} minutes: {len(NAMES):,} symbols × {len(scanners)} scanners, {told:,} signals told"
    what = f"playing {BEFORE} session of history {peer}"
    ratio = f"{peer.median / ours.median:.1f}×"
    whole = Result(claim, str(ours), what, ratio, f"≤ {PROMISED:g} s", ours.median <= PROMISED)
    return [whole, book(scanners, minutes)]


def book(scanners: list[Scanner], minutes: int) -> Result:
    """Measure how long the book of signals takes to go on, of a tenth of the symbols."""
    root, names = folder("restart_book"), NAMES[::10]
    store_history(root, names)
    journal_session(root, minutes, names)
    past = Past(root, SERIES, SESSION.date, names)
    kept_in(scanners, past, minutes)
    runs = Timing(tuple(kept_in(scanners, past, minutes) for _ in range(RUNS)))
    signals = len(SignalLog(root, SIMULATED).known())
    claim = f"and its book of {signals:,} signals, of {len(names):,} symbols"
    return Result(claim, str(runs), "–", "–", "–", None)


def kept_in(scanners: list[Scanner], past: Past, minutes: int) -> float:
    """Start a scan whose signals are kept; return the seconds that keeping them takes."""
    keeping, took, until = Keeping(past.root, SERIES.labels, PhaseMetrics()), 0.0, SESSION.open + minutes * MINUTE
    telling = Telling(lambda _: LiveScan(scanners, past), remember=True)
    for _ in telling.turn(SESSION.date):
        pass
    for news in telling.step(until, until):
        began = time.perf_counter()
        keeping.take(news)
        took += time.perf_counter() - began
    telling.close()
    return took


def started(scanners: list[Scanner], past: Past, minutes: int) -> tuple[float, int]:
    """Start a scan, bring it to where the journal ends and tell what is new; returns the seconds and how much that is.

    What is told is told in quarters of an hour, as the log of a session has many notes.
    """
    began, told = time.perf_counter(), 0
    telling = Telling(lambda _: LiveScan(scanners, past), remember=True)
    for _ in telling.turn(SESSION.date):
        pass
    for minute in range(15, minutes + 1, 15):
        until = SESSION.open + minute * MINUTE
        told += sum(len(news.changes.events) for news in telling.step(until, until))
    took = time.perf_counter() - began
    telling.close()
    return took, told


def store_history(root: Path, names: tuple[str, ...] = NAMES) -> None:
    """Store the regular minutes of the sessions before."""
    day, chance = SESSION.date, np.random.default_rng(3)
    for _ in range(BEFORE):
        day = us_calendar().previous(day)
        append_bars(root, [(SERIES, session_bars(us_calendar().need_session(day).open, 390, chance, names))])


def journal_session(root: Path, minutes: int, names: tuple[str, ...] = NAMES) -> None:
    """Journal the session so far."""
    session, chance = OpenSession(root, SERIES, SESSION.date), np.random.default_rng(4)
    session.fill(session_bars(SESSION.open, minutes, chance, names), SESSION.open)
    session.close()


def session_bars(
    opens: int, minutes: int, chance: np.random.Generator, symbols: tuple[str, ...] = NAMES
) -> pl.DataFrame:
    """Return a walk of every symbol."""
    steps = chance.normal(0, 1e-3, (len(symbols), minutes))
    close = chance.uniform(20, 200, len(symbols))[:, None] * np.exp(np.cumsum(steps, axis=1))
    opened = close * np.exp(-steps)
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) / 1.0005
    volume = chance.lognormal(9, 1, close.shape).round()
    start = np.broadcast_to(opens + np.arange(minutes) * MINUTE, close.shape)
    columns = dict(zip(("open", "high", "low", "close", "volume"), (opened, high, low, close, volume), strict=True))
    frame = pl.DataFrame({"time": start.ravel(), **{name: column.ravel() for name, column in columns.items()}})
    names = pl.Series("symbol", symbols, dtype=pl.String).gather(np.repeat(np.arange(len(symbols)), minutes))
    return frame.with_columns(names, pl.col("time").cast(pl.Datetime("us", "UTC"))).select("symbol", "time", *columns)


if __name__ == "__main__":
    for result in results(int(sys.argv[1]) if len(sys.argv) > 1 else MINUTES):
        print(result.line())
