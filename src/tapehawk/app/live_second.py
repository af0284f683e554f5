"""A market's second source: while the bars of the first do not come, its own are received and scanned.

    first ── down for a minute ──► second: a feed, a journal, a series of its own, scanned with the same parameters
       ▲                              │
       └── well for a minute ◄────────┘ ends; the first has fetched what it missed, and says so late

Nothing is merged: rows and signals name their series, those of the first say since when they are stale, and what either
has of the same minutes stands under its own name. What the second one's bars say of the time before it took over is
nobody's news. It needs history of its own for what scanners look back on (`scanner sync --provider`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tapehawk.app.live import need_stream
from tapehawk.app.live_market import LiveMarket, State, ended
from tapehawk.app.live_plan import second_for
from tapehawk.core.errors import TapehawkError
from tapehawk.core.instants import rfc3339
from tapehawk.data.providers.registry import build
from tapehawk.data.providers.wire.clock import Clock

STANDING_BY: Final = "standing_by"
PATIENCE: Final = 60.0
"""Seconds for which the first source is down before the second takes over, and well before that one ends."""
_log = logging.getLogger("tapehawk.live")


def with_second(first: LiveMarket) -> LiveMarket:
    """Give a market its second source, where the settings name one; one that can't be scanned live says so at once."""
    source = second_for(first.known, first.plan.market)
    if source:
        one, state = first, State(STANDING_BY)
        first.second = LiveMarket(
            one.known, one.plan, one.sets, one.clock, one.bus, one.on_beat, one.on_scan, state=state, source=source
        )
        try:
            need_stream(build(source, first.known.provider(source), clock=first.clock))
        except TapehawkError as error:
            state.failed(error)
    return first


async def run(first: LiveMarket) -> None:
    """Scan a market until cancelled, by its second source while the first is down."""
    async with asyncio.TaskGroup() as both:
        both.create_task(first.run())
        if first.second is not None:
            both.create_task(_stand_in(first, first.second))


async def _stand_in(first: LiveMarket, second: LiveMarket) -> None:
    while True:
        await _holds(lambda: first.is_down and first.provider != second.source, first.clock)
        now = first.clock.now()
        symbols = first.feed.symbols if first.feed else first.plan.symbols
        second.plan, second.since = replace(first.plan, symbols=symbols), rfc3339(now // 1_000_000 * 1_000_000)
        facts = {"market": first.plan.market, "provider": first.provider, "second": second.source}
        _log.warning("the second source takes over", extra=facts)
        scanning = asyncio.create_task(second.run())
        try:
            await _holds(lambda: not first.is_down, first.clock)
        finally:
            await ended(scanning)
            second.state, second.feed = State(STANDING_BY), None
        _log.warning("the first source is back", extra=facts)


async def _holds(condition: Callable[[], bool], clock: Clock) -> None:
    """Wait until something has held for as long as one is patient."""
    since = clock.tick()
    while clock.tick() - since < PATIENCE:
        await clock.sleep(1.0)
        if not condition():
            since = clock.tick()


__all__ = ["STANDING_BY", "run", "with_second"]
