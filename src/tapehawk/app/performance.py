"""How this process does: the times of its scans and answers, what failed; a bounded memory of the last of each.

It starts empty with the process. `/api/v1/scanner/stats/performance` shows it, the metrics read it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from typing import Any, Final, Generic, TypeVar

LAST: Final = 1000
"""Times of a kind that are remembered."""
MOST_NAMES: Final = 200
"""Names of a kind (scanners, routes, kinds of errors) that are counted apart; the others are counted as OTHER."""
MOST_DAYS: Final = 31
OTHER: Final = "other"
PERCENTILES: Final = (50, 95, 99)
V = TypeVar("V")


@dataclass
class Times:
    """How long something took: how often, how long in all, and the last times, in seconds."""

    count: int = 0
    seconds: float = 0.0
    last: deque[float] = field(default_factory=lambda: deque(maxlen=LAST))

    def add(self, seconds: float) -> None:
        """Count one."""
        self.count += 1
        self.seconds += seconds
        self.last.append(seconds)

    def to_dict(self) -> dict[str, Any]:
        """Return the count and the percentiles of the last times, in milliseconds; null where there is none."""
        times = sorted(self.last)
        return {"count": self.count, **{f"p{percent}_ms": percentile(times, percent) for percent in PERCENTILES}}


@dataclass
class ScannerTimes:
    """What became of the scans of one scanner. `cached`: answers that were kept from before; `rows`: by day."""

    times: Times = field(default_factory=Times)
    cached: int = 0
    failed: int = 0
    rows: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        answered = self.times.count + self.cached
        asked = answered + self.failed
        rate = answered / asked if asked else None
        return {**self.times.to_dict(), "cached": self.cached, "failed": self.failed, "success_rate": rate}


class Named(Generic[V]):
    """Values by name, at most MOST_NAMES of them: whoever invents names fills no memory."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make, self._values = make, dict[str, V]()

    def __getitem__(self, name: str) -> V:
        if name not in self._values and len(self._values) >= MOST_NAMES:
            name = OTHER
        if name not in self._values:
            self._values[name] = self._make()
        return self._values[name]

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield names and values in the order of the alphabet."""
        yield from sorted(self._values.items())


class Performance:
    """The recorder; any thread may tell it and ask it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._scanners = Named(ScannerTimes)
        self._routes = Named(Times)
        self._statuses: Counter[int] = Counter()
        self._errors: Counter[str] = Counter()

    @contextmanager
    def scan(self, scanner: str) -> Iterator[ScanMeasure]:
        """Measure one answer to a question to a scanner: what it came to is told to what is yielded."""
        measure, began = ScanMeasure(), perf_counter()
        try:
            yield measure
        except Exception as error:
            with self._lock:
                self._scanners[scanner].failed += 1
                self._errors[type(error).__name__] += 1
            raise
        with self._lock:
            self._scanned(self._scanners[scanner], measure, perf_counter() - began)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer of the API. `route`: the template of its path, with the method."""
        with self._lock:
            self._routes[route].add(seconds)
            self._statuses[status] += 1

    def to_dict(self) -> dict[str, Any]:
        """Return everything, as the API shows it."""
        with self._lock:
            scanners = {name: one.to_dict() for name, one in self._scanners.items()}
            results = {name: dict(one.rows) for name, one in self._scanners.items() if one.rows}
            every = [one for _, one in self._scanners.items()]
            api = {name: one.to_dict() for name, one in self._routes.items()}
            errors = dict(sorted(self._errors.items()))
            statuses = {str(status): count for status, count in sorted(self._statuses.items())}
        return {
            "scans": _together(every).to_dict(),
            "scanners": scanners,
            "results": results,
            "errors": errors,
            "api": api,
            "statuses": statuses,
        }

    def _scanned(self, one: ScannerTimes, measure: ScanMeasure, seconds: float) -> None:
        if measure.cached:
            one.cached += 1
            return
        one.times.add(seconds)
        if measure.day is not None:
            day = measure.day.isoformat()
            one.rows[day] = measure.rows
            one.rows.move_to_end(day)
            while len(one.rows) > MOST_DAYS:
                one.rows.popitem(last=False)


@dataclass
class ScanMeasure:
    """What a scan came to: `rows` on a `day`; `cached`: it was kept from before."""

    rows: int = 0
    day: dt.date | None = None
    cached: bool = False


def percentile(times: list[float], percent: float) -> float | None:
    """Return a percentile of times that stand in order, in milliseconds: the nearest rank."""
    if not times:
        return None
    return round(times[max(math.ceil(percent / 100 * len(times)) - 1, 0)] * 1000, 3)


def _together(every: list[ScannerTimes]) -> ScannerTimes:
    """Return the scans of all scanners as one."""
    whole = ScannerTimes()
    for one in every:
        whole.times.count += one.times.count
        whole.times.seconds += one.times.seconds
        whole.cached += one.cached
        whole.failed += one.failed
    whole.times.last = deque(seconds for one in every for seconds in one.times.last)
    return whole
