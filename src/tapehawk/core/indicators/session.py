"""What a session has done so far, and what it usually does by then. On daily bars a session is one bar.

A session is that of the asked hours: regular ones begin at 09:30, extended ones at 04:00 New York time.
"""

from __future__ import annotations

from tapehawk.core.columns import high, low, minute, open_, session, volume
from tapehawk.core.expr import Expr, call, make
from tapehawk.core.indicators.bounds import bars
from tapehawk.core.timeframes import BAR_MINUTES, SESSION_BARS


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

    A session without a trade in that minute counts with what it had traded by then; one without any bar is none. On
    daily bars: the mean volume of the `length` sessions before.

    Unit: shares. `length` is 1–250 sessions. Warm-up: `length` sessions; exact. Source: glossary 5.
    """
    n = bars(length, "length", most=250)
    so_far = volume_so_far()
    return make("usual_so_far", (so_far, session, minute), (n, BAR_MINUTES, SESSION_BARS), power=so_far.power)


def rvol_tod(length: int = 20) -> Expr:
    """Relative volume by time of day: volume of the session so far over what is usual by this minute.

    Unit: times usual. `length` is 1–250 sessions. Warm-up: `length` sessions; exact. Source: glossary 5.
    """
    return volume_so_far() / volume_so_far_usual(length)
