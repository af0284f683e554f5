"""The live desk: it scans for everybody who runs a live scanner, in one process of all.

    records ── who runs ──► plan ──► a market's feed and scans ──► logs of signals ──► each user's own
       ▲                                       │
       └── lease, how it fares ────────────────┘

It follows the database, so that a process which is started again, or takes over from one that died, takes up every
scanner that runs. While the database is away scanning goes on; what it finds waits in the logs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import replace
from threading import Event
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.app.live_giving import Giving
from tapehawk.app.live_market import LiveMarket, ended
from tapehawk.app.live_plan import Plan, Planning
from tapehawk.app.live_second import run, with_second
from tapehawk.app.telemetry import ALL, LIVE
from tapehawk.core.errors import TapehawkError
from tapehawk.core.instants import microseconds
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.jobs.worker import own_name
from tapehawk.scan.following import to_its_end

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at who runs a scanner, and between two words of how it fares."""
LEASE: Final = dt.timedelta(seconds=10)
_log = logging.getLogger("tapehawk.live")


def work(house: House, stop: Event) -> None:
    """Scan live until told to stop."""
    if not house.known.streaming.enabled:
        stop.wait()
        return
    desk = LiveDesk(house, replace(SYSTEM, now=lambda: microseconds(house.now())))
    house.gauges.add("live_lag_seconds", "since the bars were closed that are scanned", desk.lag, labels=("market",))
    asyncio.run(desk.run(stop))


class LiveDesk:
    """Scans live for all users of a house, while it holds the lease."""

    def __init__(self, house: House, clock: Clock, *, look_every: float = LOOK_EVERY) -> None:
        self._house, self._clock, self._look_every = house, clock, look_every
        self.worker = own_name()
        self._planning = Planning(house.known)
        self.giving = Giving(house.database, house.known.store, house.broadcast.say, self._planning.recipients)
        self.plan: Plan | None = None
        self.markets: dict[str, LiveMarket] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self, stop: Event) -> None:
        """Scan until told to stop."""
        self._news = asyncio.Event()
        bringing = asyncio.create_task(self._bring())
        try:
            while not stop.is_set():
                await self._look()
                if bringing.done():
                    await bringing  # a bug has ended it, which is not kept silent
                await self._pause(stop)
        finally:
            await ended(bringing, *self._tasks.values())
            await asyncio.to_thread(self._leave)

    async def _look(self) -> None:
        """Keep the lease, read who runs a scanner, and scan for them; without a database go on as it was."""
        try:
            plan = await to_its_end(self._held, self.told())
        except TapehawkError as error:
            _log.warning("the live desk can't reach the records", extra={"reason": error.message})
            return
        self.plan = plan
        await self._arrange(plan or Plan())
        self._news.set()

    def _held(self, told: Mapping[str, Any]) -> Plan | None:
        """Say how it fares; return what is to be scanned, None where another process does it."""
        now = self._house.now()
        with self._house.database.write() as records:
            if not records.live_desks.take(self.worker, now=now, lease=LEASE):
                return None
            records.live_desks.tell(self.worker, told, now=now)
            return self._planning.read(records)

    async def _arrange(self, plan: Plan) -> None:
        """End the markets that nobody wants, or of other symbols; begin those that are wanted."""
        over = [
            name
            for name, one in self.markets.items()
            if name not in plan.markets or plan.markets[name].symbols != one.plan.symbols
        ]
        await ended(*(self._tasks.pop(name) for name in over))
        for name in over:
            del self.markets[name]
        for name, wanted in plan.markets.items():
            if name not in self.markets:
                house = self._house
                made = LiveMarket(
                    house.known, wanted, plan.sets, self._clock, house.broadcast, self._news.set, self._count
                )
                self.markets[name] = with_second(made)
                self._tasks[name] = asyncio.create_task(run(made))
            elif self.markets[name].plan != wanted:
                self.markets[name].replan(wanted, plan.sets)

    async def _bring(self) -> None:
        """Bring signals to users whenever there is something new."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self.plan is not None:
                await to_its_end(self.giving.bring)
                if self.giving.trouble:
                    await asyncio.sleep(self._look_every)

    async def _pause(self, stop: Event) -> None:
        left = self._look_every
        while left > 0 and not stop.is_set():
            await asyncio.sleep(min(left, 0.1))
            left -= 0.1

    def _leave(self) -> None:
        try:
            with self._house.database.write() as records:
                records.live_desks.leave(self.worker, now=self._house.now())
        except TapehawkError as error:
            _log.warning("the live desk's lease runs out by itself", extra={"reason": error.message})

    def lag(self) -> dict[str, float]:
        """Return by market how many seconds ago the bars closed up to which it is scanned."""
        reached = {name: one.scanned_through for name, one in list(self.markets.items())}
        return {name: (self._clock.now() - at) / 1e6 for name, at in reached.items() if at}

    def _count(self, seconds: float, bars: int) -> None:
        self._house.telemetry.scanned(LIVE, ALL, seconds, bars=bars)

    def told(self) -> Mapping[str, Any]:
        """Return how it fares, as plain values."""
        return {
            "markets": {name: one.told() for name, one in self.markets.items()},
            "wrong": dict(self.plan.wrong) if self.plan else {},
            "waits": self.giving.trouble,
            "given": self.giving.given,
        }
