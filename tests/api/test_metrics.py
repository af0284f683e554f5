"""The numbers at /metrics: every family that is documented is there, and moves when its thing happens."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app.broadcast import Broadcast
from tapehawk.app.job_worker import work
from tapehawk.app.measuring import measure
from tapehawk.app.notifying import means
from tapehawk.app.telling import try_out
from tapehawk.core.errors import NoData
from tapehawk.core.events import DeepAnalysisComplete
from tapehawk.data.health import FeedState, Noted, note_health
from tapehawk.data.providers.door import Health, StreamHealth
from tapehawk.data.router import Lag
from tapehawk.notify.sending import Sender
from tapehawk.scan.desk import Desk
from tests.api.conftest import user_of
from tests.api.sockets.served import Served, heard, until
from tests.notify.conftest import NOW, a_channel

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


class Numbers:
    """What /metrics says."""

    def __init__(self, text: str) -> None:
        self.families = {one.name: one for one in text_string_to_metric_families(text)}
        self._samples = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float | None:
        return self._samples.get((f"tapehawk_{name}", tuple(sorted(labels.items()))))


def numbers(house) -> Numbers:
    return Numbers(house.telemetry.text().decode())


@pytest.fixture
def measured(house) -> None:
    """Have everything measured, also before the service is built."""
    measure(house)


def test_every_family_is_documented_with_its_labels_and_is_there(house, working):
    rows = re.findall(r"^\| `tapehawk_(\w+)` \| ([\w, ]*) ?\|", PAGE.read_text(), re.MULTILINE)
    documented = {name.removesuffix("_total"): tuple(labels.strip().split(", ")) for name, labels in rows}
    with TestClient(build(house), client=("127.0.0.1", 1)) as client:
        until(lambda: "tapehawk_live_lag_seconds" in Numbers(client.get("/metrics").text).families)
        found = Numbers(client.get("/metrics").text)
    assert {f"tapehawk_{name}" for name in documented} == found.families.keys()
    for name, labels in documented.items():
        for sample in found.families[f"tapehawk_{name}"].samples:
            assert sorted(sample.labels.keys() - {"le"}) == sorted(filter(None, labels)), name


def test_a_scan_that_is_asked_for_is_counted_with_its_bars_and_one_that_is_kept_is_not(
    stored, house, measured, signed_in
):
    ada = signed_in()
    for _ in range(2):
        answer = ada.post("/api/v1/scanner/scan", json={"scanner_type": "technical"})
        assert answer.status_code == 200, answer.text
    now, labels = numbers(house), {"by": "api", "scanner": "technical"}
    assert now.of("scans_total", **labels, outcome="completed") == 1
    assert now.of("scan_seconds_count", **labels) == 1
    assert now.of("bars_scanned_total", **labels) > 60 * 100
    assert now.of("bars_per_second", **labels) > 0


def test_a_scan_that_can_not_be_answered_is_counted_as_failed(stored, house, measured, signed_in, monkeypatch):
    def fails(*_: object) -> None:
        raise NoData("nothing")

    monkeypatch.setattr(Desk, "scan", fails)
    assert signed_in().post("/api/v1/scanner/scan", json={"scanner_type": "technical"}).status_code >= 400
    assert numbers(house).of("scans_total", by="api", scanner="technical", outcome="failed") == 1
    assert signed_in().post("/api/scanner/quick-scan", json={"symbols": ["NOBODY"]}).status_code >= 400
    failed = numbers(house).of("scans_total", by="quick", scanner="all", outcome="failed")
    assert failed == 1


def test_a_quick_scan_is_counted(stored, house, measured, signed_in):
    rows = signed_in().post("/api/scanner/quick-scan", json={}).json()["count"]
    now, labels = numbers(house), {"by": "quick", "scanner": "all"}
    assert now.of("scans_total", **labels, outcome="completed") == 1
    assert now.of("bars_scanned_total", **labels) == rows > 0


def test_a_range_scan_is_counted_and_so_is_its_job_as_it_waits_and_ends(stored, house, measured, signed_in):
    asked = {"start_date": "2025-06-02", "end_date": "2025-06-30", "scanner_type": "gap"}
    ada = signed_in()
    scan_id = ada.post("/api/scan/execute", json=asked).json()["scan_id"]
    assert numbers(house).of("jobs", kind="range_scan", state="queued") == 1
    assert numbers(house).of("jobs", kind="sync", state="queued") == 0
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(house, stop))
    worker.start()
    until(lambda: numbers(house).of("jobs_ended_total", kind="range_scan", state="completed") == 1)
    stop.set()
    worker.join()
    assert ada.get(f"/api/scan/progress/{scan_id}").json()["status"] == "completed"
    now = numbers(house)
    assert now.of("jobs", kind="range_scan", state="queued") == 0
    assert now.of("scans_total", by="range", scanner="gap", outcome="completed") == 1
    assert now.of("bars_scanned_total", by="range", scanner="gap") > 60 * 100


def test_a_job_that_is_cancelled_while_it_waits_is_counted(house, measured):
    job = house.queue.add("sync", {})
    house.queue.cancel(job.id)
    house.queue.cancel(job.id)
    assert numbers(house).of("jobs_ended_total", kind="sync", state="cancelled") == 1


def test_sockets_are_counted_with_what_they_are_told_and_why_they_are_closed(house, measured):
    with Served(house) as served:
        assert numbers(house).of("sockets_connected") == 0
        with served.client() as one, served.client("/ws/signals"):
            heard(one)
            until(lambda: numbers(house).of("sockets_connected") == 2)
            before = numbers(house).of("socket_messages_total")
            try_out(house, user_of(house, "ada").id, "in_app")
            until(lambda: numbers(house).of("socket_messages_total") > before)
            for _ in range(101):
                one.send(json.dumps({"action": "ping"}))
            until(lambda: numbers(house).of("sockets_closed_total", why="too_many") == 1)
        until(lambda: numbers(house).of("sockets_connected") == 0)


def test_what_waits_for_a_slow_client_is_counted(house, measured):
    with Served(house) as served, served.client() as socket:
        heard(socket)
        (queue,) = served.desk.hub.queues
        queue._idle = False  # as while it still sends
        queue._messages.extend(["a", "b"])
        assert numbers(house).of("socket_messages_waiting") == 2
        assert numbers(house).of("socket_queue_longest") == 2


def test_letters_are_counted_as_they_wait_and_as_they_are_carried(house, measured):
    user = user_of(house, "ada")
    a_channel(house.database, user.id, "webhook", {"url": "https://127.0.0.1:1/", "secret": "0123456789abcdef"})
    told = {"type": "signal", "title": "BUY", "message": "entry 1", "data": {}, "dedup_key": "k", "created_at": NOW}
    with house.database.write() as records:
        rows = records.of(user.id).notifications.add_all([told])
        records.of(user.id).letters.put("webhook", "k", [str(rows["k"]["id"])], due_at=NOW, now=NOW)
    before = numbers(house)
    assert (before.of("letters", state="waiting"), before.of("letters", state="failed")) == (1, 0)
    overdue = (house.now() - NOW).total_seconds()
    assert before.of("letters_overdue_seconds") == pytest.approx(max(overdue, 0), abs=60)
    assert Sender(house.database, means(house), house.now, count=house.telemetry.carried).send_one()
    now = numbers(house)
    outcomes = [now.of("letters_carried_total", channel="webhook", outcome=one) for one in ("delayed", "refused")]
    assert [one for one in outcomes if one] == [1]


def test_news_that_the_bus_does_not_take_are_counted(house, measured, monkeypatch):
    monkeypatch.setattr("tapehawk.app.broadcast.MOST_WAITING", 2)
    house.broadcast = Broadcast()
    assert (numbers(house).of("events_waiting"), numbers(house).of("events_lost")) == (0, 0)
    house.broadcast.say(*map(DeepAnalysisComplete, "abc"))
    assert (numbers(house).of("events_waiting"), numbers(house).of("events_lost")) == (2, 1)


def test_what_a_feed_and_who_takes_its_bars_lose_and_what_a_provider_refuses_is_counted(house, measured):
    health = Health("alpaca", calls=40, errors={"limit": 3, "line": 1}, credits_left=160)
    feed = FeedState("us:alpaca", 3, lags=(Lag("strategy", waiting=7, worst=9, lost=21, taken=400),))
    note_health(house.known.store, Noted(1, health, StreamHealth(connected=True, dropped=12), feed))
    note_health(house.known.store, Noted(1, Health("polygon")))
    now = numbers(house)
    assert now.of("provider_errors", provider="alpaca", kind="limit") == 3
    assert now.of("provider_errors", provider="alpaca", kind="line") == 1
    assert now.of("provider_credits_left", provider="alpaca") == 160
    assert now.of("provider_credits_left", provider="polygon") is None, "nobody knows"
    assert now.of("stream_bars_dropped", provider="alpaca") == 12
    slow = {"provider": "alpaca", "consumer": "strategy"}
    assert (now.of("consumer_bars_waiting", **slow), now.of("consumer_bars_lost", **slow)) == (7, 21)


def test_requests_the_pool_and_the_threads_are_measured(house, measured):
    with TestClient(build(house), client=("127.0.0.1", 1)) as client:
        for _ in range(3):
            client.get("/api/health/live")
        now = Numbers(client.get("/metrics").text)
    labels = {"method": "GET", "route": "/api/health/live"}
    assert now.of("requests_total", **labels, status="200") == 3
    assert now.of("request_seconds_count", **labels) == 3
    assert now.of("database_connections", kind="size") > 0
    assert now.of("threads_busy_share") > 0
    assert now.of("memory_bytes") > 10_000_000
