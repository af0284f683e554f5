"""ccxt's stream: when a candle is over, what is watched, and how its line fares."""

from __future__ import annotations

import asyncio

import polars as pl
import pytest

from tapehawk.core.errors import ProviderRefused
from tapehawk.data.providers.ccxt.forming import GRACE, Forming, Said
from tapehawk.data.providers.ccxt.reading import trouble_of
from tapehawk.data.providers.ccxt.stream import over_of
from tapehawk.data.stream import LiveFeed
from tests.data.providers.alpaca_desk import MINUTE, micros, truth_of
from tests.data.providers.ccxt_desk import MINUTES, NAMES, TRUTH, CcxtDesk
from tests.fakes.clock import START, HeldClock
from tests.fakes.exchange import FakeExchange
from tests.fakes.exchange_shapes import stream_kline, topic
from tests.fakes.faults import NONE, Faults

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk():
    with FakeExchange(TRUTH) as fake:
        made = CcxtDesk(fake, HeldClock())
        made.fake.tick = made.time.clock.tick
        yield made
        await made.close()


# when a candle is over


def said(minute, close, over=None, symbol="A/B"):
    return Said(symbol, minute * MINUTE, (1.0, 9.0, 0.5, close), 7.0, over)


def spoken(bars):
    return [(bar.time // MINUTE, bar.close, bar.final, bar.revision) for bar in bars]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([(0, 1, False), (0, 2, True)], [(0, 1, False, 0), (0, 2, True, 0)]),
        ([(0, 1, False), (0, 1, False)], [(0, 1, False, 0)]),
        (
            [(0, 1, None), (0, 2, None), (1, 3, None)],
            [(0, 1, False, 0), (0, 2, False, 0), (0, 2, True, 0), (1, 3, False, 0)],
        ),
        ([(0, 2, True), (0, 1, False)], [(0, 2, True, 0)]),  # an old word about a candle that is over
        ([(0, 2, True), (0, 3, True)], [(0, 2, True, 0), (0, 3, True, 1)]),
        (
            [(0, 2, None), (1, 1, None), (0, 4, None)],
            [(0, 2, False, 0), (0, 2, True, 0), (1, 1, False, 0), (0, 4, True, 1)],
        ),
        ([(1, 1, None), (0, 4, None)], [(1, 1, False, 0), (0, 4, True, 0)]),
        ([(1, 1, False), (0, 4, False), (0, 5, True)], [(1, 1, False, 0), (0, 4, False, 0), (0, 5, True, 0)]),
    ],
    ids=str,
)
def test_a_candle_is_over_when_it_is_said_or_when_a_later_one_is_there(heard, expected):
    forming = Forming()
    assert [one for each in heard for one in spoken(forming.add(said(*each), 0))] == expected


def test_time_ends_a_candle_that_no_later_one_does_and_once():
    forming = Forming()
    forming.add(said(0, 1.0), 0)
    assert forming.close(MINUTE + GRACE - 1) == []
    assert spoken(forming.close(MINUTE + GRACE)) == [(0, 1.0, True, 0)]
    assert forming.close(9 * MINUTE) == []
    assert spoken(forming.add(said(0, 2.0), 0)) == [(0, 2.0, True, 1)]  # what comes after corrects it


def test_what_forms_when_the_line_breaks_is_left_to_history():
    forming = Forming()
    forming.add(said(0, 1.0), 0)
    forming.forget()
    assert forming.close(9 * MINUTE) == []
    assert spoken(forming.add(said(1, 3.0), 0)) == [(1, 3.0, False, 0)]


@pytest.mark.parametrize(
    ("message", "over"),
    [
        ({"e": "kline", "k": {"x": True}}, True),
        ({"stream": "a@kline_1m", "data": {"e": "kline", "k": {"x": False}}}, False),
        ({"e": "kline", "k": {"x": "yes"}}, None),
        ({"e": "brandNew", "k": 9}, None),
        ([1, 2], None),
        ({"topic": "kline.1.BTCUSDT", "data": [{"confirm": True}]}, None),
    ],
)
def test_binances_word_for_the_end_is_read_where_it_is_said(message, over):
    assert over_of(message) is over


# the stream


