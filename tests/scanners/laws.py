"""The laws of scanners, on every column a scanner computes: its conditions, levels, triggers, score and what it shows.

They are laws about columns and not about hits, which are too rare to be broken visibly: a look-ahead and a lag of nine
bars once passed tests on hits.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import Expr
from tapehawk.core.panel import Panel
from tapehawk.core.plan import nodes
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.sessions import us_calendar
from tapehawk.core.slower import MINUTES
from tapehawk.core.state import copied, equal
from tapehawk.core.timeframes import for_bars
from tapehawk.core.warmup import Bars, warmup
from tests.scanners.tape import PRICES, sessions

SESSION_BARS = {"regular": 13, "extended": 32}  # half-hour bars
SYMBOLS = ("AAA", "BBB", "CCC")


def market(timeframe: str, hours: str = "regular") -> Panel:
    """Return three random walks over whole sessions, long enough for every warm-up, with a split half way."""
    per_session = SESSION_BARS[hours] if timeframe in MINUTES else 1
    days = sessions(760 if per_session == 1 else 45)
    n, rng = days.size * per_session, np.random.default_rng(1)
    session = np.repeat(days, per_session)
    minute = np.tile(np.arange(per_session) * 30.0, days.size)
    walks = [_walk(n, rng) for _ in SYMBOLS]
    columns = {name: np.concatenate([walk[name] for walk in walks]) for name in walks[0]}
    columns |= {"session": np.tile(session.astype(float), 3), "minute": np.tile(minute, 3)}
    opens = us_calendar().open_of(session, hours)
    time = (opens + (minute * 60e6).astype(np.int64)) if timeframe in MINUTES else session * 86_400_000_000
    return Panel(SYMBOLS, np.arange(4) * n, np.tile(time, 3), columns, timeframe=timeframe, hours=hours)


def _walk(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    close = 80.0 * np.exp(np.cumsum(rng.normal(0, 0.02, n)))
    open_ = close * np.exp(rng.normal(0, 0.01, n))
    above, below = 1 + rng.exponential(0.005, n), 1 - rng.exponential(0.005, n)
    high, low = np.maximum(open_, close) * above, np.minimum(open_, close) * below
    bars = {"open": open_, "high": high, "low": low, "close": close, "volume": 2e6 * np.exp(rng.normal(0, 0.8, n))}
    factor = np.where(np.arange(n) < n // 2, 0.5, 1.0)
    traded = {f"raw.{name}": x / factor if name == "volume" else x * factor for name, x in bars.items()}
    return bars | traded


def length(panel: Panel) -> int:
    """Return how many bars each symbol has."""
    return panel.n_bars // len(panel.symbols)


def piece(panel: Panel, first: int, last: int) -> Panel:
    """Return bars first … last - 1 of every symbol."""
    return rearranged(panel, range(len(panel.symbols)), slice(first, last))


def rearranged(panel: Panel, order: range | list[int], bars: slice = slice(None)) -> Panel:
    """Return some bars of some symbols, in another order."""
    n = length(panel)
    rows = np.concatenate([np.arange(n)[bars] + i * n for i in order])
    columns = {name: np.ascontiguousarray(column[rows]) for name, column in panel.columns.items()}
    starts = np.arange(len(order) + 1) * (rows.size // max(len(order), 1))
    names = tuple(panel.symbols[i] for i in order)
    return Panel(names, starts, panel.time[rows], columns, timeframe=panel.timeframe, hours=panel.hours)


def columns_of(scanner: Scanner, timeframe: str) -> dict[str, Expr]:
    """Return everything a scanner computes, by name."""
    columns = {f"universe: {name}": x for name, x in scanner.universe().items()}
    for setup in setups_for(scanner, timeframe):
        own = {**setup.when, "entry": setup.entry, "stop": setup.stop, "score": setup.score, **setup.show}
        columns |= {f"{setup.pattern}: {name}": x for name, x in own.items() if x is not None}
        if setup.trigger is not None:
            armed = {**setup.trigger.when, "level": setup.trigger.level, "stop": setup.trigger.stop}
            columns |= {f"{setup.pattern}, trigger: {name}": x for name, x in armed.items()}
    return columns


def computed(columns: dict[str, Expr], panel: Panel, state: dict | None = None) -> np.ndarray:
    """Return the columns over a panel as numbers, (columns, symbols, bars); masks as 0, 0.5 (unknown), 1."""
    arrays = evaluate(panel.block(0, len(panel.symbols)), *columns.values(), state=state)
    table = np.array([array / 2.0 if array.dtype == np.uint8 else array for array in arrays])
    return table.reshape(len(columns), len(panel.symbols), -1)


def same(columns: dict[str, Expr], a: np.ndarray, b: np.ndarray) -> None:
    """Fail naming the columns that differ in any bit."""
    differ = [name for name, x, y in zip(columns, a, b, strict=True) if not np.array_equal(x, y, equal_nan=True)]
    assert differ == []


# ------------------------------------------------------------------------------------------------- the laws


def the_future_changes_nothing(scanner: Scanner, panel: Panel, at: int) -> None:
    columns = columns_of(scanner, panel.timeframe)
    whole, cut = computed(columns, panel), computed(columns, piece(panel, 0, at))
    same(columns, whole[:, :, :at], cut)


def cutting_changes_nothing(scanner: Scanner, panel: Panel, cuts: list[int]) -> None:
    columns = columns_of(scanner, panel.timeframe)
    kept, also_kept = {}, {}
    whole = computed(columns, panel, kept)
    pieces = [computed(columns, piece(panel, a, b), also_kept) for a, b in pairwise((0, *cuts, length(panel))) if b > a]
    same(columns, whole, np.concatenate(pieces, axis=2))
    assert equal(kept, also_kept), "states differ"


def symbols_are_independent(scanner: Scanner, panel: Panel) -> None:
    columns = columns_of(scanner, panel.timeframe)
    together = computed(columns, panel)
    for order in ([2, 0, 1], [1], [0, 2]):
        same(columns, together[:, order], computed(columns, rearranged(panel, order)))


def nulls_stand_only_before_the_stated_history(scanner: Scanner, panel: Panel) -> None:
    """Exactly before it, where nothing can be decided by one side alone."""
    columns, bars = columns_of(scanner, panel.timeframe), Bars(panel.timeframe, panel.hours, panel.calendar)
    for name, x, column in zip(columns, columns.values(), computed(columns, panel), strict=True):
        unknown = np.isnan(column) if x.kind == "number" else column == 0.5
        settled = for_bars(x, panel.timeframe, panel.hours, panel.calendar)
        first = warmup(settled, bars)
        assert first < length(panel), f"{name}: the panel is too short"
        assert not unknown[:, first:].any(), f"{name}: null after {first} bars"
        if not any(is_decided_early(node, bars) for node in nodes(settled)):
            assert unknown[:, :first].all(), f"{name}: known before {first} bars"


def is_decided_early(x: Expr, bars: Bars) -> bool:
    """Say whether one side may decide while another is still unknown: `and`, `or`, a choice of unequal histories."""
    return x.op in ("and", "or") or (x.op == "where" and len({warmup(arg, bars) for arg in x.args[1:]}) > 1)


def a_revised_bar_leaves_no_trace(scanner: Scanner, panel: Panel, at: int) -> None:
    """Bar `at` came wrong and was followed by others; from the checkpoint before it all is played again."""
    columns, end = columns_of(scanner, panel.timeframe), min(at + 5, length(panel))
    right_state: dict = {}
    right = computed(columns, piece(panel, 0, end), right_state)
    state: dict = {}
    computed(columns, piece(panel, 0, at), state)
    checkpoint = copied(state)
    computed(columns, wrong(piece(panel, at, end)), state)
    replayed = computed(columns, piece(panel, at, end), checkpoint)
    same(columns, right[:, :, at:], replayed)
    assert equal(right_state, checkpoint), "states differ"


def wrong(panel: Panel) -> Panel:
    """Return the bars with prices and volumes that were revised later."""
    n = length(panel)
    spoiled = {name: column.copy() for name, column in panel.columns.items()}
    for name in PRICES:
        spoiled[name][::n] *= 1.5
    return Panel(panel.symbols, panel.starts, panel.time, spoiled, timeframe=panel.timeframe, hours=panel.hours)
