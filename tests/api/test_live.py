"""The live scanner over HTTP: started, looked at, changed and stopped by its user, its signals told to nobody else."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.accounts.tokens import Tokens
from tapehawk.app import live_desk
from tapehawk.app.settings import settings
from tapehawk.core.instants import datetime_of
from tests.api.conftest import token_of, user_of
from tests.app.live_service import MINUTE, calm, until
from tests.fakes.clock import BoundedClock
from tests.scan.live_market import HOURS

START, STOP, STATUS, CONFIG = (f"/api/v1/scanner/{name}" for name in ("start", "stop", "status", "config"))
BEGINS = HOURS.open + MINUTE

pytestmark = pytest.mark.usefixtures("working")


@pytest.fixture
def clock(house, monkeypatch):
    """Let the house scan a calm simulated market, by a clock that the test moves."""
    calm(monkeypatch)
    made = BoundedClock(BEGINS, BEGINS)
    house.known = settings()
    house.now = lambda: datetime_of(made.clock.now())
    monkeypatch.setattr(live_desk, "SYSTEM", made.clock)
    monkeypatch.setattr(live_desk, "LEASE", dt.timedelta(days=1))  # time flies here, also for those who are signed in
    house.tokens = Tokens(("a secret that signs tokens in tests, long enough",), lambda: _at(BEGINS))
    return made


def scanned(client, clock, instant: int) -> dict:
    """Let time pass until an instant is scanned; return the status then."""
    clock.until = instant + 45_000_000
    said: dict = {}

    def is_there() -> bool:
        said.update(client.get(STATUS).json())
        through = said["scanned_through"]
        return said["state"] == "running" and through is not None and dt.datetime.fromisoformat(through) >= _at(instant)

    until(is_there, lambda: said)
    return said


def _at(instant: int) -> dt.datetime:
    return datetime_of(instant)


def test_it_is_stopped_then_started_then_running_then_stopped_and_says_how_it_fares(clock, signed_in):
    ada = signed_in("ada")
    before = ada.get(STATUS).json()
    assert (before["state"], before["session_phase"], before["watermark"]) == ("stopped", "regular", None)
    assert dt.datetime.fromisoformat(before["phase_until"]) == _at(HOURS.close)
    assert dt.datetime.fromisoformat(before["next_scan"]) == _at(BEGINS + MINUTE)
    started = ada.post(START, json={"symbols": ["LUNA1", "TUHO2"], "scanners": ["volume_spike", "momentum"]})
    assert started.status_code == 200, started.text
    assert (started.json()["shared"], started.json()["parameter_set"]) == (True, "usual")
    assert started.json()["config"]["volume_spike"]["min_dollar_volume"] == 0
    assert ada.get(STATUS).json()["state"] in {"starting", "running"}
    scanned(ada, clock, HOURS.open + 5 * MINUTE)
    said = scanned(ada, clock, HOURS.open + 30 * MINUTE)
    assert (said["provider"], said["labels"], said["symbols"], said["expected"]) == ("sim", ["simulated"], 2, 2)
    assert 0 < said["arrived"] <= 2
    assert dt.datetime.fromisoformat(said["watermark"]) >= _at(HOURS.open + 30 * MINUTE)
    assert said["counters"]["new"] + said["counters"].get("filled", 0) > 0
    assert said["metrics"]["regular"]["scans"] > 0
    assert said["metrics"]["regular"].keys() >= {"hit_rate", "outcomes", "latency_p95_ms"}
    assert said["asked"]["symbols"] == ["LUNA1", "TUHO2"]
    assert said["age_seconds"] is not None
    assert [one["market"] for one in said["markets"]] == ["us"]
    signals = ada.get("/api/v1/signals").json()["items"]
    assert {one["symbol"] for one in signals} <= {"LUNA1", "TUHO2"}
    assert all("simulated" in one["labels"] for one in signals)
    after = ada.post(STOP).json()
    assert after["state"] == "stopped"
    assert ada.post(STOP).json()["state"] == "stopped"


def test_its_phase_is_another_when_the_market_has_closed(clock, signed_in):
    clock.start = clock.until = HOURS.close - 10 * MINUTE
    ada = signed_in("ada")
    ada.post(START, json={"symbols": ["LUNA1"]})
    said = scanned(ada, clock, HOURS.close + 5 * MINUTE)
    assert said["session_phase"] == "after_hours"
    assert dt.datetime.fromisoformat(said["phase_until"]) == _at(HOURS.after_hours_close)


def test_parameters_are_changed_while_it_runs_and_answered_in_full(clock, signed_in):
    ada = signed_in("ada")
    refused = ada.put(CONFIG, json={"config": {}})
    assert refused.status_code == 409
    assert "does not run" in refused.json()["detail"]
    ada.post(START, json={"scanners": ["volume_spike"]})
    changed = ada.put(CONFIG, json={"config": {"volume_spike": {"volume_ratio": 4}}}).json()
    assert (changed["shared"], changed["config"]["volume_spike"]["volume_ratio"]) == (False, 4)
    assert scanned(ada, clock, HOURS.open + 5 * MINUTE)["parameter_set"] == changed["parameter_set"]
    for wrong, names in (({"volume_ratio": 0}, "volume_ratio"), ({"volume": 4}, "volume")):
        answer = ada.put(CONFIG, json={"config": {"volume_spike": wrong}})
        assert answer.status_code == 422
        assert names in answer.json()["detail"]
    back = ada.put(CONFIG, json={"config": {"volume_spike": {"volume_ratio": 2.0}}}).json()
    assert back["shared"]


def test_a_viewer_looks_and_starts_nothing(clock, signed_in, anyone):
    viewer = signed_in("eve", role="viewer")
    assert viewer.get(STATUS).json()["state"] == "stopped"
    assert viewer.post(START, json={}).status_code == 403
    assert viewer.post(STOP).status_code == 403
    assert viewer.put(CONFIG, json={"config": {}}).status_code == 403
    assert anyone.get(STATUS).status_code == 401


BAD = [
    {"scanners": ["nothing"]},
    {"scanners": ["parabolic"]},
    {"symbols": "AAPL"},
    {"symbols": ["A" * 33]},
    {"config": {"api": {"port": 1}}},
    {"config": {"volume_spike": []}},
    {"config": {"volume_spike": {"volume_ratio": {"a": 1}}}},
    {"config": {"volume_spike": {"volume_ratio": None}}},
    {"unknown": 1},
]


@pytest.mark.parametrize("asked", BAD, ids=str)
def test_what_can_not_be_started_is_said_so(clock, signed_in, asked):
    answer = signed_in("ada").post(START, json=asked)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_further_parameter_set_than_the_settings_allow_is_refused(house, clock, signed_in, monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__MAX_PARAMETER_SETS", "2")
    house.known = settings()
    assert signed_in("ada").post(START, json={"config": {"volume_spike": {"volume_ratio": 4}}}).status_code == 200
    refused = signed_in("bob").post(START, json={"config": {"volume_spike": {"volume_ratio": 5}}})
    assert refused.status_code == 409
    assert "2 parameter sets" in refused.json()["detail"]


def test_without_a_provider_it_says_what_to_set(clock, house, signed_in, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__FETCH_US", "")
    house.known = settings()
    ada = signed_in("ada")
    ada.post(START, json={"symbols": ["AAPL"]})
    said = ada.get(STATUS).json()
    assert said["state"] == "no_provider"
    assert "providers.fetch_us" in said["reason"]


def test_a_watchlist_is_followed_as_it_changes(clock, signed_in):
    ada = signed_in("ada")
    ada.post("/api/v1/watchlist", json={"symbols": ["LUNA1"]})
    ada.post(START, json={"watchlist": True})
    assert scanned(ada, clock, HOURS.open + 5 * MINUTE)["symbols"] == 1
    ada.post("/api/v1/watchlist", json={"symbols": ["TUHO2"]})
    until(lambda: ada.get(STATUS).json()["symbols"] == 2)
    scanned(ada, clock, HOURS.open + 60 * MINUTE)
    assert {one["symbol"] for one in ada.get("/api/v1/signals").json()["items"]} == {"LUNA1", "TUHO2"}


def test_the_socket_tells_each_user_only_their_own(clock, house, anyone, signed_in):
    ada, bob = signed_in("ada"), signed_in("bob")
    ada.post(START, json={"symbols": ["LUNA1"]})
    bob.post(START, json={"symbols": ["TUHO2"]})
    tokens = {name: token_of(house, user_of(house, name)) for name in ("ada", "bob")}
    heads = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    with (
        anyone.websocket_connect("/ws/signals", headers=heads["ada"]) as hers,
        anyone.websocket_connect("/ws/signals", headers=heads["bob"]) as his,
    ):
        assert [one.receive_json()["type"] for one in (hers, his)] == ["snapshot", "snapshot"]
        scanned(ada, clock, HOURS.open + 120 * MINUTE)
        until(lambda: ada.get("/api/v1/signals").json()["items"] and bob.get("/api/v1/signals").json()["items"])
        for socket, client, symbol in ((hers, ada, "LUNA1"), (his, bob, "TUHO2")):
            said = next(one for one in iter(socket.receive_json, None) if one["type"] == "signal")
            assert said["signal"]["symbol"] == symbol
            shown = client.get(f"/api/v1/signals/{said['signal']['id']}").json()
            same = ("setup_key", "entry", "stop", "position_size", "bar_time", "created_at")
            assert {name: said["signal"][name] for name in same} == {name: shown[name] for name in same}
