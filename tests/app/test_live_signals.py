"""What a live scan finds becomes signals that are kept, told with its beats and, where there is a bus, to others."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest

from tapehawk.app import live as app_live
from tapehawk.app.asking import Asked
from tapehawk.app.beats import Beat, LiveTold
from tapehawk.app.broadcast import broadcasting
from tapehawk.app.keeping import Keeping
from tapehawk.app.live import live, replay
from tapehawk.app.settings import settings
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.memory import MemoryBus
from tapehawk.core.errors import BadInput, TapehawkError, TryAgain
from tapehawk.core.events import ScanUpdate, SignalChanged
from tapehawk.core.signal_states import ALLOWED
from tapehawk.data.providers.sim import feed
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.following import News
from tests.bus.conftest import make_server, redis_address, shared_server  # noqa: F401 - fixtures
from tests.fakes.clock import BoundedClock, JumpingClock
from tests.scan.live_market import DAY, HOURS, filled

MINUTE, TAKE = 60_000_000, Keeping.take
IDENTITY = ("scanner", "pattern", "symbol", "bar_time")
ASKED = Asked(["volume_spike", "momentum"], timeframe="1m", hours="extended")


class Enough(Exception):
    """A test has seen enough."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("signals") / "store", until=DAY)


def replayed(asked: Asked = ASKED) -> list[Beat]:
    beats: list[Beat] = []
    replay(settings(), asked, DAY, LiveTold(lambda _: None, beats.append))
    return beats


def watched(clock, *, until: int, asked: Asked = ASKED) -> list[Beat]:
    """Scan the simulator's minutes live until an instant is scanned."""
    beats: list[Beat] = []

    def beat(one: Beat) -> None:
        beats.append(one)
        if one.at >= until:
            raise Enough

    with pytest.raises(Enough):
        live(settings(), asked, "sim", LiveTold(lambda _: None, beat), clock=clock)
    return beats


def lives(known, until: int) -> dict[str, list[tuple[str, int]]]:
    """What signals had come to by an instant."""
    came = {key: [(one.status, one.at) for one in signal.history if one.at <= until] for key, signal in known.items()}
    return {key: life for key, life in came.items() if life}


