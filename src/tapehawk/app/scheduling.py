"""What is done by itself, and when: schedules that queue jobs, set off once whatever the number of processes.

An instant that is due is written down together with its job, under a key that lets one process win. What was missed
while nothing ran is caught up once: only the last instant of a schedule counts. A run that is not done when the next is
due is not doubled.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final

from pydantic import SecretStr

from tapehawk.app.house import House
from tapehawk.app.phasing import day_plan
from tapehawk.app.schedule_times import Due, after_session, cron, every, while_closed
from tapehawk.app.settings import Settings
from tapehawk.core.errors import NoData, TryAgain
from tapehawk.data.providers.registry import provider_names
from tapehawk.data.store import preferred_series
from tapehawk.jobs.queue import Queue
from tapehawk.records.records import Records

LOOK_EVERY: Final = 5.0  # seconds
FINAL_AFTER: Final = dt.timedelta(minutes=25)
"""After a session's end, when its bars are final (`sync/planning.py` says 20 minutes)."""
_log = logging.getLogger("tapehawk.schedules")


@dataclass(frozen=True)
class Schedule:
    """A job that is queued by itself."""

    name: str
    kind: str
    due: Due
    payload: Mapping[str, Any] = field(default_factory=dict)


def schedules(house: House) -> tuple[Schedule, ...]:
    """Return the schedules of a house, of the kinds of jobs that it knows."""
    return tuple(one for one in _every(house.known) if one.kind in house.queue.kinds)


def schedule(house: House, stop: Event) -> None:
    """Set off what is due until told to stop."""
    scheduler = Scheduler(house.queue, schedules(house))
    while not stop.is_set():
        scheduler.look()
        stop.wait(LOOK_EVERY)


@dataclass
class Scheduler:
    """Sets schedules off when they are due."""

    queue: Queue
    schedules: Sequence[Schedule]
    _seen: dict[str, dt.datetime] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Set off what is due and was not; return the schedules that this process set off."""
        now = self.queue.now()
        return [one.name for one in self.schedules if self._is_set_off(one, now)]

    def _is_set_off(self, one: Schedule, now: dt.datetime) -> bool:
        at = one.due(now)
        if at is None or self._seen.get(one.name, at - dt.timedelta(1)) >= at:
            return False
        try:
            with self.queue.database.write() as records:
                first = self._fired(records, one, at, now)
        except TryAgain as error:
            _log.warning("a schedule waits", extra={"schedule": one.name, "reason": error.message})
            return False
        self._seen[one.name] = at
        if first:
            self.queue.news.set()
        return first

    def _fired(self, records: Records, one: Schedule, at: dt.datetime, now: dt.datetime) -> bool:
        last = records.fires.last(one.name)
        if (last is not None and last >= at) or not records.fires.add(one.name, at, now=now):
            return False
        job = self.queue.add_with(records, one.kind, one.payload, dedup_key=f"schedule {one.name}")
        records.fires.led_to(one.name, at, job.id)
        return True


def _every(known: Settings) -> Iterator[Schedule]:
    minutes = known.streaming.quick_interval_minutes
    if minutes:
        yield Schedule("quick scan", "quick_scan", every(dt.timedelta(minutes=minutes)))
    yield Schedule("closed scan", "closed_scan", while_closed(day_plan(known, "us")))
    for market in ("us", "crypto"):
        provider = provider_of(known, market)
        if provider:
            coins = {"universe": "crypto"} if market == "crypto" else {}
            yield Schedule(
                f"sync {market}", "sync", after_session(market, FINAL_AFTER), {"provider": provider, **coins}
            )
    yield Schedule("outcomes", "outcomes", after_session("us", dt.timedelta(minutes=90)))
    yield Schedule("analytics", "analytics", after_session("us", dt.timedelta(minutes=120)))
    yield Schedule("retention", "retention", cron("30 3 * * *"))
    yield Schedule("retraining", "retrain", cron("0 6 * * 6"))


def provider_of(known: Settings, market: str) -> str:
    """Return who is asked for a market's bars: whom the settings name, else whose bars answer if there is a key of it.

    "" where nobody is.
    """
    providers = known.providers
    named, prefer = (
        (providers.fetch_crypto, providers.prefer_crypto)
        if market == "crypto"
        else (providers.fetch_us, providers.prefer_us)
    )
    if named:
        return named
    try:
        answers = preferred_series(known.store, "1d", market=market, prefer=prefer or None).provider
    except NoData:
        return ""
    return answers if answers in provider_names() and _has_key(known, answers) else ""


def _has_key(known: Settings, provider: str) -> bool:
    values = vars(known.provider(provider)).values()
    return any(isinstance(value, SecretStr) and value.get_secret_value() for value in values)
