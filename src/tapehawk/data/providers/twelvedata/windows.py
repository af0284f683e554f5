"""The instants of a question, as the vendor wants them said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from tapehawk.data.providers.door import Step

NEW_YORK: Final = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Window:
    """Instants in UTC, without a zone as the vendor has them; `stop` is the first that is not wanted."""

    timeframe: str
    start: dt.datetime
    stop: dt.datetime

    @property
    def query(self) -> dict[str, str]:
        """The window in the vendor's words."""
        form = "%Y-%m-%d" if self.timeframe == "1d" else "%Y-%m-%dT%H:%M:%S"
        return {"start_date": self.start.strftime(form), "end_date": self.stop.strftime(form)}


def window_of(step: Step) -> Window:
    """Return a step's window: days as they are named, minutes from midnight to midnight in New York."""
    start, stop = (dt.datetime.combine(day, dt.time()) for day in (step.start, step.end + dt.timedelta(days=1)))
    if step.timeframe == "1m":
        start, stop = (one.replace(tzinfo=NEW_YORK).astimezone(dt.UTC).replace(tzinfo=None) for one in (start, stop))
    return Window(step.timeframe, start, stop)
