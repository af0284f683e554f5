"""Live scanning that goes on from session to session: wait for the feed, scan beside the loop, hand on what changed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from tapehawk.data.stream import LiveFeed
from tapehawk.scan.live import LiveScan
from tapehawk.scan.session_rows import Changes, differences


@dataclass(frozen=True, eq=False)
class News:
    """What a step of a scan brought. `stale_since`: the feed is behind since then (µs UTC), None when it is not."""

    scan: LiveScan
    changes: Changes
    stale_since: int | None = None


async def follow(feed: LiveFeed, begin: Callable[[dt.date], LiveScan]) -> AsyncIterator[News]:
    """Scan whatever the feed receives; yields after every step, also one that brought no rows.

    `begin` makes the scan of a session (from a saved state or from history, which may take long: it runs in a thread).
    At a session's end the scan reads its journal to the last bar and hands over its states; the next one waits until
    the store has that session. When stored history changes, the scan is made anew. It ends with the feed.
    """
    seen, running = -1, None
    scan: LiveScan | None = None
    try:
        while not (feed.ended and feed.version == seen):
            seen = await feed.changed(seen)
            running = feed.current or running  # between two sessions: the one that is over
            if running is None:
                continue
            session, watermark = running.bars.session, running.watermark.at
            if scan is None or scan.past.session != session:
                if not feed.settled:
                    continue
                scan = await asyncio.to_thread(_next, scan, session, begin)
            news = await asyncio.to_thread(_step, scan, watermark, begin)
            scan = news.scan
            yield replace(news, stale_since=feed.stale_since)
    finally:
        if scan is not None:
            scan.close()


def _next(scan: LiveScan | None, session: dt.date, begin: Callable[[dt.date], LiveScan]) -> LiveScan:
    if scan is not None:
        scan.finish()
        scan.hand_over(scan.past.on(session))
        scan.close()
    return begin(session)


def _step(scan: LiveScan, watermark: int, begin: Callable[[dt.date], LiveScan]) -> News:
    if not scan.outdated or scan.over:
        return News(scan, scan.step(watermark))
    scan.close()
    fresh = begin(scan.past.session)
    fresh.step(max(watermark, scan.through))
    return News(fresh, differences(scan.held, fresh.held))
