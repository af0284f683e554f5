"""Numbers that are read when somebody looks: each part of a process adds its own in one line.

house.gauges.add("jobs_queued", "jobs that wait", lambda: len(waiting))
house.gauges.add("letters", "letters on record", lambda: {"waiting": 3, "sent": 1}, labels=("state",))
house.gauges.add("jobs", "jobs", lambda: {("sync", "running"): 1}, labels=("kind", "state"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from prometheus_client.core import GaugeMetricFamily

from tapehawk.core.errors import TapehawkError

Words: TypeAlias = str | tuple[str, ...]
Reading: TypeAlias = float | Mapping[str, float] | Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    """A number, or one for each of a few words of `labels`. No symbol and no user may be among them: they are many."""

    name: str
    meaning: str
    read: Callable[[], Reading]
    labels: tuple[str, ...] = ()


class Gauges:
    """The numbers of a process, in the order in which they were added."""

    def __init__(self) -> None:
        self._all: dict[str, Gauge] = {}

    def add(self, name: str, meaning: str, read: Callable[[], Reading], *, labels: tuple[str, ...] = ()) -> None:
        """Have a number measured; of two of one name the later counts."""
        self._all[name] = Gauge(name, meaning, read, labels)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read them all; one that can't be read now (a database that is away) is left out."""
        for gauge in list(self._all.values()):
            with suppress(TapehawkError):
                yield _family(gauge, gauge.read())


def _family(gauge: Gauge, reading: Reading) -> GaugeMetricFamily:
    name = f"tapehawk_{gauge.name}"
    if not isinstance(reading, Mapping):
        return GaugeMetricFamily(name, gauge.meaning, value=reading)
    family = GaugeMetricFamily(name, gauge.meaning, labels=gauge.labels)
    for words, value in reading.items():
        family.add_metric([words] if isinstance(words, str) else list(words), value)
    return family
