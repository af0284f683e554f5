"""Scans while the market is closed: daily scanners over the last session, each signal once, sized for that phase."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.app.asking import Asked, run, scanners_named
from tapehawk.app.house import House
from tapehawk.app.live_asked import LiveAsked
from tapehawk.app.live_control import start
from tapehawk.app.outcome_tracking import track
from tapehawk.app.settings import settings
from tapehawk.core.events import UserSignal
from tapehawk.core.sessions import us_calendar
from tapehawk.core.signal_record import LIVE
from tapehawk.data import store
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.desk import Desk
from tests.app.scanned_market import NAMES, SESSIONS, tape
from tests.records.tables import with_tables
from tests.scan.market import SIP, breaking, days, fill, frame

LAST, NEXT = days(SESSIONS)[-2:]
NOON, EVENING, NIGHT = dt.time(17, tzinfo=dt.UTC), dt.time(23, tzinfo=dt.UTC), dt.time(3, tzinfo=dt.UTC)


class Job:
    """A job's run that nobody cancels."""

    def check(self) -> None:
        """Go on."""


def bars(first: int, last: int):
    return [frame(name, tape(at)[first:last], days(SESSIONS)[first:last]) for at, name in enumerate(NAMES)]


class Closed:
    """A house over a store of daily bars, by a clock that the test sets."""

    def __init__(self, **environment: str) -> None:
        self.at = dt.datetime.combine(LAST, NOON)
        self.house = House(settings(), now=lambda: self.at)
        with_tables(self.house.database)
        self.told: list[UserSignal] = []
        self.house.broadcast.say = lambda *events: self.told.extend(events)

    def user(self, name: str, **asked):
        with self.house.database.write() as records:
            made = records.users.add(email=f"{name}@x.org", password_hash="", role="user", now=self.at)
        start(self.house, made, LiveAsked(**asked))
        return made

    def round(self, at: dt.time = EVENING, *, on: dt.date = LAST) -> dict:
        self.at = dt.datetime.combine(on, at)
        return self.house.queue.kinds["closed_scan"].work({}, Job(), lambda: False)

    def log(self) -> dict:
        return dict(SignalLog(self.house.known.store, LIVE).known())

    def signals(self, user) -> dict[str, dict]:
        with self.house.database.read() as records:
            return {row["setup_key"]: row for row in records.of(user.id).signals.page(limit=1000).items}


@pytest.fixture
def closed(own_home):
    fill(settings().store, *bars(0, SESSIONS - 1))
    made = Closed()
    yield made
    made.house.close()


def test_daily_scanners_scan_the_last_session_for_whoever_runs_a_live_scanner(closed):
    ada = closed.user("ada")
    said = closed.round()
    expected = historical(closed)
    assert {(one["scanner"], one["pattern"], one["symbol"]) for one in closed.signals(ada).values()} == expected.keys()
    assert said == {"new": len(expected), "waits": ""}
    assert len({scanner for scanner, _, _ in expected}) > 2
    assert len(closed.told) == len(expected)
    for one in closed.log().values():
        row = expected[one.key.scanner, one.key.pattern, one.key.symbol]
        assert {**one.row, "phase": "regular"} == row
        assert (one.status, one.key.timeframe, one.row["phase"]) == ("active", "1d", "closed")


def historical(closed: Closed) -> dict[tuple[str, str, str], dict]:
    """What a scan of the day says, of an account whose daily bars risk 0.3; without what was to be done at its open."""
    known = closed.house.known.update("sessions", regular_risk=0.3)
    names = scanners_named(["all"], "1d", known.scanners)
    rows = [row for one in run(known, Asked(names, date=LAST)) for row in one.rows() if row["stop"] is not None]
    at_close = [row for row in rows if row["available_at"] != row["bar_time"]]
    return {(row["scanner"], row["pattern"], row["symbol"]): row for row in at_close}


def test_nothing_is_said_twice_and_nothing_is_scanned_twice(closed, monkeypatch):
    ada, scans = closed.user("ada"), []
    before = Desk.scan
    monkeypatch.setattr(Desk, "scan", lambda *args: scans.append(1) or before(*args))
    closed.round()
    first = closed.signals(ada)
    assert closed.round() == closed.round(NIGHT, on=LAST + dt.timedelta(days=1)) == {"new": 0, "waits": ""}
    assert len(scans) == 1
    again = Closed()  # another process, or the same one started again
    assert again.round() == {"new": 0, "waits": ""}
    assert (len(scans), again.signals(ada).keys()) == (2, first.keys())
    again.house.close()


