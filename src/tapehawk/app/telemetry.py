"""What is counted as it happens, and how all numbers are shown to Prometheus.

Labels are words of the program: a route's template, a status, a scanner's type. Never a symbol, a user or a path.
Several processes of one service keep their counts in files of one folder (`PROMETHEUS_MULTIPROC_DIR`), so that
whichever is asked answers for all; gauges are those of the process that answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tapehawk.app.gauges import Gauges

SOCKET: Final = "WS"
"""What stands for a method where a socket is asked for."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Telemetry:
    """The counts of a process, and its gauges."""

    def __init__(self, gauges: Gauges) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, which nobody reads
        self._gauges, self._registry = gauges, CollectorRegistry()
        registry = self._registry
        labels = ("method", "route", "status")
        self._requests = Counter("tapehawk_requests", "requests answered", labels, registry=registry)
        self._took = Histogram(
            "tapehawk_request_seconds", "how long they took", ("method", "route"), buckets=_SECONDS, registry=registry
        )
        self._refused = Counter("tapehawk_rate_limited", "requests refused as too many", ("limit",), registry=registry)
        self._scans = Counter("tapehawk_scans", "scans, by how they ended", ("scanner", "outcome"), registry=registry)
        self._scanned = Histogram(
            "tapehawk_scan_seconds", "how long scans took", ("scanner",), buckets=_SECONDS, registry=registry
        )
        self._bars = Counter("tapehawk_bars_scanned", "bars that scans went over", ("scanner",), registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, or a socket that has ended: it took as long as it was open. `route`: its template."""
        self._requests.labels(method, route, str(status)).inc()
        if method != SOCKET:
            self._took.labels(method, route).observe(seconds)

    def refused(self, limit: str) -> None:
        """Count a request that was one too many."""
        self._refused.labels(limit).inc()

    def scanned(self, scanner: str, seconds: float, *, bars: int = 0, outcome: str = "completed") -> None:
        """Count a scan. `scanner`: its type, never the name a user gave; `bars`: symbols times bars it looked at."""
        self._scans.labels(scanner, outcome).inc()
        self._scanned.labels(scanner).observe(seconds)
        self._bars.labels(scanner).inc(bars)

    @contextmanager
    def scanning(self, scanner: str, *, bars: int = 0) -> Iterator[None]:
        """Count what goes on meanwhile as a scan, failed if it raises."""
        began, outcome = perf_counter(), "failed"
        try:
            yield
            outcome = "completed"
        finally:
            self.scanned(scanner, perf_counter() - began, bars=bars, outcome=outcome)

    def text(self) -> bytes:
        """Return every number in Prometheus' text format."""
        shown = CollectorRegistry()
        shown.register(self._gauges)
        return generate_latest(self._counts()) + generate_latest(shown)

    def _counts(self) -> CollectorRegistry:
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return self._registry
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]  # prometheus_client
        return of_all
