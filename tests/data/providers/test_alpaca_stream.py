"""Alpaca's stream: who is let in, what is subscribed, which word about a minute is the last."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from tapehawk.core.errors import BadInput, ProviderRefused
from tests.data.providers.alpaca_desk import MINUTES, NAMES, TRUTH, Desk, numbers_of, truth_of
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.alpaca_shapes import minute
from tests.fakes.alpaca_stream import error
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake():
    with FakeAlpaca(TRUTH) as server:
        yield server


@pytest.fixture
def time():
    return HeldClock()


@pytest.fixture
async def desk(fake, time):
    made = Desk(fake, time)
    yield made
    await made.close()


# who is let in


@pytest.mark.parametrize("code", [402, 408, 409, 410, 411])
async def test_an_error_that_only_a_person_can_mend_ends_the_stream(desk, code):
    await desk.start()
    desk.say([error(code)])
    with pytest.raises(ProviderRefused, match=str(code)) as caught:
        await desk.end()
    assert caught.value.hint
    assert desk.connections == 1


async def test_a_message_that_is_not_understood_ends_the_stream_too(desk):
    await desk.start()
    desk.say([error(400)])
    with pytest.raises(BadInput, match="400"):
        await desk.end()


async def test_a_feed_that_the_plan_does_not_have_is_told(desk):
    desk.fake.plan = "basic"
    with pytest.raises(ProviderRefused, match="insufficient subscription"):
        await desk.start()


@pytest.mark.parametrize("code", [401, 404, 407, 500])
async def test_an_error_that_passes_is_followed_by_a_new_connection_and_a_gap(desk, code):
    await desk.start()
    await desk.push(MINUTES[0])
    desk.say([error(code)])
    await desk.owner.until(lambda: desk.owner.gaps)
    await desk.push(MINUTES[1])
    await desk.owner.until(lambda: desk.owner.held() == truth_of(MINUTES[:2]))


async def test_who_is_known_already_by_the_handshake_is_let_in(desk, monkeypatch):
    monkeypatch.setattr(desk.fake, "_heard", authenticated_before(desk.fake._heard, desk.fake))
    await desk.start()
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: desk.owner.held() == truth_of(MINUTES[:1]))


def authenticated_before(heard, fake):
    async def heard_later(connection, data):
        connection.known = True
        await heard(connection, data)

    return heard_later


async def test_a_dead_connection_that_still_counts_is_waited_for(desk, time):
    desk.fake.tick, desk.fake.reaping = time.clock.tick, 90.0
    await desk.start()
    await desk.push(MINUTES[0])
    await asyncio.to_thread(desk.fake.drop)
    await desk.wait_out(lambda: desk.owner.gaps)
    assert time.passed >= 90.0
    assert 1 <= desk.provider.health().errors["limit"] <= 3  # at once, then every half a minute
    await desk.push(MINUTES[1])
    await desk.owner.until(lambda: desk.owner.held() == truth_of(MINUTES[:2]))


async def test_another_program_on_the_key_is_told_after_some_minutes(desk, time):
    desk.fake.faults = Faults(connection_limit=True)
    desk.run()
    await desk.wait_out(desk.task.done)
    with pytest.raises(ProviderRefused, match="406") as caught:
        await desk.end()
    assert "other program" in caught.value.hint
    assert time.passed >= 150.0
    assert desk.connections == 6


async def test_a_handshake_that_is_refused_for_too_many_is_tried_again_after_half_a_minute(desk, time):
    desk.fake.faults = Faults(status=429, path="/v2/sip", times=2)
    desk.run()
    await desk.wait_out(lambda: desk.fake.has_subscribers(*NAMES))
    assert time.passed >= 60.0
    assert len(desk.fake.paths("/v2/sip")) == 3


# what is subscribed


@pytest.mark.parametrize(("channels_count", "room"), [(False, 17), (True, 8)])
async def test_the_most_symbols_that_the_plan_has_room_for_are_found_and_the_rest_is_told(
    fake, time, channels_count, room
):
    fake.most_symbols, fake.channels_count = 17, channels_count
    names = [f"S{number:02d}" for number in range(30)]
    desk = Desk(fake, time, names)
    await desk.start(*names[:room])
    await desk.owner.until(lambda: desk.stream.health().subscribed == room)
    assert f"room for {room} of 30 symbols" in desk.provider.health().last_error
    assert desk.stream.room() == frozenset(names[:room])
    assert all(one.known for one in fake.connections)
    assert desk.connections == 1
    desk.stream.want(names[20:24])
    await desk.subscribed(*names[20:24])
    desk.stream.want(names)
    await desk.subscribed(*names[:room])
    await desk.close()


async def test_the_basic_plan_asks_for_thirty_symbols_at_once(fake, time):
    fake.plan, fake.most_symbols = "basic", 30
    names = [f"S{number:02d}" for number in range(40)]
    desk = Desk(fake, time, names, plan="basic")
    await desk.start(*names[:30])
    assert len(fake.connections[0].said) == 2
    await desk.close()


async def test_symbols_that_the_vendor_leaves_out_of_its_answer_are_told(desk):
    await desk.start()
    desk.say([{"T": "subscription", "bars": list(NAMES[:2]), "updatedBars": list(NAMES[:2])}])
    await desk.push(MINUTES[0])
    await desk.owner.until(lambda: desk.owner.bars)
    assert NAMES[2] in desk.provider.health().last_error
    assert desk.stream.health().subscribed == 2


async def test_one_ignored_subscription_beside_others_that_flow_is_made_anew_and_its_gap_filled(desk, time):
    desk.stream.want(NAMES[:2])
    await desk.start(*NAMES[:2])
    desk.fake.faults = Faults(ignore_subscriptions=True)
    desk.stream.want(NAMES)
    await asyncio.to_thread(desk.fake.wait_until, lambda: any(len(one.said) > 2 for one in desk.fake.connections))
    await desk.push(MINUTES[0])
    desk.fake.faults = NONE
    time.passed += 31.0
    await desk.push(MINUTES[1])
    await desk.owner.until(lambda: desk.owner.gaps)
    await desk.subscribed(*NAMES)
    await desk.owner.until(lambda: desk.owner.held() == truth_of(MINUTES[:2]))
    assert "not answered" in desk.provider.health().last_error


async def test_thousands_of_symbols_are_subscribed_in_messages_that_the_vendor_takes(fake, time):
    names = [f"S{number:04d}" for number in range(2500)]
    desk = Desk(fake, time, names)
    await desk.start(*names)
    sizes = [len(said["bars"]) for said in fake.connections[0].said[1:]]
    assert sizes == [1000, 1000, 500]
    await desk.close()


# which word is the last


async def test_a_correction_is_the_minutes_next_revision_and_a_second_one_the_next(desk):
    await desk.start()
    (first, *_) = [minute(row) for row in MINUTES[0].to_dicts()]
    desk.say([first, first | {"T": "u", "v": 5}, first | {"T": "u", "v": 5}, first | {"T": "u", "v": 7}])
    await desk.owner.until(lambda: len(desk.owner.delivered) == 3)
    assert [(bar.revision, bar.volume) for bar in desk.owner.delivered] == [(0, first["v"]), (1, 5.0), (2, 7.0)]


async def test_a_bar_that_comes_after_its_correction_is_the_older_word(desk):
    await desk.start()
    (first, *others) = [minute(row) for row in MINUTES[0].to_dicts()]
    desk.say([first | {"T": "u"}, first | {"v": 1}, *others])
    await desk.owner.until(lambda: len(desk.owner.bars) == len(MINUTES[0]))
    assert desk.owner.held() == truth_of(MINUTES[:1])


async def test_a_late_bar_of_an_earlier_minute_is_taken_although_a_later_one_was_corrected(desk):
    await desk.start()
    early, later = (next(minute(row) for row in frame.to_dicts()) for frame in MINUTES[:2])
    desk.say([later, later | {"T": "u", "v": 1}, early | {"S": later["S"]}])
    await desk.owner.until(lambda: len(desk.owner.bars) == 2)


async def test_daily_bars_trades_and_quotes_are_no_minutes(desk):
    await desk.start()
    one = minute(MINUTES[0].to_dicts()[0])
    trade = {"T": "t", "S": one["S"], "i": 1, "x": "V", "p": 1.5, "s": 3, "c": ["@", "I"], "t": one["t"], "z": "C"}
    quote = {"T": "q", "S": one["S"], "ax": "V", "ap": 1.0, "as": 1, "bx": "V", "bp": 1.0, "bs": 1, "c": ["R"]}
    halt = {"T": "s", "S": one["S"], "sc": "H", "sm": "Halted", "rc": "T1", "rm": "News", "t": one["t"], "z": "C"}
    for connection in desk.fake.connections:
        connection.topics |= {f"{channel}.*" for channel in ("dailyBars", "trades", "quotes", "statuses")}
    desk.say([one | {"T": "d"}, trade, quote | {"t": "2026-11-20T14:30:00.123456789Z"}, halt, one])
    await desk.owner.until(lambda: desk.owner.bars)
    assert [numbers_of(bar) for bar in desk.owner.delivered] == [
        truth_of(MINUTES[:1])[one["S"], desk.owner.delivered[0].time]
    ]


async def test_a_bar_whose_time_is_unreadable_spoils_no_other(desk):
    await desk.start()
    (first, *others) = [minute(row) for row in MINUTES[0].to_dicts()]
    desk.say([first | {"t": "now"}, first, *others])
    await desk.owner.until(lambda: desk.owner.held() == truth_of(MINUTES[:1]))
    assert desk.provider.health().errors["unreadable"] == 1


async def test_the_two_keys_are_in_nothing_that_the_stream_shows(desk, caplog):
    caplog.set_level("DEBUG")
    await desk.start()
    desk.say([error(402) | {"msg": f"auth failed for {desk.fake.key} {desk.fake.secret}"}])
    with pytest.raises(ProviderRefused) as caught:
        await desk.end()
    said = [str(caught.value), repr(vars(desk.stream)), repr(dataclasses.asdict(desk.provider.health()))]
    said += [f"{record.getMessage()} {vars(record)!r}" for record in caplog.records if record.name != "aiohttp.server"]
    assert any("***" in text for text in said)
    assert all(secret not in "\n".join(said) for secret in (desk.fake.key, desk.fake.secret))
