"""The numbers of every process: its memory and processor, the database's connections, how providers and feeds fare."""

from __future__ import annotations

from pathlib import Path

import psutil

from tapehawk.app.house import House


def measure_process(house: House) -> None:
    """Have them measured."""
    process, add = psutil.Process(), house.gauges.add
    process.cpu_percent()  # from now on it answers with what was used since it was asked last
    add("memory_bytes", "memory in use", lambda: process.memory_info().rss)
    add("cpu_percent", "processor time since the last look, of one core", process.cpu_percent)
    add("uptime_seconds", "since the process began", lambda: house.health.uptime)
    add("database_connections", "connections to the database", lambda: _pool(house), label="kind")
    add("workers_failing", "workers that fail", lambda: len(house.troubles))
    store = house.known.store
    add("provider_up", "1 while a provider is asked, 0 while it is left alone", lambda: _up(store), label="provider")
    add("provider_calls", "calls to a provider", lambda: _calls(store), label="provider")
    add("watermark_age_seconds", "since the bars of a live feed were whole", lambda: _age(house), label="provider")


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
