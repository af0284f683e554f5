"""The same sync again whenever a session's bars are final."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from tapehawk.core.errors import NoData, TapehawkError, TryAgain
from tapehawk.core.sessions import calendar_named
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.sync.planning import next_final

AGAIN: Final = 15 * 60.0
"""Seconds until what may work later is tried again: a session that is not published yet, a provider that is down."""
LONGEST_NAP: Final = 15 * 60.0
"""Seconds after which the clock is looked at again: a machine that slept wakes up late."""


async def watch(
    once: Callable[[], Awaitable[object]],
    market: str,
    *,
    clock: Clock = SYSTEM,
    on_trouble: Callable[[TapehawkError], None] = lambda _: None,
    on_wait: Callable[[int], None] = lambda _: None,
) -> None:
    """Sync now and after every session of a market, until cancelled.

    `once` plans and syncs up to the last final session. What may pass, and a session that the provider has not got, are
    told and tried again; whatever else it raises ends the watch. `on_wait` hears the instant (µs UTC) of the next sync.
    """
    calendar = calendar_named(market)
    while True:
        until = next_final(calendar, clock.now())
        try:
            await once()
        except TryAgain as error:
            on_trouble(error)
            until = min(until, clock.now() + int(AGAIN * 1e6))
        except NoData as error:
            on_trouble(error)
        on_wait(until)
        while (left := (until - clock.now()) / 1e6) > 0:
            await clock.sleep(min(left, LONGEST_NAP))
