"""The owner of a stream: whatever goes wrong on the line, the store ends as the truth, and nothing is missing silently.

The line's faults are knobs (`scripted.py`); the truth is the simulator's, and history answers with it.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import ProviderRefused
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession, Places
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.refill import Refill
from tapehawk.data.router import Router
from tapehawk.data.sealing import newest_bars, seal
from tapehawk.data.stream import LiveFeed
from tapehawk.data.watermark import Watermark
from tests.data.scripted import (
    DAY,
    KNOBS,
    MINUTE,
    OPEN,
    SECOND,
    SIM,
    ByHand,
    Event,
    Scripted,
    bar,
    end_session,
    events_of,
    in_order,
    play,
    truth_of,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def truth():
    return truth_of()


def made(root, truth, *, symbols=None, **more):
    of_provider = ("series", "streams", "delay", "room")
    provider = Scripted(truth, ByHand(), **{name: more.pop(name) for name in of_provider if name in more})
    symbols = symbols or truth["symbol"].unique().to_list()
    return LiveFeed(provider, root, symbols, clock=provider.hand.clock, **more), provider


def stored(root, series=SIM) -> pl.DataFrame:
    return store.read_bars(root, series).drop("adjusted_as_of")


# ------------------------------------------------------------------------------------------- faults


async def played(root, truth, events, **more):
    """Play a whole day; return the feed, with its watermark watched: it must never pass a bar that is not there."""
    feed, provider = made(root, truth, **more)
    silent = []

    def look() -> None:
        if feed.current is None:
            return
        over = truth.filter(pl.col("time").to_physical() + MINUTE <= feed.current.watermark.at)
        expected = {(row[0], row[1]) for row in over.select("symbol", pl.col("time").to_physical()).iter_rows()}
        bars, names = newest_bars(feed.current.bars.journal.path)
        came = {(names[row["symbol"]], int(row["time"])) for row in bars}
        silent.append(len(expected - came))

    await play(feed, provider, events, each=look if len(events) < 2000 else None)
    await end_session(feed, provider)
    feed.close()
    return feed, silent


def faults():
    yield from ([name] for name in KNOBS)
    chance = np.random.default_rng(11)
    yield from (list(chance.choice(list(KNOBS), size=int(chance.integers(2, 7)))) for _ in range(12))


@pytest.mark.parametrize("names", list(faults()), ids="+".join)
async def test_whatever_goes_wrong_on_the_line_the_store_ends_as_the_truth(root, truth, names):
    chance, events = np.random.default_rng(len(names)), in_order(truth)
    for name in names:
        events = KNOBS[name](events, chance)
    feed, _ = await played(root, truth, events)
    assert stored(root).equals(truth)
    assert store.stored_series(root, "1m")[0].rows == truth.height, "no duplicates"
    assert feed.trouble == ""


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 30))])
async def test_a_simulated_day_with_all_its_mishaps_ends_as_the_truth(root, seed):
    simulator = Simulator(seed=seed, symbols=4)
    truth = simulator.intraday("1m", DAY, DAY)
    await played(root, truth, events_of(simulator.feed(DAY)))
    assert stored(root).equals(truth)


def two_hours(truth):
    """Return the bars of two symbols of two hours."""
    few = truth.filter(pl.col("symbol").is_in(truth["symbol"].unique().sort()[:2].implode()))
    return few.filter(pl.col("time").to_physical().is_between(OPEN, OPEN + 120 * MINUTE))


@pytest.mark.parametrize("delay", [0, 15])
@pytest.mark.parametrize("knob", ["duplicated", "revised", "outage"])
async def test_the_watermark_never_passes_a_bar_that_is_missing(root, truth, knob, delay):
    few = two_hours(truth)
    feed, silent = await played(root, few, KNOBS[knob](in_order(few, delay), np.random.default_rng(5)), delay=delay)
    assert len(silent) > 50
    assert set(silent) == {0}
    assert feed.counts["late"] == 0
    assert stored(root).equals(few)


async def test_a_feed_that_comes_late_says_so_and_is_not_waited_for_in_vain(root, truth):
    few = two_hours(truth)
    feed, provider = made(root, few, delay=15)
    feed._stream = provider.stream([])
    assert feed.series.labels == ("simulated", "delayed 15 m")
    behind = []
    await play(feed, provider, in_order(few, 15), each=lambda: behind.append(provider.hand.now - _watermark(feed)))
    assert max(behind[2:]) <= 17 * MINUTE + 5 * SECOND
    assert min(behind[2:]) > 15 * MINUTE
    assert feed.stale_since is None


async def test_a_late_feed_that_is_taken_for_a_quick_one_would_be_seen(root, truth):
    few = two_hours(truth)
    uneven = [replace(event, at=event.at + number % 2 * 20 * SECOND) for number, event in enumerate(in_order(few, 15))]
    _, silent = await played(root, few, uneven)
    assert max(silent) > 0  # the planted bug: the provider does not say that it is late
    _, silent = await played(root.with_name("told"), few, uneven, delay=16)
    assert max(silent) == 0


def _watermark(feed):
    return feed.current.watermark.at if feed.current else OPEN


async def test_symbols_that_the_plan_has_no_room_for_are_named(root, truth):
    few = two_hours(truth)
    heard, left = sorted(few["symbol"].unique())
    feed, provider = made(root, few, room=frozenset({heard}))
    feed._stream = provider.stream([])
    await play(feed, provider, in_order(few.filter(pl.col("symbol") == heard)))
    assert feed.trouble == f"the plan streams 1 of 2 symbols; no bars come of {left}"
    assert feed.state.trouble == feed.trouble
    assert not feed.is_down


async def test_without_holding_the_watermark_an_outage_would_be_seen(root, truth, monkeypatch):
    monkeypatch.setattr(Watermark, "hold", lambda *_: None)  # the planted bug
    monkeypatch.setattr(Refill, "fill", lambda self: asyncio.sleep(0))
    few = truth.filter(pl.col("time").to_physical().is_between(OPEN, OPEN + 120 * MINUTE))
    _, silent = await played(root, few, KNOBS["outage"](in_order(few), np.random.default_rng(5)))
    assert max(silent) > 0


async def test_without_the_refill_an_outage_would_be_seen(root, truth, monkeypatch):
    async def nothing(*_, **__):
        pass

    monkeypatch.setattr(Refill, "fetch", nothing)  # the planted bug
    await played(root, truth, KNOBS["outage"](in_order(truth), np.random.default_rng(5)))
    assert stored(root).height < truth.height


# An interleaving: each bar's revisions and duplicates in any order, all of them at least once.
scripts = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=30)


@given(scripts, st.data())
def test_t8_any_order_of_late_duplicate_and_revised_bars_gives_the_same_bars(tmp_path_factory, script, data):
    """The same in the journal, and in the store it is sealed into, be it sealed once before the last ones come."""
    shuffled = data.draw(st.permutations(script + script[: len(script) // 2]))
    cuts = data.draw(st.integers(1, 7))
    sealed_before = data.draw(st.integers(0, len(shuffled)))
    roots = [tmp_path_factory.mktemp("any") for _ in range(2)]
    right, mixed = (OpenSession(root, SIM, DAY) for root in roots)

    def said(symbol, minute, revision):
        return bar(symbol, minute, 10.0 + minute + revision / 8, revision=revision)

    right.take([said(*one) for one in sorted(set(script))])
    for first in range(0, len(shuffled), cuts):
        if first <= sealed_before < first + cuts:
            seal(roots[1], mixed.journal)
            mixed = OpenSession(roots[1], SIM, DAY)
        mixed.take([said(*one) for one in shuffled[first : first + cuts]])
    assert numbers(right) == numbers(mixed)
    for root, session in zip(roots, (right, mixed), strict=True):
        seal(root, session.journal)
    assert stored(roots[0]).equals(stored(roots[1]))
    assert stored(roots[0]).height == len({one[:2] for one in script})


def numbers(session: OpenSession) -> list[tuple]:
    bars, names = newest_bars(session.journal.path)
    return sorted((names[row["symbol"]], int(row["time"]), float(row["close"]), int(row["revision"])) for row in bars)


# ------------------------------------------------------------------------------------------- gaps and history


async def test_with_its_first_bar_a_feed_fetches_the_session_so_far(root, truth):
    feed, provider = made(root, truth)
    provider.hand.now = OPEN + 60 * MINUTE
    half_done = next(e.bar for e in in_order(truth) if e.bar.time == OPEN + 59 * MINUTE)
    await feed.deliver([half_done])
    before = truth.filter(pl.col("time").to_physical() < OPEN + 60 * MINUTE)
    assert feed.counts["filled"] == before.height - 1
    assert feed.current.watermark.at == OPEN + 59 * MINUTE  # the last minute's close is within the grace


async def test_history_of_the_minute_that_is_not_over_is_not_taken(root, truth):
    feed, provider = made(root, truth)
    provider.hand.now = OPEN + 60 * MINUTE + 30 * SECOND
    await feed.deliver([bar(next(iter(feed.symbols)), 59)])
    assert newest_bars(feed.current.bars.journal.path)[0]["time"].max() == OPEN + 59 * MINUTE


async def test_while_history_does_not_answer_the_watermark_stands_the_feed_is_stale_and_asks_again(root, truth):
    feed, provider = made(root, truth)
    feed._stream = provider.stream([])
    events = in_order(truth.filter(pl.col("time").to_physical().is_between(OPEN, OPEN + 10 * MINUTE)))
    await play(feed, provider, events)
    assert feed.stale_since is None
    at = feed.current.watermark.at
    provider.down = 100
    await feed.on_gap(at, ())
    assert (feed.stale_since, feed.trouble) == (at, "the provider is down")
    await play(feed, provider, [Event(provider.hand.now + MINUTE, bar(next(iter(feed.symbols)), 11))])
    assert feed.current.watermark.at == at
    provider.down, fetched = 0, provider.fetches
    await feed.tick()
    assert provider.fetches == fetched, "it waits a little before it asks again"
    provider.hand.now += MINUTE
    await feed.tick()
    assert (feed.stale_since, feed.trouble) == (None, "")
    assert feed.current.watermark.at > at


@pytest.mark.parametrize(("names", "asked"), [("ABCD", True), ("AB", False)], ids=["busy", "quiet"])
async def test_bars_that_nobody_has_between_busy_ones_are_asked_for(root, names, asked):
    """An open line that was silent for two minutes. Where few trade, nobody is asked."""
    rows = [(one.symbol, one.time, one.open, one.high, one.low, one.close, one.volume) for one in [
        bar(name, minute) for name in names for minute in range(30)
    ]]  # fmt: skip
    truth = pl.DataFrame(rows, schema={**SCHEMA, "time": pl.Int64}, orient="row").cast({"time": SCHEMA["time"]})
    feed, provider = made(root, truth)
    feed._stream = provider.stream([])
    await play(feed, provider, in_order(truth.filter(pl.col("time").to_physical() < OPEN + 12 * MINUTE)))
    gaps = feed.counts["gaps"]
    late = truth.filter(pl.col("time").to_physical() >= OPEN + 14 * MINUTE)
    for event in in_order(late.sort("time").head(len(names) + 1)):
        await play(feed, provider, [event])
    assert feed.counts["gaps"] == gaps + asked
    expected = len(names) if asked else 0
    assert feed.current.bars.arrived[330 + 12 : 330 + 14].tolist() == [expected, expected]


async def test_history_that_comes_incomplete_fills_no_gap(root, truth):
    feed, provider = made(root, truth)
    provider.complete = False
    provider.hand.now = OPEN + 60 * MINUTE
    await feed.deliver([bar(next(iter(feed.symbols)), 59)])
    assert "incomplete" in feed.trouble
    assert feed.current.watermark.at == feed.current.bars.places.begins


async def test_a_feed_without_a_line_is_stale_since_its_watermark(root, truth):
    feed, provider = made(root, truth)
    assert feed.stale_since == 0
    feed._stream = provider.stream([])
    await play(feed, provider, in_order(truth.filter(pl.col("time").to_physical() < OPEN)))
    provider.connected = False
    assert feed.stale_since == feed.current.watermark.at


async def test_history_of_another_feed_or_volume_scope_is_not_merged(root, truth):
    feed, provider = made(root, truth)
    provider.series = replace(SIM, volume_scope="iex")
    provider.hand.now = OPEN + 60 * MINUTE
    await feed.deliver([bar(next(iter(feed.symbols)), 59)])
    assert feed.counts["filled"] == 0
    assert feed.counts["refused: history of another feed"] > 0


async def test_a_second_source_is_a_series_of_its_own(root, truth):
    other = replace(SIM, feed="other", volume_scope="iex")
    one, first = made(root, truth)
    two, second = made(root, truth.with_columns(volume=pl.col("volume") / 50), series=other)
    for feed, provider in ((one, first), (two, second)):
        await play(feed, provider, in_order(provider.truth))
        await end_session(feed, provider)
    assert {found.series.id for found in store.stored_series(root, "1m")} == {SIM.id, other.id}
    assert stored(root).equals(truth)
    assert stored(root, other)["volume"].sum() == pytest.approx(truth["volume"].sum() / 50)


async def test_symbols_that_nobody_asked_for_and_bars_still_forming_are_not_kept(root, truth):
    router = Router()
    socket = router.subscribe("socket")
    feed, provider = made(root, truth, symbols=["AAA"], router=router)
    provider.hand.now = OPEN + 2 * MINUTE
    forming = msgspec.structs.replace(bar("AAA", 2), final=False)
    outdated = msgspec.structs.replace(bar("AAA", 0), final=False)
    await feed.deliver([bar("AAA", 0), bar("ZZZ", 0)])
    await feed.deliver([forming, outdated])
    assert feed.counts["not asked for"] == 1
    assert [(one.time, one.final) for one in await socket.take()] == [(OPEN, True), (forming.time, False)]
    assert newest_bars(feed.current.bars.journal.path)[0]["time"].tolist() == [OPEN]


async def test_only_what_says_something_new_is_published(root, truth):
    router = Router()
    socket = router.subscribe("socket")
    feed, _ = made(root, truth, symbols=["AAA"], router=router)
    await feed.deliver([bar("AAA", 0), bar("AAA", 0), bar("AAA", 0, 12.0, revision=1), bar("AAA", 0)])
    assert [(one.close, one.revision) for one in await socket.take()] == [(12.0, 1)]


async def test_bars_that_fill_a_gap_are_published_and_the_session_before_the_first_bar_is_not(root, truth):
    router = Router()
    socket = router.subscribe("socket")
    feed, provider = made(root, truth, router=router)
    provider.hand.now = OPEN + 60 * MINUTE
    first = next(e.bar for e in in_order(truth) if e.bar.time == OPEN + 59 * MINUTE)
    await feed.deliver([first])
    assert await socket.take() == [first]
    provider.hand.now = OPEN + 70 * MINUTE
    await feed.on_gap(OPEN + 59 * MINUTE, ())
    came = {(one.symbol, one.time): one.volume for one in await socket.take()}
    asked = truth.filter(pl.col("time").to_physical().is_between(OPEN + 60 * MINUTE, OPEN + 69 * MINUTE))
    assert came.items() >= {(s, int(t)): v for s, t, v in values_of(asked)}.items()
    assert min(time for _, time in came) >= OPEN + 59 * MINUTE, "what was known is no news"


def values_of(frame: pl.DataFrame):
    return frame.select("symbol", pl.col("time").to_physical(), "volume").iter_rows()


# ------------------------------------------------------------------------------------------- sessions


async def test_a_correction_that_comes_while_its_session_is_sealed_waits_and_reaches_the_store(
    root, truth, monkeypatch
):
    feed, provider = made(root, truth)
    await play(feed, provider, in_order(truth))
    sealing, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(*args):
        loop.call_soon_threadsafe(sealing.set)
        go_on.wait(20)
        return seal(*args)

    monkeypatch.setattr("tapehawk.data.stream.seal", slow)
    ending = asyncio.create_task(end_session(feed, provider))
    await sealing.wait()
    assert not feed.settled
    one = next(e.bar for e in in_order(truth) if e.bar.time >= OPEN)
    late = asyncio.create_task(feed.deliver([msgspec.structs.replace(one, volume=7.0, revision=9)]))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(ending, late)
    feed.close()
    assert 7.0 in newest_bars(next(root.glob("journal/*/*.journal")))[0]["volume"]


async def test_a_feed_goes_from_session_to_session_and_seals_each(root):
    after = us_calendar().next(DAY)
    truth = truth_of(last=after)
    feed, provider = made(root, truth)
    await play(feed, provider, KNOBS["revised"](in_order(truth), np.random.default_rng(1)))
    assert feed.current.bars.session == after
    assert stored(root).equals(truth.filter(pl.col("time").to_physical() < OPEN + 12 * 60 * MINUTE))
    await end_session(feed, provider)
    assert stored(root).equals(truth)


async def test_a_correction_of_a_session_that_is_over_reaches_the_store_and_is_not_the_current_session(root):
    after = us_calendar().next(DAY)
    truth = truth_of(last=after)
    feed, provider = made(root, truth)
    await play(feed, provider, in_order(truth.filter(pl.col("time").to_physical() < OPEN + 25 * 60 * MINUTE)))
    one = next(e.bar for e in in_order(truth) if e.bar.time >= OPEN)
    provider.truth = truth.with_columns(
        pl.when((pl.col("symbol") == one.symbol) & (pl.col("time").to_physical() == one.time))
        .then(7.0)
        .otherwise("volume")
        .alias("volume")
    )
    await feed.deliver([msgspec.structs.replace(one, volume=7.0, revision=1)])
    assert feed.current.bars.session == after
    await feed.tick()
    await feed.tick()
    assert stored(root).filter(pl.col("volume") == 7.0).height == 1


async def test_a_refusal_ends_the_feed_and_lets_go_of_the_journal(root, truth):
    feed, provider = made(root, truth)

    class Refusing(type(provider.stream([]))):
        async def run(self, deliver):
            await deliver([bar(next(iter(feed.symbols)), 0)])
            raise ProviderRefused("wrong key")

    provider.stream = lambda *_, **__: Refusing(provider)
    feed.clock = replace(feed.clock, sleep=lambda _: asyncio.Event().wait())
    with pytest.raises(ProviderRefused):
        await feed.run()
    assert feed.ended
    OpenSession(root, SIM, DAY).close()


# ------------------------------------------------------------------------------------------- watermark

NOBODY, ALL = np.zeros(10, dtype=np.int64), np.full(10, 2)


def mark(**more) -> Watermark:
    return Watermark(0, 10 * MINUTE, MINUTE, grace=3 * SECOND, **more)


def test_a_bar_is_settled_when_every_symbols_has_arrived():
    arrived = NOBODY.copy()
    arrived[:2] = 2
    arrived[2] = 1
    assert mark().move(arrived, 2, 0) == 2 * MINUTE


def test_a_symbol_that_did_not_trade_is_explained_by_time_and_a_line_that_is_alive():
    one = mark()
    assert one.move(NOBODY, 2, 5 * MINUTE) == 0, "no data: it may be the line"
    one.heard(2 * MINUTE)
    assert one.move(NOBODY, 2, 3 * MINUTE + 2 * SECOND) == 2 * MINUTE
    assert one.move(NOBODY, 2, 3 * MINUTE + 3 * SECOND) == 3 * MINUTE
    assert one.move(NOBODY, 2, 9 * MINUTE) == 3 * MINUTE


def test_bars_longer_than_half_an_hour_are_counted_from_either_open():
    hours = us_calendar().need_session(DAY)
    places = Places(us_calendar(), DAY, "1h")
    starts = np.array([hours.premarket_open, hours.open, hours.open + 60 * MINUTE, hours.open + 7 * MINUTE])
    closes = places.begins + (places.slot(starts) + 1) * places.step
    assert closes[:3].tolist() == (starts[:3] + 60 * MINUTE).tolist()
    assert places.slot(starts)[3] == -1
    one = Watermark(places.begins, places.ends, places.step, length=places.length, grace=3 * SECOND)
    one.heard(hours.open)
    nobody = np.zeros(places.slots, dtype=np.int64)
    assert one.move(nobody, 2, hours.open + 60 * MINUTE) == hours.open + 30 * MINUTE
    assert one.move(nobody, 2, hours.open + 60 * MINUTE + 3 * SECOND) == hours.open + 60 * MINUTE


def test_a_gap_holds_the_watermark_until_history_has_answered_and_it_never_goes_back():
    one = mark()
    one.heard(5 * MINUTE)
    one.hold(2 * MINUTE + SECOND)
    assert one.move(ALL, 2, 8 * MINUTE) == 2 * MINUTE
    one.filled(4 * MINUTE)
    assert one.move(NOBODY, 2, 5 * MINUTE) == 4 * MINUTE
    one.hold(MINUTE)
    assert one.move(ALL, 2, 8 * MINUTE) == 4 * MINUTE
    one.filled(10 * MINUTE)
    assert one.move(NOBODY, 2, 8 * MINUTE) == 10 * MINUTE


async def test_a_scan_can_wait_for_the_watermark():
    one = mark()
    waiting = asyncio.create_task(one.reached(2 * MINUTE))
    for arrived, done in ((1, False), (2, True)):
        one.move(np.array([2] * arrived + [0] * (10 - arrived)), 2, 0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert waiting.done() == done
