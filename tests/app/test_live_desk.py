"""The live desk: one shared scan for all users, each with their own signals, whatever happens to the process."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager

import pytest

from tapehawk.app import live_desk
from tapehawk.app.live_asked import parameter_set
from tapehawk.app.live_control import change_config, stop
from tapehawk.app.outcome_tracking import analytics, track
from tapehawk.app.settings import settings
from tapehawk.core.errors import BadInput, Conflict, NoData, TryAgain
from tapehawk.core.events import UserSignal
from tapehawk.core.sessions import us_calendar
from tapehawk.core.signals import resized
from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tests.app.live_service import MINUTE, LiveService, calm, until
from tests.data.scripted import SIM
from tests.records.servers import own_server
from tests.scan.live_market import DAY, HOURS, NEXT

LATER = HOURS.open + 60 * MINUTE


@pytest.fixture
def service(own_home, monkeypatch):
    calm(monkeypatch)
    made = LiveService()
    yield made
    made.house.close()


@pytest.fixture
def any_service(own_home, database_url, monkeypatch):
    calm(monkeypatch)
    made = LiveService()
    yield made
    made.house.close()


def test_users_get_their_own_sizes_of_the_same_hits_and_only_of_their_symbols(any_service):
    service = any_service
    ada, bob = service.user("ada"), service.user("bob", risk={"account_size": 25_000, "per_trade": 0.02})
    cat, dan, eve = service.user("cat"), service.user("dan"), service.user("eve")
    service.start(cat, symbols=("LUNA1", "AAPL"), scanners=("volume_spike", "momentum"))
    service.start(dan, symbols=("AAPL",))
    began = service.clock.clock.now()
    service.start(ada, scanners=("volume_spike", "momentum"))
    service.start(bob, scanners=("volume_spike", "momentum"))
    with service.scanning() as desk:
        service.go_on(desk, LATER)
        hers, his = service.signals(ada), service.signals(bob)
    mine = [one for one in service.log().values() if one.key.scanner in {"volume_spike", "momentum"}]
    shared = {str(one.key): one for one in mine if one.history[0].at >= began - MINUTE}
    assert shared
    assert len(shared) < len(mine), "what was known before they started is nobody's news"
    assert hers.keys() == his.keys() == shared.keys()
    for key, one in shared.items():
        assert hers[key]["position_size"] == one.row["position_size"], "the settings' account is hers"
        assert (hers[key]["status"], his[key]["status"]) == (one.status, one.status)
        assert hers[key]["entry_price"] == pytest.approx(his[key]["entry_price"])
    assert any(hers[key]["position_size"] != his[key]["position_size"] for key in shared)
    for row in his.values():
        assert row["risk_amount"] <= 25_000 * 0.02
        assert row["position_size"] * row["entry_price"] <= 2_500
    told = {one.signal["setup_key"] for one in service.events(UserSignal, bob.id)}
    assert told == his.keys()
    assert service.signals(cat).keys() == {key for key, one in shared.items() if one.key.symbol == "LUNA1"} != set()
    assert not service.signals(dan)
    assert not service.signals(eve)


def test_what_is_scanned_live_is_counted_and_how_far_behind_it_is_known(service):
    service.start(service.user("ada"))
    with service.scanning() as desk:
        for minutes in (5, 10):  # what is there when it begins is caught up with, in no look of its own
            service.go_on(desk, HOURS.open + minutes * MINUTE)
        assert 0 <= desk.lag()["us"] <= 120
    text = service.house.telemetry.text().decode()
    (scans,) = re.findall(r'tapehawk_scans_total{by="live",outcome="completed",scanner="all"} (\S+)', text)
    (bars,) = re.findall(r'tapehawk_bars_scanned_total{by="live",scanner="all"} (\S+)', text)
    assert float(scans) >= 1
    assert float(bars) > 0


def test_sizes_for_the_settings_account_are_those_of_the_scan_itself(service):
    service.start(service.user("ada"))
    with service.scanning() as desk:
        service.go_on(desk, LATER)
        account, rows = desk.plan.recipients[0].risk, [dict(one.row) for one in service.log().values()]
    assert len(rows) > 20
    assert resized(rows, account) == rows


def test_what_becomes_of_a_signal_becomes_of_every_users_but_whose_was_moved_by_hand(any_service):
    service = any_service
    ada, bob = service.user("ada"), service.user("bob")
    for user in (ada, bob):
        service.start(user)
    with service.scanning() as desk:
        service.go_on(desk, HOURS.open + 5 * MINUTE)
        key, row = next(
            (key, row) for key, row in service.signals(ada).items() if row["status"] in {"active", "triggered"}
        )
        with service.house.database.write() as records:
            records.of(ada.id).signals.move(row["id"], "cancelled", now=service.now())
        service.go_on(desk, HOURS.open + 120 * MINUTE)
        one, hers, his = service.log()[key], service.signals(ada)[key], service.signals(bob)[key]
    assert one.status != "active"
    assert (hers["status"], hers["history"][-1]["reason"]) == ("cancelled", "by hand")
    assert (his["status"], his["outcome"]) == (one.status, one.outcome)
    assert [step["status"] for step in his["history"]] == [step.status for step in one.history]
    told = [event.signal["status"] for event in service.events(UserSignal, bob.id) if event.signal["setup_key"] == key]
    assert told[-1] == one.status
    assert {row["status"] for row in service.signals(bob).values()} >= {"triggered", "closed"}


def test_a_process_that_is_stopped_and_started_in_mid_session_gives_what_an_unbroken_one_gives(any_service):
    service = any_service
    ada = service.user("ada")
    service.start(ada)
    for instant in (HOURS.open + 20 * MINUTE, HOURS.open + 40 * MINUTE, LATER):
        with service.scanning() as desk:
            service.go_on(desk, instant)
    broken = service.signals(ada)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_DATA_DIR", str(service.house.known.store.parent / "alone"))
        patch.delenv("DATABASE_URL", raising=False)
        alone = LiveService()
        bob = alone.user("bob")
        alone.start(bob)
        with alone.scanning() as desk:
            alone.go_on(desk, LATER)
        whole = alone.signals(bob)
        alone.house.close()
    assert whole
    assert lives(broken) == lives(whole)
    fresh = [one.signal["id"] for one in service.events(UserSignal) if one.signal["status"] == "active"]
    assert len(fresh) == len(set(fresh)), "none is told twice"


def lives(signals) -> dict[str, list[tuple[str, str]]]:
    until = round(LATER / 1e6)
    return {
        key: [(step["status"], step["at"]) for step in row["history"] if _at(step["at"]) <= until]
        for key, row in signals.items()
        if _at(row["history"][0]["at"]) <= until
    }


def _at(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def test_another_config_is_another_scan_from_then_on_and_the_same_one_is_shared(service):
    ada, bob, cat = (service.user(name) for name in ("ada", "bob", "cat"))
    strict = {"volume_spike": {"volume_ratio": 6}}
    for user in (ada, bob):
        service.start(user, scanners=("volume_spike",))
    service.start(cat, scanners=("volume_spike",), config={"volume_spike": usual_of(service, "volume_spike")})
    with service.scanning() as desk:
        service.go_on(desk, HOURS.open + 30 * MINUTE)
        assert list(desk.markets["us"].scans) == [""], "what equals the settings is no set of its own"
        before = service.signals(bob)
        changed = change_config(service.house, bob, strict)
        assert changed.config["volume_spike"]["volume_ratio"] == 6
        assert not changed.shared
        until(lambda: len(desk.markets["us"].scans) == 2)
        service.go_on(desk, HOURS.open + 150 * MINUTE)
    hers, his = service.signals(ada), service.signals(bob)
    assert service.signals(cat).keys() == hers.keys()
    assert before.keys() <= his.keys(), "what was his stays his"
    with service.house.database.read() as records:
        (then,) = (one.since for one in records.live_scanners.running() if one.user_id == bob.id)
    new = [row for row in his.values() if row["book"] == changed.parameter_set]
    assert new
    assert all(row["available_at"] >= then - dt.timedelta(minutes=1) for row in new)
    assert all(row["available_at"] <= then for row in his.values() if row not in new), "the clock runs meanwhile"
    assert len(his) < len(hers), "he wants more volume than she does"


def usual_of(service, scanner):
    return parameter_set(service.house.known, {}).effective((scanner,))[scanner]


def test_there_are_no_more_parameter_sets_than_the_settings_allow(service, monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__MAX_PARAMETER_SETS", "2")
    service.house.known = settings()
    mine = {"volume_spike": {"volume_ratio": 6}}
    service.start(service.user("ada"), config=mine)
    service.start(service.user("bob"), config={"volume_spike": {"volume_ratio": "6.0"}})
    service.start(service.user("cat"))
    with pytest.raises(Conflict, match="2 parameter sets"):
        service.start(service.user("dan"), config={"volume_spike": {"volume_ratio": 7}})
    for name in ("ada", "bob"):
        stop(service.house, service.user(name))
    service.start(service.user("dan"), config={"volume_spike": {"volume_ratio": 7}})


class Gone:
    """A database that is away."""

    @contextmanager
    def write(self):
        raise TryAgain("the database went away")
        yield


def test_a_database_that_is_away_for_a_while_costs_nothing(service):
    ada = service.user("ada")
    service.start(ada)
    with service.scanning() as desk:
        service.go_on(desk, HOURS.open + 10 * MINUTE)
        there, desk.giving.database = desk.giving.database, Gone()
        service.house.database, kept = Gone(), service.house.database
        service.clock.until = LATER
        until(lambda: len(service.log()) > len(given(there, ada)) + 10 and desk.giving.trouble)
        desk.giving.database, service.house.database = there, kept
        service.go_on(desk, LATER)
    mine = {key for key, one in service.log().items() if one.history[0].at >= HOURS.open}
    assert service.signals(ada).keys() == mine


def given(database, user):
    with database.read() as records:
        return records.of(user.id).signals.page(limit=1000).items


def test_a_server_that_crashes_and_comes_back_in_mid_session_costs_nothing(own_home, monkeypatch):
    calm(monkeypatch)
    with own_server() as server:
        monkeypatch.setenv("DATABASE_URL", server.url)
        service = LiveService()
        ada = service.user("ada")
        service.start(ada)
        with service.scanning() as desk:
            service.go_on(desk, HOURS.open + 10 * MINUTE)
            server.stop("immediate")
            service.clock.until = HOURS.open + 40 * MINUTE
            until(lambda: desk.giving.trouble)
            server.start()
            service.go_on(desk, LATER)
        mine = {key for key, one in service.log().items() if one.history[0].at >= HOURS.open}
        assert service.signals(ada).keys() == mine
        service.house.close()


def test_of_two_processes_one_scans_and_the_other_takes_over(service, monkeypatch):
    monkeypatch.setattr(live_desk, "LEASE", dt.timedelta(days=1))  # time flies here
    ada = service.user("ada")
    service.start(ada)
    with service.scanning() as first, service.scanning() as second:
        until(lambda: first.markets or second.markets)
        one, other = (first, second) if first.markets else (second, first)
        service.go_on(one, HOURS.open + 10 * MINUTE)
        assert not other.markets
    with service.scanning() as third:
        service.go_on(third, HOURS.open + 20 * MINUTE)
    assert service.signals(ada).keys() == {k for k, one in service.log().items() if one.history[0].at >= HOURS.open}


def test_what_can_not_be_scanned_live_is_refused_with_what_could_be(service):
    ada = service.user("ada")
    for asked in (
        {"scanners": ("volume_spice",)},
        {"scanners": ("parabolic",)},
        {"scanners": ("ml",)},
        {"scanners": ("formula",), "config": {"formula": {"formula": "close >"}}},
        {"config": {"risk": {"account_size": 5}}},
        {"config": {"providers.polygon": {"api_key": "x"}}},
        {"config": {"volume_spike": {"volume_ratio": -1}}},
        {"config": {"volume_spike": {"volumes": 1}}},
    ):
        with pytest.raises((BadInput, NoData)) as refused:
            service.start(ada, **asked)
        assert "not saved" not in refused.value.message
    with service.house.database.read() as records:
        assert records.of(ada.id).live_scanner.found() is None


def test_a_signal_that_nobody_scans_any_longer_is_walked_on_over_stored_bars(service):
    ada = service.user("ada")
    service.start(ada)
    with service.scanning() as desk:
        service.go_on(desk, LATER)
        stop(service.house, ada)
        until(lambda: not desk.markets)
    left = {key for key, row in service.signals(ada).items() if row["status"] in {"active", "triggered"}}
    assert left
    simulator = Simulator(seed=service.house.known.provider("sim").seed, symbols=6)
    last = us_calendar().next(us_calendar().next(NEXT))
    names = sorted({one.key.symbol for one in service.log().values()})
    store.append_bars(service.house.known.store, [(SIM, simulator.intraday("1m", DAY, last, names))])
    said = track(service.house, {}, Walks(), lambda: False)
    after = service.signals(ada)
    assert said["changed"] >= len(left)
    assert {after[key]["status"] for key in left} <= {"closed", "expired", "cancelled"}
    assert {key: row["status"] for key, row in after.items()} == {key: service.log()[key].status for key in after}
    assert track(service.house, {}, Walks(), lambda: False)["changed"] == 0
    assert analytics(service.house, {}, Walks(), lambda: False)["days"] >= 1
    assert {"outcomes", "analytics"} <= service.house.queue.kinds.keys()


class Walks:
    """A job's run that nobody cancels."""

    def check(self) -> None:
        """Go on."""