async def test_candles_are_told_while_they_form_and_once_when_they_are_over(desk):
    await desk.start()
    for frame in MINUTES[:5]:
        await desk.push(frame)
    await desk.owner.until(lambda: len(desk.finals()) == 5 * len(NAMES))
    assert desk.owner.held() == truth_of(MINUTES[:5])
    forming = [bar for bar in desk.owner.delivered if not bar.final]
    assert len(forming) == 5 * len(NAMES)
    assert {bar.revision for bar in desk.owner.delivered} == {0}
    assert desk.stream.health().bars == len(desk.owner.delivered)


async def test_without_the_word_for_the_end_the_next_candle_or_the_clock_ends_one(desk):
    """What exchanges do whose candles say nothing: the same numbers, later."""
    await desk.start()
    for frame in MINUTES[:4]:
        desk.owner.sent_until = max(map(micros, frame["time"]))
        await desk.move_to(desk.owner.sent_until + MINUTE // 2)
        await asyncio.to_thread(desk.fake.push_events, silent(frame))
    await desk.owner.until(lambda: len(desk.finals()) == 3 * len(NAMES))
    await desk.time.move(60)
    await desk.owner.until(lambda: len(desk.finals()) == 4 * len(NAMES))
    assert {(bar.symbol, bar.time): bar.close for bar in desk.finals()} == {
        key: numbers[3] for key, numbers in truth_of(MINUTES[:4]).items()
    }


def silent(frame):
    """Candles that do not say whether they are over."""
    events = [stream_kline(row, over=False) for row in frame.to_dicts()]
    return [event | {"k": {name: value for name, value in event["k"].items() if name != "x"}} for event in events]


async def test_many_candles_that_come_at_once_are_all_told(desk):
    """A watch call would return one pair's, and leave the others for their next trade."""
    await desk.start()
    everything = pl.concat(MINUTES[:30])
    desk.owner.sent_until = START + 30 * MINUTE
    await asyncio.to_thread(desk.fake.push, everything)
    await desk.owner.until(lambda: len(desk.finals()) == everything.height)
    assert desk.owner.held() == truth_of([everything])


async def test_a_pair_that_is_not_traded_here_is_noted_and_the_others_are_heard(desk):
    desk.stream.want([*NAMES, "NO/SUCH"])
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: len(desk.finals()) == len(NAMES))
    assert "not traded here: NO/SUCH" in desk.provider.health().last_error


async def test_pairs_that_are_wanted_no_more_are_left(desk):
    await desk.start()
    desk.stream.want(NAMES[:1])
    await desk.subscribed(NAMES[0])
    assert desk.fake.connections[0].said[-1]["method"] == "UNSUBSCRIBE"
    desk.stream.want(())
    await desk.subscribed()
    desk.stream.want(NAMES)
    await desk.subscribed(*NAMES)
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: len(desk.finals()) == len(NAMES))
    assert len(desk.fake.connections) == 1
    assert not desk.fake.past_connections


async def test_more_pairs_than_one_call_may_hold_are_watched_in_several(desk, monkeypatch):
    monkeypatch.setattr("tapehawk.data.providers.ccxt.stream.A_CALL", 1)
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: len(desk.finals()) == len(NAMES))
    asked = [one["params"] for one in desk.fake.connections[0].said]
    assert sorted(asked) == sorted([topic(name)] for name in NAMES)


@pytest.mark.parametrize("frame", ['{"e":"kline","k":{', "[1,", b"\xff\xfe"], ids=["torn", "list", "no text"])
async def test_a_frame_that_can_not_be_read_ends_the_connection_at_once(desk, frame):
    """ccxt's reader would die of it without a word."""
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: len(desk.finals()) == len(NAMES))
    before = desk.time.passed
    await asyncio.to_thread(desk.fake.push_text, frame)
    await desk.owner.until(lambda: "a frame that can't be read" in desk.provider.health().last_error)
    assert desk.time.passed == before
    await desk.wait_out(lambda: len(desk.owner.gaps) == 1)
    await desk.subscribed(*NAMES)
    await desk.push(MINUTES[4])
    await desk.owner.until(lambda: truth_of(MINUTES[4:5]).items() <= desk.owner.held().items())


