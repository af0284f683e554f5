"""The service from nothing to its first answer, and what it holds when it idles; the peer is a bare FastAPI route.

It idles over an empty store, and over that of `make demo` (500 names, ten years) behind its first periodic scan and the
deep analysis of everybody. There, pages of mapped files count apart: the system takes them back when somebody needs
them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2
import psutil

from benchmarks.measure import Result, Timing, times

RUNS: Final = 5
IDLE: Final = 5.0  # seconds after the first answer
SETTLED: Final = 60.0  # the same, where there is a market to scan
BARE: Final = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False})
app.add_api_route("/api/health/live", lambda: {"status": "ok"})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""
OURS: Final = (
    "import sys; from tapehawk.cli.main import main; sys.argv = ['scanner', 'serve', '--port', sys.argv[1]]; main()"
)


def results() -> list[Result]:
    """Run the claims."""
    ours, bare, used, used_bare = [], [], [], []
    for _ in range(RUNS):
        for code, seconds, megabytes in ((OURS, ours, used), (BARE, bare, used_bare)):
            took, held = _started(code)
            seconds.append(took)
            megabytes.append(held)
    mine, peer, most, least = Timing(tuple(ours)), Timing(tuple(bare)), max(used), max(used_bare)
    return [
        Result(
            "start to first answer, an empty store (SQLite made and migrated)",
            str(mine), f"a bare FastAPI route {peer}", f"{1 / times(mine, peer):.1f}×", "≤ 5 s", mine.median <= 5,
        ),
        Result(
            "idle memory, all services in one process",
            f"{most:.0f} MB", f"a bare FastAPI route {least:.0f} MB", f"{most / least:.1f}×", "≤ 350 MB", most <= 350,
        ),
        _over_a_market(),
    ]  # fmt: skip


def _over_a_market() -> Result:
    """Return what it holds when it idles over a store that has been scanned."""
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "tapehawk.demo"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        with _running(OURS, Path(folder) / "demo-data") as (process, _):
            time.sleep(SETTLED)
            memory = psutil.Process(process.pid).memory_info()
    own, mapped = (memory.rss - memory.shared) / 1e6, memory.shared / 1e6
    said = f"{own:.0f} MB of its own, {mapped:.0f} MB of mapped files"
    return Result("the same over 500 names, scanned and analysed", said, "–", "–", "own ≤ 350 MB", own <= 350)


def _started(code: str) -> tuple[float, float]:
    """Return the seconds until a new process answers, and the megabytes that it and its children hold when it idles."""
    with TemporaryDirectory() as folder, _running(code, Path(folder) / "store") as (process, took):
        time.sleep(IDLE)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        return took, sum(one.memory_info().rss for one in family) / 1e6


@contextmanager
def _running(code: str, store: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run it over a store meanwhile; yield its process, and the seconds until it answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder:
        own = dict.fromkeys(("XDG_CONFIG_HOME", "HOME"), folder)
        environment = {**os.environ, **own, "SCANNER_DATA_DIR": str(store), "SCANNER_LOG_LEVEL": "error"}
        began = time.perf_counter()
        process = _process([sys.executable, "-c", code, str(port)], environment)
        try:
            url = f"http://127.0.0.1:{port}/api/health/live"
            while not _answers(url):
                time.sleep(0.01)
            yield process, time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(60)


def _process(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
