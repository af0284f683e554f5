"""A sync of 500 pages of 1,000 bars through Massive's adapter, store and checks included, against a vendor's latency.

The vendor is a process of its own that answers every page after 100 ms; what it sends was written before. The ideal is
500 pages at 8 at a time and nothing else: 6.25 s.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.measure import Result, Timing

PAGES, BARS, AT_ONCE, LATENCY = 500, 1_000, 8, 0.1
RUNS = 3
IDEAL = PAGES * LATENCY / AT_ONCE
LAST = "2026-11-20"


def results() -> list[Result]:
    """Run the claim."""
    vendor = subprocess.Popen([sys.executable, "-m", "benchmarks.syncing"], stdout=subprocess.PIPE, text=True)
    try:
        url = vendor.stdout.readline().strip() if vendor.stdout else ""
        runs = [asyncio.run(_synced(url)) for _ in range(RUNS)]
    finally:
        vendor.terminate()
        vendor.wait()
    timing = Timing(tuple(seconds for seconds, _ in runs))
    share = IDEAL / timing.median if all(rows == PAGES * BARS for _, rows in runs) else 0.0
    return [
        Result(
            f"sync of {PAGES} pages of {BARS:,} bars, stored and checked",
            str(timing),
            f"the vendor's latency alone, {AT_ONCE} at a time {IDEAL:.2f} s",
            f"{share:.0%} of the ideal",
            "≥ 80 %",
            share >= 0.8,
        )
    ]


async def _synced(url: str) -> tuple[float, int]:
    """Sync into an empty store; return seconds and bars stored."""
    from pydantic import SecretStr

    from tapehawk.data.providers.door import Wanted
    from tapehawk.data.providers.polygon.adapter import PolygonProvider
    from tapehawk.data.providers.polygon.config import PolygonConfig
    from tapehawk.data.sync.planning import plan_sync
    from tapehawk.data.sync.running import sync

    sessions = _sessions()
    names = tuple(f"S{number:03}" for number in range(PAGES))
    wanted = Wanted("1d", names, sessions[0], sessions[-1])
    provider = PolygonProvider(PolygonConfig(api_key=SecretStr("key-of-the-bench"), plan="advanced", base_url=url))
    with tempfile.TemporaryDirectory() as folder:
        plan = await plan_sync(Path(folder), provider, wanted, now=time.time_ns() // 1000)
        began = time.perf_counter()
        done = await sync(Path(folder), provider, plan)
        seconds = time.perf_counter() - began
    await provider.close()
    return seconds, done.bars.new


def _sessions() -> list[dt.date]:
    """Return the dates of the last so many sessions."""
    from tapehawk.core.sessions import date_of, day_number, us_calendar

    days = us_calendar().date
    return [date_of(day) for day in days[days <= day_number(dt.date.fromisoformat(LAST))][-BARS:]]


def _vendor() -> None:
    """Answer pages of bars, each after the latency, until ended."""
    from aiohttp import web

    midnights = [dt.datetime.combine(day, dt.time(), ZoneInfo("America/New_York")) for day in _sessions()]
    stamps = [int(at.timestamp()) * 1000 for at in midnights]
    prices = {"vw": 50.0, "o": 50.0, "h": 51.0, "l": 49.5}
    rows = [{"v": 1e6 + n, "c": 50.0 + n % 7 / 10, "t": at, **prices} for n, at in enumerate(stamps)]
    page = {"adjusted": False, "queryCount": BARS, "resultsCount": BARS, "status": "OK", "results": rows, "count": BARS}
    body, nothing = json.dumps(page).encode(), json.dumps({"status": "OK", "results": []}).encode()

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(LATENCY)
        content = body if request.path.startswith("/v2/aggs/") else nothing
        return web.Response(body=content, content_type="application/json")

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print("http://{}:{}".format(*runner.addresses[0][:2]), flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    _vendor()
