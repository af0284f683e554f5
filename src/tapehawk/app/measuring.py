"""Numbers that are looked up: memory, processor, connections of the database, providers and feeds, and what waits.

What belongs to one service is measured where it runs.
"""

from __future__ import annotations

from pathlib import Path

import psutil

from tapehawk.app.house import House
from tapehawk.records.jobs import QUEUED, RUNNING
from tapehawk.records.outbox import STATES


def measure(house: House) -> None:
    """Have everything measured that this process has."""
    measure_process(house)
    add = house.gauges.add
    if "scanner" in house.services:
        add("jobs", "jobs that wait or run, of all processes", lambda: _jobs(house), labels=("kind", "state"))
    if "notifications" in house.services:
        add("letters", "letters on record, of all processes", lambda: _letters(house), labels=("state",))
        add("letters_overdue_seconds", "since the letter that waits longest was due", lambda: _overdue(house))


def measure_process(house: House) -> None:
    """Have them measured."""
    process, add = psutil.Process(), house.gauges.add
    process.cpu_percent()  # from now on it answers with what was used since it was asked last
    add("memory_bytes", "memory in use", lambda: process.memory_info().rss)
    add("cpu_percent", "processor time since the last look, of one core", process.cpu_percent)
    add("uptime_seconds", "since the process began", lambda: house.uptime)
    add("database_connections", "connections to the database", lambda: _pool(house), labels=("kind",))
    add("events_waiting", "events that the bus has not taken yet", lambda: house.broadcast.waiting)
    add("events_lost", "events that the bus did not take", lambda: house.broadcast.lost)
    add("workers_failing", "workers that fail", lambda: len(house.troubles))
    store = house.known.store
    add(
        "provider_up", "1 while a provider is asked, 0 while it is left alone", lambda: _up(store), labels=("provider",)
    )
    add("provider_calls", "calls to a provider", lambda: _calls(store), labels=("provider",))
    add("watermark_age_seconds", "since the bars of a live feed were whole", lambda: _age(house), labels=("provider",))


def _jobs(house: House) -> dict[tuple[str, ...], float]:
    with house.database.read() as records:
        counts = records.jobs.counts((QUEUED, RUNNING))
    return {(kind, state): counts.get((kind, state), 0) for kind in house.queue.kinds for state in (QUEUED, RUNNING)}


def _letters(house: House) -> dict[str, float]:
    with house.database.read() as records:
        return {**dict.fromkeys(STATES, 0.0), **records.outbox.counts()}


def _overdue(house: House) -> float:
    now = house.now()
    with house.database.read() as records:
        due = records.outbox.first_due()
    return 0.0 if due is None else max(0.0, (now - due).total_seconds())


def _pool(house: House) -> dict[str, float]:
    return {kind: float(count) for kind, count in house.database.pool().items()}


def _up(store: Path) -> dict[str, float]:
    from tapehawk.data.health import read_health

    return {one.provider.provider: float(one.provider.breaker == "closed") for one in read_health(store)}


def _calls(store: Path) -> dict[str, float]:
    from tapehawk.data.health import read_health

    return {one.provider.provider: float(one.provider.calls) for one in read_health(store)}


def _age(house: House) -> dict[str, float]:
    from tapehawk.data.health import read_health

    now = house.now().timestamp()
    return {
        one.provider.provider: now - one.feed.watermark / 1e6
        for one in read_health(house.known.store)
        if one.feed is not None and one.feed.watermark
    }
