"""What goes wrong in a market and on the way: each seen, bounded, and in the end without a trace in the rows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from tapehawk.core.live import Live
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.sealing import seal
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tapehawk.scan.history import Past
from tapehawk.scan.live import REPLAY_ALL, LiveScan
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import (
    MINUTE,
    SECOND,
    SIM,
    ByHand,
    Event,
    Scripted,
    bar,
    end_session,
    in_order,
    play,
    stream_bars,
)
from tests.scan.live_market import (
    DAY,
    HOURS,
    NEXT,
    SCANNERS,
    filled,
    historical,
    in_one_order,
    live_rows,
    of_day,
    scan_of,
    symbols,
)

pytestmark = pytest.mark.anyio
HALTED = symbols()[1]
NOON = HOURS.open + 150 * MINUTE


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


def through_the_day(scan: LiveScan, session: OpenSession, bars) -> None:
    pending = list(bars)
    for now in range(HOURS.open, HOURS.after_hours_close + 1, 30 * MINUTE):
        due = [one for one in pending if one.time + MINUTE <= now]
        pending = pending[len(due) :]
        session.take(due)
        scan.step(now)


# ------------------------------------------------------------------------------------------- symbols that are silent


def test_a_symbol_without_any_bar_is_named_and_hinders_nobody(whole, before):
    past = Past(before, SIM, DAY, (*symbols(), "ZZNONE"))
    scan = LiveScan([VolumeSpike(), Momentum()], past)
    session = OpenSession(before, SIM, DAY)
    session.take(stream_bars(of_day()))
    scan.step(HOURS.premarket_open + 29 * MINUTE)
    assert scan.silent(30) == {}, "nobody is silent before so many bars have been"
    scan.step(NOON)
    assert scan.silent(30)["ZZNONE"] is None
    assert "ZZNONE" in scan.missing(NOON - MINUTE, NOON)
    scan.finish()
    assert live_rows(scan, "volume_spike") == historical(whole, "volume_spike", {})


@pytest.mark.parametrize("back", [None, NOON + 45 * MINUTE])
def test_a_halted_stock_is_named_with_its_last_bar_and_goes_on_where_it_stood(before, tmp_path, back):
    """`back` None: it never trades again, as one that is delisted in the middle of a session."""
    traded = [one for one in stream_bars(of_day()) if one.symbol != HALTED or not halted(one.time, back)]
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(traded)
    scan.step(NOON + 40 * MINUTE)
    last = max(one.time for one in traded if one.symbol == HALTED and one.time < NOON)
    assert scan.silent(30)[HALTED] == last
    assert set(scan.silent(30)) == {HALTED}
    assert list(scan.silent(1)) == sorted(scan.silent(1), key=lambda symbol: -scan.silent(1)[symbol])
    states = [row for row in scan.states() if row["symbol"] == HALTED]
    assert all(row["bar_time"] <= f"{np.datetime64(last, 'us').astype('datetime64[s]')}Z" for row in states)
    scan.finish()
    history = filled(tmp_path / "history", until=us_calendar().previous(DAY))
    gone = pl.col("time").to_physical()
    between = (gone >= NOON) & (gone < (back or HOURS.after_hours_close))
    store.append_bars(history, [(SIM, of_day().filter(~((pl.col("symbol") == HALTED) & between)))])
    for name, parameters in SCANNERS.items():
        assert live_rows(scan, name) == historical(history, name, parameters)


def halted(time: int, back: int | None) -> bool:
    return time >= NOON and (back is None or time < back)


def test_a_symbol_delisted_in_a_session_is_silent_in_the_next_and_its_states_are_handed_over(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take([one for one in stream_bars(of_day()) if one.symbol != HALTED or not halted(one.time, None)])
    scan.finish()
    seal(before, session.journal)
    assert scan.hand_over(scan.past.on(NEXT))
    following = scan_of(before, day=NEXT)
    assert following.from_saved_state
    tomorrow = OpenSession(before, SIM, NEXT)
    tomorrow.take([one for one in stream_bars(of_day(NEXT)) if one.symbol != HALTED])
    following.finish()
    assert following.silent(960)[HALTED] is None
    assert {key[2] for key in following.rows} <= set(symbols()) - {HALTED}
    assert following.rows


# ------------------------------------------------------------------------------------------- clocks that differ


async def skewed(root, seconds: int, wait: float | None):
    """A day whose bars come so much later by our clock; returns the feed, the scan, and who was missing."""
    provider = Scripted(of_day(), ByHand(HOURS.premarket_open))
    feed = LiveFeed(provider, root, symbols(), clock=provider.hand.clock)
    news: list = []

    async def watch() -> None:
        news.extend([one async for one in follow(feed, lambda day: scan_of(root, day=day), wait=wait)])

    task = asyncio.create_task(watch())
    await play(feed, provider, [replace(one, at=one.at + seconds * SECOND) for one in in_order(of_day())])
    await end_session(feed, provider)
    feed.close()
    await task
    return feed, news[-1].scan, {name for one in news for name in one.missing}


@pytest.mark.parametrize("seconds", [-25, 0, 25])
async def test_clocks_that_differ_cost_time_or_name_who_is_missing_and_never_a_row(whole, before, seconds):
    feed, scan, missing = await skewed(before, seconds, wait=10)
    for name, parameters in SCANNERS.items():
        assert live_rows(scan, name) == historical(whole, name, parameters)
    early = feed.counts["before their close"]
    assert (early > 1000) == (seconds < 0)
    if seconds > 0:
        assert missing, "bars that come later than the bound were gone on without"


# ------------------------------------------------------------------------------------------- late bars


NAMES = tuple(f"S{number:03}" for number in range(3 * REPLAY_ALL))


def walk(names, minutes: int):
    """Bars of a walk; of each minute all symbols."""
    chance, price = np.random.default_rng(8), dict.fromkeys(names, 50.0)
    for at in range(minutes):
        for name in names:
            opened = price[name]
            price[name] = closed = opened * float(np.exp(chance.normal(0, 2e-3)))
            one = bar(name, 0, volume=float(round(chance.lognormal(9, 1))))
            high, low = max(opened, closed) * 1.0005, min(opened, closed) / 1.0005
            yield msgspec.structs.replace(
                one, time=HOURS.open + at * MINUTE, open=opened, high=high, low=low, close=closed
            )


def test_a_flood_of_late_bars_is_one_replay_however_many_they_are(tmp_path, monkeypatch):
    bars = list(walk(NAMES, 60))
    late = [one for one in bars if one.symbol in NAMES[: 2 * REPLAY_ALL] and one.time >= HOURS.open + 10 * MINUTE]
    in_time = [one for one in bars if one not in late]
    scans = {}
    for name, pieces in {"right": [bars], "flooded": [in_time, late]}.items():
        past = Past(tmp_path / name, SIM, DAY, NAMES)
        scans[name] = LiveScan([VolumeSpike(min_dollar_volume=0, min_price=0)], past)
        session, played = OpenSession(tmp_path / name, SIM, DAY), counted(monkeypatch)
        for piece in pieces:
            session.take(piece)
            scans[name].step(HOURS.open + 60 * MINUTE)
    assert played == ["replay"]
    assert scans["flooded"].rows == scans["right"].rows
    assert scans["flooded"].events == scans["right"].events
    assert in_one_order(scans["flooded"].states()) == in_one_order(scans["right"].states())
    assert scans["right"].rows


async def test_a_flood_of_late_bars_is_counted_and_what_comes_in_time_is_not(tmp_path):
    few = NAMES[:20]
    bars = list(walk(few, 30))
    held_back = [one for one in bars if one.symbol in few[:8] and one.time >= HOURS.open + 10 * MINUTE]
    provider = Scripted(of_day().clear(), ByHand(HOURS.open))  # history knows of nothing
    feed = LiveFeed(provider, tmp_path, few, clock=provider.hand.clock)
    in_time = [one for one in bars if one not in held_back]
    await play(feed, provider, [Event(one.time + MINUTE + SECOND, one) for one in in_time])
    assert feed.counts["late"] == 0
    provider.hand.now = HOURS.open + 31 * MINUTE
    await feed.tick()
    watermark = feed.current.watermark.at
    await feed.deliver(held_back)
    await feed.deliver(held_back)  # said before: no bar is late twice
    late = sum(one.time + MINUTE <= watermark for one in held_back)
    assert feed.state.counts["late"] == late == 8 * 20
    assert feed.state.counts["new"] == len(bars)
    feed.close()


def counted(monkeypatch) -> list[str]:
    """How often symbols are played again from now on."""
    calls: list[str] = []
    for name in ("replay", "rewind"):
        real = LIVE[name]

        def one(self, *args, name=name, real=real):
            calls.append(name)
            return real(self, *args)

        monkeypatch.setattr(Live, name, one)
    return calls


LIVE = {name: getattr(Live, name) for name in ("replay", "rewind")}
