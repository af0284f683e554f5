"""Signals of the simulated market for a user, so that pages that list them have something to list.

They stand on real bars of the store, at its prices, with every status and outcome in turn; none was found by a scanner.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.app.market_data import BarsWanted
from tapehawk.app.settings import settings
from tapehawk.core.errors import NotFound
from tapehawk.core.instants import microseconds
from tapehawk.core.signal_record import Change, SetupKey, Signal
from tapehawk.data.store import read_symbols
from tapehawk.scan.symbol_bars import Page

PATTERNS: Final = (
    ("breakout", "resistance_break", "BUY"),
    ("breakout", "support_break", "SELL"),
    ("momentum", "up", "BUY"),
    ("gap", "continuation_down", "SELL"),
    ("volume_spike", "up", "BUY"),
)
TIMEFRAMES: Final = ("5m", "1d")
PHASES: Final = ("regular", "regular", "premarket", "after_hours")


def give(environment: dict[str, str], email: str, count: int) -> int:
    """Give a user so many signals, the newest bars' first; return how many are new."""
    house = House(settings(environment=environment))
    try:
        found = list(itertools.islice(_signals(house), count))
        with house.database.write() as records:
            user = records.users.by_email(email)
            assert user is not None, email
            return records.of(user.id).signals.keep(found)
    finally:
        house.close()


def _signals(house: House) -> Iterator[Signal]:
    names = sorted(read_symbols(house.known.store)["symbol"].unique().to_list())
    bars = [(name, of, list(reversed(_bars(house, name, of)))) for name in names for of in TIMEFRAMES]
    number = itertools.count()
    for place in range(400):
        for (scanner, pattern, direction), (name, timeframe, its) in itertools.product(PATTERNS, bars):
            if place < len(its):
                about = SetupKey(scanner, pattern, name, "sim", timeframe, "")
                yield _signal(next(number), its[place], about, direction)


def _bars(house: House, name: str, timeframe: str) -> list[dict[str, Any]]:
    try:
        return list(house.market_data.bars(name, BarsWanted(timeframe, page=Page(limit=400)))["bars"])
    except NotFound:
        return []


def _signal(number: int, bar: dict[str, Any], about: SetupKey, direction: str) -> Signal:
    key = SetupKey(about.scanner, about.pattern, about.symbol, about.series, about.timeframe, bar["time"])
    entry, sign = float(bar["close"]), 1 if direction == "BUY" else -1
    risk = round(entry * 0.03, 2)
    row = {
        "symbol": key.symbol, "scanner": key.scanner, "pattern": key.pattern, "direction": direction,
        "bar_time": key.bar_time, "available_at": bar["end"], "phase": PHASES[number % len(PHASES)], "entry": entry,
        "stop": entry - sign * risk, "target1": entry + sign * 1.5 * risk, "target2": entry + sign * 3 * risk,
        "confidence": 50.0 + number % 50, "score": 40.0 + number % 60, "volume": int(bar["volume"] or 0),
        "atr": risk / 1.5, "rvol": 1.0 + number % 7 / 2, "position_size": 100.0, "risk_amount": 100 * risk,
        "confluence_factors": ["above its 50-day mean"], "labels": ["simulated"],
    }  # fmt: skip
    known = microseconds(bar["end"])
    return Signal(key, "regular", "us", "simulated", "close", row, _history(number, known, entry, sign * risk), "1")


def _history(number: int, known: int, entry: float, risk: float) -> tuple[Change, ...]:
    day = 86_400_000_000
    begun = Change("active", known)
    triggered = Change("triggered", known + day, price=entry)
    ends = {
        "success": (entry + 1.5 * risk, 1.5),
        "failure": (entry - risk, -1.0),
        "timed_out": (entry + 0.3 * risk, 0.3),
    }
    match number % 6:
        case 0:
            return (begun,)
        case 1:
            return begun, triggered
        case 2:
            return begun, Change("expired", known + day, "no_trade", "not triggered in time")
    outcome = ("success", "failure", "timed_out")[number % 3]
    price, r = ends[outcome]
    closed = Change("closed", known + 3 * day, outcome, "", price, None, r, min(r, -0.2), max(r, 0.4), 3)
    return begun, triggered, closed
