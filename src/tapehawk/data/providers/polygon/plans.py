"""What each plan of Massive allows (providers.md 1.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

PlanName = Literal["basic", "starter", "developer", "advanced", "business"]

FIRST_DAY: Final = dt.date(2003, 9, 10)
"""The tape that Massive has begins here."""
POLITE: Final = 100
"""Calls in any second on plans without a limit: the vendor asks for about that many at most, and enforces nothing."""
REAL_TIME: Final = "wss://socket.massive.com/stocks"
DELAYED: Final = "wss://delayed.massive.com/stocks"


@dataclass(frozen=True)
class Plan:
    """`calls_per_minute` None: no hard limit. `years` of history, None: all. `stream`: address, "" for none.

    `end_of_day`: today's bars come once they are published; asking before is refused, or answered by nothing. `delay`:
    minutes that the stream, and today's bars, are behind the market.
    """

    calls_per_minute: int | None
    years: int | None
    stream: str
    connections: int = 1
    end_of_day: bool = False
    delay: int = 0

    def history_since(self, today: dt.date) -> dt.date:
        """Return the first date that this plan may see."""
        if self.years is None:
            return FIRST_DAY
        same_day = min(today.day, 28) if today.month == 2 else today.day
        return max(FIRST_DAY, today.replace(year=today.year - self.years, day=same_day))


PLANS: Final[dict[PlanName, Plan]] = {
    "basic": Plan(5, 2, "", end_of_day=True),
    "starter": Plan(None, 5, DELAYED, delay=15),
    "developer": Plan(None, 10, DELAYED, delay=15),
    "advanced": Plan(None, None, REAL_TIME),
    "business": Plan(None, None, REAL_TIME, connections=3),
}
