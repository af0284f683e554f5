"""The fast scanner and market data over HTTP on loopback, against a bare FastAPI route that returns the same bytes.

The service is a process of its own on 10,000 simulated symbols; its deep analysis goes on behind the scans, as it does
for people. Each request is one of a client that keeps its connection. It is warm: the deep analysis of a first scan of
everyone has ended before, so that nothing of the start goes on.
"""

from __future__ import annotations

import statistics
import time

import httpx2

from benchmarks.market import simulated_store
from benchmarks.measure import Result, Timing, in_turn
from benchmarks.served import BARE, served

SOME = 20
TRIES = 600


def results() -> list[Result]:
    """Run the claims."""
    with served(simulated_store()) as client:
        everyone = _answer(client, "POST", "/api/scanner/quick-scan", {})
        _let_it_warm_up(client)
        names = [row["symbol"] for row in everyone.json()["signals"]]
        some = {"symbols": names[:SOME]}
        watched = f"/api/v1/market-data/quotes?symbols={','.join(names[:100])}"
        formula = f"/api/v1/market-data/indicators/{names[0]}?expr=rsi(14)&expr=close>sma(close,50)&limit=250"
        return [
            _claim(client, f"POST quick-scan, {SOME} symbols", "POST", "/api/scanner/quick-scan", some, 0.030, 200),
            _claim(client, f"POST quick-scan, {len(names):,} symbols", "POST", "/api/scanner/quick-scan", {}, 0.4, 20),
            _claim(client, "GET market-overview", "GET", "/api/v1/scanner/market-overview", None, 0.1, 50),
            _claim(client, "GET quotes, 100 symbols", "GET", watched, None, 0.05, 50),
            _claim(client, "GET quotes, all", "GET", "/api/v1/market-data/quotes", None, None, 10),
            _claim(client, "GET bars, 1,000 days", "GET", f"/api/v1/market-data/bars/{names[0]}", None, 0.05, 50),
            _claim(client, "GET indicators, 250 days", "GET", formula, None, 0.05, 50),
        ]


def _let_it_warm_up(client: httpx2.Client) -> None:
    """Wait until nobody waits for deep analysis."""
    for _ in range(TRIES):
        if not _answer(client, "GET", "/api/scanner/scan-status", None).json()["status"]["backgroundQueueLength"]:
            return
        time.sleep(0.1)
    raise SystemExit("the deep analysis of the first scan does not end")


def _claim(  # noqa: PLR0913 - what is asked, how often, and what was promised
    client: httpx2.Client, claim: str, method: str, path: str, body: object, most: float | None, runs: int
) -> Result:
    sent = _answer(client, method, path, body).content
    client.put(BARE, content=sent).raise_for_status()
    ours, bare = in_turn(
        [lambda: _answer(client, method, path, body), lambda: _answer(client, method, BARE, body)], runs, warm=5
    )
    p95 = statistics.quantiles(ours.seconds, n=20)[-1]
    said = f"p95 {p95 * 1e3:.1f} ms, median {ours}, {len(sent):,} bytes"
    promised = "–" if most is None else f"p95 ≤ {most * 1e3:g} ms"
    ratio = f"{ours.median / bare.median:.1f}× a bare route"
    return Result(claim, said, f"bare route {_p95(bare)}", ratio, promised, None if most is None else p95 <= most)


def _p95(timing: Timing) -> str:
    return f"p95 {statistics.quantiles(timing.seconds, n=20)[-1] * 1e3:.1f} ms, median {timing}"


def _answer(client: httpx2.Client, method: str, path: str, body: object) -> httpx2.Response:
    answer = client.request(method, path, json=body) if body is not None else client.request(method, path)
    return answer.raise_for_status()
