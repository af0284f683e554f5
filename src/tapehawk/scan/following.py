"""Live scanning that goes on from session to session: wait for the feed, scan beside the loop, hand on what changed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from tapehawk.data.receiving import Running
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.live import LiveScan
from tapehawk.scan.telling import News, Telling

__all__ = ["News", "follow", "to_its_end"]

Result = TypeVar("Result")


async def follow(
    feed: LiveFeed, begin: Callable[[dt.date], LiveScan], *, wait: float | None = None, remember: bool = False
) -> AsyncGenerator[News]:
    """Scan whatever the feed receives; yields after every step, also one that brought no rows.

    `begin` makes the scan of a session (from a saved state or from history, which may take long: it runs in a thread).
    At a session's end the scan reads its journal to the last bar and hands over its states; the next one waits until
    the store has that session. When stored history changes, the scan is made anew. It ends with the feed.

    `wait`: seconds after a bar's close that the watermark is waited for; then the bar is scanned and the news name the
    symbols that are missing, whose bars are late ones when they come. None waits for as long as it takes. Nothing is
    bounded before the session so far has been asked for: until then all of it would be missing.
    `remember`: what was told is kept beside the journal, so that a scan started again does not tell it again.
    """
    seen, running = -1, None
    telling = Telling(begin, remember=remember)
    try:
        while not (feed.ended and feed.version == seen):
            seen = await feed.changed(seen)
            running = feed.current or running  # between two sessions: the one that is over
            if running is None:
                continue
            session = running.bars.session
            if telling.session != session:
                if not feed.settled:
                    continue
                async for news in _beside(telling.turn(session)):
                    yield replace(news, stale_since=feed.stale_since)
            async for news in _beside(telling.step(running.watermark.at, _bound(feed, running, wait))):
                yield replace(news, stale_since=feed.stale_since)
    finally:
        telling.close()


def _bound(feed: LiveFeed, running: Running, wait: float | None) -> int:
    """Return up to when bars are scanned: as far as the watermark, or whatever closed so long ago."""
    watermark, places = running.watermark.at, running.bars.places
    if wait is None or not feed.begun:
        return watermark
    waited = feed.clock.now() - feed.delay - int(wait * 1e6)
    closed = places.begins + (waited - places.begins) // places.step * places.step
    return max(watermark, places.ends if waited >= places.ends else closed)


async def _beside(news: Iterator[News]) -> AsyncIterator[News]:
    """Iterate in threads: what happens between two pieces of news takes long."""
    while (one := await to_its_end(next, news, None)) is not None:
        yield one


async def to_its_end(work: Callable[..., Result], *arguments: object) -> Result:
    """Do what blocks in a thread. Who is cancelled meanwhile waits for it: nothing is closed under its hands."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
