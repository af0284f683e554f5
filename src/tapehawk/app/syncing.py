"""Joining the parts for a sync: settings and what was asked become a provider, a plan, and bars in the store."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapehawk.app.asking import CRYPTO
from tapehawk.app.settings import Settings
from tapehawk.core.errors import BadInput, TapehawkError
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.core.sessions import day_number
from tapehawk.data.faults import need_plain
from tapehawk.data.health import Noted, note_health
from tapehawk.data.providers.door import Offer, Provider, Wanted
from tapehawk.data.providers.registry import build
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.store import read_symbols
from tapehawk.data.sync.planning import SyncPlan, last_final, market_of, plan_sync
from tapehawk.data.sync.reference import fetch_listings
from tapehawk.data.sync.report import Progress, SyncReport
from tapehawk.data.sync.running import sync
from tapehawk.data.sync.watching import watch
from tapehawk.scan.question import Days
from tapehawk.scan.universe import ALL, members

SESSIONS_BACK: Final = dt.timedelta(days=366)
MINUTES_BACK: Final = dt.timedelta(days=30)
"""How far back is fetched when nobody says."""


@dataclass(frozen=True)
class SyncAsked:
    """What a person asks for; nobody named is the whole market, `since` None a year, or a month of minutes."""

    provider: str
    timeframe: str = "1d"
    symbols: Sequence[str] = ()
    universe: str | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class Told:
    """Who hears what while it is done."""

    on_plan: Callable[[SyncPlan], None] = lambda _: None
    on_progress: Callable[[Progress], None] = lambda _: None
    on_step: Callable[[str], None] = lambda _: None
    on_report: Callable[[SyncReport], None] = lambda _: None
    on_trouble: Callable[[TapehawkError], None] = lambda _: None
    on_wait: Callable[[int], None] = lambda _: None


@dataclass(frozen=True)
class Errand:
    """A provider asked for one store."""

    known: Settings
    provider: Provider
    told: Told
    clock: Clock

    async def sync(self, asked: SyncAsked, *, watching: bool) -> None:
        """Sync once, or after every session."""
        symbols = await self._symbols(asked)

        async def once() -> None:
            wanted = wish(self.provider.offer, asked.timeframe, symbols, asked.since, now=self.clock.now())
            await self.done(await self.planned(wanted))

        if not watching:
            await once()
            return
        market = market_of(self.provider.offer, symbols)
        await watch(once, market, clock=self.clock, on_trouble=self.told.on_trouble, on_wait=self.told.on_wait)

    async def planned(self, wanted: Wanted) -> SyncPlan:
        """Plan, and tell the plan."""
        plan = await plan_sync(self.known.store, self.provider, wanted, now=self.clock.now())
        self.told.on_plan(plan)
        return plan

    async def done(self, plan: SyncPlan) -> None:
        """Do what was planned, and tell what was done."""
        told = self.told.on_progress
        self.told.on_report(await sync(self.known.store, self.provider, plan, clock=self.clock, on_progress=told))

    async def _symbols(self, asked: SyncAsked) -> tuple[str, ...] | None:
        """Return whose bars are wanted, None for the whole market; a universe may need listings fetched first."""
        if asked.symbols:
            return tuple(dict.fromkeys(asked.symbols))
        if asked.universe in (None, ALL):
            return None
        store, until = self.known.store, last_final("us", self.clock.now())
        of_coins = asked.universe == CRYPTO
        if not (coins(store) if of_coins else len(read_symbols(store))):
            self.told.on_step("fetching the listed and delisted symbols")
            await fetch_listings(store, self.provider, today=until + dt.timedelta(days=1))
        if of_coins:
            return coins(store)
        since = asked.since or until - _back(asked.timeframe)
        return tuple(members(store, str(asked.universe), Days(day_number(since), day_number(until))))


def coins(store: Path) -> tuple[str, ...]:
    """Return the coins that are listed in the store."""
    listed = read_symbols(store)
    return tuple(sorted(listed.filter(listed["market"] == CRYPTO)["symbol"].unique()))


def run(known: Settings, asked: SyncAsked, told: Told, *, watching: bool = False, clock: Clock = SYSTEM) -> None:
    """Plan, tell the plan, and sync; again after every session when `watching`, until interrupted."""
    with_provider(known, asked.provider, told, clock, lambda errand: errand.sync(asked, watching=watching))


def with_provider(
    known: Settings, name: str, told: Told, clock: Clock, work: Callable[[Errand], Awaitable[None]]
) -> None:
    """Do some work with a provider to its end: the one place where asynchronous work is begun."""
    asyncio.run(_with_provider(known, name, told, clock, work))


async def _with_provider(
    known: Settings, name: str, told: Told, clock: Clock, work: Callable[[Errand], Awaitable[None]]
) -> None:
    need_plain(known.store)
    provider = build(name, known.provider(name), clock=clock)
    try:
        await work(Errand(known, provider, told, clock))
    finally:
        with suppress(OSError):  # a disk that is full has been told already
            note_health(known.store, Noted(clock.now(), provider.health()))
        await provider.close()


def wish(offer: Offer, timeframe: str, symbols: tuple[str, ...] | None, since: dt.date | None, *, now: int) -> Wanted:
    """Return the wish: from `since`, or as far back as is usual and offered, to the last session that is final."""
    end = last_final(market_of(offer, symbols), now)
    if since is None:
        usual = end - _back(timeframe)
        since = max(usual, offer.history_since or usual)
    if since > end:
        raise BadInput(f"bars are wanted since {since}, and the last final session is {end}", hint="ask from before")
    return Wanted(timeframe, symbols, since, end)


def _back(timeframe: str) -> dt.timedelta:
    return SESSIONS_BACK if timeframe in SESSION_TIMEFRAMES else MINUTES_BACK
