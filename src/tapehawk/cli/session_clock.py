"""The session clock: what time it is at the exchange, which phase that is, and when it changes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from rich.text import Text

from tapehawk.cli.report import ZONES
from tapehawk.core.instants import datetime_of

if TYPE_CHECKING:
    from tapehawk.core.phases import Phase

STYLES: Final = {"premarket": "bold blue", "regular": "bold green", "after_hours": "bold magenta", "closed": "bold dim"}


class ExchangeClock:
    """Writes instants (µs UTC) as clocks of a market's exchange."""

    def __init__(self, market: str) -> None:
        zone, self.short = ZONES[market]
        self.zone = ZoneInfo(zone)

    def at(self, instant: int) -> dt.datetime:
        """Return an instant as the exchange's date and time."""
        return datetime_of(instant).astimezone(self.zone)

    def clock(self, instant: int | None) -> str:
        """Return hours and minutes; an instant of 0 is before the first bar."""
        return f"{self.at(instant):%H:%M}" if instant else "the beginning"

    def seconds(self, instant: int) -> str:
        """Return hours, minutes and seconds."""
        return f"{self.at(instant):%H:%M:%S}"

    def phase(self, phase: Phase, now: int) -> Text:
        """Return the phase, and until when it lasts."""
        name = Text(phase.name.replace("_", "-"), style=STYLES.get(phase.name, "bold cyan"))
        return name if phase.until is None else name.append(f" until {self._until(phase.until, now)}", style="none")

    def line(self, phase: Phase, now: int) -> Text:
        """Return the time, its phase, and how long that still lasts."""
        text = Text.assemble((f"{self.seconds(now)} {self.short}", "bold"), "  ", self.phase(phase, now))
        return text if phase.until is None else text.append(f", in {left(phase.until - now)}")

    def _until(self, instant: int, now: int) -> str:
        at = self.at(instant)
        day = "" if at.date() == self.at(now).date() else f"{at:%a %d %b} "
        return f"{day}{at:%H:%M} {self.short}"


def left(microseconds: int) -> str:
    """Return how much time is left: 2:05:09, above a day 2 d 3 h."""
    seconds = max(0, microseconds) // 1_000_000
    hours, rest = divmod(seconds, 3600)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours}:{rest // 60:02}:{rest % 60:02}"
