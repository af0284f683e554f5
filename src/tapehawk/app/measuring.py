"""Numbers that are looked up: memory, processor, connections of the database, and what waits.

What belongs to one service is measured where it runs; providers and feeds are in `measuring_sources.py`.
"""

from __future__ import annotations

import psutil

from tapehawk.app.house import House
from tapehawk.app.measuring_sources import measure_sources
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
    measure_sources(house)


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
