"""12.5 M simulated bars (10,000 symbols × 1,255 sessions): two threads, one, every column forced, and the memory."""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.lc import search
from benchmarks.market import panel, simulated_store
from benchmarks.measure import Result, in_turn, timed
from tapehawk.catalog import scanner_type

SINCE = dt.date(2019, 1, 1)


def results() -> list[Result]:
    """Run the claims."""
    bars, lc = panel(simulated_store()), scanner_type("lc")()
    two, one = in_turn([lambda: search(bars, [lc], SINCE), lambda: search(bars, [lc], SINCE, threads=1)], runs=7)
    forced, forced_one = in_turn(
        [
            lambda: search(bars, [lc], SINCE, everywhere=True),
            lambda: search(bars, [lc], SINCE, threads=1, everywhere=True),
        ]
    )
    floor = timed(lambda: [float(np.add.reduce(bars.columns[c])) for c in ("open", "high", "low", "close", "volume")])
    size = f"{bars.n_bars / 1e6:.1f} M bars"
    peak, peak_forced = _peak("False"), _peak("True")
    speedup, speedup_forced = one.median / two.median, forced_one.median / forced.median
    return [
        Result(
            f"`lc`, {size}, two threads",
            str(two),
            f"touching five columns once {floor}",
            f"{two.median / floor.median:.1f}× the floor",
            "≤ 0.7 s",
            two.median <= 0.7,
        ),
        Result(
            "the same, shown columns forced for every bar",
            str(forced),
            "the same floor",
            f"{forced.median / floor.median:.1f}× the floor",
            "≤ 1.3 s",
            forced.median <= 1.3,
        ),
        Result(
            "the same, two threads against one",
            str(two),
            f"one thread {one}",
            f"{speedup:.2f}×",
            "≥ 1.8×",
            speedup >= 1.8,
        ),
        Result(
            "forced, two threads against one",
            str(forced),
            f"one thread {forced_one}",
            f"{speedup_forced:.2f}×",
            "≥ 1.8×",
            speedup_forced >= 1.8,
        ),
        Result("peak memory of that process, mapped panel included", f"{peak:.2f} GB", "", "", "≤ 2.5 GB", peak <= 2.5),
        Result("the same, forced", f"{peak_forced:.2f} GB", "", "", "≤ 2.5 GB", peak_forced <= 2.5),
    ]


def _peak(everywhere: str) -> float:
    """Return the peak memory in GB of a process that opens the panel and scans it once."""
    code = f"from benchmarks.simulated import scan_once; scan_once(r'{simulated_store()}', everywhere={everywhere})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def scan_once(root: str, *, everywhere: bool) -> None:
    """Scan a store's panel once and print the peak memory of this process in GB."""
    search(panel(Path(root)), [scanner_type("lc")()], SINCE, everywhere=everywhere)
    print(peak_of_this_process())


def peak_of_this_process() -> float:
    """Return the peak memory in GB, as the kernel counts it since this program was started."""
    status = Path("/proc/self/status")  # getrusage would count what the parent had before
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return float(line.split()[1]) / 1e6
