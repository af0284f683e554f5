"""The web app in a real Chromium: first rows on screen, and a frame while 10,000 live rows are scrolled.

Measured by the browser's own trace: script, style and layout of each frame on the page's main thread, and its longest
task. Needs Node, Debian's chromium and the built app (`make web`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from benchmarks.market import folder
from benchmarks.measure import Result
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill

WEB = Path(__file__).parents[1] / "web"
OWNER = {"email": "owner@example.org", "password": "correct horse battery"}
FIRST, LAST = dt.date(2024, 6, 3), dt.date(2025, 6, 30)


def results() -> list[Result]:
    """Run the claims."""
    if not shutil.which("node") or not shutil.which("chromium"):
        return [Result("web app: frames of 10,000 live rows", "no Node or no chromium here", "–", "–", "–")]
    said = _measured(folder("web"))
    where = f"{said['frames']} frames, {said['updates']} updates in 10.5 s"
    return [
        Result(
            "web app: first rows of a quick scan on screen",
            f"median {said['first_rows_ms']} ms, {said['fastest_ms']}–{said['slowest_ms']} ms of 15", "–", "–",
            "≤ 1 s median", said["first_rows_ms"] <= 1000,
        ),
        Result(
            "web app: script and layout a frame, 10,000 live rows scrolled", f"median {said['median_ms']:.1f} ms, "
            f"p95 {said['p95_ms']:.1f} ms; {where}", "–", "–", "≤ 8 ms median", said["median_ms"] <= 8,
        ),
        Result(
            "web app: the longest task of those",
            f"{said['longest_task_ms']:.0f} ms, {said['tasks_above_50_ms']} above",
            "–", "–", "≤ 50 ms", said["longest_task_ms"] <= 50,
        ),
    ]  # fmt: skip


def _measured(root: Path) -> dict[str, float]:
    fill(root / "store", Simulator(symbols=60), FIRST, LAST)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    about = {"SCANNER_DATA_DIR": str(root / "store"), "XDG_CONFIG_HOME": str(root), "PYTHONUNBUFFERED": "1"}
    command = [str(Path(sys.executable).with_name("scanner")), "serve", "--port", str(port)]
    said = root / "said.txt"
    with (
        said.open("w") as errors,
        subprocess.Popen(command, env={**os.environ, **about}, stdout=subprocess.DEVNULL, stderr=errors) as service,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            welcome = {"ticket": _ticket(said), **OWNER}
            httpx2.post(f"{url}/api/v1/auth/welcome", json=welcome, timeout=30, trust_env=False).raise_for_status()
            run = ["node", "end-to-end/frames.mjs", url, *OWNER.values()]
            done = subprocess.run(run, cwd=WEB, capture_output=True, text=True, check=True)
            found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            return found
        finally:
            service.terminate()


def _ticket(said: Path) -> str:
    for _ in range(600):
        if link := re.search(r"/welcome#([\w-]+)", said.read_text()):
            return link[1]
        time.sleep(0.1)
    raise SystemExit("the service does not start")
