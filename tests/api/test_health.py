"""Health: each dependency by itself, live and ready apart; and the numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app.health import Found, Health
from tapehawk.app.house import House
from tapehawk.core.errors import TryAgain
from tapehawk.data.health import FeedState, Noted, note_health
from tapehawk.data.providers.door import Health as ProviderHealth


def test_health_lists_each_dependency_with_how_long_it_took(anyone):
    found = anyone.get("/api/health").json()
    assert [one["name"] for one in found["dependencies"]] == [
        "database", "bus", "store", "providers", "disk", "workers",
    ]  # fmt: skip
    assert all(one["latency_ms"] >= 0 for one in found["dependencies"])
    assert found["status"] == "degraded", "an empty store answers, and says that it is empty"


def away() -> Found:
    raise TryAgain("the database can't be used now")


def test_while_the_database_is_away_the_process_lives_and_is_not_ready(house, anyone):
    assert anyone.get("/api/health/ready").status_code == 200
    house.__dict__["health"] = Health({"database": away, "disk": Found}, house.now)
    ready = anyone.get("/api/health/ready")
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
    assert "database" in ready.json()["detail"]
    assert anyone.get("/api/health/live").status_code == 200
    whole = anyone.get("/api/health")
    assert (whole.status_code, whole.json()["status"]) == (200, "down")
    house.__dict__["health"] = Health({"database": Found}, house.now)
    assert anyone.get("/api/health/ready").status_code == 200


def test_what_is_not_needed_degrades_and_does_not_stop_anything(house, anyone):
    house.__dict__["health"] = Health({"store": away, "database": Found}, house.now)
    assert anyone.get("/api/health/ready").status_code == 200
    assert anyone.get("/api/health").json()["status"] == "degraded"


def test_the_service_is_up_since_it_began_and_not_since_somebody_asked(house, anyone, monkeypatch):
    monkeypatch.setattr(house, "_began", house._began - 3600)
    assert 3600 <= anyone.get("/api/health").json()["uptime_seconds"] < 3700


def test_a_check_that_hangs_is_down_and_holds_up_nobody(house, monkeypatch):
    from threading import Event

    freed = Event()
    monkeypatch.setattr("tapehawk.app.health.PATIENCE", 0.05)

    def hangs() -> Found:
        freed.wait(20)
        return Found()

    try:
        found = Health({"bus": hangs, "database": Found}, house.now).checkup()
    finally:
        freed.set()
    assert [(one.name, one.status) for one in found.dependencies] == [("bus", "down"), ("database", "ok")]


def test_a_process_that_is_about_to_end_is_not_ready(house, anyone):
    house.ending.set()
    assert anyone.get("/api/health/ready").status_code == 503


def test_a_worker_that_fails_is_seen(house, anyone):
    house.troubles["outbox:send"] = "ValueError"
    found = {one["name"]: one for one in anyone.get("/api/health").json()["dependencies"]}
    assert (found["workers"]["status"], found["workers"]["detail"]) == ("degraded", "failing: outbox:send")


# ---------------------------------------------------------------------------------------------- numbers


@pytest.fixture
def house_with_token(house):
    environment = {**house.known.environment, "METRICS_TOKEN": "numbers-for-friends"}
    return House(replace(house.known, environment=environment), house.services)


def at(house: House, address: str) -> TestClient:
    return TestClient(build(house), client=(address, 50_000))


def test_the_numbers_are_open_here_and_elsewhere_for_who_has_the_token(house, house_with_token):
    assert at(house, "127.0.0.1").get("/metrics").status_code == 200
    assert at(house, "192.0.2.7").get("/metrics").status_code == 401
    assert at(house, "192.0.2.7").get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401
    elsewhere = at(house_with_token, "192.0.2.7")
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer numbers-for-foes"}).status_code == 401
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer numbers-for-friends"}).status_code == 200


def test_a_proxy_on_this_machine_does_not_make_strangers_locals(house):
    answer = at(house, "127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 401


def test_requests_are_counted_by_route_and_status_and_never_by_what_strangers_type(house):
    here = at(house, "127.0.0.1")
    for path in ("/api/v1/users/SECRETSYMBOL", "/made/up/SECRETSYMBOL"):
        here.get(path)
    text = here.get("/metrics").text
    assert 'tapehawk_requests_total{method="GET",route="/api/v1/users/{user_id}",status="401"} 1.0' in text
    assert 'route="unknown"' in text
    assert "SECRETSYMBOL" not in text
    assert "example.org" not in text


def test_what_parts_measure_is_shown_and_what_can_not_be_read_now_is_left_out(house):
    house.gauges.add("jobs_queued", "jobs that wait", lambda: 7)
    house.gauges.add("sockets_open", "open sockets", lambda: {("signals", "ws"): 3}, labels=("topic", "by"))
    house.gauges.add("broken", "away", away)
    house.telemetry.scanned("api", "breakout", 0.25, bars=12_000)
    with pytest.raises(ZeroDivisionError), house.telemetry.scanning("range", "gap"):
        _ = 1 / 0
    with at(house, "127.0.0.1") as here:
        text = here.get("/metrics").text
    assert "tapehawk_jobs_queued 7.0" in text
    assert 'tapehawk_sockets_open{by="ws",topic="signals"} 3.0' in text
    assert "tapehawk_broken" not in text
    assert 'tapehawk_bars_scanned_total{by="api",scanner="breakout"} 12000.0' in text
    assert 'tapehawk_scans_total{by="range",outcome="failed",scanner="gap"} 1.0' in text
    for name in ("memory_bytes", "cpu_percent", "database_connections", "threads_busy_share", "workers_failing"):
        assert f"\ntapehawk_{name}" in text, name


def test_providers_and_the_age_of_a_feeds_watermark_are_among_the_numbers(house):
    now = int(house.now().timestamp() * 1e6)
    feed = FeedState("us-alpaca", 3, watermark=now - 90 * 1_000_000)
    note_health(house.known.store, Noted(now, ProviderHealth("alpaca", calls=12), feed=feed))
    note_health(house.known.store, Noted(now, ProviderHealth("polygon", breaker="open")))
    here = at(house, "127.0.0.1")
    text = here.get("/metrics").text
    assert 'tapehawk_provider_up{provider="alpaca"} 1.0' in text
    assert 'tapehawk_provider_up{provider="polygon"} 0.0' in text
    assert 'tapehawk_provider_calls{provider="alpaca"} 12.0' in text
    (age,) = re.findall(r'tapehawk_watermark_age_seconds{provider="alpaca"} (\S+)', text)
    assert float(age) >= 90
    found = {one["name"]: one for one in here.get("/api/health").json()["dependencies"]}
    assert found["providers"]["status"] == "degraded"
    assert "polygon" in found["providers"]["detail"]
