"""POST /api/v1/scanner/scan over HTTP on loopback, against a bare FastAPI route that returns the same bytes.

The service is a process of its own on the real daily bars. A scan is computed (nothing is kept from before), then
answered from what is kept, then told to be what the client has already.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from fastapi import Request, Response

from benchmarks.market import folder, real_store
from benchmarks.measure import Result, Timing, in_turn
from tapehawk.api.app import build
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.records.migrating import upgrade

SCAN, BARE = "/api/v1/scanner/scan", "/bare"
BREAKOUT = {"scanner_type": "breakout"}
EVERYBODY = {"scanner_type": "formula", "formula": "close > 0", "config": {"min_price": 0, "min_dollar_volume": 0}}
TRIES = 600


def results() -> list[Result]:
    """Run the claims."""
    with _service(caching=False) as client:
        symbols = _answer(client, BREAKOUT).json()["funnel"][0]["steps"][2]["passed"]
        breakout = _claim(client, f"POST scan, breakout over {symbols:,} symbols, warm", BREAKOUT, 15, most=0.3)
        everybody = _claim(client, "POST scan, a formula that all of them meet", EVERYBODY, 5)
    with _service(caching=True) as client:
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


@contextmanager
def _service(*, caching: bool) -> Iterator[httpx2.Client]:
    """Run the service meanwhile; yield a client that is signed in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ticket = folder(f"service_{caching}") / "token"
    environment = {
        **os.environ,
        "SCANNER_DATA_DIR": str(real_store()),
        "DATABASE_URL": f"sqlite:///{ticket.with_name('records.db')}",
        "XDG_CONFIG_HOME": str(folder("config")),
        "SCANNER__DEFAULT__ENABLE_CACHING": str(caching).lower(),
    }
    command = [sys.executable, "-m", "benchmarks.service_scan", str(port), str(ticket)]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port, ticket)
        headers = {"Authorization": f"Bearer {ticket.read_text()}"}
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120, trust_env=False
        ) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, ticket: Path) -> None:
    for _ in range(TRIES):
        with socket.socket() as tried:
            if ticket.exists() and tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the service does not start")


def serve(port: int, ticket: Path) -> None:
    """Serve, with a route beside the others that returns the bytes it was last given."""
    import uvicorn

    from tapehawk.app.house import House

    house = House(settings())
    upgrade(house.database)
    app, kept = build(house), [b""]

    @app.put(BARE, status_code=204)
    async def keep(request: Request) -> None:
        kept[0] = await request.body()

    @app.post(BARE)
    def bare() -> Response:
        return Response(kept[0], media_type="application/json")

    ticket.write_text(_token(house))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def _token(house: House) -> str:
    now, lasts = house.now(), dt.timedelta(days=1)
    with house.database.write() as records:
        user = records.users.add(email="bench@example.org", password_hash="", role="user", now=now)
        sign_in = records.sign_ins.add(user.id, token_hash=secrets.token_hex(32), now=now, lasts=lasts)
    return house.tokens.signed(user.id, user.role, sign_in)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
