"""The watermark is waited for up to a bound; then a bar is scanned without what is missing, and that is named."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tests.data.scripted import MINUTE, SECOND, ByHand, Scripted, end_session, in_order, play, stream_bars
from tests.scan.live_market import DAY, HOURS, SCANNERS, filled, historical, live_rows, of_day, scan_of, symbols
from tests.scan.test_following import until

pytestmark = pytest.mark.anyio
WAIT = 20  # seconds
SILENT = symbols()[0]
HALF = HOURS.open + 30 * MINUTE


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds everything up to the day."""
    return filled(tmp_path_factory.mktemp("whole"), until=DAY)


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


class Watch:
    """A feed and who follows it, on a clock that is put on by hand."""

    def __init__(self, root, wait: float | None) -> None:
        self.provider = Scripted(of_day(), ByHand(HOURS.premarket_open))
        self.feed = LiveFeed(self.provider, root, symbols(), clock=self.provider.hand.clock)
        self.news: list = []
        self.task = asyncio.create_task(self._follow(root, wait))

    async def _follow(self, root, wait) -> None:
        async for one in follow(self.feed, lambda day: scan_of(root, day=day), wait=wait):
            self.news.append(one)

    @property
    def scan(self):
        return self.news[-1].scan

    @property
    def missing(self) -> list[tuple[str, ...]]:
        return [one.missing for one in self.news if one.missing]

    async def until(self, condition) -> None:
        """Wait until something holds; whoever follows must still be there."""
        await until(lambda: self.task.done() or condition())
        if self.task.done():
            self.task.result()

    async def at(self, now: int) -> None:
        """Let it be some instant, and wait until whoever follows has seen it."""
        self.provider.hand.now = now
        for _ in range(2):  # news of a step that had begun before count for the first
            seen = len(self.news)
            await self.feed.tick()
            await self.until(lambda seen=seen: len(self.news) > seen)

    async def first_half_hour(self) -> None:
        await play(self.feed, self.provider, in_order(of_day())[: self.count(HALF)])
        await self.at(HALF + 5 * SECOND)
        assert self.scan.through == HALF

    def count(self, instant: int) -> int:
        return sum(one.time < instant for one in stream_bars(of_day()))

    async def minute(self) -> None:
        """The line brings the minute that begins at half past, in time; one symbol did not trade in it."""
        bars = [one for one in stream_bars(of_day()) if one.time == HALF]
        assert set(symbols()) - {one.symbol for one in bars} == {SILENT}
        await self.feed.deliver([msgspec.structs.replace(one, received=HALF + MINUTE + SECOND) for one in bars])

    async def end(self) -> None:
        self.feed.close()
        await self.task


async def test_a_minute_held_by_a_gap_is_scanned_when_the_bound_is_over_and_says_who_is_missing(whole, before):
    watch = Watch(before, WAIT)
    await watch.first_half_hour()
    watch.provider.down = 1000
    await watch.feed.on_gap(HALF, ())
    await watch.minute()
    await watch.at(HALF + MINUTE + (WAIT - 1) * SECOND)
    assert (watch.scan.through, watch.missing) == (HALF, [])
    await watch.at(HALF + MINUTE + WAIT * SECOND)
    assert (watch.scan.through, watch.missing) == (HALF + MINUTE, [(SILENT,)])
    assert watch.news[-1].stale_since == HALF
    await watch.at(HALF + MINUTE + (WAIT + 30) * SECOND)
    assert watch.missing == [(SILENT,)], "a bar is told to be missing once"
    watch.provider.down = 0
    await play(watch.feed, watch.provider, in_order(of_day())[watch.count(HALF + MINUTE) :])
    await end_session(watch.feed, watch.provider)
    await watch.until(lambda: watch.scan.over)
    for name, parameters in SCANNERS.items():
        assert live_rows(watch.scan, name) == historical(whole, name, parameters), "what came late is in its place"
    await watch.end()


async def test_without_a_bound_it_waits_for_as_long_as_it_takes(before):
    watch = Watch(before, None)
    await watch.first_half_hour()
    watch.provider.down = 1000
    await watch.feed.on_gap(HALF, ())
    await watch.minute()
    await watch.at(HALF + 10 * MINUTE)
    assert (watch.scan.through, watch.missing) == (HALF, [])
    await watch.end()


async def test_a_line_that_is_silent_leaves_everybody_missing_and_time_goes_on(before):
    watch = Watch(before, WAIT)
    await watch.first_half_hour()
    await watch.at(HALF + 3 * MINUTE + WAIT * SECOND)
    assert (watch.scan.through, watch.missing) == (HALF + 3 * MINUTE, [symbols()])
    await watch.end()


async def test_a_symbol_that_does_not_trade_is_not_waited_for_while_the_line_is_alive(before):
    watch = Watch(before, WAIT)
    await watch.first_half_hour()
    await watch.minute()
    await watch.at(HALF + MINUTE + 5 * SECOND)
    assert (watch.scan.through, watch.missing) == (HALF + MINUTE, [])
    await watch.end()


async def test_nothing_is_scanned_without_the_session_so_far(before):
    watch = Watch(before, WAIT)
    answer, seen = watch.provider.fetch, []

    async def slow(step):
        """Minutes pass before history answers."""
        watch.provider.hand.now = HALF + 5 * MINUTE
        before = len(watch.news)
        watch.feed._tell()
        await watch.until(lambda: len(watch.news) > before)
        seen.append((watch.scan.through, watch.missing))
        return await answer(step)

    watch.provider.fetch = slow
    watch.provider.hand.now = HALF + MINUTE + SECOND
    await watch.minute()
    assert seen[0] == (HOURS.premarket_open, [])
    await watch.at(HALF + 5 * MINUTE + WAIT * SECOND)
    assert watch.scan.through == HALF + 5 * MINUTE
    await watch.end()