@pytest.mark.parametrize("how", ["on_close", "on_error"])
async def test_a_line_that_breaks_between_two_watch_calls_is_a_gap_that_is_told(desk, monkeypatch, how):
    """ccxt has nobody to tell then, and connects anew at the next call."""
    made = kept_exchanges(desk, monkeypatch)
    await desk.start()
    await desk.push(MINUTES[0])
    (client,) = made[0].clients.values()
    await desk.owner.until(lambda: len(desk.finals()) == len(client.futures) == len(NAMES))
    client.futures.clear()
    getattr(client, how)(1006 if how == "on_close" else ConnectionError("reset"))
    await desk.wait_out(lambda: len(desk.owner.gaps) == 1)
    await desk.subscribed(*NAMES)
    assert len(made) == 2


def kept_exchanges(desk, monkeypatch):
    """Return the exchanges that the stream takes, as it takes them."""
    made, fresh = [], desk.provider._venue.fresh

    async def kept():
        made.append(await fresh())
        return made[-1]

    monkeypatch.setattr(desk.provider._venue, "fresh", kept)
    return made


async def test_a_connection_that_ccxt_closes_itself_is_made_anew(desk, monkeypatch):
    made = kept_exchanges(desk, monkeypatch)
    await desk.start()
    await desk.push(MINUTES[0])
    (client,) = made[0].clients.values()
    await desk.owner.until(lambda: len(desk.finals()) == len(client.futures) == len(NAMES))
    await made[0].close_ws_clients()
    await desk.wait_out(lambda: len(desk.owner.gaps) == 1)
    await desk.subscribed(*NAMES)
    assert not desk.task.done()
    assert desk.provider.health().errors["line"] == 1


async def test_too_many_connections_are_waited_out(desk):
    desk.fake.faults = Faults(connection_limit=True)
    desk.run()
    await desk.owner.until(lambda: "HTTP 429 to the stream" in desk.provider.health().last_error)
    desk.fake.faults = NONE
    await desk.time.move(29)
    assert desk.fake.connections == []
    await desk.wait_out(lambda: desk.fake.has_subscribers(*NAMES))
    assert desk.time.passed < 60


async def test_a_gate_that_is_shut_is_raised_with_what_to_do(desk):
    desk.fake.faults = Faults(reject_auth=True)
    desk.run()
    with pytest.raises(ProviderRefused, match="HTTP 403 to the stream"):
        await desk.end()


async def test_an_exchange_whose_markets_do_not_come_is_asked_again(desk):
    """Until then the breaker leaves it alone."""
    desk.fake.faults = Faults(status=502, path="exchangeInfo", times=5)
    desk.run()
    await desk.wait_out(lambda: desk.fake.has_subscribers(*NAMES))
    assert desk.provider.health().errors["server"] >= 5


async def test_a_live_feed_of_an_exchange_holds_what_history_has(tmp_path):
    """The whole way: stream, gap, refill, journal; the candle that forms is in none of it."""
    time = HeldClock()
    with FakeExchange(TRUTH) as fake:
        desk = CcxtDesk(fake, time)
        feed = LiveFeed(desk.provider, tmp_path, NAMES, clock=time.clock)
        desk.task = asyncio.create_task(feed.run())
        await desk.subscribed(*NAMES)
        for frame in MINUTES[:3]:
            await desk.push(frame)
        await asyncio.to_thread(fake.drop)
        await desk.wait_out(lambda: fake.has_subscribers(*NAMES))
        await desk.push(MINUTES[3])
        expected = TRUTH.minutes.filter(
            pl.col("symbol").is_in(NAMES),
            pl.col("time").dt.date() == pl.date(2026, 11, 20),
            pl.col("time").dt.epoch("us") <= START + 3 * MINUTE,
        )
        async with asyncio.timeout(20):
            while feed.counts["new"] < expected.height:
                await time.move(1)
        assert feed.counts["revised"] == 0
        assert feed.series.id == "crypto:ccxt:binance:none:partial"
        desk.task.cancel()
        await asyncio.gather(desk.task, return_exceptions=True)
        await desk.provider.close()


def test_a_broken_line_is_told_in_its_own_words():
    import ccxt

    closed = ccxt.NetworkError("Connection closed by remote server, closing code 1001")
    assert (trouble_of(closed, None).kind, trouble_of(closed, None).said) == ("line", f"NetworkError: {closed}")
