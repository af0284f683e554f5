"""A program that scans live for two users, and may be killed with signal 9 at its n-th write.

    python -m tests.app.live_killed UNTIL N

A write is one to a journal or a log (`write`, `pwrite`), or a commit of the records: it dies before, in the middle of
or after the write, before or after the commit, as n % 3 says. With N = 0 it goes on to the end and prints how many
there were. It works in the store and the records that the environment names; who runs a scanner is on record.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import event

from tapehawk.data.providers.sim import feed
from tests.app.live_service import MINUTE, LiveService
from tests.scan.live_killed import Killer


class CommitKiller(Killer):
    """Counts commits too."""

    def watch(self, service: LiveService) -> None:
        engine = service.house.database.engine

        @event.listens_for(engine, "commit")
        def _before(connection: object) -> None:
            self.count += 1
            if self.count == self.at and self.at % 3 != 2:
                os.kill(os.getpid(), signal.SIGKILL)
            self._after = self.count == self.at

        @event.listens_for(engine, "checkin")
        def _done(*_: object) -> None:
            if getattr(self, "_after", False):
                os.kill(os.getpid(), signal.SIGKILL)


def main(until: int, at: int) -> None:
    for mishap in ("LATE", "CORRECTED", "OUTAGE"):
        setattr(feed, mishap, 0.0)
    killer = CommitKiller(at)
    service = LiveService()
    with service.house.database.read() as records:
        desk = records.live_desks.found()
    if desk is not None:  # the lease of the life before has run out
        service.clock.start = service.clock.until = round(desk.lease_until.timestamp() * 1e6) + 1_000_000
    killer.watch(service)
    for name in ("ada", "bob"):
        user = service.user(name, risk={"account_size": 40_000} if name == "bob" else {"account_size": 100_000})
        with service.house.database.read() as records:
            begun = records.of(user.id).live_scanner.found()
        if begun is None:
            service.start(user)
    with service.scanning(look_every=0.02) as desk:
        service.go_on(desk, max(until, (service.clock.start // MINUTE + 1) * MINUTE))  # late, too
    service.house.close()
    sys.stdout.write(f"{killer.count}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
