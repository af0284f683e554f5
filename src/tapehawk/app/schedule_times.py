"""When schedules are due: the last instant at or before another, by the clock or by the exchange's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import takewhile
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from cronsim import CronSim

from tapehawk.core.instants import datetime_of, microseconds
from tapehawk.core.sessions import calendar_named
from tapehawk.scan.phases import DayPlan

Due: TypeAlias = Callable[[dt.datetime], dt.datetime | None]
"""From now to the last instant that is due by then, None where there was none yet."""

LONGEST: Final = dt.timedelta(days=40)
"""A cron expression is due more often than that."""
EPOCH: Final = datetime_of(0)


def every(period: dt.timedelta) -> Due:
    """Return the beat of a period, whatever the clocks on the wall do."""
    return lambda now: EPOCH + (now - EPOCH) // period * period


def cron(expression: str, zone: str = "America/New_York") -> Due:
    """Return the times of a cron expression on a wall clock: each once where the clock is put back or forward."""
    at = ZoneInfo(zone)

    def due(now: dt.datetime) -> dt.datetime | None:
        # Forwards: backwards the library skips a night in which the clock is put back.
        times = CronSim(expression, (now - LONGEST).astimezone(at))
        last = max(takewhile(lambda time: time <= now, times), default=None)
        return last and last.astimezone(dt.UTC)

    return due


def after_session(market: str, delay: dt.timedelta) -> Due:
    """Return the instants so long after the end of a market's sessions, after-hours trading among them."""
    calendar = calendar_named(market)
    ends = calendar.after_hours_close + int(delay.total_seconds() * 1e6)

    def due(now: dt.datetime) -> dt.datetime | None:
        passed = int(np.searchsorted(ends, microseconds(now), side="right"))
        return datetime_of(int(ends[passed - 1])) if passed else None

    return due


def while_closed(plan: DayPlan) -> Due:
    """Return the looks of a market's closed phase, the first when it begins; while the market is open none is due."""

    def due(now: dt.datetime) -> dt.datetime | None:
        phase = plan.phase_at(microseconds(now))
        passed = microseconds(now) - phase.since
        return None if phase.is_open else datetime_of(phase.since + passed - passed % plan.rules[phase.name].between)

    return due
