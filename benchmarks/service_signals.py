"""GET /api/v1/signals with 100,000 of a user's stored, 200 requests a second, on SQLite and PostgreSQL.

The service runs in a process of its own and so does its peer, a bare FastAPI route that returns the same bytes; this
process asks both at a steady rate, whether or not answers come (a slow one delays nobody's question). Questions go
around: the newest page, one symbol, one status, a later page. `DATABASE_URL` names the PostgreSQL, else it is left out.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import httpx2
import uvicorn
from fastapi import FastAPI, Response

from benchmarks.market import folder
from benchmarks.measure import Result, timed
from benchmarks.served import UNLIMITED, new_user
from tapehawk.api.app import build
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.core.instants import microseconds, rfc3339
from tapehawk.core.signal_record import Change, SetupKey, Signal
from tapehawk.records.migrating import upgrade

STORED, AT_ONCE, RATE, SECONDS, WITHIN = 100_000, 1_000, 200, 15.0, 0.050
BEGAN = dt.datetime(2026, 1, 2, 14, 30, tzinfo=dt.UTC)
PATH = "/api/v1/signals"


def results() -> Iterable[Result]:
    """Run the claims."""
    addresses = {"SQLite": "", "PostgreSQL": os.environ.get("DATABASE_URL", "")}
    for name, address in addresses.items():
        if name == "PostgreSQL" and not address:
            print("service_signals: PostgreSQL left out, DATABASE_URL names none", flush=True)
            continue
        yield from _on(name, {"SCANNER_DATA_DIR": str(folder(f"service_{name}")), "DATABASE_URL": address})


def _on(name: str, environment: dict[str, str]) -> Iterator[Result]:
    house = House(settings(environment=environment))
    try:
        upgrade(house.database)
        token, took = _filled(house)
    finally:
        house.close()
    yield Result(f"{AT_ONCE:,} signals kept at once, {name}", f"{took * 1e3:.0f} ms", "–", "–", "–")
    headers = {"Authorization": f"Bearer {token}"}
    with _served("ours", environment) as ours:
        first = httpx2.get(ours + PATH, headers=headers).raise_for_status()
        page = Path(environment["SCANNER_DATA_DIR"]) / "page.json"
        page.write_bytes(first.content)
        cursor = first.json()["next_cursor"]
        asked = [PATH, f"{PATH}?symbol=S0042", f"{PATH}?status=triggered", f"{PATH}?cursor={cursor}"]
        mine = asyncio.run(_asked(ours, asked, headers))
    with _served("bare", environment | {"PAGE": str(page)}) as bare:
        peer = asyncio.run(_asked(bare, [PATH], headers))
    ours_99, peer_99 = _p99(mine), _p99(peer)
    yield Result(
        f"GET {PATH} of {STORED:,}, {RATE} a second, {name}, p99",
        f"{ours_99 * 1e3:.1f} ms (median {sorted(mine)[len(mine) // 2] * 1e3:.1f} ms, n={len(mine):,})",
        f"bare FastAPI route, the same bytes: {peer_99 * 1e3:.1f} ms",
        f"{peer_99 / ours_99:.2f}×",
        f"≤ {WITHIN * 1e3:.0f} ms",
        ours_99 <= WITHIN,
    )


def _filled(house: House) -> tuple[str, float]:
    """Store the signals of a new user; return a token of theirs and how long a batch took."""
    user, token = new_user(house)

    def keep(begin: int) -> None:
        with house.database.write() as records:
            records.of(user.id).signals.keep([_signal(n) for n in range(begin, begin + AT_ONCE)])

    batches = iter(range(0, STORED, AT_ONCE))
    took = timed(lambda: keep(next(batches)), 5).median
    for begin in batches:
        keep(begin)
    with house.database.engine.connect() as connection:  # PostgreSQL does so itself within a minute of so many rows
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return token, took


def _signal(n: int) -> Signal:
    began = rfc3339(BEGAN + dt.timedelta(minutes=n // 50))
    key = SetupKey("breakout", "resistance break", f"S{n % 5000:04}", "sim/sip", "1m", began)
    row = {
        "symbol": key.symbol, "scanner": key.scanner, "pattern": key.pattern, "direction": "BUY", "bar_time": began,
        "available_at": began, "phase": "regular", "entry": 101.25, "stop": 99.5, "target1": 104.0, "target2": 106.0,
        "confidence": n % 101, "score": n % 97, "volume": 1_000_000 + n, "atr": 1.5, "rvol": 2.0, "position_size": 10.0,
        "risk_amount": 1000.0, "confluence_factors": [], "labels": [],
    }  # fmt: skip
    at = microseconds(BEGAN) + n
    history = [Change("active", at)] + ([Change("triggered", at + 1, price=101.3)] if n % 20 == 0 else [])
    return Signal(key, "regular", "us", "live", "close", row, tuple(history), "1")


async def _asked(origin: str, paths: Sequence[str], headers: dict[str, str]) -> list[float]:
    """Ask at a steady rate; return the seconds of each answer, from when it was due to be asked."""
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(base_url=origin, headers=headers, limits=limits, timeout=60) as client:
        for path in paths * 5:
            (await client.get(path)).raise_for_status()
        began, waits = time.perf_counter() + 0.1, list[float]()

        async def ask(number: int) -> None:
            due = began + number / RATE
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            (await client.get(paths[number % len(paths)])).raise_for_status()
            waits.append(time.perf_counter() - due)

        await asyncio.gather(*(ask(number) for number in range(round(RATE * SECONDS))))
        return waits


def _p99(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


@contextmanager
def _served(what: str, environment: dict[str, str]) -> Iterator[str]:
    """Run a service in a process of its own; yields its address once it answers."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.service_signals", what, str(port)]
    with subprocess.Popen(command, env=os.environ | UNLIMITED | environment) as process:
        try:
            _until_open(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _until_open(port: int) -> None:
    while True:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _serve(what: str, port: int) -> None:
    app = build(House(settings(), services=("records",))) if what == "ours" else _bare(Path(os.environ["PAGE"]))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _bare(page: Path) -> FastAPI:
    app, content = (
        FastAPI(telemetry=dict.fromkeys(("tracing", "metrics", "logs", "operation_spans"), False)),
        page.read_bytes(),
    )

    @app.get(PATH)
    def _page() -> Response:
        return Response(content, media_type="application/json")

    return app


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _serve(sys.argv[1], int(sys.argv[2]))
    else:
        for result in results():
            print(result.line())
