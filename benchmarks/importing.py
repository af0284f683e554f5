"""Importing the real daily bars, and building their panel, each in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.market import REAL, folder
from benchmarks.measure import Result, Timing, timed

_CODE = "from benchmarks.importing import {name} as work; work(r'{root}')"


def import_bars(root: str) -> None:
    """Import the file into an empty store."""
    from tapehawk.data.imports import ImportOptions, import_path

    import_path(Path(root), REAL, ImportOptions(adjustment="split"))


def build_panel(root: str) -> None:
    """Build the panel of the imported bars."""
    from tapehawk.data.panels import PanelQuestion, open_panel

    open_panel(Path(root), PanelQuestion())


def read_file(_root: str) -> None:
    """Read the file and write it again, the least an import does."""
    import polars as pl

    pl.read_parquet(REAL).sort("symbol", "date").write_parquet(Path(_root) / "copy.parquet")


def results() -> list[Result]:
    """Run the claims."""
    root = folder("imported")
    copied, _ = _process("read_file", root)
    imported, peak = _process("import_bars", root)
    built, _ = _process("build_panel", root)
    return [
        Result(
            "import of 6.06 M bars",
            str(imported),
            f"reading, sorting and writing the file {copied}",
            f"{imported.median / copied.median:.1f}×",
            "≤ 30 s",
            imported.median <= 30,
        ),
        Result("its peak memory", f"{peak:.2f} GB", "", "", "≤ 3 GB", peak <= 3),
        Result(
            "building its panel",
            str(built),
            f"the same {copied}",
            f"{built.median / copied.median:.1f}×",
            "≤ 10 s",
            built.median <= 10,
        ),
    ]


def _process(name: str, root: Path) -> tuple[Timing, float]:
    """Time one of the jobs above in a new process; return its peak memory in GB too (the largest so far)."""
    code = _CODE.format(name=name, root=root)
    timing = timed(lambda: subprocess.run([sys.executable, "-c", code], check=True), runs=1, warm=0)
    return timing, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
