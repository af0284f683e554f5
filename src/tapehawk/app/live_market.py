"""A market that is scanned live for everybody: one feed, and behind it one scan for each parameter set.

    provider ──► feed ──► scan of the usual set ──► what everybody hears, signals of all who have it
                  └─────► scan of another set ────► signals of those who have that

A feed is begun anew where the symbols are others; a scan where its set is. Both go on where they were: the journal and
what was told are on the disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tapehawk.app.asking import ALL, Asked
from tapehawk.app.beats import Beat, LiveTold, Watched
from tapehawk.app.broadcast import Broadcast, Silence
from tapehawk.app.live import listed, need_market, need_stream, scanned, stored_of
from tapehawk.app.live_asked import HOURS, TIMEFRAME, USUAL, ParameterSet
from tapehawk.app.live_giving import folder_of
from tapehawk.app.live_plan import MarketPlan, provider_for
from tapehawk.app.live_telling import market_told
from tapehawk.app.phasing import day_plan
from tapehawk.app.settings import Settings
from tapehawk.core.errors import NoData, TapehawkError
from tapehawk.core.phases import phase_at
from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.registry import build
from tapehawk.data.providers.wire.budget import CallBudget, within
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.refill import series_of
from tapehawk.data.stream import LiveFeed

RUNNING, STARTING, NO_PROVIDER, FAILED = "running", "starting", "no_provider", "failed"
AGAIN_AFTER: Final = 15.0
"""Seconds until what failed is begun anew."""
_BUG: Final = "this is a bug of ours; the log has its trace"
_log = logging.getLogger("tapehawk.live")


@dataclass
class State:
    """How a part fares: `state`, and the `reason` where it does not run."""

    state: str = STARTING
    reason: str = ""

    def failed(self, error: BaseException) -> None:
        """Take note of what ended it."""
        before, ours = self.reason, isinstance(error, TapehawkError)
        self.state = NO_PROVIDER if isinstance(error, NoData) and self.state != RUNNING else FAILED
        self.reason = f"{error.message}; {error.hint}".removesuffix("; ") if isinstance(error, TapehawkError) else _BUG
        if self.reason != before:
            _log.warning("live scanning failed", extra={"reason": self.reason}, exc_info=None if ours else error)


@dataclass
class LiveScanOf:
    """The scan of one parameter set: `all_day` are the scanners that somebody named."""

    set: ParameterSet
    all_day: frozenset[str]
    state: State = field(default_factory=State)
    watched: Watched | None = None
    beat: Beat | None = None
    task: asyncio.Task[None] | None = None


@dataclass
class LiveMarket:
    """Scans a market by a plan, until it is ended. `on_beat`, `on_scan`: hear that something was, and how that went.

    `source`: whose bars, "" for whom the settings name. `since`: what could be known before (RFC 3339) is no news.
    `second`: the source that goes on while this one is down (`live_second.py`).
    """

    known: Settings
    plan: MarketPlan
    sets: Mapping[str, ParameterSet]
    clock: Clock
    bus: Broadcast
    on_beat: Callable[[], None]
    on_scan: Callable[[float, int], None]
    state: State = field(default_factory=State)
    scans: dict[str, LiveScanOf] = field(default_factory=dict)
    feed: LiveFeed | None = None
    provider: str = ""
    source: str = ""
    since: str = ""
    second: LiveMarket | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def replan(self, plan: MarketPlan, sets: Mapping[str, ParameterSet]) -> None:
        """Scan by another plan, of the same symbols."""
        self.plan, self.sets = plan, sets
        self._changed.set()
        if self.second is not None:
            self.second.replan(replace(plan, symbols=self.second.plan.symbols), sets)

    async def run(self) -> None:
        """Scan until cancelled, and begin anew after what fails."""
        while True:
            try:
                await self._scan()
            except Exception as error:  # noqa: BLE001  the outermost loop of a market
                self.state.failed(error)
            await asyncio.sleep(AGAIN_AFTER)

    async def _scan(self) -> None:
        self.provider = self.source or await asyncio.to_thread(provider_for, self.known, self.plan.market)
        provider = build(self.provider, self.known.provider(self.provider), clock=self.clock)
        try:
            need_stream(provider)
            rules = day_plan(self.known, self.plan.market)
            with within(CallBudget(lambda: rules.calls_at(self.clock.now()), clock=self.clock)):
                symbols = await self._symbols(provider)
                self.feed = LiveFeed(provider, self.known.store, symbols, clock=self.clock)
                await self._follow(self.feed)
        finally:
            await provider.close()

    async def _symbols(self, provider: Provider) -> list[str]:
        need_market(provider, self.plan.market, place="second" if self.source else "fetch")
        if self.plan.symbols is not None:
            return sorted(self.plan.symbols)
        series = series_of(provider.offer)
        stored = await asyncio.to_thread(stored_of, self.known, series)
        return stored or sorted(await listed(provider, series))

    async def _follow(self, feed: LiveFeed) -> None:
        """Run a feed and the scans behind it. Raises what ends the feed."""
        running = asyncio.create_task(feed.run())
        self.state = State(RUNNING)
        try:
            while not running.done():
                await self._arrange(feed)
                self._changed.clear()
                change = asyncio.create_task(self._changed.wait())
                try:
                    await asyncio.wait({running, change}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    change.cancel()
            await running
        finally:
            await ended(*(one.task for one in self.scans.values()), running)
            self.scans.clear()

    async def _arrange(self, feed: LiveFeed) -> None:
        """End the scans that nobody wants any longer, begin those that are wanted."""
        wanted = {USUAL: ParameterSet(USUAL, self.known)} | {key: self.sets[key] for key in self.plan.sets}
        named = {key: self.plan.sets.get(key, frozenset()) for key in wanted}
        over = [key for key, one in self.scans.items() if key not in wanted or one.all_day != named[key]]
        await ended(*(self.scans.pop(key).task for key in over))
        for key, one in wanted.items():
            if key not in self.scans:
                scan = self.scans[key] = LiveScanOf(one, named[key])
                scan.task = asyncio.create_task(self._scan_of(scan, feed))

    async def _scan_of(self, scan: LiveScanOf, feed: LiveFeed) -> None:
        """Scan by one parameter set until cancelled, and begin anew after what fails: the others go on."""
        key = scan.set.key

        def began(watched: Watched) -> None:
            scan.watched = watched

        def beat(one: Beat) -> None:
            scan.beat, scan.state = one, State(RUNNING)
            self.on_beat()

        told = LiveTold(began, beat, self.bus if key == USUAL else Silence(), self.on_scan, since=self.since)
        asked = Asked([ALL], timeframe=TIMEFRAME, hours=HOURS)
        apart = None if key == USUAL else folder_of(self.known.store, key)
        while not feed.ended:
            try:
                await scanned(scan.set.known, asked, feed, told, apart=apart, all_day=sorted(scan.all_day))
            except Exception as error:  # noqa: BLE001  the outermost loop of a scan
                scan.state.failed(error)
                await asyncio.sleep(AGAIN_AFTER)

    # how it fares

    @property
    def is_down(self) -> bool:
        """Say whether there is trading and its bars do not come."""
        if not phase_at(self.plan.market, self.clock.now()).is_open:
            return False
        failed = self.state.state in (FAILED, NO_PROVIDER)
        return failed or (self.feed is not None and self.feed.is_down)

    @property
    def scanned_through(self) -> int | None:
        """Up to when every scan of it has come, µs UTC; None before they have begun."""
        reached = [one.beat.at for one in self.scans.values() if one.beat is not None]
        return min(reached, default=None)

    def told(self) -> dict[str, Any]:
        """Return how it fares, as plain values."""
        return market_told(self)


async def ended(*tasks: asyncio.Task[None] | None) -> None:
    """End tasks, and wait until they have."""
    some = [one for one in tasks if one is not None]
    for one in some:
        one.cancel()
    await asyncio.gather(*some, return_exceptions=True)


__all__ = ["FAILED", "NO_PROVIDER", "RUNNING", "STARTING", "LiveMarket", "ended"]
