"""Bars of the open session from history: what fills a gap, a few calls at a time.

Only bars of the very feed are taken, so that nothing is merged: the same provider, feed and volume scope. Bars whose
window is not over are left out, since history shows them half done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import polars as pl

from tapehawk.core.errors import TryAgain
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.providers.door import Fetched, Offer, Provider, Step, Wanted

AT_ONCE: Final = 16  # steps fetched at the same time: 100 a second where an answer takes 160 ms


def series_of(offer: Offer, timeframe: str = "1m") -> Series:
    """Return what a stream's bars are; bars that we build from trades are no bars of the provider's."""
    feed = offer.feeds[0] if "bars" in offer.streams else "trades"
    simulated, scope, market = offer.provider == "sim", offer.volume_scope, offer.markets[0]
    return Series(offer.provider, feed, volume_scope=scope, timeframe=timeframe, simulated=simulated, market=market)


async def fetch_all(provider: Provider, wanted: Wanted, take: Callable[[Fetched], None]) -> None:
    """Fetch what is wanted and hand every answer on as it comes; the first failure is raised when all have ended."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(step: Step) -> None:
        async with room:
            fetched = await provider.fetch(step)
            take(fetched)
            if not fetched.complete:
                raise TryAgain(f"history of {step.what} came incomplete", hint="it is asked for again")

    ends = await asyncio.gather(*map(one, provider.plan(wanted).steps), return_exceptions=True)
    for failed in [end for end in ends if end is not None]:
        raise failed


def closed_bars(fetched: Fetched, series: Series, now: int) -> pl.DataFrame | None:
    """Return the fetched bars that are over, None when they are of another feed than the series.

    Bars divided by later splits are accepted: the open session's are then as they were traded.
    """
    as_traded = replace(fetched.series, adjustment="none", adjusted_as_of=None)
    if fetched.series.adjustment == "all" or as_traded.id != series.id:
        return None
    step = TIMEFRAMES[series.timeframe] * MINUTE_US
    return fetched.bars.filter(pl.col("time").to_physical() + step <= now)
