"""The worker of a service process: does the jobs that are queued, by whatever process."""

from __future__ import annotations

from threading import Event

from tapehawk.app.house import House
from tapehawk.jobs.worker import Worker


def work(house: House, stop: Event) -> None:
    """Do jobs until told to stop."""
    Worker(house.queue).work(stop)
