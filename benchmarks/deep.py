"""The deep analysis without a model: 500 daily and 2,000 five-minute bars a symbol, alone and for 10,000 symbols."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.measure import Result, Timing, in_turn, times
from benchmarks.peers import deep_pandas
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import us_calendar
from tapehawk.data.resampling import slower_panel
from tapehawk.scan.deep import Analyst, usual_parts

SYMBOLS, DIFFERENT = 10_000, 100  # walks; each stands for a hundred symbols
DAYS, INTRADAY = 500, 2_000
BATCH = 256
LAST = dt.date(2025, 12, 19)  # a Friday
_DAY_US, _STEP_US = 86_400_000_000, 300_000_000


def results() -> list[Result]:
    """Run the claims."""
    panels = _market()
    names = panels["1d"].symbols
    sides = {name: ("BUY", "SELL")[number % 2] for number, name in enumerate(names)}
    began = time.perf_counter()
    analyst = Analyst(lambda timeframe: panels[timeframe], usual_parts(), now=lambda: _at(LAST))
    made = Timing((time.perf_counter() - began,))
    first = Timing((_seconds(lambda: analyst.analyse(names[:1], sides)),))
    frames = {timeframe: _frame(panel) for timeframe, panel in panels.items()}
    one, peer = in_turn(
        [lambda: analyst.analyse(names[:1], sides), lambda: deep_pandas.analysis(frames, sides[names[0]])], runs=15
    )
    _need_agreement(analyst, frames, names[0])
    whole = Timing((_seconds(lambda: _everyone(analyst, names, sides)),))
    single = "deep analysis of one symbol, 500 daily + 2,000 5m bars"
    every = f"the same of {SYMBOLS:,} symbols, in batches of {BATCH}, two threads"
    return [
        Result(single, str(one), f"pandas {peer}", f"{times(one, peer):.0f}×", "≤ 5 ms", one.median <= 0.005),
        Result(
            every,
            f"{whole}: {whole.median / SYMBOLS * 1e3:.2f} ms each",
            f"pandas, one symbol {peer}",
            f"{peer.median * SYMBOLS / whole.median:.0f}× one after another",
            "≤ 60 s",
            whole.median <= 60,
        ),
        Result("its first call", str(first), f"making the analyst {made}", "", "≤ 50 ms", first.median <= 0.050),
    ]


def _everyone(analyst: Analyst, names: tuple[str, ...], sides: dict[str, str]) -> None:
    """Analyse all symbols as a queue of two workers does."""
    batches = [names[first : first + BATCH] for first in range(0, len(names), BATCH)]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda batch: analyst.analyse(batch, sides), batches))


def _need_agreement(analyst: Analyst, frames: dict[str, pd.DataFrame], name: str) -> None:
    """Fail unless the peer computes the same."""
    ours = analyst.analyse([name], {name: "BUY"})[name]["opportunity_score"]["score"]
    theirs = deep_pandas.score(frames["1d"], "BUY")
    if abs(ours - theirs) > 1e-6:
        raise ValueError(f"the score is {ours}, and {theirs} in pandas")


def _market() -> dict[str, Panel]:
    """Return panels of all symbols: random walks on real sessions, the slower ones made of the faster."""
    days = us_calendar().sessions_between(LAST - dt.timedelta(days=2 * DAYS), LAST)[-DAYS:]
    daily = _walks(days * _DAY_US, days, np.zeros(DAYS), "1d")
    minute = np.arange(78) * 5.0
    sessions = np.repeat(days[-27:], 78)
    minutes = np.tile(minute, 27)
    starts = us_calendar().open_of(sessions) + (minutes / 5).astype(np.int64) * _STEP_US
    early = minutes < us_calendar().minutes_in(sessions)
    fast = _walks(*(x[early][-INTRADAY:] for x in (starts, sessions, minutes)), "5m")
    few = {"5m": fast, "1h": slower_panel(fast, "1h"), "1d": daily, "1w": slower_panel(daily, "1w")}
    return {timeframe: _repeated(panel) for timeframe, panel in few.items()}


def _walks(start: np.ndarray, session: np.ndarray, minute: np.ndarray, timeframe: str) -> Panel:
    n, rng = start.size, np.random.default_rng(7)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.01, (DIFFERENT, n)), axis=1)).ravel()
    open_ = close * np.exp(rng.normal(0, 0.004, close.size))
    high = np.maximum(open_, close) * (1 + rng.exponential(0.003, close.size))
    low = np.minimum(open_, close) * (1 - rng.exponential(0.003, close.size))
    columns = {"open": open_, "high": high, "low": low, "close": close}
    columns |= {"volume": 1e6 * np.exp(rng.normal(0, 0.5, close.size))}
    columns |= {"session": np.tile(session.astype(float), DIFFERENT), "minute": np.tile(minute, DIFFERENT)}
    names = tuple(f"S{number:05}" for number in range(DIFFERENT))
    return Panel(names, np.arange(DIFFERENT + 1) * n, np.tile(start, DIFFERENT), columns, timeframe=timeframe)


def _repeated(panel: Panel) -> Panel:
    """Return the same bars under many more names."""
    often = SYMBOLS // DIFFERENT
    lengths = np.tile(np.diff(panel.starts), often)
    return replace(
        panel,
        symbols=tuple(f"S{number:05}" for number in range(SYMBOLS)),
        starts=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        time=np.tile(panel.time, often),
        columns={name: np.tile(column, often) for name, column in panel.columns.items()},
    )


def _frame(panel: Panel) -> pd.DataFrame:
    """Return the first symbol's bars as the peer has them."""
    names = ("open", "high", "low", "close", "volume")
    return pd.DataFrame({name: panel.columns[name][: panel.starts[1]] for name in names})


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23), dt.UTC)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
