"""How the tests of the bus say something and listen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tapehawk.bus.door import Bus, Subscription
from tapehawk.bus.reading import Missed, Told
from tapehawk.core.events import DeepAnalysisComplete, Event

PATIENCE = 20.0
"""Seconds after which a test gives up; none waits for them when all is well."""


def numbered(first: int, last: int) -> list[Event]:
    """Return events that can be told apart: numbers `first` to `last`."""
    return [DeepAnalysisComplete(str(number)) for number in range(first, last + 1)]


async def publish(bus: Bus, events: Sequence[Event]) -> list[str]:
    """Publish one after another; return the positions."""
    return [await bus.publish(event) for event in events]


async def take(subscription: Subscription, count: int) -> list[Told]:
    """Return the next so many things that a subscription tells."""
    async with asyncio.timeout(PATIENCE):
        return [await anext(subscription) for _ in range(count)]


async def heard_until(subscription: Subscription, last: Event) -> list[Event]:
    """Return all that a subscription tells, up to an event."""
    heard: list[Event] = []
    async with asyncio.timeout(PATIENCE):
        async for _, event in subscription:
            heard.append(event)
            if event == last:
                break
    return heard


async def waiting(subscription: Subscription) -> asyncio.Task[Told]:
    """Return a task that waits for the next thing told; it has begun to wait."""
    task = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    return task


def lost(heard: Sequence[Event]) -> int | None:
    """Return how many events a subscriber was told it has missed (None: not even that is known)."""
    counts = [event.count for event in heard if isinstance(event, Missed)]
    return None if None in counts else sum(counts)
