"""The quick scans of the service that nobody asks for: every market, every few minutes, for all to see."""

from __future__ import annotations

from threading import Event

from tapehawk.app.house import House
from tapehawk.app.quick import EVERYTHING


def scan_periodically(house: House, stop: Event) -> None:
    """Scan every so many minutes (`streaming.quick_interval_minutes`, 0: never) until `stop` is set."""
    two = house.quick
    if not stop.wait(1.0):  # a process that ends at once need not make anybody ready
        for question in EVERYTHING:
            two.deepen(question)
    two.run_periodically(house.known.streaming.quick_interval_minutes, stop)
    stop.wait()
