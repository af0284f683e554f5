"""A worker process that is going to be killed, over the settings' store: `range_scan_worker.py LOG SECONDS LEASE`.

It writes into LOG which part it begins with, one a line, and takes so many seconds for each.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from threading import Event

import pytest

from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.jobs.worker import Worker
from tapehawk.scan.looking import Look
from tests.app.scanned_market import cut_small


def main(log: str, seconds: float, lease: float) -> None:
    """Work until killed."""
    cut_small(pytest.MonkeyPatch())
    file, whole = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), Look.find_in

    def find_in(self: Look, part: range, **about: object) -> object:
        if len(part):
            os.write(file, f"{part.start}\n".encode())
            time.sleep(seconds)
        return whole(self, part, **about)

    Look.find_in = find_in
    house = House(settings())
    Worker(house.queue, lease=dt.timedelta(seconds=lease), beat=lease / 4, look_every=0.1).work(Event())


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
