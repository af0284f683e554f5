"""The fast scanner and market data over HTTP on loopback, against a bare FastAPI route that returns the same bytes.

The service is a process of its own on 10,000 simulated symbols; its deep analysis goes on behind the scans, as it does
for people. Each request is one of a client that keeps its connection.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from fastapi import Request, Response

from benchmarks.market import folder, simulated_store
from benchmarks.measure import Result, Timing, in_turn
from tapehawk.api.app import build
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.records.migrating import upgrade

SOME = 20
TRIES = 600


def results() -> list[Result]:
    """Run the claims."""
    store = simulated_store()
    with _service(store) as client:
        everyone = _answer(client, "POST", "/api/scanner/quick-scan", {})
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


def _claim(  # noqa: PLR0913 - what is asked, how often, and what was promised
    client: httpx2.Client, claim: str, method: str, path: str, body: object, most: float | None, runs: int
) -> Result:
    sent = _answer(client, method, path, body).content
    client.put("/bare", content=sent).raise_for_status()
    ours, bare = in_turn(
        [lambda: _answer(client, method, path, body), lambda: _answer(client, method, "/bare", body)], runs, warm=5
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


@contextmanager
def _service(store: Path) -> Iterator[httpx2.Client]:
    """Run the service meanwhile; yield a client that is signed in and waits for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ticket = folder("service") / "token"
    environment = {**os.environ, "SCANNER_DATA_DIR": str(store), "XDG_CONFIG_HOME": str(folder("config"))}
    command = [sys.executable, "-m", "benchmarks.service_quick", str(port), str(ticket)]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(lambda: ticket.exists() and _listens(port))
        headers = {"Authorization": f"Bearer {ticket.read_text()}"}
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait(ready: Callable[[], bool]) -> None:
    for _ in range(TRIES):
        if ready():
            return
        time.sleep(0.1)
    raise SystemExit("the service does not start")


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def serve(port: int, ticket: Path) -> None:
    """Serve, with a route beside the others that returns the bytes it was last given."""
    import uvicorn

    house = House(settings())
    upgrade(house.database)
    ticket.write_text(_token(house))
    app, kept = build(house), [b""]

    async def keep(request: Request) -> Response:
        kept[0] = await request.body()
        return Response(status_code=204)

    def bare() -> Response:
        return Response(kept[0], media_type="application/json")

    app.add_api_route("/bare", keep, methods=["PUT"])
    app.add_api_route("/bare", bare, methods=["GET", "POST"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _token(house: House) -> str:
    with house.database.write() as records:
        user = records.users.add(
            email=f"{secrets.token_hex(4)}@example.org", password_hash="", role="user", now=house.now()
        )
        sign_in = records.sign_ins.add(
            user.id,
            token_hash=secrets.token_hex(32),
            now=house.now(),
            lasts=dt.timedelta(days=1),
        )
        return house.tokens.signed(user.id, user.role, sign_in)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
