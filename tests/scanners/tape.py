"""Hand-made tapes: bars written as numbers, put on the exchange's calendar, and what a scanner finds on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.search import find
from tapehawk.core.sessions import crypto_calendar, day_number, us_calendar
from tapehawk.core.slower import MINUTES
from tapehawk.core.watch import Found, Watch

Bar = tuple[float, float, float, float, float]  # open, high, low, close, volume
PRICES = ("open", "high", "low", "close", "volume")
START = dt.date(2022, 1, 3)


@dataclass(frozen=True)
class Minute:
    """An intraday bar: which session it is of (0 the first), minutes since the open of the tape's hours, the bar."""

    session: int
    minute: float
    bar: Bar


def calm(count: int, price: float = 100.0, volume: float = 1e6) -> list[Bar]:
    """Bars that no scanner cares for: half a percent wide around a price, closing where they opened."""
    return [(price, price * 1.0025, price * 0.9975, price, volume)] * count


def daily(*bars: Bar, raw: Mapping[str, Sequence[float]] | None = None, timeframe: str = "1d") -> Panel:
    """Return a panel of one symbol with a bar a session."""
    return market({"AAA": bars}, raw=raw, timeframe=timeframe)


def market(
    tapes: Mapping[str, Sequence[Bar]], *, raw: Mapping[str, Sequence[float]] | None = None, timeframe: str = "1d"
) -> Panel:
    """Return a panel of daily bars of several symbols, all from the same first session."""
    days = sessions(max(map(len, tapes.values())))
    parts = [days[: len(bars)] for bars in tapes.values()]
    session = np.concatenate(parts)
    columns = _columns([bar for bars in tapes.values() for bar in bars], raw)
    columns |= {"session": session.astype(float), "minute": np.zeros(session.size)}
    starts = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return Panel(tuple(tapes), starts, session * 86_400_000_000, columns, timeframe=timeframe)


def intraday(
    timeframe: str, minutes: Iterable[Minute], *, hours: str = "regular", calendar: str = "us", symbol: str = "AAA"
) -> Panel:
    """Return a panel of one symbol's intraday bars."""
    bars = list(minutes)
    days = sessions(1 + max(bar.session for bar in bars), calendar)
    session = np.array([days[bar.session] for bar in bars])
    minute = np.array([bar.minute for bar in bars], dtype=float)
    opens = (crypto_calendar() if calendar == "crypto" else us_calendar()).open_of(session, hours)
    columns = _columns([bar.bar for bar in bars], None) | {"session": session.astype(float), "minute": minute}
    time = opens + (minute * 60_000_000).astype(np.int64)
    starts = np.array([0, len(bars)], dtype=np.int64)
    return Panel((symbol,), starts, time, columns, timeframe=timeframe, hours=hours, calendar=calendar)


def full_sessions(
    timeframe: str, count: int, bar: Bar = (100.0, 100.25, 99.75, 100.0, 1e5), *, first: int = 0
) -> list[Minute]:
    """Return whole regular sessions of equal bars."""
    step = MINUTES[timeframe]
    return [Minute(first + day, at, bar) for day in range(count) for at in range(0, 390, step)]


def sessions(count: int, calendar: str = "us") -> np.ndarray:
    """Return the days of the first sessions from START."""
    if calendar == "crypto":
        return day_number(START) + np.arange(count)
    return us_calendar().sessions_between(START, START + dt.timedelta(days=2 * count + 10))[:count]


def _columns(bars: Sequence[Bar], raw: Mapping[str, Sequence[float]] | None) -> dict[str, np.ndarray]:
    table = np.array(bars, dtype=float).reshape(-1, 5)
    columns = {name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(PRICES)}
    return columns | {f"raw.{name}": np.array(values, dtype=float) for name, values in (raw or {}).items()}


def found(scanner: Scanner, panel: Panel, *, everywhere: bool = False) -> dict[str, Found]:
    """Return what every pattern of a scanner finds on any bar, with its levels, score and shown columns."""
    setups = setups_for(scanner, panel.timeframe)
    shown = tuple(
        {
            "entry": s.entry,
            **({"stop": s.stop} if s.stop is not None else {}),
            **({"score": s.score} if s.score is not None else {}),
            **s.show,
        }
        for s in setups
    )
    watch = Watch(scanner.type(), scanner.universe(), setups, shown)
    every_bar = find(
        panel, [watch], lambda block: np.full(block.n_bars, 2, dtype=np.uint8), threads=1, everywhere=everywhere
    )
    return {one.setup.pattern: one for one in every_bar}


def hits(scanner: Scanner, panel: Panel) -> list[tuple[str, int]]:
    """Return the patterns that fired and the bar they fired on, counted from the end (-1 is the last bar)."""
    return [(pattern, int(bar) - panel.n_bars) for pattern, one in found(scanner, panel).items() for bar in one.bar]


def at_last(scanner: Scanner, panel: Panel) -> list[str]:
    """Return the patterns that fired on the last bar."""
    return [pattern for pattern, bar in hits(scanner, panel) if bar == -1]


def shown(scanner: Scanner, panel: Panel, pattern: str) -> dict[str, float]:
    """Return what a pattern shows on the last bar, where it fired."""
    one = found(scanner, panel)[pattern]
    assert one.bar.size, f"{pattern} did not fire"
    assert one.bar[-1] == panel.n_bars - 1
    return {name: float(column[-1]) for name, column in one.columns.items()}


def mirrored(bars: Sequence[Bar], around: float = 100.0) -> list[Bar]:
    """Return the tape upside down, so that a rise is a fall of as many dollars."""
    return [(2 * around - o, 2 * around - l, 2 * around - h, 2 * around - c, v) for o, h, l, c, v in bars]
