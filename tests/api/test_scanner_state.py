"""How the scanner service is and does can be seen: each dependency, the times of scans and answers, what failed."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from tapehawk.core.errors import TryAgain

HEALTH, STATS, SCAN = "/api/v1/scanner/health", "/api/v1/scanner/stats/performance", "/api/v1/scanner/scan"


def health(client):
    answer = client.get(HEALTH)
    assert answer.status_code == 200
    return answer.json()["status"], {one["name"]: one for one in answer.json()["dependencies"]}


@pytest.mark.usefixtures("stored")
def test_health_is_open_and_names_each_dependency_with_its_latency(anyone):
    status, parts = health(anyone)
    assert status == "ok"
    assert {"database", "store", "scanners", "scans"} == parts.keys()
    assert all(one["status"] == "ok" and one["latency_ms"] >= 0 for one in parts.values())


def test_a_store_without_bars_is_less_than_well(anyone):
    status, parts = health(anyone)
    assert (status, parts["store"]["status"]) == ("degraded", "degraded")
    assert "scanner sync" in parts["store"]["detail"]


def test_a_database_that_is_away_is_said_to_be_down(anyone, house, monkeypatch):
    def ping():
        raise TryAgain("the database can't be used now")

    monkeypatch.setattr(house.database, "ping", ping)
    status, parts = health(anyone)
    assert (status, parts["database"]["status"]) == ("down", "down")


@pytest.mark.usefixtures("stored")
def test_scans_and_answers_are_counted_with_their_times_results_and_errors(signed_in):
    ada = signed_in()
    rows = len(ada.post(SCAN, json={"scanner_type": "inside_bar"}).json()["results"])
    ada.post(SCAN, json={"scanner_type": "inside_bar"})
    ada.post(SCAN, json={"scanner_type": "breakout", "config": {"min_price": -1}})
    ada.post(SCAN, json={"scanner_type": "no such"})
    ada.get("/api/v1/scanner/" + "x" * 100)
    said = ada.get(STATS).json()
    scans = said["scanners"]
    assert scans["inside_bar"].items() >= {"count": 1, "cached": 1, "failed": 0, "success_rate": 1.0}.items()
    assert scans["inside_bar"]["p50_ms"] == scans["inside_bar"]["p99_ms"] > 0
    assert scans["breakout"].items() >= {"count": 0, "failed": 1, "success_rate": 0.0, "p50_ms": None}.items()
    assert scans["unknown"]["failed"] == 1
    assert said["scans"].items() >= {"count": 1, "cached": 1, "failed": 2, "success_rate": 0.5}.items()
    assert said["results"] == {"inside_bar": {"2025-06-30": rows}}
    assert said["errors"] == {"OutOfBounds": 1, "UnknownName": 1}
    assert said["api"]["POST /api/v1/scanner/scan"]["count"] == 4
    assert said["api"]["unknown"]["count"] == 1
    assert said["statuses"] == {"200": 2, "404": 1, "422": 2}


def test_the_numbers_say_whose_they_are_and_since_when(house, signed_in):
    before, said = house.now() - dt.timedelta(seconds=house.uptime), signed_in().get(STATS).json()
    assert said["process"] == os.getpid()
    assert abs(dt.datetime.fromisoformat(said["since"]) - before) < dt.timedelta(seconds=1)


def test_who_is_not_signed_in_sees_no_numbers(anyone):
    assert anyone.get(STATS).status_code == 401
