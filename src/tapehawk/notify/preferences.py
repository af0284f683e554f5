"""When a user wants to be told: quiet hours and digests, by the clock on their wall.

A wall clock shows some times twice and some never (its changes in spring and autumn). Quiet hours are quiet whenever
it shows a time within them, twice where it shows it twice; they end at the first instant at which it does not.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Final, Self, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Clock: TypeAlias = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM")]
_MINUTE: Final = dt.timedelta(minutes=1)


class QuietHours(BaseModel):
    """From `start` to `end`, the latter excluded; over midnight where it is the earlier one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Clock
    end: Clock

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if self.start == self.end:
            raise ValueError("quiet hours end at another time than they start")
        return self

    def has(self, shown: str) -> bool:
        """Say whether a time that a clock shows is among them."""
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end


class Digest(BaseModel):
    """Collect, and send one message: every so many minutes, or once a day at a time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None
    at: Clock | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.every_minutes is None) == (self.at is None):
            raise ValueError("give either every_minutes or at")
        return self


class Preferences(BaseModel):
    """When a user wants to be told. Notifications are in their list at once; this is about messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: Annotated[str, Field(max_length=64, description="as in Europe/Zurich")] = "America/New_York"
    quiet_hours: Annotated[QuietHours | None, Field(description="no message meanwhile; it comes at their end")] = None
    digest: Annotated[Digest | None, Field(description="messages are collected; null: each at once")] = None

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in _zones():
            raise ValueError("there is no such time zone; one reads like Europe/Zurich")
        return name

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the user's clock."""
        return ZoneInfo(self.time_zone)

    def due(self, now: dt.datetime) -> dt.datetime:
        """Return when a message that is written now should go out; `now` where it should at once."""
        return self.quiet_until(self._next_digest(now))

    def quiet_until(self, now: dt.datetime) -> dt.datetime:
        """Return the end of the quiet hours that an instant is in, the instant itself where it is in none."""
        if not self._is_quiet(now):
            return now
        at = now.replace(second=0, microsecond=0)
        while self._is_quiet(at):  # at most two days of minutes, which is quicker than being clever about clocks
            at += _MINUTE
        return at

    def _is_quiet(self, at: dt.datetime) -> bool:
        return self.quiet_hours is not None and self.quiet_hours.has(f"{at.astimezone(self.zone):%H:%M}")

    def _next_digest(self, now: dt.datetime) -> dt.datetime:
        if self.digest is None:
            return now
        if self.digest.every_minutes is not None:
            step = self.digest.every_minutes * 60
            return dt.datetime.fromtimestamp((now.timestamp() // step + 1) * step, dt.UTC)
        return self._next_showing(str(self.digest.at), now)

    def _next_showing(self, shown: str, now: dt.datetime) -> dt.datetime:
        """Return the next instant at which the clock shows a time; on a day without it, when it would have."""
        local, time = now.astimezone(self.zone), dt.time.fromisoformat(shown)
        days = (local.date() + dt.timedelta(days=n) for n in range(-1, 3))
        instants = (dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC) for day in days)
        return next(at for at in instants if at > now)


def _zones() -> set[str]:
    return available_timezones()
