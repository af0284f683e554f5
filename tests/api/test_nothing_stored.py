"""Where nothing is stored, or it is broken, an answer says so and how to mend it, and never where on the disk it is."""

from __future__ import annotations

import re
import threading

import pytest

from tapehawk.api.openapi import document, operations
from tapehawk.app.job_worker import work
from tests.api.conftest import user_of
from tests.api.sockets.served import until

FILLED = {"symbol": "AAPL", "scanner": "breakout", "step": "0", "format": "csv"}
QUERIES = {
    "/api/v1/scanner/explain": "symbol=AAPL&scanner_type=breakout",
    "/api/v1/market-data/quotes": "symbols=AAPL",
    "/api/v1/market-data/indicators/{symbol}": "expr=close",
}
BODIES = [
    ("/api/v1/scanner/scan", {"scanner_type": "breakout"}),
    ("/api/v1/scanner/scan", {"scanner_type": "ml"}),
    ("/api/v1/scanner/scan", {"scanner_type": "breakout", "timeframe": "5m"}),
    ("/api/v1/scanner/formula/check", {"formula": "close > 5", "count": True}),
    ("/api/scanner/quick-scan", {}),
    ("/api/scanner/quick-scan", {"symbols": ["AAPL", "BTC/USDT"]}),
    ("/api/v1/market-data/bars", {"symbols": ["AAPL"]}),
    ("/api/scan/execute", {"start_date": "2025-06-02", "end_date": "2025-06-30"}),
    ("/api/v1/ml/train", {"scanner_type": "volume_spike"}),
]
SAYING_SO = {"/api/v1/settings"}  # an admin asks where the data is
ASKED = [
    path
    for path, method, _ in operations(document())
    if method == "get" and "/events/" not in path and path not in SAYING_SO
]


@pytest.fixture(params=["there is none", "it is empty", "its table is broken", "its log is lost"])
def store(request, house):
    """The house's store, in which there is nothing that could answer."""
    root = house.known.store
    if request.param != "there is none":
        (root / "bars_1d" / "_delta_log").mkdir(parents=True)
    if request.param == "its table is broken":
        (root / "bars_1d" / "_delta_log" / f"{0:020}.json").write_text("{")
        (root / "bars_1d" / "_delta_log" / f"{1:020}.json").write_text("{")
    if request.param == "its log is lost":
        (root / "bars_1d" / "part.parquet").write_bytes(b"not parquet")
    return root


@pytest.fixture
def silent(store, tmp_path):
    """Return what holds an answer to saying nothing of the disk."""

    def check(answer, asked: str) -> None:
        assert answer.status_code != 500, asked
        for path in {str(store), str(tmp_path)}:
            assert path not in answer.text, f"{asked}: {answer.text[:500]}"

    return check


def test_no_question_is_answered_with_a_path_of_the_disk(silent, signed_in):
    root = signed_in("root", role="admin")
    for path in ASKED:
        url = re.sub(r"\{(\w+)(:path)?\}", lambda one: FILLED.get(one[1], "7"), path)
        silent(root.get(f"{url}?{QUERIES.get(path, '')}"), url)
    for url, body in BODIES:
        silent(root.post(url, json=body), f"{url} {body}")
        silent(root.post(url, json=body), f"{url} {body}, again")


def test_a_job_that_finds_nothing_says_so_without_a_path(silent, house, signed_in):
    ada = signed_in()
    job = house.queue.add("train", {"scanner": "volume_spike"}, user_id=user_of(house, "ada").id)
    quick = house.queue.add("quick_scan", {})
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(house, stop))
    worker.start()
    try:
        until(lambda: ada.get(f"/api/v1/jobs/{job.id}").json()["status"] not in ("queued", "running"))
        root = signed_in("root", role="admin")
        until(lambda: root.get(f"/api/v1/jobs/{quick.id}").json()["status"] not in ("queued", "running"))
    finally:
        stop.set()
        worker.join()
    said = ada.get(f"/api/v1/jobs/{job.id}")
    assert said.json()["error"]
    silent(said, "job")
    silent(root.get(f"/api/v1/jobs/{quick.id}"), "quick scan")
    silent(root.get("/api/scanner/scan-status"), "scan-status")
