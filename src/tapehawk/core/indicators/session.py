"""What a session has done so far, and what it usually does by then. On daily bars a session is one bar.

A session is that of the asked hours: regular ones begin at 09:30, extended ones at 04:00 New York time.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tapehawk.core.columns import close, high, low, minute, open_, session, volume
from tapehawk.core.expr import Expr, call, make, number, on
from tapehawk.core.indicators.bounds import bars
from tapehawk.core.timeframes import BAR_MINUTES, OPEN_MINUTE, SESSION_BARS

_TYPICAL: Final = (high + low + close) / 3


def session_open() -> Expr:
    """Open of the session's first bar.

    Unit: price. Warm-up: none; exact from a session's first bar on. Source: definition.
    """
    return call("session_first", open_, session)


def session_high() -> Expr:
    """Highest high of the session so far, this bar included.

    Unit: price. Warm-up: none; exact from a session's first bar on. Source: definition.
    """
    return call("session_highest", high, session)


def session_low() -> Expr:
    """Lowest low of the session so far, this bar included.

    Unit: price. Warm-up: none; exact from a session's first bar on. Source: definition.
    """
    return call("session_lowest", low, session)


def volume_so_far() -> Expr:
    """Volume of the session so far, this bar included.

    Unit: shares. Warm-up: none; exact from a session's first bar on. Source: definition.
    """
    return call("session_sum", volume, session)


def volume_so_far_usual(length: int = 20) -> Expr:
    """Mean, over the `length` sessions before this one, of the volume traded up to the same minute of the session.

    A session without a trade in that minute counts with what it had traded by then; one without any bar is none. After
    a hole longer than `length` sessions (and a week) it begins anew. On daily bars: the mean volume of the `length`
    sessions before.

    Scanned live it remembers `length` + 1 sessions bar by bar, twice: of 10,000 symbols on 1-minute bars 1.3 GB for a
    length of 20, in extended hours 3.2 GB. Bars of 5 minutes take a fifth of that.

    Unit: shares. `length` is 1–250 sessions. Warm-up: `length` sessions; exact. Source: glossary 5.
    """
    n = bars(length, "length", most=250)
    so_far = volume_so_far()
    return make("usual_so_far", (so_far, session, minute), (n, BAR_MINUTES, SESSION_BARS, n), power=so_far.power)


def rvol_tod(length: int = 20) -> Expr:
    """Relative volume by time of day: volume of the session so far over what is usual by this minute.

    Unit: times usual. `length` is 1–250 sessions. Warm-up: `length` sessions; exact. Source: glossary 5.
    """
    return volume_so_far() / volume_so_far_usual(length)


def vwap() -> Expr:
    """Volume-weighted average price of the session so far, at (high + low + close) / 3; null before anything traded.

    Unit: price. Begins with the first bar of the asked hours. Warm-up: none; exact from a session's first bar on.
    Source: definition, glossary 8.
    """
    return call("session_sum", _TYPICAL * volume, session) / volume_so_far()


def anchored_vwap(anchor: Expr, x: Expr = _TYPICAL) -> Expr:
    """Volume-weighted average of x since the last bar at which the condition `anchor` became true, that bar included.

    Formula: sum(x × volume) / sum(volume) since the anchor. Unit: that of x. Seed: both sums begin at the anchor's bar.
    Warm-up: until the condition first becomes true; exact from a later one on. Source: Shannon, *Maximum Trading Gains
    with Anchored VWAP* (2023).
    """
    begun = number(anchor)
    return call("anchored_sum", x * volume, begun) / call("anchored_sum", volume, begun)


def gap() -> Expr:
    """Gap: open of the session over the close of the session before, 100 × (open / close - 1).

    Unit: percent. Warm-up: one session; exact. Source: glossary 1.
    """
    return (session_open() / on("1d", close) - 1) * 100


class OpeningRange(NamedTuple):
    """Highest high and lowest low of the opening minutes, price."""

    high: Expr
    low: Expr


def opening_range(minutes: int = 30) -> OpeningRange:
    """Opening range: extremes of the first `minutes` (1–390) of regular trading, from the bar on that completes them.

    Null before, in a session without a bar in those minutes, and where a bar reaches across their edge (as daily bars
    do). Unit: price. Warm-up: none beyond the session's own minutes; exact. Source: Crabel (1990), glossary 25.
    """
    numbers = (bars(minutes, "minutes", most=390), BAR_MINUTES, OPEN_MINUTE)
    top = make("opening_highest", (high, session, minute), numbers, power=high.power)
    return OpeningRange(top, make("opening_lowest", (low, session, minute), numbers, power=low.power))


class Pivots(NamedTuple):
    """The pivot and three levels above (r) and below (s) it, price."""

    pivot: Expr
    r1: Expr
    r2: Expr
    r3: Expr
    s1: Expr
    s2: Expr
    s3: Expr


def pivots() -> Pivots:
    """Floor traders' pivot points of the session before: p = (high + low + close) / 3 and levels on both sides.

    r1 = 2 p - low, r2 = p + range, r3 = r1 + range; s1 = 2 p - high, s2 = p - range, s3 = s1 - range, where range is
    high - low. Unit: price. Warm-up: one session; exact. Source: Person, *A Complete Guide to Technical Trading
    Tactics* (2004).
    """
    h, l, c = on("1d", high), on("1d", low), on("1d", close)
    p, reach = (h + l + c) / 3, h - l
    r1, s1 = p * 2 - l, p * 2 - h
    return Pivots(p, r1, p + reach, r1 + reach, s1, p - reach, s1 - reach)