def test_rows_of_a_day_become_signals_that_go_their_way_once(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    beats = replayed()
    ways = defaultdict(list)
    for event in (event for beat in beats for event in beat.signals):
        ways[event.setup_key].append((event.before, event.after))
    assert {way[0] for way in ways.values()} == {("", "active")}
    for way in ways.values():
        for (_, status), (was, became) in pairwise(way):
            assert was == status
            assert became in ALLOWED[status]
    statuses = {way[-1][1] for way in ways.values()}
    assert {"triggered", "closed"} <= statuses, "some of the day goes on, some has ended"
    rows = [row for beat in beats for row in beat.added]
    assert {key.split("|")[2] for key in ways} <= {row["symbol"] for row in rows}
    rated = beats[-1].metrics["regular"]
    assert rated["outcomes"] > 0
    assert 0 <= rated["hit_rate"] <= 1
    assert not (whole / "signals").exists(), "a replay keeps nothing in the store"


def test_each_phase_counts_the_signals_that_began_in_it_not_every_bar_at_which_they_hold(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    beats = replayed()
    rows = {tuple(row[name] for name in IDENTITY): row for beat in beats for row in beat.added}
    began = [event.setup_key.split("|") for beat in beats for event in beat.signals if event.after == "active"]
    phases = Counter(rows[*key[:3], key[-1]]["phase"] for key in began)
    counted = {phase: one["signals"] for phase, one in beats[-1].metrics.items()}
    assert {phase: count for phase, count in counted.items() if count} == phases
    assert 0 < sum(counted.values()) < len(rows)


def test_a_trigger_that_its_close_confirms_counts_as_one_signal_and_not_as_withdrawn(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    beats = replayed(Asked(["inside_bar"], timeframe="5m", parameters={"min_dollar_volume": "0", "min_price": "0"}))
    said = Counter(kind for beat in beats for kind, _ in beat.hits())
    assert said["trigger"] == said["confirmed"] + said["gone"]
    assert said["confirmed"] > 0
    counted = beats[-1].metrics.values()
    assert sum(one["withdrawn"] for one in counted) == said["gone"] > 0
    assert sum(one["signals"] for one in counted) == len({one.setup_key for beat in beats for one in beat.signals})


@pytest.fixture
def sim_store(tmp_path, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "store"))
    monkeypatch.setenv("SCANNER__PROVIDERS__SIM__SYMBOLS", "6")
    monkeypatch.setenv("SCANNER__VOLUME_SPIKE__MIN_DOLLAR_VOLUME", "0")
    return tmp_path / "store"


@pytest.fixture
def calm(monkeypatch):
    """A day on which no bar is late or wrong and no line drops: what signals come to depends on no haste of ours."""
    for mishap in ("LATE", "CORRECTED", "OUTAGE"):
        monkeypatch.setattr(feed, mishap, 0.0)


def test_live_signals_are_kept_by_their_origin_and_a_restart_changes_nothing(sim_store, calm):
    first, later = HOURS.open + 10 * MINUTE, HOURS.open + 360 * MINUTE
    watched(JumpingClock(HOURS.open + MINUTE).clock, until=first)
    log = SignalLog(sim_store, "simulated")
    before = dict(log.known())
    assert before
    watched(JumpingClock(first + MINUTE).clock, until=later)
    after = log.known()
    assert after.keys() > before.keys()
    assert not SignalLog(sim_store, "live").known()
    alone = sim_store.parent / "alone"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_DATA_DIR", str(alone))
        watched(JumpingClock(HOURS.open + MINUTE).clock, until=later)
    assert lives(after, later) == lives(SignalLog(alone, "simulated").known(), later)


def test_killed_between_what_is_told_and_what_is_kept_nothing_of_the_session_before_is_lost(sim_store, calm):
    began, until = HOURS.open + 30 * MINUTE, HOURS.open + 120 * MINUTE
    dying_at(JumpingClock(began).clock, lambda news: news.number > 0)  # the session so far has just been told
    dying_at(JumpingClock(began + 40 * MINUTE).clock, lambda news: news.scan.done > 0)  # it has been told once more
    assert not SignalLog(sim_store, "simulated").known()
    watched(JumpingClock(began + 80 * MINUTE).clock, until=until)
    known = SignalLog(sim_store, "simulated").known()
    alone = sim_store.parent / "alone"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_DATA_DIR", str(alone))
        watched(JumpingClock(began).clock, until=until)
    assert lives(known, until) == lives(SignalLog(alone, "simulated").known(), until)
    assert min(one.key.bar_time for one in known.values()) < "2024-02-14T14:00:00Z", "of hours before it began, too"


def dying_at(clock, last: Callable[[News], bool]) -> None:
    """Scan live until there are such news, which are not kept any longer."""

    def take(keeping: Keeping, news: News) -> list[SignalChanged]:
        if last(news):
            raise Enough
        return TAKE(keeping, news)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keeping, "take", take)
        watched(clock, until=HOURS.close)


def test_who_starts_in_the_middle_of_a_session_is_told_its_events_so_far_as_such(sim_store):
    began, until = HOURS.open + 90 * MINUTE, HOURS.open + 380 * MINUTE
    beats: list[Beat] = []
    clock = BoundedClock(began, began + MINUTE)

    def beat(one: Beat) -> None:
        beats.append(one)
        if one.at > HOURS.open:  # only now does time go on
            clock.until = until + MINUTE
        if one.at >= until:
            raise Enough

    with pytest.raises(Enough):
        live(settings(), ASKED, "sim", LiveTold(lambda _: None, beat), clock=clock.clock)
    first = next(beat for beat in beats if beat.at > HOURS.open)
    said = list(first.hits())
    assert said
    assert {kind for kind, _ in said} == {"event"}
    assert min(dt.datetime.fromisoformat(row["bar_time"]).timestamp() for _, row in said) * 1e6 < began
    later = [kind for beat in beats if beat.at > first.at for kind, _ in beat.hits()]
    assert {"event", "state"} <= set(later)


def test_a_beat_says_how_many_bars_came_late(sim_store, monkeypatch):
    monkeypatch.setattr(feed, "LATE", 0.2)
    late = [beat.late for beat in watched(JumpingClock(HOURS.open).clock, until=HOURS.open + 60 * MINUTE)]
    assert late[-1] > 0
    assert late == sorted(late)


def test_other_processes_hear_of_it_over_redis(sim_store, redis_address, monkeypatch):  # noqa: F811
    monkeypatch.setenv("REDIS_URL", redis_address)
    until = HOURS.open + 30 * MINUTE

    async def heard() -> list:
        bus = bus_at(redis_address)
        events = []
        async with bus:
            subscription = await bus.subscribe([ScanUpdate, SignalChanged])
            told = await asyncio.to_thread(watched, JumpingClock(HOURS.open + MINUTE).clock, until=until)
            count = sum(len(beat.signals) for beat in told)
            async with asyncio.timeout(30):
                async for _, event in subscription:
                    events.append(event)
                    if sum(isinstance(one, SignalChanged) for one in events) == count:
                        return events
        return events

    events = asyncio.run(heard())
    updates = [event for event in events if isinstance(event, ScanUpdate)]
    assert updates
    assert all("simulated" in row["labels"] for one in updates for row in one.events)


class Away(MemoryBus):
    """A bus that keeps who publishes waiting, and then can't."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def publish(self, event):
        await asyncio.sleep(self._seconds)
        raise TryAgain("nobody answers")


def test_a_bus_that_is_away_holds_up_nobody_and_is_said_without_its_password(sim_store, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://me:hush-hush@127.0.0.1:1/0")
    monkeypatch.setattr("tapehawk.app.broadcast.bus_at", lambda url: Away(0.01))
    beats = watched(JumpingClock(HOURS.open + MINUTE).clock, until=HOURS.open + 20 * MINUTE)
    assert any(beat.signals for beat in beats)
    assert {beat.trouble for beat in beats} >= {"the bus: nobody answers"}
    assert "hush-hush" not in repr(beats) + repr(settings().section("storage"))


def test_whoever_says_something_never_waits_for_the_bus_and_what_is_too_much_is_not_kept(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr("tapehawk.app.broadcast.bus_at", lambda url: Away(0.5))
    monkeypatch.setattr("tapehawk.app.broadcast.MOST_WAITING", 3)
    with broadcasting(settings()) as bus:
        bus.say(*(SignalChanged(f"{k}", "", "active", k) for k in range(100)))  # else this takes 50 seconds
        assert bus.trouble == "the bus is too slow"
    assert bus.trouble == "the bus: nobody answers"
    assert bus.lost == 100


def test_an_address_that_can_not_be_used_is_said_before_anything_is_scanned(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "amqp://somewhere")
    with pytest.raises(BadInput, match="address of the bus"), broadcasting(settings()):
        pytest.fail("it begins")


def test_the_bound_for_missing_symbols_is_a_setting(sim_store, monkeypatch):
    waits = []
    follow = app_live.follow
    monkeypatch.setattr(app_live, "follow", lambda *a, **k: waits.append(k["wait"]) or follow(*a, **k))
    monkeypatch.setenv("SCANNER__STREAMING__WAIT_SECONDS", "7")
    watched(JumpingClock(HOURS.open + MINUTE).clock, until=HOURS.open + 3 * MINUTE)
    assert waits == [7.0]


def test_slower_bars_are_made_of_the_minutes_and_a_level_crossed_before_the_close_says_so(sim_store, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__SIM__SYMBOLS", "40")
    asked = Asked(["inside_bar"], timeframe="30m", parameters={"min_dollar_volume": "0", "min_price": "0"})
    beats = watched(JumpingClock(HOURS.open + MINUTE).clock, until=HOURS.open + 240 * MINUTE, asked=asked)
    rows = [row for beat in beats for row in beat.added]
    early = [row for row in rows if "intrabar" in row["labels"]]
    assert early
    assert all("made of 1m bars" in row["labels"] for row in rows)
    judged = {(row["symbol"], row["bar_time"]) for beat in beats for row in beat.withdrawn}
    last = max(row["bar_time"] for row in early)
    assert {(row["symbol"], row["bar_time"]) for row in early if row["bar_time"] < last} <= judged


@pytest.mark.parametrize(("timeframe", "said"), [("1d", "can't be scanned live"), ("7m", "7m")])
def test_bars_that_can_not_be_made_of_those_that_come_are_refused(sim_store, timeframe, said):
    with pytest.raises(TapehawkError, match=said):
        watched(JumpingClock(HOURS.open).clock, until=0, asked=Asked(["inside_bar"], timeframe=timeframe))


def test_what_threads_say_reaches_other_processes(redis_address, monkeypatch):  # noqa: F811
    monkeypatch.setenv("REDIS_URL", redis_address)

    async def heard() -> str:
        async with bus_at(redis_address) as there:
            subscription = await there.subscribe([SignalChanged])
            await asyncio.to_thread(said)
            async with asyncio.timeout(30):
                async for _, event in subscription:
                    return event.setup_key
        return ""

    def said() -> None:
        with broadcasting(settings()) as bus:
            bus.say(SignalChanged("a", "", "active", 1))
        assert (bus.lost, bus.trouble) == (0, "")

    assert asyncio.run(heard()) == "a"
