"""What a live scan's steps tell others: `ScanUpdate` events, made of news and handed to whoever listens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from tapehawk.core.events import ScanUpdate
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import News, follow
from tapehawk.scan.hit_table import Row
from tapehawk.scan.intrabar import confirmed, is_intrabar
from tapehawk.scan.live import LiveScan, labelled


async def tell(
    feed: LiveFeed,
    begin: Callable[[dt.date], LiveScan],
    hear: Callable[[ScanUpdate], None],
    *,
    wait: float | None = None,
    remember: bool = False,
) -> None:
    """Follow a feed (see `follow`) and tell what its scan finds, until the feed ends. `hear` must not take long."""
    async for news in follow(feed, begin, wait=wait, remember=remember):
        update = update_of(news)
        if update.events or update.triggers or update.withdrawn or update.missing:
            hear(update)


def update_of(news: News) -> ScanUpdate:
    """Return what news tell those who hold events and triggers; rows say since when they are stale, if they are."""
    past, changes = news.scan.past, news.changes

    def said(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(labelled(rows, news.stale_since))

    return ScanUpdate(
        series=past.series.id,
        at=news.scan.through,
        events=said(changes.events),
        triggers=said(filter(is_intrabar, changes.added)),
        withdrawn=said([*changes.retracted, *filter(is_intrabar, changes.withdrawn)]),
        confirmed=said(confirmed(changes.added, changes.withdrawn)),
        missing=news.missing,
        session=past.session.isoformat(),
        number=news.number,
    )
