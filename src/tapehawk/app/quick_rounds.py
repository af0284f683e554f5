"""The quick scans of the service that nobody asks for: every market, every few minutes, for all to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

from tapehawk.app.house import House
from tapehawk.app.quick import EVERYTHING
from tapehawk.app.settling import settle
from tapehawk.jobs.run import Run
from tapehawk.scan.quick_wire import Periodic


def make_ready(house: House, stop: Event) -> None:
    """Make everybody ready whom the scans need, so that the first one that is asked for need not wait."""
    two = house.quick
    two.scanner.periodic = Periodic(enabled=bool(house.known.streaming.quick_interval_minutes))
    if not stop.wait(1.0):  # a process that ends at once need not make anybody ready
        for question in EVERYTHING:
            two.deepen(question)
        settle()
    stop.wait()


def scan(house: House, _payload: Mapping[str, Any], run: Run, _is_cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Scan every market, a job of the schedule `streaming.quick_interval_minutes`."""
    for question in EVERYTHING:
        run.check()
        house.quick.scanner.scan_periodically(question)
    return {"trouble": house.quick.scanner.periodic.trouble}
