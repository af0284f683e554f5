"""Run every benchmark, each in a process of its own, and write the table: `python -m benchmarks [NAME …]`."""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.market import REAL
from benchmarks.measure import Result

ALL = (
    "importing", "kernels", "lc", "simulated", "shared_work", "live_step", "live_path", "restart", "live_socket",
    "replay", "providers", "syncing", "bus", "deep", "learned", "quick", "cold", "service_start", "service_scan",
    "service_quick", "service_jobs", "service_sockets", "service_signals", "web_frames",
)  # fmt: skip
NEEDS_REAL_BARS = ("importing", "lc", "shared_work", "replay", "learned", "service_scan", "cold")
_HEAD = "| claim | ours (median, spread) | peer | ratio | promised | kept |\n|---|---|---|---|---|---|"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; write RESULTS.md when all ran."""
    if len(names) == 1:
        return _here(names[0])
    lines = [line for name in names or ALL for line in _apart(name)]
    if not names:
        Path(__file__).with_name("RESULTS.md").write_text(
            f"# What was measured\n\n{_machine()}\n\n{_HEAD}\n" + "\n".join(lines) + "\n"
        )
    return 0


def _here(name: str) -> int:
    """Run one and print its rows."""
    if name in NEEDS_REAL_BARS and not REAL.exists():
        print(f"{name}: left out, it needs ../shared/data", flush=True)
        return 0
    found: list[Result] = importlib.import_module(f"benchmarks.{name}").results()
    for result in found:
        print(result.line(), flush=True)
    return 0


def _apart(name: str) -> list[str]:
    """Run one where nothing of the others is left in memory; return its rows."""
    rows = []
    with subprocess.Popen([sys.executable, "-m", "benchmarks", name], stdout=subprocess.PIPE, text=True) as one:
        for line in one.stdout or ():
            print(line, end="", flush=True)
            rows += [line.rstrip()] if line.startswith("|") else []
    if one.returncode:
        raise SystemExit(f"{name} failed")
    return rows


def _machine() -> str:
    """Return the machine and the versions, in a sentence."""
    model = next((line.split(":")[1].strip() for line in _cpu() if line.startswith("model name")), platform.processor())
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "polars", "pandas", "deltalake"))
    return (
        f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}, {versions}. "
        "Medians with the spread in brackets; peers run in turn. Machines are noisy: read the ratios. "
        "Each benchmark is a process of its own."
    )


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