def test_bars_that_are_new_are_scanned_and_only_what_they_bring_is_said(closed):
    ada = closed.user("ada")
    closed.round()
    first = closed.signals(ada)
    new = breaking()
    store.append_bars(closed.house.known.store, [(SIP, frame("NEW", new, days(SESSIONS)[: SESSIONS - 1][-len(new) :]))])
    said, after = closed.round(), closed.signals(ada)
    assert first.keys() < after.keys()
    assert {one["symbol"] for key, one in after.items() if key not in first} == {"NEW"}
    assert said == {"new": len(after) - len(first), "waits": ""}


def test_a_session_that_is_not_stored_yet_is_waited_for(closed):
    ada = closed.user("ada")
    assert closed.round(on=NEXT) == {"new": 0, "waits": f"no daily bars of {NEXT} are stored yet"}
    assert closed.log() == {}
    store.append_bars(closed.house.known.store, [(SIP, one) for one in bars(SESSIONS - 1, SESSIONS)])
    assert closed.round(on=NEXT)["new"] > 0
    assert {one["bar_time"].date() for one in closed.signals(ada).values()} == {NEXT}
    assert closed.round(on=NEXT)["new"] == 0


def test_who_is_on_and_what_is_risked_are_settings(own_home, monkeypatch):
    monkeypatch.setenv("SCANNER__SESSIONS__CLOSED_SCANNERS", "inside_bar,momentum")
    monkeypatch.setenv("SCANNER__SESSIONS__CLOSED_RISK", "0")
    fill(settings().store, *bars(0, SESSIONS - 1))
    closed = Closed()
    ada = closed.user("ada")
    assert closed.round()["new"] > 0
    found = closed.signals(ada).values()
    assert {one["scanner"] for one in found} <= {"inside_bar", "momentum"}
    assert {one["position_size"] for one in found} == {0}
    closed.house.close()


def test_each_user_hears_of_their_symbols_by_their_parameters_and_account(closed):
    ada = closed.user("ada", symbols=tuple(NAMES[:12]))
    bob = closed.user("bob", config={"volume_spike": {"volume_ratio": 1.1}})
    cat, dan = closed.user("cat", scanners=("volume_spike",)), closed.user("dan", symbols=("BTC/USDT",))
    closed.round()
    mine, his = closed.signals(ada), closed.signals(bob)
    assert {one["symbol"] for one in mine.values()} <= set(NAMES[:12])
    assert {one["symbol"] for one in his.values()} - set(NAMES[:12])
    assert len(spikes(his, among=NAMES[:12])) > len(spikes(mine, among=NAMES[:12]))
    assert closed.signals(cat) == closed.signals(dan) == {}


def spikes(signals, *, among) -> list[dict]:
    return [one for one in signals.values() if one["scanner"] == "volume_spike" and one["symbol"] in among]


def test_where_nobody_asks_or_live_scanning_is_off_nothing_is_scanned(closed, monkeypatch):
    assert closed.round() == {"new": 0, "waits": ""}
    closed.user("cat", scanners=("volume_spike",))
    assert closed.round() == {"new": 0, "waits": ""}
    closed.user("ada")
    closed.house.known = closed.house.known.update("streaming", enabled=False)
    assert closed.round() == {"new": 0, "waits": ""}
    assert closed.log() == {}


def test_what_was_known_before_somebody_started_is_not_theirs(closed):
    closed.user("ada")
    closed.at = dt.datetime.combine(LAST, dt.time(22, tzinfo=dt.UTC))
    late = closed.user("late")
    assert closed.round()["new"] > 0
    assert closed.signals(late) == {}


def test_they_are_walked_on_over_the_daily_bars_of_later_sessions(closed):
    ada = closed.user("ada")
    closed.round()
    store.append_bars(closed.house.known.store, [(SIP, one) for one in bars(SESSIONS - 1, SESSIONS)])
    closed.at = dt.datetime.combine(NEXT, EVENING)
    said = track(closed.house, {}, Job(), lambda: False)
    after = closed.signals(ada).values()
    assert said["changed"] == len(after)
    assert {one["status"] for one in after} <= {"triggered", "closed", "cancelled"}
    assert "triggered" in {one["status"] for one in after}
    opened = us_calendar().need_session(NEXT).open
    assert {one.at("triggered").bar // 1440 for one in closed.log().values() if one.at("triggered")} == {
        opened // 86_400_000_000
    }
