"""From what a search found to rows: levels, confidence and size of each hit, prices as traded, in one total order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.scanner import AT_OPEN, NONE, Setup
from tapehawk.core.search import Found, Step
from tapehawk.core.sessions import PHASES, calendar_named
from tapehawk.core.signals import (
    OWN,
    RISK_BY_PHASE,
    Risk,
    confidence,
    position_size,
    signal_powers,
    targets,
    valid_levels,
)
from tapehawk.core.slower import MINUTES

MINUTE_US = 60_000_000
CRYPTO_LOT = 1e-8
Columns = dict[str, Any]
HOUSE: Final = (
    "symbol", "bar_time", "available_at", "scanner", "pattern", "direction", "entry", "stop", "target1", "target2", "confidence",
    "score", "volume", "atr", "rvol", "position_size", "risk_amount", "phase", "confluence_factors", "labels",
)  # fmt: skip


@dataclass(frozen=True)
class Hits:
    """The hits of one setup as columns of equal length; `session` and `dollar_volume` order them. `steps`: its funnel."""

    setup: Setup
    columns: Columns
    session: Ints
    dollar_volume: Floats
    steps: tuple[Step, ...]


def hits_of(found: Found, panel: Panel, risk: Risk) -> Hits:
    """Return one setup's hits, without those whose levels make no sense (a step of the funnel counts them)."""
    at = _traded(found)
    entry, stop = at["entry"], at.get("stop", np.full(found.bar.size, np.nan))
    ok = valid_levels(found.setup.direction, entry, stop)
    steps = (*found.steps, Step("valid levels", int(ok.sum()), int((~ok & np.isnan(entry - stop)).sum())))
    at, symbol, bar = {name: column[ok] for name, column in at.items()}, found.symbol[ok], found.bar[ok]
    session = panel.columns["session"][bar].astype(np.int64)
    columns = {
        "symbol": [panel.symbols[i] for i in symbol],
        **_times(panel, bar, session, found.setup),
        "scanner": [found.scanner] * bar.size,
        "pattern": [found.setup.pattern] * bar.size,
        "direction": [str(found.setup.direction)] * bar.size,
        **_signal(found.setup, at, _phases(panel, bar), risk, CRYPTO_LOT if panel.calendar == "crypto" else 1.0),
        "labels": [list(panel.labels)] * bar.size,
        **{name.removeprefix(OWN): column for name, column in at.items() if name.startswith(OWN)},
    }
    return Hits(found.setup, columns, session, at["dollar_volume"], steps)


def _traded(found: Found) -> dict[str, Floats]:
    """Return the shown columns with adjusted prices and volumes turned into those of the bar's day."""
    ratio = found.columns["traded"] / found.columns["adjusted"]
    powers = signal_powers(found.setup)
    return {name: column * ratio ** powers[name] if powers[name] else column for name, column in found.columns.items()}


def _times(panel: Panel, bar: Ints, session: Ints, setup: Setup) -> Columns:
    calendar = calendar_named(panel.calendar)
    if panel.timeframe in MINUTES:
        start = panel.time[bar]
        known = (
            start
            if setup.known == AT_OPEN
            else np.minimum(start + MINUTES[panel.timeframe] * MINUTE_US, calendar.close_of(session, panel.hours))
        )
        return {"bar_time": start, "available_at": known}
    first, last = calendar.week_of(session) if panel.timeframe == "1w" else (session, session)
    opened, closed = calendar.open_of(first), calendar.close_of(last)
    return {"bar_time": opened, "available_at": opened if setup.known == AT_OPEN else closed}


def _phases(panel: Panel, bar: Ints) -> list[str]:
    if panel.calendar == "crypto":
        return ["continuous"] * bar.size
    if panel.timeframe not in MINUTES:
        return ["regular"] * bar.size
    return [PHASES[code] for code in calendar_named(panel.calendar).phases(panel.time[bar])]


def _signal(setup: Setup, at: Mapping[str, Floats], phases: list[str], risk: Risk, lot: float) -> Columns:
    """Return levels, confidence and size. A hit without a side has none of them but a score."""
    count, null = len(phases), np.full(len(phases), np.nan)
    score = at.get("score", null)
    graded, factors = (score, [[] for _ in range(count)]) if setup.base is None else confidence(setup.base, at)
    levels: Columns = {"stop": null, "target1": null, "target2": null, "position_size": null, "risk_amount": null}
    if setup.direction is not NONE:
        multiplier = np.array([RISK_BY_PHASE[phase] for phase in phases])
        size = position_size(at["entry"], at["stop"], at["usual_volume"], multiplier, risk, lot)
        one, two = targets(at["entry"], at["stop"])
        levels = {
            "stop": at["stop"],
            "target1": one,
            "target2": two,
            "position_size": size,
            "risk_amount": size * np.abs(at["entry"] - at["stop"]),
        }
    return {
        "entry": at["entry"],
        **levels,
        "confidence": graded,
        "score": graded if setup.score is None else score,
        "volume": at["volume"],
        "atr": at["atr"],
        "rvol": at["rvol"],
        "phase": phases,
        "confluence_factors": factors,
    }


def ordered(hits: list[Hits], *, by_session: bool) -> tuple[Columns, Floats]:
    """Put the hits of several setups together: by session for a range, then score, dollar volume, symbol, pattern.

    Returns the columns (a setup without some column has null there) and each row's session.
    """
    names = list(dict.fromkeys([*HOUSE, *(name for one in hits for name in one.columns)]))
    joined = {name: _joined([_column(one, name) for one in hits]) for name in names}
    session = _joined([one.session for one in hits])
    score, dollars, bar = (
        _joined([one.columns["score"] for one in hits]),
        _joined([one.dollar_volume for one in hits]),
        joined["bar_time"],
    )
    last = np.array([f"{s}\0{p}" for s, p in zip(joined["symbol"], joined["pattern"], strict=True)])
    keys = (bar, last, -np.nan_to_num(dollars), -np.nan_to_num(score, nan=-1.0))
    order = np.lexsort((*keys, session) if by_session else keys)
    return {name: _taken(column, order) for name, column in joined.items()}, session[order]


def _column(one: Hits, name: str) -> Any:
    return one.columns.get(name, np.full(one.session.size, np.nan))


def _joined(parts: list[Any]) -> Any:
    if any(isinstance(part, list) for part in parts):
        return [value for part in parts for value in part]
    return np.concatenate(parts) if parts else np.empty(0)


def _taken(column: Any, order: npt.NDArray[np.int64]) -> Any:
    return [column[i] for i in order] if isinstance(column, list) else column[order]


Keep = Callable[[Columns], Columns]
