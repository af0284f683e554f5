"""Days that stand there twice: two bars of one session, or a session that repeats the one before to the last share.

A flat bar on the same few shares happens to thin names and is told only where most of the market does it at once.
"""

from __future__ import annotations

import numpy as np

from tapehawk.core.sessions import date_of
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.repairs import fetched_again
from tapehawk.data.quality.tape import Flags, Tape


def check(examined: Examined) -> list[Told]:
    """Tell the repeated sessions; one that most symbols repeat is told once."""
    tape = examined.days
    again = _again(tape)
    days, counts = np.unique(tape.session[again], return_counts=True)
    whole = [day for day, count in zip(days.tolist(), counts.tolist(), strict=True) if _most(examined, day, count)]
    own = again & (tape.high > tape.low) & ~np.isin(tape.session, whole)
    told = [_everywhere(day) for day in whole]
    told += [_of_symbol(examined, tape, int(row)) for row in np.flatnonzero(own)]
    return told + [_twice(examined, tape, int(row)) for row in np.flatnonzero(_same_session(tape))]


def _again(tape: Tape) -> Flags:
    same = tape.follows & (tape.volume > 0) & ~_same_session(tape)
    for column in (tape.open, tape.high, tape.low, tape.close, tape.volume):
        same &= column == np.concatenate(([np.nan], column[:-1]))
    return same


def _same_session(tape: Tape) -> Flags:
    same: Flags = tape.follows & (tape.session == np.concatenate(([-1], tape.session[:-1])))
    return same


def _most(examined: Examined, day: int, count: int) -> bool:
    return count >= 3 and count * 2 > examined.symbols_across(day)


def _everywhere(day: int) -> Told:
    detail = "most symbols repeat their bar of the session before: a day that was written twice"
    return Told(None, day, "error", detail, "import this session again: the newest revision wins")


def _of_symbol(examined: Examined, tape: Tape, row: int) -> Told:
    detail = f"prices and volume are those of {date_of(int(tape.session[row - 1]))}, to the last share"
    symbol, day = _name(tape, row), int(tape.session[row])
    return Told(symbol, day, "warning", detail, fetched_again(examined.series, date_of(day), [symbol]))


def _twice(examined: Examined, tape: Tape, row: int) -> Told:
    detail = f"two {examined.timeframe} bars of one session"
    return Told(_name(tape, row), int(tape.session[row]), "error", detail, "import this session again, dated once")


def _name(tape: Tape, row: int) -> str:
    return str(tape.names[tape.symbol[row]])
