"""From what a search found to rows: levels, confidence and size of each hit, prices as traded, in one total order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.scanner import AT_OPEN, NONE, Setup
from tapehawk.core.search import Found, Step
from tapehawk.core.sessions import PHASES, calendar_named
from tapehawk.core.signals import (
    OWN,
    Budget,
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
UNKNOWN: Final = "UNKNOWN"
Values: TypeAlias = list[Any] | npt.NDArray[Any]
"""A column of rows: numbers as an array (times int64, else float64 with NaN for null), anything else as a list."""
Columns: TypeAlias = dict[str, Values]
HOUSE: Final = (
    "symbol", "bar_time", "available_at", "scanner", "pattern", "direction", "entry", "stop", "target1", "target2",
    "confidence", "score", "volume", "atr", "rvol", "position_size", "size_reason", "risk_amount", "phase",
    "confluence_factors", "labels",
)  # fmt: skip


@dataclass(frozen=True)
class Hits:
    """The hits of one setup as columns of equal length; `session` and `dollar_volume` order them.

    `steps`: its funnel. `symbols`: how many symbols have any of the bars that were asked for. `which`: their places
    among what was found, some of which had no sound levels.
    """

    setup: Setup
    columns: Columns
    session: Ints
    dollar_volume: Floats
    steps: tuple[Step, ...]
    symbols: int
    which: Ints


def sound(found: Found) -> tuple[Flags, Floats]:
    """Say which hits have levels that make sense, and return the score of each."""
    at = _traded(found)
    _, _, ok = _valid(found.setup, at)
    return ok, _scores(found.setup, at)[0]


def _valid(setup: Setup, at: Mapping[str, Floats]) -> tuple[Floats, Floats, Flags]:
    """Return each hit's entry and stop, and whether they make sense."""
    entry = at["entry"]
    stop = at.get("stop", np.full(entry.size, np.nan))
    return entry, stop, valid_levels(setup.direction, entry, stop)


def hits_of(found: Found, panel: Panel, risk: Risk) -> Hits:
    """Return one setup's hits, without those whose levels make no sense (a step of the funnel counts them)."""
    at = _traded(found)
    entry, stop, ok = _valid(found.setup, at)
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
        **_own(found.setup, at),
    }
    return Hits(found.setup, columns, session, at["dollar_volume"], steps, found.symbols, np.flatnonzero(ok))


def _own(setup: Setup, at: Mapping[str, Floats]) -> Columns:
    """Return the scanner's own columns, its grades in words."""
    own: Columns = {name.removeprefix(OWN): column for name, column in at.items() if name.startswith(OWN)}
    graded = {name: _said(at[OWN + name], words) for name, words in setup.words.items()}
    return own | graded


def _said(grades: Floats, words: tuple[str, ...]) -> list[str]:
    return [UNKNOWN if np.isnan(grade) else words[int(grade)] for grade in grades]


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
    score, graded, factors = _scores(setup, at)
    return {
        "entry": at["entry"],
        **_levels(setup, at, Budget.of(risk, phases, lot)),
        "confidence": graded,
        "score": score,
        "volume": at["volume"],
        "atr": at["atr"],
        "rvol": at["rvol"],
        "phase": phases,
        "confluence_factors": factors,
    }


def _scores(setup: Setup, at: Mapping[str, Floats]) -> tuple[Floats, Floats, list[list[str]]]:
    """Return each hit's score, its confidence and the factors of that; where the table has no base it is the score."""
    own = at.get("score", np.full(at["entry"].size, np.nan))
    if setup.base is None:
        return own, own, [[] for _ in own]
    graded, factors = confidence(setup.base, at)
    return (graded if setup.score is None else own), graded, factors


def _levels(setup: Setup, at: Mapping[str, Floats], budget: Budget) -> Columns:
    entry = at["entry"]
    if setup.direction is NONE:
        null = np.full(entry.size, np.nan)
        nothing: Columns = dict.fromkeys(("stop", "target1", "target2", "position_size", "risk_amount"), null)
        return {**nothing, "size_reason": [None] * entry.size}
    size, reasons = position_size(entry, at["stop"], at["usual_volume"], budget)
    one, two = targets(entry, at["stop"])
    return {
        "stop": at["stop"],
        "target1": one,
        "target2": two,
        "position_size": size,
        "size_reason": reasons,
        "risk_amount": size * np.abs(entry - at["stop"]),
    }


def ordered(hits: list[Hits], *, by_session: bool, by_time: bool = False) -> tuple[Columns, Ints]:
    """Put the hits of several setups together: by session for a range, then score, dollar volume, symbol, pattern.

    `by_time`: within a session by time first, so that no row stands before an earlier one for what came later.
    Returns the columns (a setup without some column has null there) and each row's session.
    """
    names = list(dict.fromkeys([*HOUSE, *(name for one in hits for name in one.columns)]))
    joined = {name: _joined([_column(one, name) for one in hits]) for name in names}
    session = np.concatenate([one.session for one in hits])
    score = np.concatenate([one.columns["score"] for one in hits])
    dollars = np.concatenate([one.dollar_volume for one in hits])
    last = np.array([f"{s}\0{p}" for s, p in zip(joined["symbol"], joined["pattern"], strict=True)], dtype=np.str_)
    keys = (joined["bar_time"], last, -np.nan_to_num(dollars), -np.nan_to_num(score, nan=-1.0))
    before = (joined["bar_time"],) if by_time else ()
    order = np.lexsort((*keys, *before, session) if by_session else keys)
    return {name: taken(column, order) for name, column in joined.items()}, session[order]


def _column(one: Hits, name: str) -> Values:
    return one.columns.get(name, np.full(one.session.size, np.nan))


def _joined(parts: list[Values]) -> Values:
    if any(isinstance(part, list) for part in parts):
        return [value for part in parts for value in (part if isinstance(part, list) else [None] * part.size)]
    return np.concatenate(parts)


def taken(column: Values, rows: Ints) -> Values:
    """Return some of a column's values."""
    return [column[i] for i in rows] if isinstance(column, list) else column[rows]
