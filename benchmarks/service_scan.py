"""POST /api/v1/scanner/scan over HTTP on loopback, against a bare FastAPI route that returns the same bytes.

The service is a process of its own on the real daily bars. A scan is computed (nothing is kept from before), then
answered from what is kept, then told to be what the client has already.
"""

from __future__ import annotations

import statistics

import httpx2

from benchmarks.market import real_store
from benchmarks.measure import Result, Timing, in_turn
from benchmarks.served import BARE, served

SCAN = "/api/v1/scanner/scan"
BREAKOUT = {"scanner_type": "breakout"}
EVERYBODY = {"scanner_type": "formula", "formula": "close > 0", "config": {"min_price": 0, "min_dollar_volume": 0}}


def results() -> list[Result]:
    """Run the claims."""
    with served(real_store(), SCANNER__DEFAULT__ENABLE_CACHING="false") as client:
        symbols = _answer(client, BREAKOUT).json()["funnel"][0]["steps"][2]["passed"]
        breakout = _claim(client, f"POST scan, breakout over {symbols:,} symbols, warm", BREAKOUT, 15, most=0.3)
        everybody = _claim(client, "POST scan, a formula that all of them meet", EVERYBODY, 5)
    with served(real_store()) as client:
        kept = _claim(client, "POST scan, breakout, kept from before", BREAKOUT, 50)
        large = _claim(client, "POST scan, all of them, kept from before", EVERYBODY, 20)
    return [breakout, everybody, kept, large]


def _claim(client: httpx2.Client, claim: str, asked: object, runs: int, *, most: float | None = None) -> Result:
    sent = _answer(client, asked).content
    client.put(BARE, content=sent).raise_for_status()
    ours, bare = in_turn([lambda: _answer(client, asked), lambda: client.post(BARE, json=asked)], runs, warm=3)
    promised = "–" if most is None else f"≤ {most * 1e3:g} ms"
    said, ratio = f"{ours}, p95 {_p95(ours)}, {len(sent):,} bytes", f"{ours.median / bare.median:.1f}× a bare route"
    return Result(claim, said, f"bare route {bare}", ratio, promised, None if most is None else ours.median <= most)


def _p95(timing: Timing) -> str:
    return f"{statistics.quantiles(timing.seconds, n=20)[-1] * 1e3:.1f} ms"


def _answer(client: httpx2.Client, asked: object) -> httpx2.Response:
    return client.post(SCAN, json=asked).raise_for_status()
