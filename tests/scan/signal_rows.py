"""Rows for the life of signals: drawn on drawn bars, and the report that a scan over history would make of them."""

from __future__ import annotations

import numpy as np

from tapehawk.core.instants import microseconds, rfc3339
from tapehawk.core.kernels.outcomes import LEVEL, OPEN
from tapehawk.core.outcomes import closed_at
from tapehawk.core.panel import Panel
from tapehawk.core.signal_clock import Clock
from tapehawk.scan.report import Report
from tests.core.signal_tape import drawn

SERIES = "us:test:sip:none:consolidated"
PATTERNS = ("up", "again")


def begins(panel: Panel, bar: int) -> int:
    """Return when a bar begins, as rows say it: a daily one at the session's open."""
    if panel.timeframe != "1d":
        return int(panel.time[bar])
    return int(Clock.of(panel).calendar.open_of(panel.columns["session"][[bar]].astype(np.int64))[0])


def row_of(panel: Panel, bar: int, *, side=1, entry=100.0, stop=98.0, pattern="up", scanner="x", **facts) -> dict:
    """Return the row of a hit at a place of the panel."""
    symbol = panel.symbols[int(np.searchsorted(panel.starts, bar, side="right")) - 1]
    at = rfc3339(begins(panel, bar))
    return {
        "symbol": symbol, "bar_time": at, "available_at": rfc3339(int(closed_at(panel, np.array([bar]))[0])),
        "scanner": scanner, "pattern": pattern, "direction": "BUY" if side > 0 else "SELL", "entry": entry,
        "stop": stop, "target1": 2 * entry - stop, "target2": 3 * entry - 2 * stop, "confidence": 50.0, "score": 50.0,
        "volume": 1e6, "atr": 1.0, "rvol": 1.0, "position_size": 10.0, "size_reason": None,
        "risk_amount": 10 * abs(entry - stop), "phase": "regular", "confluence_factors": [], "labels": [], **facts,
    }  # fmt: skip


def drawn_rows(seed: int, timeframe: str) -> tuple[Panel, list[dict]]:
    """Draw a panel and rows on it, of two patterns; some are known at their bar's open, some have no side."""
    panel, signals = drawn(seed, timeframe)
    rng, rows = np.random.default_rng(seed + 1), {}
    traded = ~np.isnan(panel.columns["close"][signals.bar])
    for k in np.flatnonzero((signals.kind != LEVEL) & traded):
        levels = {name: float(getattr(signals, name)[k]) for name in ("entry", "stop")}
        said = {"pattern": PATTERNS[rng.integers(2)], "score": float(rng.integers(0, 100))}
        row = row_of(panel, int(signals.bar[k]), side=signals.side[k], **levels, **said)
        if signals.kind[k] == OPEN:
            row["available_at"] = row["bar_time"]
        if rng.random() < 0.1:
            row |= {"direction": "NONE", "stop": None, "target1": None, "target2": None}
        rows[row["pattern"], row["symbol"], row["bar_time"]] = row
    return panel, sorted(rows.values(), key=lambda row: (row["bar_time"], row["symbol"], row["pattern"]))


def report_of(panel: Panel, rows: list[dict]) -> Report:
    """Return rows as the report of a range."""
    names = list(rows[0])
    columns = {name: [row[name] for row in rows] for name in names}
    for name in ("bar_time", "available_at"):
        columns[name] = np.array([microseconds(row[name]) for row in rows], dtype=np.int64)
    for name in ("entry", "stop", "target1", "target2", "confidence", "score", "volume"):
        columns[name] = np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)
    sessions, _ = Clock.of(panel).located(columns["bar_time"])
    return Report("scan", "x", "2024-03-01", SERIES, "test", (), columns, sessions, (), is_range=True)
