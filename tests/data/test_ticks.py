"""Bars built from trades or prices: by their instants, final in time, partial where the volume is not known, and in a
feed whatever history brings in their place.
"""

from __future__ import annotations

import math

import msgspec
import polars as pl
import pytest

from tapehawk.core.bars import SCHEMA
from tapehawk.data.sealing import newest_bars
from tapehawk.data.stream import LiveFeed
from tapehawk.data.ticks import BarBuilder
from tests.data.scripted import MINUTE, OPEN, SECOND, SIM, ByHand, Scripted, bar, end_session

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def trade(at: float, price: float, size: float = 1.0, symbol: str = "AAA"):
    instant = OPEN + int(at * SECOND)
    return msgspec.structs.replace(
        bar(symbol, 0), time=instant, open=price, high=price, low=price, close=price, volume=size, final=False
    )


def values(bars):
    return [(b.symbol, (b.time - OPEN) // MINUTE, b.open, b.high, b.low, b.close, b.volume, b.revision) for b in bars]


def minutes(bars):
    return [minute for _, minute, *_ in values(bars)]


# ------------------------------------------------------------------------------------------- the builder


def test_t8_trades_become_a_bar_by_their_instants_five_seconds_after_its_time_is_over():
    builder = BarBuilder(MINUTE)
    assert builder.add([trade(20, 11, 5), trade(1, 10), trade(59, 9, 2), trade(40, 12)]) == []
    assert builder.close(OPEN + MINUTE + 5 * SECOND - 1) == []
    assert values(builder.close(OPEN + MINUTE + 5 * SECOND)) == [("AAA", 0, 10, 12, 9, 9, 9, 0)]
    assert builder.close(OPEN + MINUTE + 6 * SECOND) == []


def test_a_symbols_first_trade_of_a_later_minute_ends_its_bar_and_nobody_elses():
    builder = BarBuilder(MINUTE)
    builder.add([trade(1, 10), trade(2, 50, symbol="BBB")])
    assert values(builder.add([trade(61, 11)])) == [("AAA", 0, 10, 10, 10, 10, 1, 0)]
    assert builder.add([trade(62, 12)]) == []
    assert values(builder.close(OPEN + 2 * MINUTE)) == [("BBB", 0, 50, 50, 50, 50, 1, 0)]


def test_a_late_trade_revises_its_bar_and_a_much_later_one_is_counted():
    builder = BarBuilder(MINUTE)
    builder.add([trade(5, 10)])
    builder.close(OPEN + 2 * MINUTE)
    assert values(builder.add([trade(50, 8), trade(51, 9)])) == [("AAA", 0, 10, 10, 8, 9, 3, 1)]
    assert values(builder.add([trade(52, 7)])) == [("AAA", 0, 10, 10, 7, 7, 4, 2)]
    builder.close(OPEN + 20 * MINUTE)
    assert builder.add([trade(53, 6)]) == []
    assert builder.too_late == 1


def test_a_trade_that_is_late_behind_one_of_the_next_minute_revises_its_bar_too():
    builder = BarBuilder(MINUTE)
    assert minutes(builder.add([trade(5, 10), trade(61, 11), trade(59, 9)])) == [0]
    assert values(builder.add([trade(58, 8)])) == [("AAA", 0, 10, 10, 8, 9, 3, 1)]


def test_a_late_trade_of_a_minute_without_a_bar_makes_its_first_one():
    builder = BarBuilder(MINUTE)
    builder.close(OPEN + 3 * MINUTE)
    assert values(builder.add([trade(70, 8)])) == [("AAA", 1, 8, 8, 8, 8, 1, 0)]


def test_bars_that_miss_trades_of_a_gap_are_not_built():
    builder = BarBuilder(MINUTE)
    assert minutes(builder.add([trade(5, 10), trade(65, 10)])) == [0]
    builder.gap(OPEN + 70 * SECOND, OPEN + 150 * SECOND)
    assert builder.whole_from == OPEN + 3 * MINUTE
    assert builder.add([trade(160, 11), trade(185, 12)]) == []
    assert minutes(builder.close(OPEN + 5 * MINUTE)) == [3]


def test_bars_that_nobody_closed_for_long_are_all_closed_when_somebody_does():
    """A machine that slept."""
    builder = BarBuilder(MINUTE)
    builder.add([trade(65, 11), trade(5, 10, symbol="BBB")])
    assert minutes(builder.close(OPEN + 60 * MINUTE)) == [0, 1]


def test_a_bar_with_a_trade_of_unknown_size_is_partial_has_no_volume_and_is_never_final():
    builder = BarBuilder(MINUTE)
    builder.add([trade(5, 10, math.nan), trade(30, 12, 40)])
    (one,) = builder.close(OPEN + 2 * MINUTE)
    assert (one.final, one.open, one.close) == (False, 10, 12)
    assert math.isnan(one.volume)
    (again,) = builder.add([trade(50, 9, 10)])
    assert (again.final, again.close) == (False, 9)


def test_what_history_has_said_is_not_revised_by_trades():
    builder = BarBuilder(MINUTE)
    builder.add([trade(5, 10), trade(6, 50, symbol="BBB")])
    builder.close(OPEN + 2 * MINUTE)
    builder.answered(history(("AAA", 0, 11, 500)))
    assert [one.symbol for one in builder.add([trade(50, 8), trade(50, 49, symbol="BBB")])] == ["BBB"]
    assert builder.too_late == 1
    assert minutes(builder.add([trade(70, 8), trade(125, 8)])) == [1], "what it has not said is built"


# ------------------------------------------------------------------------------------------- a feed of prices


def history(*rows) -> pl.DataFrame:
    """Return the provider's own minutes: symbol, minute, price, volume."""
    every = [(name, OPEN + minute * MINUTE, *(price,) * 4, volume) for name, minute, price, volume in rows]
    return pl.DataFrame(every, schema={**SCHEMA, "time": pl.Int64}, orient="row").cast({"time": SCHEMA["time"]})


class Prices:
    """A feed of prices, whose history is the provider's own minutes, and a clock that is put on by hand."""

    def __init__(self, root, truth, symbols=("AAA", "BBB")) -> None:
        self.provider = Scripted(truth, ByHand(OPEN), streams=("trades",))
        self.feed = LiveFeed(self.provider, root, symbols, clock=self.provider.hand.clock)
        self.feed._stream = self.provider.stream([])

    async def at(self, seconds: float, *prices) -> None:
        """Let it be so many seconds after the open; bring prices."""
        self.provider.hand.now = OPEN + int(seconds * SECOND)
        if prices:
            await self.feed.deliver(list(prices))
        await self.feed.tick()

    @property
    def asked(self) -> int:
        return self.provider.fetches

    @property
    def whole_through(self) -> float:
        """Up to which minute the watermark is."""
        return (self.feed.current.watermark.at - OPEN) / MINUTE

    def kept(self) -> dict[tuple[str, int], tuple[float, float]]:
        """Return price and volume by symbol and minute, as the journal has them."""
        bars, names = newest_bars(self.feed.current.bars.journal.path)
        return {
            (names[row["symbol"]], int(row["time"] - OPEN) // MINUTE): (float(row["close"]), float(row["volume"]))
            for row in bars
        }


TRUTH = history(*((name, minute, 10.0 + minute, 100.0) for name in ("AAA", "BBB") for minute in range(12)))


async def test_a_feed_begins_with_the_first_minute_that_it_hears_whole_and_history_has_those_before(root):
    prices = Prices(root, TRUTH)
    await prices.at(140, trade(139, 12, math.nan), trade(139, 12, math.nan, "BBB"))
    assert (prices.asked, prices.feed.begun) == (0, False)
    await prices.at(3 * 60 + 7)
    assert prices.asked == 0, "history does not show a minute at once"
    await prices.at(3 * 60 + 8)
    assert prices.asked == 2
    assert prices.kept() == {(name, minute): (10.0 + minute, 100.0) for name in ("AAA", "BBB") for minute in range(3)}
    assert (prices.feed.begun, prices.feed.stale_since, prices.whole_through) == (True, None, 3)


async def test_after_a_reconnect_the_missed_minutes_are_fetched_before_the_watermark_goes_on(root):
    prices = await begun(root)
    await prices.at(4 * 60 + 10, trade(250, 14, 60), trade(250, 14, 60, "BBB"))
    prices.provider.connected = False
    await prices.at(6 * 60 + 10)
    assert prices.feed.stale_since == OPEN + 4 * MINUTE
    prices.provider.connected = True
    await prices.feed.on_gap(OPEN + 2 * MINUTE, ())
    asked = prices.asked
    for second in (15, 40, 67):
        await prices.at(6 * 60 + second, trade(6 * 60 + second, 20, 1), trade(6 * 60 + second, 20, 1, "BBB"))
        assert prices.whole_through == 4
    assert prices.asked == asked
    await prices.at(7 * 60 + 8, trade(7 * 60 + 8, 21, 5), trade(7 * 60 + 8, 21, 5, "BBB"))
    assert prices.asked == asked + 2
    assert {minute: prices.kept()["AAA", minute] for minute in range(4, 7)} == {
        minute: (10.0 + minute, 100.0) for minute in range(4, 7)
    }
    assert (prices.feed.stale_since, prices.whole_through) == (None, 7)
    await prices.at(8 * 60 + 5)
    assert prices.kept()["AAA", 7] == (21, 6), "from the first minute that was heard whole on they are built again"


async def test_while_history_does_not_answer_the_gap_of_prices_stays_open_and_it_is_asked_again(root):
    prices = await begun(root)
    await prices.feed.on_gap(OPEN + 3 * MINUTE, ())
    prices.provider.down = 100
    await prices.at(5 * 60 + 8)
    assert prices.feed.trouble == "the provider is down"
    assert prices.feed.stale_since is not None
    prices.provider.down, asked = 0, prices.asked
    await prices.at(5 * 60 + 30)
    assert prices.asked == asked, "it waits a little before it asks again"
    await prices.at(5 * 60 + 38)
    assert (prices.feed.trouble, prices.feed.stale_since) == ("", None)
    assert prices.kept()["AAA", 4] == (14.0, 100.0)


async def test_a_partial_bar_is_not_kept_and_history_is_asked_for_it_alone(root):
    prices = await begun(root)
    lines = prices.feed.router.subscribe("a screen")
    await prices.at(4 * 60 + 30, trade(270, 14, math.nan), trade(270, 14, 30, "BBB"))
    asked = prices.asked
    await prices.at(5 * 60 + 5)
    assert (prices.feed.counts["partial"], prices.asked) == (1, asked)
    assert prices.kept()["BBB", 4] == (14, 30)
    assert ("AAA", 4) not in prices.kept()
    assert prices.whole_through == 4, "it waits for the bar"
    told = {bar.symbol: bar for bar in await lines.take()}
    assert (told["AAA"].final, told["BBB"].final) == (False, True)
    assert math.isnan(told["AAA"].volume)
    await prices.at(5 * 60 + 8)
    assert prices.asked == asked + 1, "BBB costs nothing"
    assert prices.kept()["AAA", 4] == (14.0, 100.0)
    assert prices.kept()["BBB", 4] == (14, 30)
    assert (prices.kept()["AAA", 3], prices.kept()["BBB", 3]) == ((13, 100), (13, 50)), "the session so far comes along"
    assert (prices.feed.stale_since, prices.whole_through) == (None, 5)


async def test_a_partial_bar_outside_regular_hours_stays_missing_and_history_is_not_asked(root):
    prices = Prices(root, TRUTH)
    early = -20 * 60
    await prices.at(early, trade(early, 9, 1))
    await prices.at(early + 68)
    asked = prices.asked
    for second, size in ((70, math.nan), (130, 5.0), (190, 5.0)):
        await prices.at(early + second, trade(early + second, 9, size))
    assert prices.feed.counts["partial"] == 1
    assert prices.asked == asked
    assert [minute for _, minute in prices.kept()] == [-18]


async def test_history_is_asked_only_for_symbols_that_the_line_has_room_for(root):
    prices = Prices(root, TRUTH)
    prices.feed._stream.room = lambda: frozenset({"BBB"})
    await prices.at(140, trade(139, 12, symbol="BBB"))
    await prices.at(3 * 60 + 8)
    assert prices.asked == 1
    assert {name for name, _ in prices.kept()} == {"BBB"}
    assert prices.feed.stale_since is None


async def test_at_its_end_the_session_is_the_providers_own_where_it_has_one(root):
    """The stream samples the prices, so that highs, lows and volumes of what was built are too small."""
    prices = await begun(root)
    for minute in range(4, 8):
        await prices.at(minute * 60 + 30, trade(minute * 60 + 30, 9, 1), trade(minute * 60 + 30, 9, 1, "BBB"))
    await prices.at(8 * 60 + 10)
    assert prices.kept()["AAA", 7] == (9, 1)
    await prices.at(7 * 3600, trade(7 * 3600 - 60, 30, 5))
    prices.provider.hand.now = prices.feed.current.bars.places.ends + 15 * MINUTE
    await prices.feed.tick()
    ended = prices.kept()
    assert {key: ended[key] for key in ended if key[1] < 12} == {
        (name, minute): (10.0 + minute, 100.0) for name in ("AAA", "BBB") for minute in range(12)
    }
    assert ended["AAA", 419] == (30, 5), "what was built outside regular hours stays"
    await end_session(prices.feed, prices.provider)


async def test_bars_built_from_prices_are_a_series_of_their_own_and_say_so(root):
    prices = await begun(root)
    assert prices.feed.series.id == "us:sim:trades:none:consolidated:simulated"
    assert "bars built from prices" in prices.feed.series.labels
    assert prices.provider.series.id == SIM.id != prices.feed.series.id


async def begun(root) -> Prices:
    """Return a feed that has heard the fourth minute whole."""
    prices = Prices(root, TRUTH)
    await prices.at(140, trade(139, 12), trade(139, 12, symbol="BBB"))
    await prices.at(3 * 60 + 8)
    await prices.at(3 * 60 + 30, trade(210, 13, 50), trade(210, 13, 50, "BBB"))
    await prices.at(4 * 60 + 5)
    assert prices.kept()["AAA", 3] == (13, 50)
    assert prices.whole_through == 4
    return prices
