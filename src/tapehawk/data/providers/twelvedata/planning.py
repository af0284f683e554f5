"""Which calls bring what is wanted: arithmetic on the calendar, nobody is asked.

A call takes several symbols and costs a credit for each; it brings 5,000 bars of each: the days of 19 years, or two
weeks of regular minutes. Weeks are cut at fixed Mondays, so that a block is the same in every wish.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Final

from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import CallPlan, Step, Wanted
from tapehawk.data.providers.twelvedata.plans import Plan

PAGE: Final = 5_000
"""Bars of one symbol in one answer, the vendor's most."""
AT_ONCE: Final = 20
"""Symbols of one call, where the plan has as many credits."""
FORTNIGHT: Final = dt.timedelta(days=14)
SOME_MONDAY: Final = dt.date(2020, 1, 6)
MINUTES_A_SESSION: Final = 390
BAR_BYTES: Final = 125


def planned(wanted: Wanted, plan: Plan) -> CallPlan:
    """Cut symbols into batches, and the dates of minutes into fortnights."""
    if wanted.symbols is None:
        raise BadInput("twelvedata has no route to the whole market", hint="name symbols or a universe")
    blocks = [
        (start, end, sessions)
        for start, end in _blocks(wanted)
        if (sessions := len(us_calendar().sessions_between(start, end)))
    ]
    batches = list(_batches(wanted.symbols, min(AT_ONCE, plan.credits)))
    steps = [_step(wanted, names, block) for names in batches for block in blocks]
    bars = sum(sessions for _, _, sessions in blocks) * _a_session(wanted.timeframe) * len(set(wanted.symbols))
    each = bars * BAR_BYTES // max(1, sum(step.calls for step in steps))
    made = CallPlan.of(steps, per_minute=plan.credits, bytes_each=each, note="")
    return CallPlan(made.steps, made.calls, made.credits, made.minutes, made.bytes, _note(made, plan))


def _note(made: CallPlan, plan: Plan) -> str:
    said = f"{made.credits:,} credits: one for each symbol in each of {made.calls:,} calls; regular hours only"
    if plan.a_day is None or made.credits <= plan.a_day:
        return said
    return f"{said}; {plan.a_day} credits a day: {math.ceil(made.credits / plan.a_day)} days"


def _step(wanted: Wanted, names: tuple[str, ...], block: tuple[dt.date, dt.date, int]) -> Step:
    start, end, sessions = block
    pages = math.ceil(sessions * _a_session(wanted.timeframe) / PAGE)
    one = len(names) == 1
    mark = names[0] if one else f"{len(names)}:{_digest(names)}"
    who = names[0] if one else f"{len(names)} symbols, {names[0]} to {names[-1]},"
    return Step(
        id=f"{wanted.timeframe}|{mark}|{start}|{end}",
        kind="symbol",
        what=f"{who} from {start} to {end}",
        timeframe=wanted.timeframe,
        symbols=names,
        start=start,
        end=end,
        hours="regular",
        calls=1 + (pages - 1) * len(names),
        credits=pages * len(names),
    )


def _batches(symbols: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    names = tuple(sorted(set(symbols)))
    return (names[start : start + most] for start in range(0, len(names), most))


def _blocks(wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    start = wanted.start
    while start <= wanted.end:
        next_block = start + FORTNIGHT - (start - SOME_MONDAY) % FORTNIGHT
        end = wanted.end if wanted.timeframe == "1d" else min(wanted.end, next_block - dt.timedelta(days=1))
        yield start, end
        start = end + dt.timedelta(days=1)


def _a_session(timeframe: str) -> int:
    return MINUTES_A_SESSION if timeframe == "1m" else 1


def _digest(symbols: tuple[str, ...]) -> str:
    return hashlib.blake2s(",".join(symbols).encode(), digest_size=6).hexdigest()
