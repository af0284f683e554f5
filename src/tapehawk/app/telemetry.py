"""What is counted as it happens, and how all numbers are shown to Prometheus.

Labels are words of the program: a route's template, a status, a scanner's type. Never a symbol, a user or a path.
Several processes of one service keep their counts in files of one folder (`PROMETHEUS_MULTIPROC_DIR`), so that
whichever is asked answers for all; gauges are those of the process that answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tapehawk.app.gauges import Gauges

SOCKET: Final = "WS"
"""What stands for a method where a socket is asked for."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
API, QUICK, RANGE, LIVE = "api", "quick", "range", "live"
"""Who scans: a request, the two-phase scan, a job over a range of days, the live desk."""
ALL: Final = "all"
"""What stands for a scanner where everybody scans together."""
COMPLETED, FAILED, STOPPED = "completed", "failed", "stopped"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


@dataclass
class Scanned:
    """What a scan comes to. `bars`: symbols times bars it looked at."""

    bars: int = 0
    outcome: str = FAILED


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
        whose = ("by", "scanner")
        self._scans = Counter("tapehawk_scans", "scans, by how they ended", (*whose, "outcome"), registry=registry)
        self._scanned = Histogram(
            "tapehawk_scan_seconds", "how long scans took", whose, buckets=_SECONDS, registry=registry
        )
        self._bars = Counter("tapehawk_bars_scanned", "bars that scans went over", whose, registry=registry)
        self._pace = Gauge(
            "tapehawk_bars_per_second", "of the last scan", whose, registry=registry, multiprocess_mode="mostrecent"
        )
        self._jobs = Counter("tapehawk_jobs_ended", "jobs that ended", ("kind", "state"), registry=registry)
        self._letters = Counter(
            "tapehawk_letters_carried", "attempts to send a letter", ("channel", "outcome"), registry=registry
        )
        self._told = Counter("tapehawk_socket_messages", "messages to clients of sockets", registry=registry)
        self._sent_away = Counter(
            "tapehawk_sockets_closed", "sockets that were closed from here, by why", ("why",), registry=registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, or a socket that has ended: it took as long as it was open. `route`: its template."""
        self._requests.labels(method, route, str(status)).inc()
        if method != SOCKET:
            self._took.labels(method, route).observe(seconds)

    def refused(self, limit: str) -> None:
        """Count a request that was one too many."""
        self._refused.labels(limit).inc()

    def scanned(self, by: str, scanner: str, seconds: float, *, bars: int, outcome: str = COMPLETED) -> None:
        """Count a scan. `scanner`: its type, never the name a user gave; `bars`: symbols times bars it looked at."""
        self._scans.labels(by, scanner, outcome).inc()
        if outcome == COMPLETED:
            self._scanned.labels(by, scanner).observe(seconds)
            self._bars.labels(by, scanner).inc(bars)
            self._pace.labels(by, scanner).set(bars / max(seconds, 1e-9))

    @contextmanager
    def scanning(self, by: str, scanner: str) -> Iterator[Scanned]:
        """Count what goes on meanwhile as a scan; one that raises has failed, unless it says another outcome."""
        scan, began = Scanned(), perf_counter()
        try:
            yield scan
            scan.outcome = COMPLETED
        finally:
            self.scanned(by, scanner, perf_counter() - began, bars=scan.bars, outcome=scan.outcome)

    def job_ended(self, kind: str, state: str) -> None:
        """Count a job that has come to its end."""
        self._jobs.labels(kind, state).inc()

    def carried(self, channel: str, outcome: str) -> None:
        """Count an attempt to send a letter."""
        self._letters.labels(channel, outcome).inc()

    def told(self, messages: int) -> None:
        """Count messages to clients of sockets: one that goes to many is many."""
        self._told.inc(messages)

    def sent_away(self, why: str) -> None:
        """Count a socket that was closed from here."""
        self._sent_away.labels(why).inc()

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
