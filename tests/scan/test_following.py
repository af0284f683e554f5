"""Following a feed: from session to session, on history that is whole."""

from __future__ import annotations

import asyncio

import polars as pl
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tapehawk.scan.live import LiveScan
from tests.data.scripted import SIM, ByHand, Scripted, end_session, in_order, play
from tests.scan.live_market import DAY, HOURS, NEXT, day_of, filled, market, of_day, scan_of, symbols

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


async def followed(feed, begin, news) -> None:
    async for one in follow(feed, begin):
        news.append(one)


async def until(condition) -> None:
    """Let the other tasks work until something holds (threads are waited for, nothing sleeps)."""
    while not condition():  # noqa: ASYNC110 - there is no event: the work is in a thread
        await asyncio.sleep(0)


async def test_following_goes_from_session_to_session_on_states_handed_over(before):
    _, bars = market()
    provider = Scripted(bars.filter(day_of() >= DAY), ByHand(HOURS.premarket_open))
    feed = LiveFeed(provider, before, symbols(), clock=provider.hand.clock)
    news: list = []
    task = asyncio.create_task(followed(feed, lambda day: scan_of(before, day=day), news))
    first = in_order(of_day())
    await play(feed, provider, first)
    await end_session(feed, provider)
    await until(lambda: news and news[-1].scan.over)
    await play(feed, provider, in_order(of_day(NEXT))[:200])
    await until(lambda: news[-1].scan.past.session == NEXT)
    assert news[-1].scan.from_saved_state
    feed.close()
    await task


async def test_the_next_session_waits_until_the_store_has_the_last_one(before):
    _, bars = market()
    provider = Scripted(bars.filter(day_of() >= DAY), ByHand(HOURS.premarket_open))
    feed = LiveFeed(provider, before, symbols(), clock=provider.hand.clock)
    begun: list = []

    def begin(day) -> LiveScan:
        stored = store.stored_series(before, "1m")[0].last.date()
        begun.append((day, stored))
        return scan_of(before, day=day)

    news: list = []
    task = asyncio.create_task(followed(feed, begin, news))
    await play(feed, provider, in_order(of_day())[:500])
    await until(lambda: news)
    await play(feed, provider, in_order(of_day(NEXT))[:200])
    await until(lambda: news[-1].scan.past.session == NEXT)
    assert begun[0][0] == DAY
    assert begun[1][0] == NEXT
    assert begun[1][1] >= DAY
    feed.close()
    await task


async def test_when_stored_history_changes_the_scan_is_made_anew(before):
    provider = Scripted(of_day(), ByHand(HOURS.premarket_open))
    feed = LiveFeed(provider, before, symbols(), clock=provider.hand.clock)
    news: list = []
    task = asyncio.create_task(followed(feed, lambda day: scan_of(before, day=day), news))
    await play(feed, provider, in_order(of_day())[:1500])
    await until(lambda: news and news[-1].scan.rows)
    scan = news[-1].scan
    yesterday = market()[1].filter(day_of() == us_calendar().previous(DAY)).with_columns(volume=pl.col("volume") * 3)
    store.append_bars(before, [(SIM, yesterday)])
    await feed.tick()
    await until(lambda: news[-1].scan is not scan)
    assert not news[-1].scan.from_saved_state
    assert news[-1].scan.through >= scan.through
    assert news[-1].changes.added or news[-1].changes.withdrawn
    feed.close()
    await task
