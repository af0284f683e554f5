"""The quick scan: 10,000 symbols and 20 of them from warm state, a new data version, and the first deep result."""

from __future__ import annotations

import datetime as dt
import time
from queue import SimpleQueue

import numpy as np
import polars as pl

from benchmarks.market import folder, panel, simulated_store
from benchmarks.measure import Result, Timing, in_turn, timed, times
from benchmarks.peers import quick_polars
from tapehawk.app.quick import TwoPhase, two_phase
from tapehawk.app.settings import settings
from tapehawk.core.events import DeepAnalysisComplete, Event, SymbolAnalyzed
from tapehawk.core.panel import Panel
from tapehawk.scan.quick_latest import latest
from tapehawk.scan.quick_question import QuickQuestion

SOME = 20
NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def results() -> list[Result]:
    """Run the claims."""
    bars = panel(simulated_store())
    told: SimpleQueue[Event] = SimpleQueue()
    two = _scanner(told)
    everyone = two.scanner.scan(QuickQuestion())
    some = QuickQuestion(tuple(row["symbol"] for row in everyone.rows[:SOME]))
    return [*_warm(two, some, len(everyone.rows), frame_of(bars)), _anew(bars), _first_deep(two, some, told)]


def _scanner(told: SimpleQueue[Event]) -> TwoPhase:
    environment = {"SCANNER_DATA_DIR": str(simulated_store()), "XDG_CONFIG_HOME": str(folder("config"))}
    return two_phase(settings(environment=environment), told.put, now=lambda: NOW)


def _warm(two: TwoPhase, some: QuickQuestion, symbols: int, frame: pl.DataFrame) -> list[Result]:
    """Measure scans of a warm market, with their events told and their symbols put into the queue."""
    few = frame.filter(pl.col("symbol").is_in(some.symbols))
    whole, twenty = in_turn(
        [lambda: two.scanner.scan(QuickQuestion()), lambda: two.scanner.scan(some)], runs=15, warm=2
    )
    (peer,) = in_turn([lambda: quick_polars.scan(quick_polars.recent(frame))], runs=3)
    (small,) = in_turn([lambda: quick_polars.scan(quick_polars.recent(few))], runs=5)
    return [
        _result(f"quick scan, {symbols:,} symbols, warm", whole, peer, "≤ 100 ms", 0.1),
        _result(f"quick scan, {SOME} symbols, warm", twenty, small, "≤ 10 ms", 0.01),
    ]


def _result(claim: str, ours: Timing, peer: Timing, promised: str, most: float) -> Result:
    said = f"Polars, the last {quick_polars.SETTLED} bars of each {peer}"
    return Result(claim, str(ours), said, f"{times(ours, peer):.0f}×", promised, ours.median <= most)


def _anew(bars: Panel) -> Result:
    """Measure judging every symbol over all its bars, as after a new data version."""
    frame, now = frame_of(bars), int(NOW.timestamp() * 1e6)
    _same_verdicts(bars, quick_polars.scan(frame), now)
    ours, peer = in_turn([lambda: latest(bars, now), lambda: quick_polars.scan(frame)], runs=3)
    claim = f"the same, judged anew over {bars.n_bars / 1e6:.2f} M bars"
    return Result(claim, str(ours), f"Polars, all bars {peer}", f"{times(ours, peer):.1f}×", "–")


def _first_deep(two: TwoPhase, some: QuickQuestion, told: SimpleQueue[Event]) -> Result:
    """Measure from a quick scan's answer to the first symbol that is analysed deeply."""
    two.deepen(some)
    seconds = []
    for _ in range(10):
        _drain(told)
        two.scanner.scan(some)
        began = time.perf_counter()
        while not isinstance(told.get(), SymbolAnalyzed):
            pass
        seconds.append(time.perf_counter() - began)
        while not isinstance(told.get(), DeepAnalysisComplete):
            pass
    two.scanner.close()
    ours, scan = Timing(tuple(seconds[2:])), timed(lambda: two.scanner.scan(some))
    claim = "first deep result after a quick scan"
    return Result(
        claim, str(ours), f"the quick scan itself {scan}", f"{ours.median / scan.median:.0f}× that", "≤ 50 ms",
        ours.median <= 0.05,
    )  # fmt: skip


def _drain(told: SimpleQueue[Event]) -> None:
    """Let everything that waits be analysed and forgotten."""
    while not told.empty():
        told.get()


def frame_of(bars: Panel) -> pl.DataFrame:
    """Return a panel's bars as a frame, the form our peer starts from."""
    names = np.repeat(np.arange(len(bars.symbols)), np.diff(bars.starts))
    symbols = pl.Series("symbol", bars.symbols)[names]
    columns = {name: np.asarray(bars.columns[name]) for name in ("high", "low", "close", "volume")}
    return pl.DataFrame({"symbol": symbols, **columns})


def _same_verdicts(bars: Panel, peer: pl.DataFrame, now: int) -> None:
    """Stop where the programs disagree; averages that still remember how they began may differ."""
    mine = latest(bars, now).values
    long = np.diff(bars.starts) >= quick_polars.SETTLED
    order = pl.DataFrame({"symbol": bars.symbols}).join(peer, on="symbol", how="left", maintain_order="left")
    for name in ("grade", "strength", "rsi", "macd"):
        theirs = order[name].cast(pl.Float64).to_numpy()[long]
        if not np.allclose(mine[name][long], theirs, atol=1e-6, equal_nan=True):
            raise SystemExit(f"quick scan, {name}: the programs disagree, so their times mean nothing")
