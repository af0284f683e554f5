"""`scanner serve` to be killed: its range scans, and keeping an answer, take a while; the dead are given up soon."""

from __future__ import annotations

import datetime as dt
import time
from threading import Event
from typing import Final

import pytest
from starlette.responses import Response

from tapehawk.api.once import Claim
from tapehawk.app import job_worker
from tapehawk.app.house import House
from tapehawk.cli.main import main
from tapehawk.jobs.worker import Worker
from tapehawk.records import answers
from tapehawk.scan.looking import Look
from tests.app.scanned_market import cut_small

LEASE: Final = 1.5  # seconds
PART: Final = 0.1  # seconds that a part of a scan takes
KEEPING: Final = 0.03  # seconds between what a request does and its answer


def slow_down(patch: pytest.MonkeyPatch) -> None:
    """Cut scans into parts, each of which takes a while, as keeping an answer does; let leases be short."""
    whole, settle = Look.find_in, Claim.settle

    def find_in(self: Look, part: range, **about: object) -> object:
        time.sleep(PART if len(part) else 0)
        return whole(self, part, **about)

    def settle_late(self: Claim, answer: Response | None) -> None:
        time.sleep(KEEPING)
        settle(self, answer)

    def work(house: House, stop: Event) -> None:
        Worker(house.queue, lease=dt.timedelta(seconds=LEASE), beat=LEASE / 5, look_every=0.1).work(stop)

    cut_small(patch)
    patch.setattr(Look, "find_in", find_in)
    patch.setattr(Claim, "settle", settle_late)
    patch.setattr(answers, "GIVEN_UP", dt.timedelta(seconds=LEASE))
    patch.setattr(job_worker, "work", work)


if __name__ == "__main__":
    slow_down(pytest.MonkeyPatch())
    main()
